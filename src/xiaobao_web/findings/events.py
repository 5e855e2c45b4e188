"""What happens to findings and issues."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.journal import event_type

event_type("findings.decided", _("{actor} 对“{subject}”的处理：{decision}"))
event_type("findings.added", _("{actor} 手工添加意见“{subject}”"))
event_type("findings.opened", _("{actor} 登记问题 {subject}，来源：{source}"))
event_type("findings.assign", _("{actor} 派发给 {unit} {owner}，期限 {due}"))
event_type("findings.plan_out", _("{actor} 提交整改计划"))
event_type("findings.hand_in", _("{actor} 提交整改结果，证据 {evidence} 份"))
event_type("findings.send_back", _("{actor} 退回整改：{reason}"))
event_type("findings.close", _("{actor} 验证通过，销号"))
event_type("findings.void", _("{actor} 作废：{reason}"))
event_type("findings.asked_extension", _("{actor} 申请延期至 {until}，理由：{reason}"))
event_type("findings.decided_extension", _("{actor} 对延期申请：{decision}"))
event_type("findings.marked_repeat", _("{actor} 认定为 {of} 的屡查屡犯"))
event_type("findings.unmarked_repeat", _("{actor} 取消屡查屡犯标记"))
event_type("findings.held_accountable", _("{actor} 登记问责：{measure}"))
event_type("findings.notice_given", _("{actor} 发出通报 {notice}"))
event_type("findings.notice_issued", _("{actor} 向 {unit} 发出通报 {notice}，涉及问题 {issues} 项"))
event_type("findings.notice_received", _("{actor} 提交通报 {notice} 的回执"))
event_type("findings.imported", _("{actor} 从 {name} 导入旧问题：登记 {made} 项，未导入 {faults} 行"))
event_type("findings.handed_over", _("{actor} 把责任人改为 {owner}"))
