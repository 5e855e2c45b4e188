"""Uploads that come along: each is stored by itself, and one that cannot be taken is told and loses no other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.complaints.channels.registry import plain
from xiaobao_web.kernel import files
from xiaobao_web.kernel.errors import BadUpload
from xiaobao_web.kernel.models import StoredFile

MOST = 20


def store_each(
    uploads: Sequence[Any], *, by: Any, store: Callable[[Any], StoredFile] | None = None
) -> tuple[list[tuple[StoredFile, str]], list[str]]:
    """Return the files that are stored, each with its name, and a sentence for each that could not be taken.

    store: how one is stored where it has to be of some kind; raises BadUpload.
    """
    taken: list[tuple[StoredFile, str]] = []
    refused: list[str] = []
    for upload in uploads[:MOST]:
        name = str(upload.name or "")
        try:
            taken.append((store(upload) if store else files.store(upload, name=name, by=by), name))
        except BadUpload as error:
            refused.append(f"{plain(name)[:60]}：{error.message}")
    refused += [_("一次最多 %d 个文件，其余没有收下。") % MOST] if len(uploads) > MOST else []
    return taken, refused
