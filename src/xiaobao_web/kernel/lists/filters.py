"""The filters of a list, each one line: what it is called, what may be chosen, which rows it keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from html import escape
from typing import Any

import django_filters
from django import forms
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

Text = str | Promise
Build = Callable[[type[models.Model]], dict[str, django_filters.Filter]]


@dataclass(frozen=True)
class ListFilter:
    """A filter by its name in the URL; `build` gives the django-filter filters for a model."""

    name: str
    build: Build


@dataclass(frozen=True)
class Applied:
    """A filter in use: its name and value as people read them, and the address without it."""

    label: str
    shown: str
    url: str
    names: tuple[str, ...]


def choice(name: str, *, field: str = "", label: Text = "") -> ListFilter:
    """Filter by one of a field's choices."""

    def build(model: type[models.Model]) -> dict[str, django_filters.Filter]:
        source: Any = _field(model, field or name)
        told = label or source.verbose_name
        return {
            name: django_filters.ChoiceFilter(
                field_name=field or name, label=told, choices=source.choices, empty_label=_all_of(told)
            )
        }

    return ListFilter(name, build)


def flag(name: str, *, field: str = "", label: Text = "") -> ListFilter:
    """Filter by yes or no."""

    def build(model: type[models.Model]) -> dict[str, django_filters.Filter]:
        told = label or _field(model, field or name).verbose_name
        path = field or name

        def answered(rows: models.QuerySet[Any], _name: str, word: str) -> models.QuerySet[Any]:
            return rows.filter(**{path: word == "1"})

        answers = [("1", _("是")), ("0", _("否"))]
        made = django_filters.ChoiceFilter(label=told, choices=answers, method=answered, empty_label=_all_of(told))
        return {name: made}

    return ListFilter(name, build)


def unit(name: str, *, field: str = "", label: Text = "") -> ListFilter:
    """Filter by an organisation and all below it."""

    def build(model: type[models.Model]) -> dict[str, django_filters.Filter]:
        organisations: Any = apps.get_model("people", "Organisation")._default_manager
        told = label or _field(model, field or name).verbose_name
        path = field or name

        def below(rows: models.QuerySet[Any], _name: str, chosen: Any) -> models.QuerySet[Any]:
            if chosen is None:
                return rows
            # Told by their ids: how many rows they have is then known to the planner.
            units = organisations.filter(path__startswith=chosen.path).values_list("pk", flat=True)
            return rows.filter(**{f"{path}__in": list(units)})

        rows = organisations.order_by("path").only("name", "path")
        return {
            name: _IndentedFilter(
                queryset=rows,
                label=told,
                method=below,
                empty_label=_all_of(told),
                widget=LongSelect(columns=("name", "path"), label=_indented),
            )
        }

    return ListFilter(name, build)


def person(
    name: str, *, field: str = "", label: Text = "", among: Callable[[], models.QuerySet[Any]] | None = None
) -> ListFilter:
    """Filter by a person, among everybody who is active or the people `among` gives."""

    def build(model: type[models.Model]) -> dict[str, django_filters.Filter]:
        told = label or _field(model, field or name).verbose_name

        def people(_request: Any = None) -> models.QuerySet[Any]:
            if among:
                return among()
            everybody = get_user_model()._default_manager.filter(is_active=True)
            return everybody.order_by("name", "pk").only("name", "username")

        return {
            name: django_filters.ModelChoiceFilter(
                field_name=field or name,
                queryset=people,
                label=told,
                empty_label=_all_of(told),
                widget=LongSelect(columns=("name", "username"), label=lambda name, username: name or username),
            )
        }

    return ListFilter(name, build)


def days(name: str, *, field: str = "", label: Text = "") -> ListFilter:
    """Filter by a first and a last day, both included, in Beijing: `name_from` and `name_to`."""

    def build(model: type[models.Model]) -> dict[str, django_filters.Filter]:
        source = _field(model, field or name)
        told = str(label or source.verbose_name)
        exact = not isinstance(source, models.DateTimeField)
        path = field or name

        def since(rows: models.QuerySet[Any], _name: str, day: Any) -> models.QuerySet[Any]:
            return rows.filter(**{f"{path}__gte": day if exact else _begin(day)})

        def until(rows: models.QuerySet[Any], _name: str, day: Any) -> models.QuerySet[Any]:
            return rows.filter(**({f"{path}__lte": day} if exact else {f"{path}__lt": _begin(day + timedelta(days=1))}))

        pick = {"type": "date"}
        return {
            f"{name}_from": django_filters.DateFilter(
                label=_("%s起") % told, method=since, widget=forms.DateInput(attrs=pick, format="%Y-%m-%d")
            ),
            f"{name}_to": django_filters.DateFilter(
                label=_("%s止") % told, method=until, widget=forms.DateInput(attrs=pick, format="%Y-%m-%d")
            ),
        }

    return ListFilter(name, build)


