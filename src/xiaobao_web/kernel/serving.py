"""Answer a request with a stored file: in place only for kinds a browser shows safely, parts of it on request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from xiaobao_web.kernel.files import open_stored
from xiaobao_web.kernel.models import ScanState, StoredFile
from xiaobao_web.kernel.scanning import kind_named

CHUNK = 1 << 18
CLOSED = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; frame-ancestors 'self'"
SANDBOX = f"{CLOSED}; sandbox"
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


def respond(request: HttpRequest, stored: StoredFile, *, name: str, download: bool = False) -> HttpResponseBase:
    """Return a released file's bytes under a name; the caller has checked who may have them. Raises Refused."""
    tag = f'"{stored.sha256}"'
    file = open_stored(stored)
    if request.headers.get("If-None-Match") == tag:
        file.close()
        return _guarded(HttpResponseNotModified(), tag)
    kind = kind_named(stored.media_type)
    inline = kind.inline and not download and stored.state != ScanState.RELEASED
    wanted = _wanted(request, stored.size, tag)
    answer: HttpResponseBase
    if wanted is not None and wanted[0] > wanted[1]:
        file.close()
        answer = HttpResponse(status=416, headers={"Content-Range": f"bytes */{stored.size}"})
    elif wanted is not None:
        first, last = wanted
        answer = StreamingHttpResponse(_part(file, first, last - first + 1), status=206)
        answer["Content-Range"], answer["Content-Length"] = f"bytes {first}-{last}/{stored.size}", str(last - first + 1)
    else:
        answer = FileResponse(file)
        answer["Content-Length"] = str(stored.size)
    answer["Content-Type"] = stored.media_type if kind.inline else "application/octet-stream"
    answer["Content-Disposition"] = content_disposition_header(not inline, name) or "attachment"
    answer["Content-Security-Policy"] = SANDBOX
    return _guarded(answer, tag)


def _guarded(answer: HttpResponseBase, tag: str) -> HttpResponseBase:
    """Set what keeps a file from acting as a page; a browser's copy is asked about each time, with the permission."""
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-cache"
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = tag
    return answer


def _wanted(request: HttpRequest, size: int, tag: str) -> tuple[int, int] | None:
    """Return the first and last byte asked for, the first beyond the last where none are; None for the whole file."""
    if request.headers.get("If-Range", tag) != tag:
        return None
    found = _RANGE.match(request.headers.get("Range", "").strip())
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        first, last = max(0, size - int(found[2])), size - 1
    else:
        first, last = int(found[1]), min(size - 1, int(found[2]) if found[2] else size - 1)
    return first, last


def _part(file: BinaryIO, first: int, count: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        while count > 0 and (piece := file.read(min(CHUNK, count))):
            count -= len(piece)
            yield piece
