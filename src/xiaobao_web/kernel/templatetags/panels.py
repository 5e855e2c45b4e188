"""The tag that gives other apps' panels a place on a page: `{% load panels %}{% panels "product" product %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from xiaobao_web.kernel import panels as registry

register = template.Library()


@register.simple_tag(takes_context=True)
def panels(context: template.Context, place: str, obj: Any) -> SafeString:
    """Return the panels of a place for the page's person."""
    request = context["request"]
    found = registry.at(place, request.user, obj)
    return SafeString("".join(render_to_string(name, values, request=request) for name, values in found))
