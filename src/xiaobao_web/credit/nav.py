"""Where loan costs stand in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.nav import entry

entry("during", _("贷款综合成本"), "credit", "credit.view", "calculator", 40)
