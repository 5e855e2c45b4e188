"""Reviews in the navigation, and what their files and comments need."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.nav import entry
from xiaobao_web.reviews import queries, signs

__all__ = ["signs"]


def waiting(user: Any) -> int:
    """Return how many reviews wait for a person, counted up to a hundred."""
    return queries.waiting_for(user).order_by()[:100].count()


entry("before", _("消保审查"), "reviews", "reviews.view", "file-check", 10, count=waiting)
entry("before", _("审查指引"), "review_guides", "reviews.guides", "book", 14)
entry("before", _("回溯评估"), "reevaluations", "reviews.reevaluate", "history", 16)
entry("system", _("意见书模板"), "opinion_template", "reviews.set_template", "file-type-docx", 40)
