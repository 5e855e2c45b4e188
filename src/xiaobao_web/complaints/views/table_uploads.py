"""A table uploaded, shown dry, its headings kept, taken in: the steps of a page, whatever the rows are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from xiaobao_web.complaints.models import CaseImport
from xiaobao_web.complaints.services.table_runs import CHANGED, KEPT, MADE, Preview
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.models import StoredFile

SHOWN = 100
"""Rows that cannot be taken in."""
FIRST = 20
"""Rows that will be."""


@dataclass(frozen=True)
class Ways:
    """What a kind of table does with each step; the actor and the source are bound already."""

    store: Callable[[Any], StoredFile]
    remember: Callable[[dict[str, str]], Any]
    preview: Callable[[StoredFile], Preview[Any]]
    begin: Callable[[StoredFile, str], CaseImport]


def step(request: HttpRequest, context: dict[str, Any], ways: Ways) -> CaseImport | None:
    """Do what a page of a table posts and return its import once it was asked for; the page's values go to `context`.

    Raises BadValue without a file, and what the ways raise.
    """
    post, upload = request.POST, request.FILES.get("file")
    if upload is not None:
        stored, name = ways.store(upload), str(upload.name)
    else:
        found = StoredFile.objects.filter(sha256=post.get("sha256", "")).first()
        if found is None:
            raise BadValue(_("请选择文件。"))
        stored, name = found, post.get("name", "")
    context |= {"stored": stored, "name": name}
    if post.get("action") == "headings":
        ways.remember(dict(zip(post.getlist("heading"), post.getlist("field"), strict=False)))
        messages.success(request, _("列名对应已记住，下次自动使用。"))
    if post.get("action") == "import":
        return ways.begin(stored, name)
    shown = ways.preview(stored)
    context |= {"preview": shown, "good": shown.good[:FIRST], "bad": shown.bad[:SHOWN], MADE: shown.count(MADE),
                CHANGED: shown.count(CHANGED), KEPT: shown.count(KEPT)}  # fmt: skip
    return None
