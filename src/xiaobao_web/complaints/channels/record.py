"""A record of fields, as our own forms and programs hand it over in JSON: whatever the channel, checked alike.

{"text": "…", "turns": [{"role", "text"}], "received_at": "2026-03-02T10:00:00+08:00", "sender": "…", "subject": "…",
 "customer_name", "phone", "id_number", "account", "email", "institution", "staff", "product_name",
 "business_type", "cause", "demands", "flags", "urgency", "amount", "amounts": [{"value": 285, "role": "fee"}],
 "event_dates": ["2026-03-02", "2026-02"], "track": what runs beside the complaint (insurance_claim …),
 "confidential", "kind", "people_count", "face_to_face", "thread",
 "source_system", "recording_url": where the telephone system has the recording; with it the words may be missing}

What a channel does not take it names itself, with what to do instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from xiaobao_web.complaints.beside import BESIDE
from xiaobao_web.complaints.channels.registry import Arrival, plain
from xiaobao_web.complaints.data import classes
from xiaobao_web.complaints.models import AmountRole, Case, ContactKind, Urgency
from xiaobao_web.kernel.errors import BadValue

WORDS = ("customer_name", "phone", "id_number", "account", "email", "institution", "staff", "product_name", "region",
         "address")  # fmt: skip
MOST_TEXT = 20_000
MOST_TURNS = 2_000
MOST_PEOPLE = 9_999
MOST_LISTED = 30
MOST_NUMBER = 80
"""A source's own number; cut off, two complaints would be one."""
FIRST_YEAR = 1990
"""What claims to be older than any system that could hand it over is a slip."""


def opened(raw: bytes) -> dict[str, Any]:
    """Return the record that bytes hold; raises BadValue."""
    try:
        told = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadValue(_("内容不是 UTF-8 编码的 JSON。")) from error
    if not isinstance(told, dict):
        raise BadValue(_("内容应为一个 JSON 对象。"))
    return told


def arrival_of(told: dict[str, Any], *, unfit: Mapping[str, str] | None = None, empty: str = "") -> Arrival:
    """Return what a record of fields says; raises BadValue with a sentence a field.

    unfit: the fields that its channel does not take, each with what to do instead; an empty one is let be. empty: what
    to hand over where nothing is said.
    """
    faults = {name: sentence for name, sentence in (unfit or {}).items() if str(told.get(name) or "").strip()}
    turns = _turns(told.get("turns"), faults)
    text = _text(told.get("text"), "text", MOST_TEXT, faults)
    recording = "" if "recording_url" in faults else _address(told.get("recording_url"), faults)
    if recording and not text.strip() and not turns:
        text = str(_("（来电录音，还没有文字记录）"))
    if not text.strip() and not any(turn["text"].strip() for turn in turns):
        faults.setdefault("text", empty or _("没有内容"))
    found = Arrival(
        text=text,
        turns=turns,
        received_at=_moment(told.get("received_at"), faults),
        details=_details(told, faults) | ({"recording_url": recording} if recording else {}),
        people_count=_count(told.get("people_count"), faults),
        face_to_face=bool(told.get("face_to_face")),
        kind=_text(told.get("kind"), "kind", 40, faults),
        sender=_text(told.get("sender"), "sender", 200, faults),
        subject=_text(told.get("subject"), "subject", 200, faults),
        thread=_text(told.get("thread"), "thread", 80, faults),
        source_system=_text(told.get("source_system"), "source_system", 60, faults),
    )
    if found.kind and found.kind not in ContactKind.values:
        faults["kind"] = _("没有“%s”这一类") % found.kind[:20]
    if faults:
        told_all = "；".join(f"{name}：{sentence}" for name, sentence in faults.items())
        raise BadValue(_("有内容不能接收：%s。") % told_all, fields=faults)
    return found


def _text(value: Any, name: str, most: int, faults: dict[str, str]) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        faults[name] = _("应为文字")
        return ""
    clean = plain(value)
    if len(clean) > most:
        faults[name] = _("最多 %(most)d 字，现有 %(n)d 字") % {"most": most, "n": len(clean)}
    return clean[:most]


def _turns(value: Any, faults: dict[str, str]) -> list[dict[str, Any]]:
    if not value:
        return []
    if not isinstance(value, list) or len(value) > MOST_TURNS:
        faults["turns"] = _("应为不超过 %d 轮的列表") % MOST_TURNS
        return []
    turns: list[dict[str, Any]] = []
    for turn in value:
        if not isinstance(turn, dict) or not isinstance(turn.get("text"), str):
            faults["turns"] = _("每轮应为 {role, text}")
            return []
        turns.append(
            {
                "role": plain(str(turn.get("role") or "customer"))[:20],
                "text": _text(turn["text"], "turns", 5_000, faults),
            }
        )
    if sum(len(turn["text"]) + 1 for turn in turns) > MOST_TEXT:
        faults["turns"] = _("对话最多 %d 字") % MOST_TEXT
    return turns


