"""What happens to material."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.journal import event_type

event_type("materials.added", _("{actor} 新建材料 {subject}"))
event_type("materials.version_added", _("{actor} 提交 {subject}"))
event_type("materials.screening_asked", _("{actor} 发起机器审查：{subject}"))
event_type("materials.screened", _("机器审查完成：{subject}，发现 {findings} 处"))
event_type("materials.screening_failed", _("机器审查未成：{subject}，{reason}"))
event_type("materials.approved", _("{actor} 批准 {subject}"))
event_type("materials.withdraw_approval", _("{actor} 撤回对 {subject} 的批准"))
event_type("materials.expire", _("{subject} 已过有效期"))
event_type("materials.expiry_reminded", _("已提醒 {subject} 将于 {until} 到期"))
event_type("materials.placed", _("{actor} 登记投放：{subject}"))
event_type("materials.removed", _("{actor} 登记下线：{subject}"))
event_type("materials.text_checked", _("{actor} 自查了一段文字，发现 {findings} 处"))
