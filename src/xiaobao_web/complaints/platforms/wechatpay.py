"""WeChat Pay's complaints (消费者投诉 2.0, APIv3): every request signed by the merchant, every answer by the platform.

A request bears SHA256-RSA over method, path, moment, nonce and body under the merchant's key; answers and callbacks
bear the same over moment, nonce and body under the platform's key. A callback's body is sealed with AES-256-GCM under
the APIv3 key and names a complaint, which is then asked for; telephone numbers are sealed for the merchant (RSA-OAEP).
Written after the public documentation (pay.weixin.qq.com, APIv3 签名与验签, 消费者投诉) and tried against a server of
our own that checks the signatures; not tried on the real platform.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets as chance
import time
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field

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
from xiaobao_web.complaints.platforms.http import Http
from xiaobao_web.kernel import webhook_guard
from xiaobao_web.kernel.errors import BadValue, Refused

SCHEMA = "WECHATPAY2-SHA256-RSA2048"
PATH = "/v3/merchant-service/complaints-v2"
WINDOW = 29
"""Days beside the first that one question may span: 30 at most."""
LONGEST_REPLY = 200
HISTORY, HISTORY_PAGES = 100, 20
"""Entries of a complaint's history that are asked for at once (300 at most), and how many times."""
FIELDS = {
    "number": "complaint_id", "text": "complaint_detail", "received_at": "complaint_time", "phone": "payer_phone",
    "state": "complaint_state", "amount": "complaint_order_info.0.amount",
    "order": "complaint_order_info.0.transaction_id",
}  # fmt: skip


class Options(BaseModel):
    """Who we are to the platform, and by which key it signs."""

    model_config = ConfigDict(extra="forbid")

    base: str = "https://api.mch.weixin.qq.com"
    merchant: str = Field("", pattern=r"^[0-9A-Za-z_-]{1,64}$")
    serial: str = Field("", pattern=r"^[0-9A-Fa-f]{8,64}$")
    platform_serial: str = Field("", pattern=r"^[0-9A-Za-z_]{0,100}$")
    size: int = Field(50, ge=1, le=50)


