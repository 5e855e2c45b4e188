"""Who may see and change organisations, staff, posts and delegations."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.access import Reach, declare
from xiaobao_web.people.models import Role

EVERYBODY = {str(role): Reach.OWN for role in Role}


def is_giver(user: Any, obj: Any) -> str | None:
    """Only the giver, or an administrator, takes a delegation back."""
    if obj.giver_id == user.pk or Role.ADMIN in user.roles_now():
        return None
    return _g("只有委托人本人或系统管理员可以撤回委托。")


declare("people.view", _("查看机构与人员"), {str(role): Reach.ALL for role in Role})
declare("people.manage", _("管理机构、人员与岗位"), {Role.ADMIN: Reach.ALL})
declare("people.hand_over", _("岗位交接"), {Role.ADMIN: Reach.ALL, Role.OFFICE: Reach.ALL})
declare("people.delegate", _("请假委托"), EVERYBODY)
declare("people.revoke_delegation", _("撤回委托"), EVERYBODY, when=is_giver)
