"""Who may see products and import their facts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.access import Reach, declare

EVERYBODY = (
    "submitter", "sender_head", "liaison", "reviewer", "second_reviewer", "legal", "office", "inspector", "complaints",
    "monitor", "service", "executive", "auditor",
)  # fmt: skip

declare("products.view", _("查看产品"), dict.fromkeys(EVERYBODY, Reach.ALL))
declare(
    "products.import",
    _("导入产品要素、价目与标准文本"),
    {"office": Reach.ALL, "admin": Reach.ALL, "sender_head": Reach.UNIT},
)
