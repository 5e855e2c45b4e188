"""Where material stands in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.nav import entry

entry("before", _("即时自查"), "material_check_text", "materials.check", "wand", 15)
entry("before", _("营销宣传台账"), "registry", "materials.registry", "speakerphone", 30)
entry("before", _("批准过吗？"), "material_ask", "materials.check", "file-certificate", 31)
entry("before", _("材料"), "materials", "materials.view", "files", 33)
