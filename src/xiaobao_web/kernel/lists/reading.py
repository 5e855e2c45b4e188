"""What one person sees of a list under one address: which rows, in which order, with which columns."""

from __future__ import annotations

import operator
import re
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any

import django_filters
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.http import QueryDict

from xiaobao_web.kernel.among import Listed
from xiaobao_web.kernel.lists import filters as narrowing
from xiaobao_web.kernel.lists import keyset
from xiaobao_web.kernel.lists.columns import Column
from xiaobao_web.kernel.lists.implied import absorbed
from xiaobao_web.kernel.lists.tabs import Tab
from xiaobao_web.kernel.models import Deadline

if TYPE_CHECKING:
    from xiaobao_web.kernel.lists.page import ListPage

PLACE = ("after", "before")
"""Keys of the URL that say where in the list one is; any other change starts at the beginning."""
CASELESS = re.compile("[0-9\u4e00-\u9fff-]+")
"""Digits, hyphens and Chinese characters: no letter becomes one of these when its case is folded."""
LEAST_CASELESS = 2
FEW = 5_000
"""Rows found by words whose ids are told to the database again."""


class Reading:
    """A list as one person reads it: definition, person and query string put together."""

    def __init__(self, page: ListPage, user: Any, query: QueryDict) -> None:
        self.page, self.user, self.query = page, user, query

    @cached_property
    def tab(self) -> Tab | None:
        """Return the built-in view that is open: the one named, else the first."""
        named = {tab.key: tab for tab in self.page.tabs}
        return named.get(self.query.get("view", "")) or next(iter(self.page.tabs), None)

    @cached_property
    def filters(self) -> django_filters.FilterSet:
        """Return the filters with the values of the URL."""
        return self.page.filterset()(self.query, queryset=self.page.model._default_manager.none())

    @cached_property
    def words(self) -> list[str]:
        """Return the words looked for, at most five."""
        return self.query.get("q", "").replace("\x00", "").split()[:5]

    @cached_property
    def column_keys(self) -> list[str]:
        """Return the keys of the columns this person has chosen, in the list's order."""
        settings = (getattr(self.user, "settings", None) or {}).get("lists", {}).get(self.page.name, {})
        known = [column.key for column in self.page.columns]
        chosen = [key for key in settings.get("columns", []) if key in known]
        if not chosen:
            return [column.key for column in self.page.columns if not column.off]
        return [column.key for column in self.page.columns if column.key in chosen or column.fixed]

    @property
    def columns(self) -> list[Column]:
        """Return the columns shown."""
        return [column for column in self.page.columns if column.key in self.column_keys]

    @cached_property
    def sorted_by(self) -> tuple[Column | None, bool]:
        """Return the column sorted by and whether descending; None for the list's own order."""
        word = self.query.get("sort", "")
        key, descending = word.lstrip("-"), word.startswith("-")
        column = next((item for item in self.page.columns if item.key == key and item.order_path), None)
        return column, descending

    @cached_property
    def order(self) -> keyset.Order:
        """Return the order of the rows."""
        column, descending = self.sorted_by
        if column is not None:
            return keyset.Order(column.order_path, descending)
        return keyset.Order(self.page.order.lstrip("-"), self.page.order.startswith("-"))

    @cached_property
    def rows(self) -> models.QuerySet[Any]:
        """Return the rows this address names and this person may see, unordered."""
        return self.without()

    def without(self, *names: str) -> models.QuerySet[Any]:
        """Return the rows with some filters relaxed."""
        rows = self.page.rows(self.user)
        if self.tab is not None:
            rows = rows.filter(self.tab.where(self.user, self.page.model))
        rows = absorbed(narrowing.narrowed(self.filters, rows, without=names))
        if self.words and "q" not in names:
            rows = self.page.find(rows, self.words)
        return self.ordered(rows)

    def ordered(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Return rows with the expression they are sorted by, where the order needs one."""
        column, _descending = self.sorted_by
        if column is None:
            return rows
        if column.annotation is not None:
            return self._annotated(rows, column.order_path, column.annotation)
        if column.kind == "deadline":
            return self._annotated(rows, column.order_path, next_due(self.page.model))
        return rows

    @staticmethod
    def _annotated(rows: models.QuerySet[Any], name: str, expression: Any) -> models.QuerySet[Any]:
        found: models.QuerySet[Any] = rows.annotate(**{name: expression})
        return found

    def shown(self) -> models.QuerySet[Any]:
        """Return the rows with what their columns need, joined in."""
        return self.page.joined(self.rows)

    def applied(self) -> list[narrowing.Applied]:
        """Return the filters in use."""
        return narrowing.applied(self.filters, self.query, dict.fromkeys(PLACE, ""))

    def address(self, *without: str, **values: Any) -> str:
        """Return this address from the beginning, changed."""
        return narrowing.address(self.query, *PLACE, *without, **values)

    def told(self) -> str:
        """Return the conditions in one line, for sheets and the journal."""
        parts = [str(self.tab.label)] if self.tab is not None else []
        parts += [f"{item.label}：{item.shown}" for item in self.applied()]
        return "；".join(parts)


def next_due(model: type[models.Model]) -> Subquery:
    """Return the expression of a row's next open due time."""
    clocks = Deadline.objects.filter(
        subject_type=model._meta.label_lower, subject_id=OuterRef("pk"), met_at__isnull=True, cancelled_at__isnull=True
    )
    return Subquery(clocks.order_by("due_at").values("due_at")[:1], output_field=models.DateTimeField())


def containing(paths: tuple[str, ...], word: str) -> Q:
    """Return the condition that one of some paths to text contains a word, letters' case aside.

    Folding case costs PostgreSQL more than looking, so what has no case is looked for first, as it is.
    """
    found = max(CASELESS.findall(word), key=len, default="")
    if found == word:
        return reduce(operator.or_, (Q(**{f"{path}__contains": word}) for path in paths))
    if len(found) < LEAST_CASELESS:
        return reduce(operator.or_, (Q(**{f"{path}__icontains": word}) for path in paths))
    return reduce(operator.or_, (Q(**{f"{path}__contains": found, f"{path}__icontains": word}) for path in paths))


def likely(condition: Q) -> Case:
    """Return a condition that many rows meet, as a case: of words the planner believes that hardly any row holds them.

    It would collect and sort all that do; of a case it believes that every second row meets it, and walks the order.
    """
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=models.BooleanField())


def known(rows: models.QuerySet[Any], found: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Return what was found among some rows, by its ids where it is few.

    No index answers words: they are looked for once here and not again for the page, its neighbours and its count.
    """
    ids = list(found.order_by().values_list("pk", flat=True)[: FEW + 1])
    return found if len(ids) > FEW else rows.filter(Listed(F("pk"), ids))
