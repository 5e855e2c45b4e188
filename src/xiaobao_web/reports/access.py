"""Who may see the figures of reviews; each person's figures count what that person may see."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.access import Reach, declare

declare(
    "reports.view",
    _("查看审查统计"),
    {
        "sender_head": Reach.UNIT,
        "liaison": Reach.UNIT,
        "reviewer": Reach.ALL,
        "second_reviewer": Reach.ALL,
        "legal": Reach.ALL,
        "office": Reach.ALL,
        "executive": Reach.ALL,
        "auditor": Reach.ALL,
    },
)
