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
