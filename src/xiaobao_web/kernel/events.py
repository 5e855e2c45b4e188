"""The kernel's own events."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.journal import event_type

event_type("kernel.personal_erased", _("{actor} 删除了留痕中的个人信息，理由：{reason}"))
event_type("kernel.signed_in", _("{actor} 登录"))
event_type("kernel.sign_in_failed", _("有人以 {account} 登录未成"), personal=("account",))
event_type("kernel.signed_out", _("{actor} 退出"))
