"""Keep what was reckoned: a costing, and its further versions."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from xiaobao.credit import read
from xiaobao.credit.compare import Offer, offer
from xiaobao.credit.rates import two
from xiaobao.errors import InputError
from xiaobao_web.credit.models import Costing, CostingVersion
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.numbers import next_number

MOST_FIGURE = 10**14


def reckoned(terms: Mapping[str, Any]) -> Offer:
    """Return what terms of the engine's JSON come to; raises BadValue with the engine's sentence."""
    try:
        made = offer(read.terms(terms))
    except InputError as error:
        raise BadValue(error.message, code=error.code) from error
    largest = max(made.cost.total, made.cost.rate.nominal_percent, made.cost.rate.effective_percent)
    if largest >= MOST_FIGURE:
        raise BadValue(_("算出的金额或利率过大，无法保存，请核对条款。"))
    return made


@transaction.atomic
def save(
    *, terms: Mapping[str, Any], title: str, by: Any, product: Any = None, review: Any = None, note: str = ""
) -> Costing:
    """Keep a costing with its first version; raises BadValue for terms that cannot be reckoned."""
    require(by, "credit.save")
    title = title.strip()
    if not title:
        raise BadValue(_("请填写测算名称。"), fields={"title": _("必填")})
    if by.unit is None:
        raise Refused(_("您还没有所属机构，不能保存测算；请联系系统管理员。"))
    made = reckoned(terms)
    costing = Costing.objects.create(
        number=next_number("CB"), title=title[:120], unit=by.unit, product=product, review=review, created_by=by,
        **_figures(made), principal=made.schedule.drawn, periods=made.schedule.terms.periods,
    )  # fmt: skip
    _version(costing, 1, terms, made, by, note)
    journal.record("credit.saved", by=by, on=costing, facts=_told(made))
    return costing


@transaction.atomic
def revise(costing: Costing, *, terms: Mapping[str, Any], by: Any, note: str = "") -> CostingVersion:
    """Keep another version of a costing; raises Refused where nothing has changed."""
    row = Costing.objects.select_for_update().get(pk=costing.pk)
    require(by, "credit.save", row)
    made = reckoned(terms)
    last = row.versions.get(number=row.versions_made)
    if last.terms == dict(terms):
        raise Refused(_("条款与第 %(n)d 版完全相同，没有需要保存的改动。") % {"n": last.number})
    before = {"nominal_percent": row.nominal_percent, "effective_percent": row.effective_percent, "total": row.total}
    for name, value in {**_figures(made), "principal": made.schedule.drawn}.items():
        setattr(row, name, value)
    row.periods = made.schedule.terms.periods
    row.versions_made += 1
    row.save()
    kept = _version(row, row.versions_made, terms, made, by, note)
    changes = {
        str(Costing._meta.get_field(name).verbose_name): [before[name], value]  # type: ignore[union-attr]
        for name, value in _figures(made).items()
        if before[name] != value
    }
    journal.record("credit.revised", by=by, on=row, facts={**_told(made), "version": kept.number}, changes=changes)
    return kept


def _version(
    costing: Costing, number: int, terms: Mapping[str, Any], made: Offer, by: Any, note: str
) -> CostingVersion:
    return CostingVersion.objects.create(
        costing=costing, number=number, terms=dict(terms), engine=version("xiaobao"), note=note.strip()[:300], by=by,
        **_figures(made),
    )  # fmt: skip


def _figures(made: Offer) -> dict[str, Any]:
    rate = made.cost.rate
    return {
        "total": made.cost.total,
        "nominal_percent": rate.nominal_percent,
        "effective_percent": rate.effective_percent,
    }


def _told(made: Offer) -> dict[str, Any]:
    rate = made.cost.rate
    return {
        "nominal": str(two(rate.nominal_percent)), "effective": str(two(rate.effective_percent)),
        "principal": made.schedule.drawn,
    }  # fmt: skip
