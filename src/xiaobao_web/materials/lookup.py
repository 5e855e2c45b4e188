"""“Is this approved?”: by content, by words, by likeness of words and of pictures; each answer with what differs."""

from __future__ import annotations

import base64
import io
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel import files
from xiaobao_web.kernel.errors import BadUpload, BadValue, PlatformError
from xiaobao_web.kernel.models import StoredFile
from xiaobao_web.materials import difference, hashing
from xiaobao_web.materials.models import ApprovedMaterial, Band, BandKind, MaterialVersion, Reading, TextSignature

if TYPE_CHECKING:
    from xiaobao.readers import Limits

NEAR_BITS = 10
"""Bits of 64 in which two pictures may differ and still be shown as nearly the same."""
NEAR_TEXT = 0.5
MOST = 5
LOOKED_AT = 400
READ_BYTES = 20_000_000
READ_SECONDS = 3.0
MOST_TEXT = 200_000


@dataclass
class Question:
    """What is asked about: bytes and their hashes, words, a picture."""

    sha256: str
    text: str = ""
    picture: bytes = b""
    text_hash: str = ""
    perceptual_hash: str = ""


@dataclass
class Match:
    """An approved version that is the same or nearly so: how it was found, how alike, what differs, may it be used."""

    approved: ApprovedMaterial
    how: str
    likeness: float
    usable: bool
    why_not: str = ""
    pieces: list[difference.Piece] = field(default_factory=list)
    regions: list[tuple[float, float, float, float]] = field(default_factory=list)
    picture: str = ""
    """The asked picture as a data address, its changed regions boxed."""

    @property
    def exact(self) -> bool:
        """Tell whether it is the very same content or the very same words."""
        return self.how in ("file", "words")


@dataclass
class Reply:
    """The answer: approved and usable, approved but not usable now, nearly, or not; with the matches."""

    verdict: str
    sentence: str
    matches: list[Match]