def custom(name: str, build: django_filters.Filter) -> ListFilter:
    """Filter by a filter of django-filter's own."""
    return ListFilter(name, lambda _model: {name: build})


class LongSelect(forms.Select):
    """A select whose options are written in one go: a template for each of a thousand takes longer than the page.

    With `columns` the rows to choose from are read as these alone, and `label` makes a row's name of them.
    """

    def __init__(self, *args: Any, columns: tuple[str, ...] = (), label: Any = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.columns, self.label = columns, label

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the control; the option whose value is given is chosen."""
        chosen = "" if value is None else str(value)
        options = mark_safe(
            "".join(
                f'<option value="{escape(key)}"{" selected" if key == chosen else ""}>{escape(label)}</option>'
                for key, label in self._told()
            )
        )
        return format_html(
            "<select{}>{}</select>", flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name})), options
        )

    def _told(self) -> Iterator[tuple[str, str]]:
        """Yield the value and the label of each option."""
        rows: Any = self.choices
        if not self.columns or not isinstance(rows, forms.models.ModelChoiceIterator):
            yield from ((str(key), str(label)) for key, label in rows)
            return
        if rows.field.empty_label is not None:
            yield "", str(rows.field.empty_label)
        for key, *values in rows.queryset.values_list("pk", *self.columns):
            yield str(key), self.label(*values)


class _IndentedField(django_filters.fields.ModelChoiceField):  # type: ignore[misc]
    """A choice of organisations, each indented by its depth."""

    def label_from_instance(self, obj: Any) -> str:
        return _indented(str(obj), obj.path)


def _indented(name: str, path: str) -> str:
    return "　" * max(0, path.count("/") - 2) + name


class _IndentedFilter(django_filters.ModelChoiceFilter):  # type: ignore[misc]
    field_class = _IndentedField


def _all_of(label: Text) -> str:
    return _("%(what)s：全部") % {"what": label}


def _begin(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _field(model: type[models.Model], path: str) -> Any:
    found: Any = model
    *way, last = path.split("__")
    for name in way:
        found = found._meta.get_field(name).related_model
    return found._meta.get_field(last)


def filterset(model: type[models.Model], filters: Iterable[ListFilter]) -> type[django_filters.FilterSet]:
    """Return the filter set of a list's filters."""
    made: dict[str, Any] = {}
    for item in filters:
        made |= item.build(model)
    meta = type("Meta", (), {"model": model, "fields": []})
    return type(f"{model.__name__}Filters", (django_filters.FilterSet,), {**made, "Meta": meta})


def narrowed(
    bound: django_filters.FilterSet, rows: models.QuerySet[Any], *, without: Iterable[str] = ()
) -> models.QuerySet[Any]:
    """Return the rows that the filters keep; a value that cannot be read narrows nothing, the form says so."""
    bound.form.errors  # noqa: B018  # reading the errors cleans the form
    left = set(without)
    for name, value in bound.form.cleaned_data.items():
        if name in bound.filters and name not in left and value not in (None, ""):
            rows = bound.filters[name].filter(rows, value)
    return rows


def applied(bound: django_filters.FilterSet, query: QueryDict, drop: Mapping[str, str]) -> list[Applied]:
    """Return the filters in use, the search words among them; `drop` are the keys that each removal takes along."""
    bound.form.errors  # noqa: B018
    found = []
    if words := query.get("q", "").strip():
        found.append(Applied(_("查找"), words, address(query, "q", *drop), ("q",)))
    for name, value in bound.form.cleaned_data.items():
        if name not in bound.filters or value in (None, ""):
            continue
        label = str(bound.filters[name].label)
        found.append(Applied(label, _shown(bound.form.fields[name], value), address(query, name, *drop), (name,)))
    return found


def _shown(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.ModelChoiceField):
        return str(value)
    choices = getattr(field, "choices", None)
    if choices is not None:
        return str(dict(choices).get(value, value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def address(query: QueryDict, *without: str, **values: Any) -> str:
    """Return the query as an address, without some keys and with some values set."""
    changed = query.copy()
    for name in without:
        changed.pop(name, None)
    for name, value in values.items():
        changed[name] = str(value)
    for name in [name for name in changed if not changed.get(name)]:
        del changed[name]
    return f"?{changed.urlencode()}"
