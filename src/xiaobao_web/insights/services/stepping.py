"""One step from a complaint or a warning to what finds its like elsewhere: a rule, an inspection."""

from __future__ import annotations

import re
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils.translation import gettext as _

from xiaobao.privacy import mask
from xiaobao_web.complaints.services import told_to_all
from xiaobao_web.findings import services as ledger
from xiaobao_web.insights.models import EarlyWarning
from xiaobao_web.insights.services.rule_texts import rule_text
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import require
from xiaobao_web.knowledge import drafting

DOMAIN = "complaints"


def _permission(thing: Any) -> str:
    return "insights.act" if isinstance(thing, EarlyWarning) else "complaints.open_issue"


def _about(thing: Any) -> str:
    """Return what a complaint or warning is about, without personal data."""
    if isinstance(thing, EarlyWarning):
        return f"{thing.title}：{thing.why}"
    return mask(told_to_all(thing) or thing.title).text[:200]


@transaction.atomic
def propose_rule(thing: Any, *, by: Any) -> Any:
    """Draft a rule that would have caught what a complaint or warning is about; the same thing has one draft.

    The draft carries what the thing tells of offence, articles, words and an example, and where it came from; its
    author completes it. Raises Forbidden.
    """
    require(by, "knowledge.draft")
    rule = f"{DOMAIN}/{re.sub(r'[^a-z0-9]+', '_', thing.number.lower()).strip('_')}"
    known = apps.get_model("knowledge", "RuleDraft").objects.filter(rule=rule, state__in=drafting.OPEN).first()
    if known is not None:
        return known
    name = thing._meta.verbose_name
    note = _("由%(name)s %(number)s 提出：%(told)s") % {"name": name, "number": thing.number, "told": _about(thing)}
    draft = drafting.start(rule, text=rule_text(thing), note=note[:1000], by=by)
    journal.record("insights.rule_proposed", by=by, on=thing, facts={"number": draft.number})
    return draft


@transaction.atomic
def open_inspection(thing: Any, *, by: Any) -> Any:
    """Open an inspection of the organisation that a complaint or warning is about; the same thing opens one.

    It stands in the ledger as 质检: assigned, planned, handed in and struck off there.
    """
    require(by, _permission(thing), thing)
    told = _about(thing)
    title = _("专项检查：%s") % mask(str(thing.title)).text[:150]
    issue = ledger.open_issue(source="inspection", title=title, unit=thing.unit, by=by, description=told, on=thing)
    journal.record("insights.inspection_opened", by=by, on=thing, facts={"number": issue.number})
    return issue