@adapter("wechatpay")
class WechatPay:
    """The adapter of a merchant."""

    def __init__(self, options: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        self.options = read_options(Options, options)
        webhook_guard.parse(self.options.base)
        self.key = _private(secrets.get("key", ""))
        self.platform, serial = _public(secrets.get("certificate", ""))
        self.platform_serial = self.options.platform_serial or serial
        if not self.platform_serial:
            told = _("填的是公钥，请同时填写公钥编号（PUB_KEY_ID_…）")
            raise BadValue(told, fields={"platform_serial": told})
        self.sealed = secrets.get("callback", "").encode()
        if len(self.sealed) != 32:
            raise BadValue(_("APIv3 密钥应为 32 个字符。"), fields={"callback": _("应为 32 个字符")})
        said = {"base": self.options.base, "fields": FIELDS, "amount_unit": "fen"}
        self.reader = Http(said, {})

    def pull(self, cursor: str) -> Batch:
        """Return the page of complaints at a cursor (day:offset), "" for those of the last thirty days.

        The last day that was read is read again the next time: complaints of it may have come since.
        """
        today = timezone.localdate()
        begin, offset = _place(cursor, today)
        end = min(begin + timedelta(days=WINDOW), today)
        query = {"limit": self.options.size, "offset": offset, "begin_date": begin.isoformat(),
                 "end_date": end.isoformat(), "complainted_mchid": self.options.merchant}  # fmt: skip
        told = self._asked("GET", f"{PATH}?{urlencode(query)}").get("data") or []
        if not isinstance(told, list):
            raise Refused(_("平台的回答里没有投诉列表。"))
        items = [self._item(item) for item in told]
        if len(told) >= self.options.size:
            return Batch(items, f"{begin}:{offset + len(told)}", True)
        if end < today:
            return Batch(items, f"{end}:0", True)
        return Batch(items, f"{max(begin, today - timedelta(days=1))}:0", False)

    def reply(self, number: str, text: str, *, token: str, before: int | None = None) -> None:
        """Hand an answer over; the platform knows no token, so that its history is asked before one is sent again."""
        if len(text) > LONGEST_REPLY:
            told = _("微信支付的回复不超过 %(most)d 字，现有 %(n)d 字。")
            raise Refused(told % {"most": LONGEST_REPLY, "n": len(text)})
        if before is not None and self._answers(number, text) > before:
            return
        body = {"complainted_mchid": self.options.merchant, "response_content": text}
        self._asked("POST", f"{PATH}/{quote(number, safe='')}/response", json.dumps(body, ensure_ascii=False))

    def _answers(self, number: str, text: str) -> int:
        """Return how many of the merchant's answers to a complaint (协商历史) say these words."""
        path, found, wanted = f"{PATH}/{quote(number, safe='')}/negotiation-historys", 0, "".join(text.split())
        for page in range(HISTORY_PAGES):
            query = urlencode({"limit": HISTORY, "offset": page * HISTORY})
            told = self._asked("GET", f"{path}?{query}").get("data") or []
            if not isinstance(told, list):
                raise Refused(_("平台的回答里没有协商历史。"))
            own = (item for item in told if isinstance(item, dict) and item.get("operate_type") == "MERCHANT_RESPONSE")
            found += sum("".join(str(item.get("operate_details") or "").split()) == wanted for item in own)
            if len(told) < HISTORY:
                break
        return found

    def callback(self, headers: Mapping[str, str], body: bytes, *, now: float) -> list[Item]:
        """Return the complaint that a signed, fresh and sealed callback names, as the platform has it now."""
        try:
            words = body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise NotSigned(_("签名不对，或时间相差超过 5 分钟。")) from error
        self._verified({name.lower(): value for name, value in headers.items()}, words, now)
        number = self._opened(words).get("complaint_id")
        if not isinstance(number, str) or not number:
            raise BadValue(_("回调里没有投诉单号。"))
        return [self._item(self._asked("GET", f"{PATH}/{quote(number, safe='')}"))]

    def _opened(self, words: str) -> dict[str, Any]:
        """Return what a callback holds under its seal."""
        try:
            sealed = json.loads(words)["resource"]
            if sealed["algorithm"] != "AEAD_AES_256_GCM":
                raise BadValue(_("回调的加密方式不认识。"))
            content = base64.b64decode(sealed["ciphertext"], validate=True)
            extra = str(sealed.get("associated_data") or "").encode()
            told = json.loads(AESGCM(self.sealed).decrypt(str(sealed["nonce"]).encode(), content, extra))
        except (InvalidTag, KeyError, TypeError, ValueError, RecursionError) as error:  # also binascii.Error
            raise BadValue(_("回调解不开：请核对 APIv3 密钥。")) from error
        return told if isinstance(told, dict) else {}

    def _verified(self, headers: Mapping[str, str], words: str, now: float) -> None:
        """Return where the platform signed these words just now; raises NotSigned."""
        moment, nonce = headers.get("wechatpay-timestamp", ""), headers.get("wechatpay-nonce", "")
        refusal = NotSigned(_("签名不对，或时间相差超过 5 分钟。"))
        if not re.fullmatch(r"[0-9]{1,12}", moment) or abs(now - int(moment)) > FRESH:
            raise refusal
        if headers.get("wechatpay-serial", "").upper() != self.platform_serial.upper():
            raise NotSigned(_("平台换了签名的证书或公钥，请在设置中更新。"))
        try:
            given = base64.b64decode(headers.get("wechatpay-signature", ""), validate=True)
            self.platform.verify(given, f"{moment}\n{nonce}\n{words}\n".encode(), padding.PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error, ValueError) as error:
            raise refusal from error

    def _authorised(self, method: str, path: str, body: str) -> str:
        """Return the header that signs a request."""
        moment, nonce = str(int(time.time())), chance.token_hex(16)
        signed = f"{method}\n{path}\n{moment}\n{nonce}\n{body}\n".encode()
        given = base64.b64encode(self.key.sign(signed, padding.PKCS1v15(), SHA256())).decode()
        said = {"mchid": self.options.merchant, "nonce_str": nonce, "signature": given, "timestamp": moment,
                "serial_no": self.options.serial}  # fmt: skip
        return f"{SCHEMA} " + ",".join(f'{name}="{value}"' for name, value in said.items())

    def _asked(self, method: str, path: str, body: str = "") -> dict[str, Any]:
        """Return what the platform answers under its signature."""
        url = self.options.base.rstrip("/") + path
        target = urlsplit(url)
        signed = target.path + (f"?{target.query}" if target.query else "")
        headers = {"Accept": "application/json", "Content-Type": "application/json",
                   "User-Agent": "xiaobao", "Wechatpay-Serial": self.platform_serial,
                   "Authorization": self._authorised(method, signed, body)}  # fmt: skip
        answer = asked(method, url, body.encode(), headers)
        try:
            self._verified(answer.headers, answer.body, time.time())
        except NotSigned as error:
            raise Refused(_("平台的回答没有采用：%s") % error.message) from error
        try:
            told = json.loads(answer.body) if answer.body.strip() else {}
        except (ValueError, RecursionError) as error:
            raise Unreachable(_("平台的回答不是 JSON，或没有传完。")) from error
        return told if isinstance(told, dict) else {}

    def _item(self, told: Any) -> Item:
        """Return a complaint with its telephone number opened; what was sealed does not stand in the original."""
        if not isinstance(told, dict):
            return self.reader.item(told)
        opened = {**told, "payer_phone": self._phone(told.get("payer_phone"))}
        problem = told.get("problem_description")
        detail = told.get("complaint_detail")
        if isinstance(problem, str) and problem.strip() and isinstance(detail, str):
            opened["complaint_detail"] = f"{problem.strip()}：{detail}"
        item = self.reader.item(opened)
        return Item(item.number, item.record, {name: value for name, value in told.items() if name != "payer_phone"})

    def _phone(self, sealed: Any) -> str:
        try:
            content = base64.b64decode(str(sealed or ""), validate=True)
            opaque = padding.OAEP(padding.MGF1(SHA1()), SHA1(), None)
            return self.key.decrypt(content, opaque).decode("utf-8") if content else ""
        except (ValueError, binascii.Error):
            return ""


def _place(cursor: str, today: date) -> tuple[date, int]:
    """Return the day and the offset of a cursor."""
    day, _colon, offset = cursor.partition(":")
    try:
        begin = date.fromisoformat(day) if day else today - timedelta(days=WINDOW)
    except ValueError:
        begin = today - timedelta(days=WINDOW)
    return min(begin, today), int(offset) if offset.isdecimal() else 0


def _private(pem: str) -> RSAPrivateKey:
    told = _("应为商户 API 证书的私钥（PEM，RSA）")
    try:
        found = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError) as error:
        raise BadValue(_("商户私钥读不懂。"), fields={"key": told}) from error
    if not isinstance(found, RSAPrivateKey):
        raise BadValue(_("商户私钥读不懂。"), fields={"key": told})
    return found


def _public(pem: str) -> tuple[RSAPublicKey, str]:
    """Return the platform's key, and the serial of its certificate where one was given."""
    found: Any = None
    serial = ""
    try:
        if "BEGIN CERTIFICATE" in pem:
            certificate = load_pem_x509_certificate(pem.encode())
            found, serial = certificate.public_key(), f"{certificate.serial_number:X}"
        else:
            found = load_pem_public_key(pem.encode())
    except ValueError as error:
        raise BadValue(_("平台证书读不懂。"), fields={"certificate": _("应为 PEM 格式的证书或公钥")}) from error
    if not isinstance(found, RSAPublicKey):
        raise BadValue(_("平台证书读不懂。"), fields={"certificate": _("应为微信支付平台的 RSA 证书或公钥")})
    return found, serial
