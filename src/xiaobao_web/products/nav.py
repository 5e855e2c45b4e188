"""Where products stand in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.nav import entry

entry("before", _("产品"), "products", "products.view", "package", 35)
