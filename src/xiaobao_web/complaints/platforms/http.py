"""Any platform that speaks JSON over HTTP: where its complaints are, what its fields are called, how it signs."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal
from urllib.parse import quote, urlencode

from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field

from xiaobao_web.complaints.channels.record import FIRST_YEAR, MOST_NUMBER, MOST_TEXT
from xiaobao_web.complaints.channels.registry import plain
from xiaobao_web.complaints.platforms.adapter import (
    FRESH,
    Batch,
    Item,
    NotSigned,
    Unreachable,
    adapter,
    asked,
    read_options,
)
from xiaobao_web.kernel import webhook_guard
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.webhooks import signature

FIELDS: dict[str, int] = {
    "number": MOST_NUMBER, "text": MOST_TEXT, "received_at": 0, "customer_name": 80, "phone": 40, "amount": 0,
    "product_name": 120, "order": 80, "state": 40,
}  # fmt: skip
"""What is taken from a complaint, and how long it may be."""


class Options(BaseModel):
    """How a platform is spoken with; paths inside answers are dotted (data.items)."""

    model_config = ConfigDict(extra="forbid")

    base: str
    list_path: str = Field("/complaints", pattern=r"^/[!-~]*$")
    cursor_name: str = Field("cursor", min_length=1)
    size_name: str = "limit"
    size: int = Field(50, ge=1, le=200)
    items: str = "items"
    next_cursor: str = "next_cursor"
    more: str = ""
    fields: dict[str, str] = {"number": "id", "text": "content", "received_at": "created_at"}
    time_format: Literal["iso", "seconds", "milliseconds"] = "iso"
    amount_unit: Literal["yuan", "fen"] = "yuan"
    key_header: str = Field("Authorization", pattern=r"^[A-Za-z0-9-]+$")
    key_prefix: str = "Bearer "
    reply_path: str = Field("/complaints/{number}/replies", pattern=r"^/[!-~]*\{number\}[!-~]*$")
    reply_name: str = Field("content", min_length=1)
    callback_style: Literal["standard", "hmac"] = "standard"
    callback_items: str = ""
    signature_header: str = "X-Signature"
    time_header: str = "X-Timestamp"


@adapter("http")
class Http:
    """The adapter that its settings alone make."""

    def __init__(self, options: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        self.options = read_options(Options, options)
        unknown = sorted(set(self.options.fields) - set(FIELDS))
        if unknown or not self.options.fields.get("number"):
            told = _("对应字段只能是 %s，其中 number 必填。") % "、".join(FIELDS)
            raise BadValue(told, fields={"fields": told})
        webhook_guard.parse(self.options.base)
        wrong = {
            name: _("只能是英文字母、数字和符号")
            for name, secret in secrets.items()
            if not re.fullmatch("[!-~]+", secret)
        }
        if wrong:
            raise BadValue(_("密钥里有空格、换行或中文。"), fields=wrong)
        self.key, self.callback_key = secrets.get("key", ""), secrets.get("callback", "")

    def pull(self, cursor: str) -> Batch:
        """Return the page of complaints at a cursor, "" for the first."""
        said = self.options
        query = {said.size_name: str(said.size)} if said.size_name else {}
        query |= {said.cursor_name: cursor} if cursor else {}
        mark = "&" if "?" in said.list_path else "?"
        answer = self._asked("GET", said.list_path + (mark + urlencode(query) if query else ""))
        told = _at(answer, said.items)
        if not isinstance(told, list):
            raise Refused(_("平台的回答里没有“%s”这个列表。") % said.items)
        following = _at(answer, said.next_cursor)
        after = "" if following is None else str(following)
        more = bool(_at(answer, said.more)) if said.more else bool(after) and after != cursor and bool(told)
        return Batch([self.item(item) for item in told], after, more)

    def reply(self, number: str, text: str, *, token: str, before: int | None = None) -> None:
        """Hand an answer over under an idempotency key, by which the platform knows what it has taken already."""
        path = self.options.reply_path.replace("{number}", quote(number, safe=""))
        body = json.dumps({self.options.reply_name: text}, ensure_ascii=False).encode()
        self._asked("POST", path, body, {"Idempotency-Key": token})

    def callback(self, headers: Mapping[str, str], body: bytes, *, now: float) -> list[Item]:
        """Return the complaints in a callback that is signed and fresh."""
        self._signed(headers, body, now)
        try:
            told = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise BadValue(_("内容不是 UTF-8 编码的 JSON。")) from error
        found = _at(told, self.options.callback_items)
        items = found if isinstance(found, list) else [found]
        if not items or not all(isinstance(item, dict) for item in items):
            raise BadValue(_("回调里没有投诉。"))
        return [self.item(item) for item in items]

    def _signed(self, headers: Mapping[str, str], body: bytes, now: float) -> None:
        standard = self.options.callback_style == "standard"
        moment = headers.get("webhook-timestamp" if standard else self.options.time_header, "")
        refusal = NotSigned(_("签名不对，或时间相差超过 5 分钟。"))
        if not self.callback_key or not re.fullmatch(r"[0-9]{1,12}", moment) or abs(now - int(moment)) > FRESH:
            raise refusal
        if standard:
            message = headers.get("webhook-id", "")
            try:
                wanted = signature(self.callback_key, message, int(moment), body.decode("utf-8"))
            except ValueError as error:  # also binascii.Error and UnicodeDecodeError
                raise refusal from error
            given = headers.get("webhook-signature", "").split() if message else []
        else:
            signed = moment.encode() + b"\n" + body
            wanted = hmac.new(self.callback_key.encode(), signed, hashlib.sha256).hexdigest()
            given = [headers.get(self.options.signature_header, "").strip().lower()]
        if not any(constant_time_compare(wanted, item) for item in given):
            raise refusal

    def _asked(self, method: str, path: str, body: bytes = b"", more: Mapping[str, str] | None = None) -> Any:
        """Return what the platform answers; neither the key nor the answer's words get into an error."""
        headers = {"Accept": "application/json", "Content-Type": "application/json; charset=utf-8", **(more or {})}
        if self.key:
            headers[self.options.key_header] = self.options.key_prefix + self.key
        url = self.options.base.rstrip("/") + path
        answer = asked(method, url, body, headers)
        try:
            return json.loads(answer.body) if answer.body.strip() else {}
        except (ValueError, RecursionError) as error:
            if method != "GET":
                return {}
            raise Unreachable(_("平台的回答不是 JSON，或没有传完。")) from error

    def item(self, told: Any) -> Item:
        """Return a complaint; what does not fit is cut or left out and stands in what the platform sent."""
        values = {name: _at(told, path) for name, path in self.options.fields.items() if path}
        record: dict[str, Any] = {}
        for name, most in FIELDS.items():
            value = values.get(name)
            if most and isinstance(value, str | int | float) and not isinstance(value, bool):
                record[name] = plain(str(value)).strip()[:most]
        record["received_at"] = self._moment(values.get("received_at"))
        record["amount"] = self._amount(values.get("amount"))
        record["text"] = record.get("text") or str(_("（平台没有给出投诉内容）"))
        return Item(record.get("number", ""), {name: value for name, value in record.items() if value}, told)

    def _moment(self, value: Any) -> str:
        try:
            if self.options.time_format == "iso":
                found = parse_datetime(str(value or ""))
            else:
                divisor = 1000 if self.options.time_format == "milliseconds" else 1
                found = datetime.fromtimestamp(float(value) / divisor, UTC)
            if found is None:
                return ""
            aware = timezone.make_aware(found) if timezone.is_naive(found) else found
            return min(aware, timezone.now()).isoformat() if aware.year >= FIRST_YEAR else ""
        except (ValueError, TypeError, OverflowError, OSError):
            return ""

    def _amount(self, value: Any) -> str:
        try:
            number = Decimal(str(value).replace(",", ""))
            whole = number / 100 if self.options.amount_unit == "fen" else number
            return str(whole.quantize(Decimal("0.01"))) if 0 <= whole < Decimal(10) ** 14 else ""
        except InvalidOperation:
            return ""


def _at(told: Any, path: str) -> Any:
    """Return what stands at a dotted path of an answer, None where there is nothing; "" is the answer itself."""
    for name in filter(None, path.split(".")):
        if isinstance(told, dict):
            told = told.get(name)
        elif isinstance(told, list) and name.isdecimal() and int(name) < len(told):
            told = told[int(name)]
        else:
            return None
    return told
