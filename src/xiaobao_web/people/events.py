"""What happens to organisations and staff."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.journal import event_type

event_type("people.organisation_made", _("{actor} 新设机构 {subject}"))
event_type("people.organisation_changed", _("{actor} 修改机构 {subject}"))
event_type("people.person_made", _("{actor} 新增人员 {subject}"), personal=("email", "phone"))
event_type("people.person_changed", _("{actor} 修改人员 {subject}"), personal=("email", "phone"))
event_type("people.appointed", _("{actor} 任命 {subject}：{post}"))
event_type("people.relieved", _("{actor} 免去 {subject}：{post}"))
event_type("people.handed_over", _("{actor} 把 {subject} 的岗位与待办交接给 {receiver}：{posts}"))
event_type("people.delegated", _("{actor} 登记委托 {subject}，{since} 至 {until}，事由：{reason}"))
event_type("people.delegation_revoked", _("{actor} 撤回委托 {subject}"))
