"""The complaints behind a figure: of the statistics, a phrase, a cluster, a warning, a cell of the map, a place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.complaints import hearing
from xiaobao_web.complaints import queries as complaints
from xiaobao_web.complaints.models import Channel, Track
from xiaobao_web.insights import listening, places, queries, sums
from xiaobao_web.kernel import formats
from xiaobao_web.kernel.periods import Period
from xiaobao_web.kernel.requests import row_key
from xiaobao_web.kernel.tallies import Cell, Table

Query = Mapping[str, str]
LONGEST_WORD, LONGEST_NAME = 60, 80
L = gettext_lazy
FIGURES: dict[str, tuple[Any, Q]] = {
    "total": (L("计入统计的"), Q()), "closed": (L("已办结"), Q(state="closed")),
    "met": (L("按期办结"), Q(state="closed", late=False)), "missed": (L("超过法定期限"), Q(late=True)),
    "fault": (L("有责或部分有责"), Q(fault__in=sums.AT_FAULT)),
}  # fmt: skip
"""A figure of the statistics: its name, and which of the complaints that they count it is."""
PARTS: dict[str, tuple[Any, Mapping[str, Any]]] = {
    "channel": (L("渠道"), dict(Channel.choices)), "track": (L("办理依据"), dict(Track.choices)),
    "region": (L("地区"), {}),
}  # fmt: skip
"""Parts of the statistics that are no dimension of the map, and the names of their values."""
UNTOLD = "未填"
"""How an address names the complaints that have no value in a part."""


@dataclass(frozen=True)
class Behind:
    """Complaints, and the words that say which they are."""

    rows: QuerySet[Any]
    keys: list[int] | None = None
    """Those of `rows` alone, the newest first; None: all of them."""
    narrowed: bool = False
    told: list[str] = field(default_factory=list)

    @property
    def all(self) -> QuerySet[Any]:
        """Return all of them, unordered."""
        return self.rows if self.keys is None else self.rows.filter(pk__in=self.keys)

    @property
    def n(self) -> int:
        """Return how many there are."""
        if self.keys is None:
            return self.rows.count()
        return self.rows.filter(pk__in=self.keys).count() if self.narrowed else len(self.keys)

    def newest(self, most: int) -> list[Any]:
        """Return the newest of them."""
        rows = self.rows
        if self.keys is not None:
            rows = rows.filter(pk__in=self.keys if self.narrowed else self.keys[:most])
        return list(rows.select_related("unit", "product").order_by("-received_at", "-pk")[:most])


def place_of(query: Query) -> tuple[Any, str]:
    """Return the organisation (`within`) or the province that an address names, None and "" where it names none."""
    key = row_key(query.get("within", ""))
    unit = apps.get_model("people", "Organisation").objects.filter(pk=key).first() if key else None
    province = query.get("province", "")
    return unit, province if unit is None and province in places.provinces() else ""


def behind(user: Any, period: Period, query: Query) -> Behind:
    """Return the complaints of a period that an address asks for, of those a person may see."""
    rows = listening.cases_of(user, period)
    keys, told = _keys(user, period, query)
    narrowed = False
    for key, (label, path, _shown) in listening.DIMENSIONS.items():
        value = query.get(key, "")
        if not value:
            continue
        if path in ("unit", "product"):
            chosen = row_key(value)
            if not chosen:
                continue
            rows, name = rows.filter(**{path: chosen}), _name(path, chosen)
        else:
            rows, name = rows.filter(**{path: value}), value[:LONGEST_NAME]
        narrowed = True
        told.append(f"{label}：{name}")
    rows, said = _of_figure(rows, query)
    narrowed, told = narrowed or bool(said), told + said
    unit, province = place_of(query)
    if unit is not None or province:
        rows, narrowed = places.within(rows, province=province, unit=unit), True
        told.append(str(unit) if unit is not None else province)
    return Behind(rows, keys, narrowed, told)


def _of_figure(rows: QuerySet[Any], query: Query) -> tuple[QuerySet[Any], list[str]]:
    """Return the complaints that a figure of the statistics counts, and the words that say so."""
    told = []
    for key, (label, names) in PARTS.items():
        if value := query.get(key, "")[:LONGEST_NAME]:
            rows = rows.filter(**{key: "" if value == UNTOLD else value})
            told.append(f"{label}：{names.get(value, value)}")
    if (figure := query.get("figure", "")) in FIGURES:
        name, wanted = FIGURES[figure]
        rows = rows.exclude(state__in=sums.LEFT_OUT).annotate(late=sums.is_late()).filter(wanted)
        told.append(str(name))
    return rows, told


def _name(path: str, key: int) -> str:
    model = {"unit": ("people", "Organisation"), "product": ("products", "Product")}[path]
    return str(apps.get_model(*model)._default_manager.filter(pk=key).first() or _("没有这一项"))


def _keys(user: Any, period: Period, query: Query) -> tuple[list[int] | None, list[str]]:
    phrase, group = query.get("words", "").strip()[:LONGEST_WORD], query.get("group", "").strip()[:LONGEST_NAME]
    if phrase:
        return listening.keys_of_phrase(user, period, phrase), [_("原话有“%s”") % phrase]
    if group:
        return listening.keys_of_group(user, period, group), [_("说的是“%s”") % group]
    key = row_key(query.get("warning", ""))
    if key:
        return of_warning(user, period, queries.visible(user).filter(pk=key).first())
    return None, []


def of_warning(user: Any, period: Period, warning: Any) -> tuple[list[int], list[str]]:
    """Return the complaints that hold two of a warning's terms (one where it has but one), its examples included."""
    if warning is None:
        return [], [_("没有这条预警")]
    holding = Counter(key for term in warning.terms for key in set(listening.keys_of_phrase(user, period, term)))
    wanted = min(2, len(warning.terms))
    examples = hearing.seen_of(warning.examples, complaints.visible(user).filter(**period.within("received_at")))
    keys = {key for key, count in holding.items() if count >= wanted} | {case.pk for case in examples.values()}
    order = complaints.visible(user).filter(pk__in=keys).order_by("-received_at", "-pk").values_list("pk", flat=True)
    return list(order), [_("预警 %s 的主题") % warning.number]


def table(found: Behind, most: int, note: str = "") -> Table:
    """Return complaints as a table, the newest first; `note` stands where there are more."""
    heads = [_("投诉编号"), _("事项"), _("责任机构"), _("产品"), _("投诉原因"), _("收到"), _("状态")]
    cases = found.newest(most + 1)
    lines = [
        [Cell(row.number, row.get_absolute_url(), "text"), Cell(row.title, row.get_absolute_url(), "text"),
         Cell(str(row.unit), kind="text"), Cell(str(row.product.name if row.product else row.product_name) or None,
         kind="text"), Cell(row.cause or None, kind="text"), Cell(formats.moment(row.received_at), kind="text"),
         Cell(row.get_state_display(), kind="text")]
        for row in cases[:most]
    ]  # fmt: skip
    cut = len(cases) > most or (found.keys is not None and len(found.keys) > most)
    return Table("", heads, lines, note if cut else "")
