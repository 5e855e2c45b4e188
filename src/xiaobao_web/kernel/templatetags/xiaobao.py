"""Template tags and filters that pages and components share: `{% load xiaobao %}`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import BoundField, widgets
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from xiaobao_web.kernel import access, clocks, formats
from xiaobao_web.kernel.choices import tone_of
from xiaobao_web.kernel.marking import marked as mark_text
from xiaobao_web.kernel.timeline import Moment, moments

register = template.Library()

register.filter("day", formats.day)
register.filter("moment", formats.moment)
register.filter("money", formats.money)
register.filter("short_money", formats.short_money)
register.filter("percent", formats.percent)
register.filter("size", formats.size)
register.filter("chip", clocks.chip)

SEVERITIES = {"high": ("▲", "高"), "medium": ("◆", "中"), "low": ("●", "低")}
CONFIDENCES = {"T": "原文核对", "Q": "引文核对", "S": "二手转述", "M": "待核对"}


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """Return an icon of the sprite (names in package.json); it is decoration and hidden from screen readers."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        classes,
        static("icons/icons.svg"),
        name,
    )


@register.filter
def holds(user: Any, permission: str) -> bool:
    """Tell whether a person has a permission anywhere."""
    return access.holds(user, permission)


@register.filter
def present(value: Any) -> Any:
    """Return the value, or 无数据 where it is missing; a zero stays a zero."""
    return formats.no_data() if value is None or value == "" else value


@register.filter
def severity_shape(level: str) -> str:
    """Return the shape of a severity."""
    return SEVERITIES.get(str(level), SEVERITIES["medium"])[0]


@register.filter
def severity_word(level: str) -> str:
    """Return the word of a severity."""
    return SEVERITIES.get(str(level), SEVERITIES["medium"])[1]


@register.filter
def confidence_word(mark: str) -> str:
    """Return how well a citation is known, in words."""
    return CONFIDENCES.get(str(mark), str(mark))


@register.filter
def state_tone(obj: Any) -> str:
    """Return the tone of a member of TonedChoices, or of an object by its `State` choices and its `state`."""
    colour = getattr(obj, "colour", None)
    if isinstance(colour, str):
        return colour
    return tone_of(getattr(obj, "State", None), getattr(obj, "state", ""))


@register.filter
def state_label(obj: Any) -> str:
    """Return the label of a member of choices, or of an object's state."""
    display = getattr(obj, "get_state_display", None)
    return str(display() if display is not None else getattr(obj, "label", obj))


@register.filter
def initial(person: Any) -> str:
    """Return the character that stands for a person."""
    return str(person or "").strip()[:1].upper()


@register.filter
def widget_kind(field: BoundField) -> str:
    """Return how a form field is laid out: check, choices, file or plain."""
    widget = field.field.widget
    if isinstance(widget, widgets.CheckboxInput):
        return "check"
    if isinstance(widget, widgets.RadioSelect | widgets.CheckboxSelectMultiple):
        return "choices"
    return "file" if isinstance(widget, widgets.FileInput) else "plain"


@register.simple_tag
def widget(field: BoundField, classes: str = "", placeholder: str = "", rows: str = "") -> SafeString:
    """Return a form field's control in the page's look, tied to its help and its error."""
    inner = field.field.widget
    if widget_kind(field) == "choices":
        inner.attrs["class"] = "form-check-input"
        rows_html = format_html_join(
            "", '<label class="form-check">{}<span class="form-check-label">{}</span></label>',
            ((choice.tag(), choice.choice_label) for choice in field.subwidgets),
        )  # fmt: skip
        return format_html('<div class="choice-list">{}</div>', rows_html)
    check = widget_kind(field) == "check"
    look = "form-check-input" if check else "form-select" if isinstance(inner, widgets.Select) else "form-control"
    own = inner.attrs.get("class", "")
    invalid = "is-invalid" if field.errors else ""
    attrs: dict[str, str | bool] = {"class": " ".join(filter(None, [look, own, invalid, classes]))}
    described = [f"{field.id_for_label}_help"] if field.help_text else []
    if field.errors:
        described.append(f"{field.id_for_label}_error")
        attrs["aria-invalid"] = "true"
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if placeholder and not isinstance(inner, widgets.Select):
        attrs["placeholder"] = placeholder
    if rows:
        attrs["rows"] = rows
    return SafeString(field.as_widget(attrs=attrs))


@register.simple_tag
def marked(
    text: str, spans: Iterable[Any] | None = None, start: Any = "", end: Any = "", severity: str = "medium"
) -> SafeString:
    """Return a text with its spans (or the one from start to end) marked."""
    if spans:
        return mark_text(text, spans)
    one = [{"start": start, "end": end, "severity": severity}] if start != "" and end != "" else []
    return mark_text(text, one)


@register.simple_tag(name="moments")
def moments_tag(
    events: Iterable[Any] | None = None, comments: Iterable[Any] | None = None, order: str = "newest"
) -> list[Moment]:
    """Return events and comments in the order of time, newest first unless order is oldest."""
    return moments(events or (), comments or (), newest_first=order != "oldest")


@register.filter
def share(value: Any, whole: Any) -> int:
    """Return value as whole percent of a whole, 0 for an empty whole."""
    whole = float(whole or 0)
    return round(100 * float(value or 0) / whole) if whole else 0
