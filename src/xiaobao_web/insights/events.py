"""What happens in insights."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.journal import event_type

event_type("insights.raised", _("系统发出预警 {subject}：{why}"))
event_type("insights.heated", _("预警 {subject} 继续升温：{why}"))
event_type("insights.acknowledge", _("{actor} 签收预警 {subject}"))
event_type("insights.act", _("{actor} 开始处置预警 {subject}：{measure}"))
event_type("insights.close", _("{actor} 关闭预警 {subject}：{conclusion}"))
event_type("insights.issue_opened", _("{actor} 由 {subject} 登入问题台账 {number}"))
event_type("insights.reevaluation_asked", _("{actor} 由预警 {subject} 提请回溯评估：{product}"))
event_type("insights.rule_proposed", _("{actor} 由 {subject} 起草规则 {number}"))
event_type("insights.inspection_opened", _("{actor} 由 {subject} 发起专项检查 {number}"))
event_type("insights.frozen", _("{actor} 固化 {subject}，共 {total} 件"))
event_type("insights.base_set", _("{actor} 登记统计基数 {subject}：网点 {outlets}，个人客户 {customers}"))
event_type("insights.opened", _("{actor} 立项根因整改 {subject}"))
event_type("insights.action_added", _("{actor} 登记措施“{text}”，责任人 {owner}，期限 {due}"))
event_type("insights.action_done", _("{actor} 完成措施“{text}”：{proof}"))
event_type("insights.finish", _("{actor} 报告 {subject} 实施完毕"))
event_type("insights.prove", _("{actor} 确认 {subject} 的成效：{effect}"))
event_type("insights.resume", _("{actor} 要求 {subject} 继续整改：{conclusion}"))
event_type("insights.bulletin", _("{actor} 生成投诉情况通报（{period}）"))