def _address(value: Any, faults: dict[str, str]) -> str:
    """Return the address of a recording: a web address of printable characters, at most 500."""
    told = _text(value, "recording_url", 500, faults).strip()
    if told and not re.fullmatch(r"https?://[!-~]+", told):
        faults["recording_url"] = _("应为 http 或 https 网址")
        return ""
    return told


def _moment(value: Any, faults: dict[str, str]) -> datetime | None:
    if not value:
        return None
    try:
        moment = value if isinstance(value, datetime) else parse_datetime(str(value))
        if moment is None:
            moment = datetime.fromisoformat(str(value))
        if timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
        if moment.year < FIRST_YEAR:
            raise ValueError
    except (ValueError, OverflowError):
        faults["received_at"] = _("读不懂“%s”，请写作 2026-03-02T10:00:00+08:00") % plain(str(value))[:30]
        return None
    if moment > timezone.now():
        faults["received_at"] = _("晚于现在")
    return moment


def _count(value: Any, faults: dict[str, str]) -> int:
    if value in (None, ""):
        return 1
    if isinstance(value, bool) or not str(value).isdecimal() or not 1 <= int(value) <= MOST_PEOPLE:
        faults["people_count"] = _("应为 1 至 %d") % MOST_PEOPLE
        return 1
    return int(value)


def _details(told: dict[str, Any], faults: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in WORDS:
        most = Case._meta.get_field(name).max_length  # type: ignore[union-attr]
        found[name] = _text(told.get(name), name, most or 200, faults).strip()
    known = {
        "business_type": {item.name for item in classes().business},
        "cause": {item.name for item in classes().cause},
        "urgency": set(Urgency.values),
        "track": {item.value for item in BESIDE},
    }
    for name, values in known.items():
        value = _text(told.get(name), name, 40, faults).strip()
        if value and value not in values:
            faults[name] = _("没有“%s”这一类") % value[:20]
        found[name] = value
    found["beside"] = found.pop("track")
    for name, allowed in (("demands", classes().demands), ("flags", classes().flags)):
        listed = told.get(name) or []
        if not isinstance(listed, list) or not set(map(str, listed)) <= set(allowed):
            faults[name] = _("有不认识的项")
            continue
        found[name] = [str(item) for item in listed]
    found["amount"] = _amount(told.get("amount"), faults)
    found["amounts"] = _amounts(told.get("amounts"), faults)
    found["event_dates"] = _days(told.get("event_dates"), faults)
    found["confidential"] = bool(told.get("confidential"))
    return {name: value for name, value in found.items() if value not in ("", [], None, False)}


def _amount(value: Any, faults: dict[str, str]) -> str | None:
    if value in (None, ""):
        return None
    try:
        number = Decimal(str(value).replace(",", "").replace("，", "").removesuffix("元").strip())
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or not 0 <= number < Decimal(10) ** 14:
        faults["amount"] = _("应为不小于 0 的数")
        return None
    return str(number.quantize(Decimal("0.01")))


def _amounts(value: Any, faults: dict[str, str]) -> list[dict[str, Any]]:
    """Return sums, each with what it is."""
    out: list[dict[str, Any]] = []
    for item in value if isinstance(value, list) else [None] if value else []:
        told = item if isinstance(item, dict) else {}
        number, role = _amount(told.get("value"), faults), str(told.get("role") or "")
        if number is None or role not in AmountRole.values or len(out) == MOST_LISTED:
            faults["amounts"] = _("应为不超过 30 笔的 {value, role}，role 为 %s") % "、".join(AmountRole.values)
            return []
        out.append({"value": float(number), "role": role})
    return out


def _days(value: Any, faults: dict[str, str]) -> list[str]:
    """Return days as 2026-03-02 and months as 2026-03, none of them to come."""
    out: list[str] = []
    for item in value if isinstance(value, list) else [value] if value else []:
        told = str(item)
        try:
            day = date.fromisoformat(told if len(told) > 7 else f"{told}-01")
        except ValueError:
            day = None
        fits = day is not None and told == day.isoformat()[: len(told)] and day <= timezone.localdate()
        if not fits or len(out) == MOST_LISTED:
            faults["event_dates"] = _("应为不超过 30 个 2026-03-02 或 2026-03，不晚于今天")
            return []
        out.append(told)
    return out
