"""Where organisations and staff stand in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.nav import entry

entry("system", _("机构"), "organisations", "people.view", "hierarchy", 30)
entry("system", _("人员"), "people", "people.view", "users", 31)
entry("system", _("请假委托"), "delegations", "people.delegate", "switch-horizontal", 32)
