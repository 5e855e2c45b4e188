"""A list page declared once: columns, filters, tabs, batches; the page, its fragment, its sheet all follow from it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import django_filters
from django.contrib import messages
from django.db import models
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, get_resolver, path, reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views import View

from xiaobao_web.kernel import deadlines, grams
from xiaobao_web.kernel.access import denied, holds, visible_to
from xiaobao_web.kernel.among import Listed
from xiaobao_web.kernel.errors import BadValue, Forbidden, Hidden, Undeclared
from xiaobao_web.kernel.lists import batches as verbs
from xiaobao_web.kernel.lists import keyset
from xiaobao_web.kernel.lists.columns import Column
from xiaobao_web.kernel.lists.filters import ListFilter, address, filterset
from xiaobao_web.kernel.lists.reading import FEW, Reading, containing, known, likely
from xiaobao_web.kernel.lists.tabs import Tab

Text = str | Promise
COUNTED = 10_000
OFTEN, MOST = 4 * FEW, 100_000
"""Expected rows with some words, from which on the index is not asked which, and from which on not how many."""
RELAXED = 6
NEAR = 4
"""Filters that stand in the bar; dates and the rest are behind “more”."""
LISTS: dict[str, type[ListPage]] = {}


class ListPage(View):
    """A list of a model's rows that a person may see.

    Subclasses say what is in it; `name` is also the name of its address and of its exports. Override `rows` for another
    set of rows, `url` for where a row leads, `joined` and `extend` to read more for the rows of a page.
    """

    name: ClassVar[str] = ""
    title: ClassVar[Text] = ""
    subtitle: ClassVar[Text] = ""
    noun: ClassVar[Text] = "条"
    model: ClassVar[type[models.Model]]
    permission: ClassVar[str] = ""
    columns: ClassVar[tuple[Column, ...]] = ()
    filters: ClassVar[tuple[ListFilter, ...]] = ()
    tabs: ClassVar[tuple[Tab, ...]] = ()
    batches: ClassVar[tuple[verbs.Batch, ...]] = ()
    search: ClassVar[tuple[str, ...]] = ()
    serials: ClassVar[tuple[str, ...]] = ()
    """Of `search`, the paths of numbers that kernel.numbers gave: no word with a Chinese character is in one."""
    search_hint: ClassVar[Text] = ""
    select: ClassVar[tuple[str, ...]] = ()
    prefetch: ClassVar[tuple[str, ...]] = ()
    order: ClassVar[str] = "-pk"
    size: ClassVar[int] = 50
    primary: ClassVar[tuple[Text, str, str] | None] = None
    """The page's primary action, also the first step of an empty list: label, name of the address, permission."""
    primary_icon: ClassVar[str] = "plus"
    empty_title: ClassVar[Text] = ""
    empty_hint: ClassVar[Text] = ""
    exports: ClassVar[bool] = True
    template: ClassVar[str] = "kernel/lists/page.html"
    often: bool = False
    """Whether the index told many rows for the words looked for, or is expected to."""
    expected: int = 0
    """How many rows the words looked for are expected to be in."""
    _filterset: ClassVar[type[django_filters.FilterSet]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Register the list by its name; raises Undeclared when the name was taken."""
        super().__init_subclass__(**kwargs)
        if not cls.name:
            return
        if cls.name in LISTS and LISTS[cls.name].__qualname__ != cls.__qualname__:
            raise Undeclared(f"列表 {cls.name} 声明了两次")
        LISTS[cls.name] = cls

    @classmethod
    def at(cls, route: str) -> URLPattern:
        """Return the list's address for a urls module."""
        return path(route, cls.as_view(), name=cls.name)

    @classmethod
    def filterset(cls) -> type[django_filters.FilterSet]:
        """Return the list's filters as django-filter has them."""
        if "_filterset" not in cls.__dict__:
            cls._filterset = filterset(cls.model, cls.filters)
        return cls._filterset

    def rows(self, user: Any) -> models.QuerySet[Any]:
        """Return all rows a person may see, unordered."""
        return visible_to(user, self.model._default_manager.all(), self.permission)

    def find(self, rows: models.QuerySet[Any], words: list[str]) -> models.QuerySet[Any]:
        """Return the rows that contain every word in one of the searched fields."""
        condition = Q()
        for word in words:
            condition &= self.holding(word) if self.search else Q()
        keys = self.told(words)
        return rows.filter(likely(condition)) if self.often else self.among(rows, rows.filter(condition), keys)

    @staticmethod
    def among(rows: models.QuerySet[Any], found: models.QuerySet[Any], keys: list[Any] | None) -> models.QuerySet[Any]:
        """Return what was found among some rows, of which all stand among the keys that an index told."""
        if keys is None:
            return known(rows, found)
        return found if len(keys) > FEW else known(rows, found.filter(Listed(F("pk"), keys)))

    def told(self, words: list[str]) -> list[Any] | None:
        """Return the keys of the rows that may hold every word, more than FEW for many; None where no index tells."""
        if not {*self.search} <= {*grams.columns_of(self.model)}:
            return None
        self.expected = grams.expected(self.model, words)
        if self.expected > OFTEN:
            self.often = True
            return None
        keys = grams.told(self.model, words, FEW)
        self.often = keys is not None and len(keys) > FEW
        return keys

    def whole(self, words: list[str]) -> bool:
        """Tell whether words are looked for in nothing but the searched fields; a `find` of its own may find more."""
        return type(self).find is ListPage.find

    def tallied(self, reading: Reading) -> models.QuerySet[Any]:
        """Return the rows to count: those with words met often are counted by the index, which meets them soonest.

        Words that most rows hold are counted without it, as an index gathers all before it tells the first.
        """
        by_index = self.often and self.expected <= MOST and self.whole(reading.words)
        told = grams.condition(self.model, reading.words) if by_index else None
        return reading.rows if told is None else reading.rows.filter(told)

    def holding(self, word: str) -> Q:
        """Return the condition that one of the searched fields contains a word."""
        paths = (
            self.search if word.upper().isascii() else tuple(path for path in self.search if path not in self.serials)
        )
        return containing(paths, word) if paths else Q(pk__in=[])

    def joined(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Return rows with what their columns need read along."""
        rows = rows.select_related(*self.select) if self.select else rows
        return rows.prefetch_related(*self.prefetch) if self.prefetch else rows

    def url(self, row: Any) -> str:
        """Return where a row leads, empty for nowhere."""
        get = getattr(row, "get_absolute_url", None)
        return str(get()) if get is not None else ""

    def extend(self, rows: list[Any]) -> None:
        """Read more for the rows of one page; called once a page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the page, or the fragment that htmx swaps in."""
        self._admit(request.user)
        reading = Reading(self, request.user, request.GET)
        fragment = request.headers.get("HX-Target") == "list"
        answer = render(request, "kernel/lists/_list.html" if fragment else self.template, self.context(reading))
        patch_vary_headers(answer, ["HX-Request", "HX-Target"])
        return answer

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do a batch's verb with the chosen rows and say what became of each."""
        self._admit(request.user)
        batch = next((item for item in self._batches(request.user) if item.name == request.POST.get("batch")), None)
        if batch is None:
            raise BadValue(_("没有这项批量操作。"))
        chosen = ids(request.POST.getlist("row"))
        if not chosen:
            raise BadValue(_("请先勾选要办理的行。"))
        if len(chosen) > verbs.LIMIT:
            raise BadValue(_("一次最多办理 %d 行。") % verbs.LIMIT)
        values: dict[str, Any] = {}
        if batch.form is not None:
            form = batch.form(request.POST)
            if not form.is_valid():
                raise BadValue(" ".join(str(error) for errors in form.errors.values() for error in errors))
            values = form.cleaned_data
        rows = self.rows(request.user).filter(pk__in=chosen).order_by("pk")
        outcome = verbs.perform(batch, rows, by=request.user, values=values)
        tell = messages.warning if outcome.refused else messages.success
        tell(request, outcome.sentence(batch.label))
        return HttpResponseRedirect(f"{reverse(self.name)}{address(request.GET)}")

    def _admit(self, user: Any) -> None:
        if not holds(user, self.permission):
            raise Forbidden(denied(self.permission))

    def _batches(self, user: Any) -> list[verbs.Batch]:
        return [item for item in self.batches if not item.permission or holds(user, item.permission)]

    def context(self, reading: Reading) -> dict[str, Any]:
        """Return what the template of the page and of the fragment needs."""
        page = self._window(reading)
        whole = not (page.previous or page.next)
        total = len(page.rows) if whole else keyset.count_up_to(self.tallied(reading), COUNTED)
        applied = reading.applied()
        return {
            "list": self,
            "reading": reading,
            "form": reading.filters.form,
            **_near_and_far(reading.filters.form),
            "heads": [_head(reading, column) for column in reading.columns],
            "lines": self._lines(reading, page.rows),
            "previous": reading.address(before=page.previous) if page.previous else "",
            "next": reading.address(after=page.next) if page.next else "",
            "total": total,
            "shown": self._shown(len(page.rows), total),
            "total_words": _counted(total),
            "applied": applied,
            "clear": reading.address("q", *reading.filters.filters) if applied else "",
            "relax": self._relaxed(reading, applied) if applied and not page.rows else [],
            "kept": [(name, reading.query[name]) for name in ("view", "sort", "saved") if reading.query.get(name)],
            "batches": [(item, item.form() if item.form else None) for item in self._batches(reading.user)],
            "first_step": self._first_step(reading.user),
            "here": reading.query.urlencode(),
            **self._choices(reading),
        }

    def _choices(self, reading: Reading) -> dict[str, Any]:
        """Return the tabs, the saved views and the columns to choose from."""
        saved = list(reading.user.saved_views.filter(list_name=self.name))
        open_one = next((item for item in saved if str(item.pk) == reading.query.get("saved")), None)
        tabs = [
            {"label": tab.label, "url": f"?view={tab.key}", "current": open_one is None and tab is reading.tab}
            for tab in self.tabs
        ]
        tabs += [{"label": item.name, "url": item.url(), "current": item is open_one} for item in saved]
        columns = [(column, column.key in reading.column_keys) for column in self.columns]
        return {"tabs": tabs, "saved": open_one, "column_choices": columns}

    def _window(self, reading: Reading) -> keyset.Window[Any]:
        rows, order = reading.shown(), reading.order
        for name, forward in (("after", True), ("before", False)):
            word = reading.query.get(name)
            cursor = keyset.decode(word, order, rows, forward=forward) if word else None
            if cursor is not None:
                page = keyset.window(rows, order, cursor, self.size)
                if page.rows:
                    return page
        return keyset.window(rows, order, None, self.size)

    def _lines(self, reading: Reading, rows: list[Any]) -> list[dict[str, Any]]:
        clocks = self.clocks(reading.columns, rows)
        self.extend(rows)
        columns = [(column, column.opening()) for column in reading.columns]
        return [self._line(row, columns, clocks) for row in rows]

    def _line(self, row: Any, columns: list[tuple[Column, Any]], clocks: dict[int, Any]) -> dict[str, Any]:
        """Return a row of the page: each cell with the tag that begins it and, if no component draws it, its words."""
        name, url = str(row), self.url(row)
        cells = [(opening, column.cell(row, clocks)) for column, opening in columns]
        drawn = [(opening, cell, "" if cell.component else cell.html(url, name)) for opening, cell in cells]
        return {"pk": row.pk, "name": name, "url": url, "cells": drawn}

    def clocks(self, columns: list[Column], rows: list[Any]) -> dict[int, Any]:
        """Return the next open clock of each row where a column shows it; one query."""
        return deadlines.due_by_subject(rows) if any(column.kind == "deadline" for column in columns) else {}

    def _shown(self, here: int, total: int) -> str:
        words = {"here": here, "noun": self.noun, "total": _counted(total)}
        return _("本页 %(here)d %(noun)s，共 %(total)s %(noun)s") % words

    def _relaxed(self, reading: Reading, applied: list[Any]) -> list[dict[str, Any]]:
        """Return the filters in use without which there would be rows, and how many."""
        found = []
        for item in applied[:RELAXED]:
            count = keyset.count_up_to(reading.without(*item.names), 99)
            if not count:
                continue
            told = "99+" if count > 99 else count
            found.append({"label": item.label, "shown": item.shown, "url": item.url, "count": told})
        return found

    def _first_step(self, user: Any) -> dict[str, Any] | None:
        if self.primary is None or not holds(user, self.primary[2]):
            return None
        return {"label": self.primary[0], "url": reverse(self.primary[1]), "icon": self.primary_icon}


def _near_and_far(form: Any) -> dict[str, Any]:
    """Return a form's fields: those in the bar, those behind “more”, and how many of these are set."""
    fields = list(form)
    dates = [field for field in fields if getattr(field.field.widget, "input_type", "") == "date"]
    plain = [field for field in fields if field not in dates]
    far = plain[NEAR:] + dates
    return {"near": plain[:NEAR], "far": far, "far_set": sum(1 for field in far if field.data)}


def ids(words: Iterable[str]) -> list[int]:
    """Return the ids among the words of a form."""
    return [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 19]


def _counted(total: int) -> str:
    return f"{COUNTED:,}+" if total > COUNTED else f"{total:,}"


def _head(reading: Reading, column: Column) -> dict[str, Any]:
    """Return a column's head: its label, and where a click on it leads."""
    by, descending = reading.sorted_by
    active = by is not None and by.key == column.key
    url, told = "", ""
    if column.order_path:
        url = reading.address(sort=column.key if active and descending else f"-{column.key}")
        if active and not descending:
            url = reading.address("sort")
        told = ("descending" if descending else "ascending") if active else "none"
    return {"column": column, "url": url, "sorted": told}


def find_list(name: str) -> ListPage:
    """Return a list by its name; raises Hidden. Addresses are loaded first, so that a worker knows the lists too."""
    if name not in LISTS:
        _addresses = get_resolver().url_patterns
    if name not in LISTS:
        raise Hidden(_("没有名为“%s”的列表。") % name)
    return LISTS[name]()
