"""Who may decide findings, and who may do what with issues."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.access import Reach, declare

REVIEWING = {
    "reviewer": Reach.UNIT,
    "second_reviewer": Reach.UNIT,
    "legal": Reach.ALL,
    "office": Reach.UNIT,
    "inspector": Reach.UNIT,
    "liaison": Reach.UNIT,
}


def sent_it(user: Any, obj: Any) -> str | None:
    """Four eyes: nobody decides on what they handed in themselves."""
    version = getattr(obj, "version", None) or obj
    material = getattr(version, "material", None)
    if user.pk in (getattr(version, "added_by_id", None), getattr(material, "created_by_id", None)):
        return _g("材料由您提交，须由他人审查。")
    return None


declare("findings.decide", _("处理机器发现"), REVIEWING, when=sent_it)
declare("findings.add", _("手工添加意见"), REVIEWING, when=sent_it)