def of_text(text: str) -> Question:
    """Return a question about a pasted text; raises BadValue for an empty or overlong one."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise BadValue(_("请粘贴文字或上传文件。"), fields={"text": _("必填")})
    if len(text) > MOST_TEXT:
        raise BadValue(_("文字不超过 20 万字，更长的请上传文件。"), fields={"text": _("过长")})
    return Question(hashing.sha256_of(text.encode()), text, text_hash=hashing.text_hash(text))


def of_upload(upload: Any) -> Question:
    """Return a question about a file, which is not kept; words in pictures count only where they were read before."""
    size = int(getattr(upload, "size", 0) or 0)
    if not size:
        raise BadUpload(_("文件是空的，请检查后重新选择。"), fields={"file": _("空文件")})
    if size > READ_BYTES:
        raise BadUpload(_("查询用的文件不超过 20 MB。"), fields={"file": _("过大")})
    data, name = upload.read(), str(getattr(upload, "name", ""))
    kind = files.kind_of(io.BytesIO(data), name)
    asked = Question(hashing.sha256_of(data))
    known = Reading.objects.filter(sha256=asked.sha256).exclude(reader="text").order_by("-pk").first()
    if known is not None:
        asked.text, asked.text_hash = known.text, known.text_hash
        asked.perceptual_hash = str(known.facts.get("perceptual_hash", ""))
    else:
        asked.text = _words(data, name)
        asked.text_hash = hashing.text_hash(asked.text)
    asked.picture = _picture(data)
    if not asked.picture and not asked.text:
        _require_whole(data, kind.media_type, kind.label)
    if asked.picture and not asked.perceptual_hash:
        asked.perceptual_hash = hashing.image_hash(asked.picture)
    return asked


def _require_whole(data: bytes, media_type: str, label: str) -> None:
    """Return when a file in which nothing was seen can at least be opened; raises BadUpload for a damaged one."""
    from xiaobao.errors import XiaobaoError
    from xiaobao.readers import read

    shown = media_type.startswith("image/") or media_type == "application/pdf"
    try:
        if not shown:
            read(data, name="", ocr=None, limits=_limits())
            return
        why = ""
    except XiaobaoError as error:
        why = error.message
    told = _("%(label)s打不开，可能已损坏或没有传完整，请重新导出后再查。%(why)s") % {"label": label, "why": why}
    raise BadUpload(told, fields={"file": _("打不开")})


def _limits() -> Limits:
    from xiaobao.readers import Limits

    return Limits(max_bytes=READ_BYTES, max_pages=60, max_seconds=READ_SECONDS, max_chars=MOST_TEXT)


def _words(data: bytes, name: str) -> str:
    """Return the words of a file that can be had at once, without recognising pictures; empty where there are none."""
    from xiaobao.errors import XiaobaoError
    from xiaobao.readers import read

    try:
        return read(data, name=name, ocr=None, limits=_limits()).text
    except XiaobaoError:
        return ""


def _picture(data: bytes) -> bytes:
    from xiaobao.errors import XiaobaoError
    from xiaobao_web.materials.pages import first_picture

    try:
        page = first_picture(data)
    except XiaobaoError:
        return b""
    return page.png if page is not None else b""


def ask(question: Question, *, channel: str = "", on: date | None = None, picture: bool = True) -> Reply:
    """Return whether something is approved for use on a day (today) in a channel (any), and what is nearly it."""
    day = on or timezone.localdate()
    found = _exact(question) or _other_versions(question) or _near(question)
    matches = [_match(approved, how, score, day, channel) for approved, how, score in found]
    matches.sort(key=lambda m: (not m.exact, not m.usable, -m.likeness, -m.approved.pk))
    for match in matches[:MOST]:
        _tell_difference(match, question, picture)
    return _reply(matches[:MOST])


Scored = tuple[ApprovedMaterial, str, float]
_ROWS = ApprovedMaterial.objects.select_related(
    "unit", "product", "review", "version__material", "version__reading", "version__stored", "approved_by"
)


def _exact(question: Question) -> list[Scored]:
    same = Q(sha256=question.sha256)
    if question.text_hash and not question.picture:
        same |= Q(text_hash=question.text_hash)
    rows = _ROWS.filter(same).order_by("-pk")[:MOST]
    return [(row, "file" if row.sha256 == question.sha256 else "words", 1.0) for row in rows]


def _other_versions(question: Question) -> list[Scored]:
    """Return the approved versions of materials that hold exactly this as another version, one not approved."""
    same = MaterialVersion.objects.filter(sha256=question.sha256)
    rows = _ROWS.filter(version__material__in=same.values("material")).order_by("-pk")[:MOST]
    return [(row, "version", 1.0) for row in rows]


def _near(question: Question) -> list[Scored]:
    scores: dict[int, tuple[str, float]] = {}
    for number, score in _like_words(question.text).items():
        scores[number] = ("text", score)
    for number, score in _like_picture(question.perceptual_hash).items():
        if score > scores.get(number, ("", 0.0))[1]:
            scores[number] = ("picture", score)
    best = sorted(scores, key=lambda number: (-scores[number][1], -number))[:MOST]
    rows = _ROWS.in_bulk(best)
    return [(rows[number], *scores[number]) for number in best if number in rows]


def _like_words(text: str) -> dict[int, float]:
    signature = hashing.signature(text) if text else None
    if signature is None:
        return {}
    bands = Band.objects.filter(value__in=hashing.text_bands(signature), kind=BandKind.TEXT.value)
    met = Counter(bands.values_list("approved_id", flat=True)[: LOOKED_AT * 16])
    near = [number for number, _count in met.most_common(LOOKED_AT)]
    rows = TextSignature.objects.filter(pk__in=near).values_list("pk", "data")
    likenesses = {pk: hashing.text_likeness(signature, hashing.unpack(data)) for pk, data in rows}
    return {pk: score for pk, score in likenesses.items() if score >= NEAR_TEXT}


def _like_picture(mark: str) -> dict[int, float]:
    if not mark:
        return {}
    bands = Band.objects.filter(value__in=hashing.near_bands(mark), kind=BandKind.IMAGE.value)
    near = set(bands.values_list("approved_id", flat=True)[: LOOKED_AT * 16])
    rows = ApprovedMaterial.objects.filter(pk__in=near).values_list("pk", "perceptual_hash")
    distances = {pk: hashing.image_distance(mark, other) for pk, other in rows if other}
    return {pk: 1 - bits / 64 for pk, bits in distances.items() if bits <= NEAR_BITS}


def _match(approved: ApprovedMaterial, how: str, score: float, day: date, channel: str) -> Match:
    why = ""
    if not approved.usable_on(day):
        why = _why_not(approved, day)
    elif channel and approved.channels and channel not in approved.channels:
        why = _("批准的渠道是%(channels)s，不含“%(channel)s”") % {
            "channels": "、".join(approved.channels),
            "channel": channel,
        }
    return Match(approved, how, round(score, 3), not why, why)


def _why_not(approved: ApprovedMaterial, day: date) -> str:
    if approved.state == "withdrawn":
        return _("批准已撤回：%(reason)s") % {"reason": approved.withdrawal_reason}
    if approved.valid_from > day:
        return _("%(day)s 起才可使用") % {"day": approved.valid_from}
    return _("已过有效期 %(day)s") % {"day": approved.valid_until}


def _tell_difference(match: Match, question: Question, picture: bool) -> None:
    version = match.approved.version
    text = version.reading.text if version.reading is not None else version.text
    if match.how in ("text", "picture", "version") and question.text and text:
        match.pieces = difference.of_texts(text, question.text)
        if match.how in ("text", "version"):
            match.likeness = round(difference.likeness(text, question.text), 3)
    if match.how == "file" or not (question.picture and picture):
        return
    old = _approved_picture(match.approved)
    if old:
        found = difference.of_pictures(old, question.picture)
        match.regions = found.regions
        shown = base64.b64encode(difference.drawn(question.picture, found)).decode()
        match.picture = f"data:image/jpeg;base64,{shown}"


def _approved_picture(approved: ApprovedMaterial) -> bytes:
    reading = approved.version.reading
    first = next(iter(reading.pages), None) if reading is not None else None
    stored = StoredFile.objects.filter(pk=first["file"]).first() if first else None
    if stored is None:
        return b""
    try:
        with files.open_stored(stored) as file:
            return file.read()
    except (PlatformError, OSError):
        return b""


def _reply(matches: list[Match]) -> Reply:
    exact = [match for match in matches if match.exact]
    usable = next((match for match in exact if match.usable), None)
    if usable is not None:
        until = usable.approved.valid_until
        said = _("已批准，可以使用：%(number)s，有效期至 %(until)s。") % {
            "number": usable.approved.number, "until": until or _("长期")
        }  # fmt: skip
        return Reply("approved", said, matches)
    if exact:
        return Reply("not_usable", _("批准过，但现在不能用：%(why)s。") % {"why": exact[0].why_not}, matches)
    other = next((match for match in matches if match.how == "version"), None)
    if other is not None:
        said = _("这一版送审过，但没有获得批准；批准使用的是同一材料的第 %(number)d 版（%(approval)s），差异见下。") % {
            "number": other.approved.version.number, "approval": other.approved.number
        }  # fmt: skip
        return Reply("near", said, matches)
    if matches:
        return Reply(
            "near",
            _("没有批准过同样的内容；有 %(n)d 份相近的，差异见下。改动过的内容须重新送审。") % {"n": len(matches)},
            matches,
        )
    return Reply("unknown", _("没有找到批准记录，使用前须送审。"), matches)
