"""What happens to rules, drafts and allow-lists."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.journal import event_type

event_type("knowledge.drafted", _("{actor} 起草 {subject}"))
event_type("knowledge.changed", _("{actor} 修改草稿内容"))
event_type("knowledge.propose", _("{actor} 提请批准"))
event_type("knowledge.trial", _("{actor} 开始试运行"))
event_type("knowledge.send_back", _("{actor} 退回修改：{reason}"))
event_type("knowledge.publish", _("{actor} 批准 {subject}，规则库版本 {rulebook}"))
event_type("knowledge.retire", _("{subject} 不再生效：{reason}"))
event_type("knowledge.discard", _("{actor} 放弃草稿"))
event_type("knowledge.backtest_asked", _("{actor} 发起回测，样本上限 {wanted} 份"))
event_type("knowledge.backtested", _("回测完成：新增 {new}，减少 {lost}，判断改变 {changed}，不变 {kept}"))
event_type("knowledge.judged", _("{actor} 判断一处试运行命中：{judged}"))
event_type("knowledge.tested", _("{actor} 用一段文字测试规则 {rule}，命中 {hits} 处"))
event_type("knowledge.reconsider_proposed", _("{subject}：提议回溯 {materials} 份在用材料"))
event_type("knowledge.reconsider_confirmed", _("{actor} 确认 {subject}，发起回溯评估 {opened} 份，不回溯 {left} 份"))
event_type("knowledge.reconsider_dismissed", _("{actor} 认为 {subject} 不需要回溯：{comment}"))
event_type("knowledge.texts_examined", _("{actor} 试读官方文本 {subject}，对上 {norms} 部规范"))
event_type("knowledge.texts_imported", _("{actor} 导入官方文本 {subject}：新增 {new} 条，变化 {changed} 条"))
event_type("knowledge.texts_discarded", _("{actor} 放弃导入 {subject}"))
event_type("knowledge.allow_asked", _("{actor} 申请白名单 {subject}，至 {until}"))
event_type("knowledge.approve_allow", _("{actor} 批准白名单 {subject}"))
event_type("knowledge.refuse_allow", _("{actor} 不批准白名单 {subject}：{reason}"))
event_type("knowledge.withdraw_allow", _("{actor} 撤销白名单 {subject}：{reason}"))
event_type("knowledge.expire_allow", _("白名单 {subject} 已到期"))
event_type("knowledge.allow_reminded", _("已提醒白名单 {subject} 将于 {until} 到期"))
