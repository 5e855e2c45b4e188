"""Filters of the inbox and of comments."""

from __future__ import annotations

import re

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from xiaobao_web.kernel import notifications
from xiaobao_web.kernel.models.comment import Comment

register = template.Library()

register.filter("notice_group", notifications.group_label)
register.filter("notice_title", notifications.told)


@register.filter
def mentions(body: str, row: Comment) -> SafeString:
    """Return a comment's words, escaped, with the people it mentions made to stand out."""
    names = {name for person in row.mentioned.all() for name in (person.name, person.username) if name}
    if not names:
        return conditional_escape(body)
    pattern = re.compile("@(?:" + "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) + ")")
    out, at = [], 0
    for found in pattern.finditer(body):
        out += [conditional_escape(body[at : found.start()]), format_html('<b class="mention">{}</b>', found.group())]
        at = found.end()
    return mark_safe("".join([*out, conditional_escape(body[at:])]))
