"""Tell other systems of events, after Standard Webhooks: signed, tried again, nothing personal in them.

https://www.standardwebhooks.com: headers webhook-id, webhook-timestamp, webhook-signature (v1, HMAC-SHA256 over
id.timestamp.payload); a secret whsec_…; two signatures while a secret is being changed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import random
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao.privacy import mask
from xiaobao_web.kernel import journal, kept, webhook_guard
from xiaobao_web.kernel.access import holders, require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.models.journal import Event
from xiaobao_web.kernel.models.webhook import Delivery, DeliveryState, Endpoint
from xiaobao_web.kernel.notifications import notify

PAUSES = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
"""Seconds before the second and every later attempt, as Standard Webhooks advises; ten attempts in about three days."""
LONGEST_PAUSE = 86400
OVERLAP = timedelta(hours=24)
"""How long messages are signed with the former secret too."""
PING = "kernel.ping"
SILENT = ("kernel.webhook_", "kernel.job_")
"""Events about the sending itself are never sent: they would call forth more of themselves."""
PERSONAL_APPS = ("people.", "kernel.sign")
"""Events about staff and signing in: their facts name people, so that only the type and the number are sent."""


def new_secret() -> str:
    """Return a new secret, as whsec_ and base64 of 32 random bytes."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _seal() -> Fernet:
    key = hashlib.sha256(b"xiaobao webhooks " + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def _open(sealed: str) -> str:
    try:
        return _seal().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Refused(_("系统密钥已更换，接收方的签名密钥无法读取，请为接收方更换密钥。")) from error


def signature(secret: str, message: str, timestamp: int, payload: str | bytes) -> str:
    """Return the v1 signature of a message, of its very bytes."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message}.{timestamp}.".encode() + (payload.encode() if isinstance(payload, str) else payload)
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def make(*, name: str, url: str, event_types: Iterable[str], by: Any) -> tuple[Endpoint, str]:
    """Register an endpoint and return it with its secret, which is shown this once."""
    require(by, "kernel.webhooks")
    secret = new_secret()
    facts = _checked(name=name, url=url, event_types=event_types)
    if Endpoint.objects.filter(url=url).exists():
        raise BadValue(_("这个地址已登记。"), fields={"url": _("已登记")})
    with transaction.atomic():
        row = Endpoint.objects.create(**facts, sealed_secret=_seal().encrypt(secret.encode()).decode(), made_by=by)
        journal.record("kernel.webhook_made", by=by, on=row, facts={"url": row.url, "events": row.event_types})
    return row, secret


def change(endpoint: Endpoint, *, name: str, url: str, event_types: Iterable[str], active: bool, by: Any) -> Endpoint:
    """Change an endpoint's name, address, events, or whether it is active."""
    require(by, "kernel.webhooks")
    facts = {**_checked(name=name, url=url, event_types=event_types), "active": active}
    if Endpoint.objects.filter(url=url).exclude(pk=endpoint.pk).exists():
        raise BadValue(_("这个地址已登记。"), fields={"url": _("已登记")})
    with transaction.atomic():
        row = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        changes = {key: [getattr(row, key), value] for key, value in facts.items() if getattr(row, key) != value}
        for key, value in facts.items():
            setattr(row, key, value)
        row.note = "" if active else row.note
        row.save()
        journal.record("kernel.webhook_changed", by=by, on=row, changes=changes)
    return row


def _checked(*, name: str, url: str, event_types: Iterable[str]) -> dict[str, Any]:
    webhook_guard.resolve(url)
    if not name.strip():
        raise BadValue(_("请填写名称。"), fields={"name": _("必填")})
    kinds = list(dict.fromkeys(kind.strip() for kind in event_types if kind.strip()))
    if not kinds:
        raise BadValue(_("请选择要推送的事件。"), fields={"event_types": _("必填")})
    unknown = [kind for kind in kinds if not any(fnmatchcase(known, kind) for known in journal.TYPES)]
    if unknown:
        told = _("没有这样的事件：%(names)s。") % {"names": "、".join(unknown)}
        raise BadValue(told, fields={"event_types": told})
    return {"name": name.strip(), "url": url, "event_types": kinds}


def rotate(endpoint: Endpoint, *, by: Any) -> str:
    """Give an endpoint a new secret and return it; for a day messages are signed with the former one too."""
    require(by, "kernel.webhooks")
    secret = new_secret()
    with transaction.atomic():
        row = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        row.sealed_previous, row.previous_until = row.sealed_secret, timezone.now() + OVERLAP
        row.sealed_secret = _seal().encrypt(secret.encode()).decode()
        row.save(update_fields=["sealed_previous", "previous_until", "sealed_secret"])
        journal.record("kernel.webhook_rotated", by=by, on=row)
    return secret


def ping(endpoint: Endpoint, *, by: Any) -> Delivery:
    """Send a message that only tests the way."""
    require(by, "kernel.webhooks")
    return _enqueue(endpoint, PING, _payload(PING, timezone.now(), {"note": "ping"}), None)


def redeliver(delivery: Delivery, *, by: Any) -> Delivery:
    """Try a message anew under its old number; raises Refused while it is still being tried."""
    require(by, "kernel.webhooks")
    with transaction.atomic():
        row = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if row.state == DeliveryState.WAITING.value:
            raise Refused(_("这条消息还在推送中，不需要重发。"))
        row.state, row.finished_at, row.reason = DeliveryState.WAITING.value, None, ""
        row.save(update_fields=["state", "finished_at", "reason"])
        _ask(row, timezone.now())
    return row


def on_event(event: Event) -> None:
    """Write an event's messages down in its own transaction, one an endpoint that wants it."""
    if event.type.startswith(SILENT):
        return
    wanting = [e for e in Endpoint.objects.filter(active=True) if wants(e, event.type)]
    for endpoint in wanting:
        _enqueue(endpoint, event.type, _payload(event.type, event.at, _data(event)), event)


def wants(endpoint: Endpoint, kind: str) -> bool:
    """Tell whether an endpoint asked for a type of event."""
    return any(fnmatchcase(kind, pattern) for pattern in endpoint.event_types)


def _data(event: Event) -> dict[str, Any]:
    data: dict[str, Any] = {"event": event.pk, "subject": {"type": event.subject_type, "id": event.subject_id}}
    if event.type.startswith(PERSONAL_APPS):
        return data
    now = kept.of(event)
    changes = {name: pair for name, pair in event.changes.items() if now is None or name not in now.fields}
    data["unit"] = event.unit_id
    data["subject"]["name"] = mask(journal.subject_of(event)).text
    data["facts"], data["changes"] = _masked(event.facts), _masked(changes)
    return data


def payload_of(row: Delivery) -> str:
    """Return what a message says; of what came to be confidential since it is told as it is called now."""
    if row.event is None or kept.of(row.event) is None:
        return row.payload
    return _payload(row.type, row.event.at, _data(row.event))


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _masked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item) for item in value]
    return mask(value).text if isinstance(value, str) else value


def _payload(kind: str, at: datetime, data: dict[str, Any]) -> str:
    content = {"type": kind, "timestamp": at.astimezone(UTC).isoformat(), "data": data}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _enqueue(endpoint: Endpoint, kind: str, payload: str, event: Event | None) -> Delivery:
    message = f"msg_{secrets.token_hex(14)}"
    with transaction.atomic():
        row = Delivery.objects.create(endpoint=endpoint, event=event, message=message, type=kind, payload=payload)
        _ask(row, timezone.now())
    return row


def _ask(row: Delivery, at: datetime) -> None:
    from xiaobao_web.kernel.tasks import deliver

    row.next_at = at
    row.save(update_fields=["next_at"])
    deliver.using(after=at).enqueue(row.pk)


def attempt(pk: int) -> None:
    """Try to deliver a message once; one taken counts as delivered, else it is tried later or given up."""
    row = Delivery.objects.select_related("endpoint", "event").filter(pk=pk, state=DeliveryState.WAITING.value).first()
    if row is None or (row.next_at is not None and row.next_at > timezone.now()):
        return
    if not row.endpoint.active:
        _close(row, DeliveryState.FAILED, _("接收方已停用"))
        return
    row.attempts += 1
    status, reason, pause = _post(row)
    row.status = status
    if status is not None and 200 <= status < 300:
        _close(row, DeliveryState.DELIVERED, "")
    elif status == 410:
        _close(row, DeliveryState.FAILED, _("接收方表示不再接收（410）"))
        _stop(row.endpoint, _("接收方表示不再接收（410）"))
    elif row.attempts > len(PAUSES):
        _close(row, DeliveryState.FAILED, reason)
        _warn(row)
    else:
        with transaction.atomic():
            row.reason = reason[:300]
            row.save(update_fields=["attempts", "status", "reason"])
            _ask(row, timezone.now() + timedelta(seconds=pause))


def _post(row: Delivery) -> tuple[int | None, str, float]:
    """Return the status (None without an answer), the reason of a failure, and the pause before trying again."""
    pause = PAUSES[min(row.attempts, len(PAUSES)) - 1] * random.uniform(1, 1.1)
    told = payload_of(row)
    if told != row.payload:
        row.payload = told
        row.save(update_fields=["payload"])
    try:
        answer = webhook_guard.post(row.endpoint.url, row.payload.encode(), headers_of(row))
    except (BadValue, Refused) as error:
        return None, error.message, pause
    except (OSError, http.client.HTTPException) as error:
        return None, _("没有连上或应答中断（%(kind)s）") % {"kind": type(error).__name__}, pause
    if answer.retry_after.isdigit():
        pause = min(LONGEST_PAUSE, max(pause, int(answer.retry_after)))
    return answer.status, _("应答 %(status)d") % {"status": answer.status}, pause


def headers_of(row: Delivery) -> dict[str, str]:
    """Return the headers of one attempt, signed now with every secret in force."""
    timestamp = int(timezone.now().timestamp())
    endpoint = row.endpoint
    in_force = [endpoint.sealed_secret]
    if endpoint.sealed_previous and endpoint.previous_until and endpoint.previous_until > timezone.now():
        in_force.append(endpoint.sealed_previous)
    signed = [signature(_open(sealed), row.message, timestamp, row.payload) for sealed in in_force]
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "xiaobao-webhooks/1",
        "webhook-id": row.message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signed),
    }


def _close(row: Delivery, state: DeliveryState, reason: str) -> None:
    row.state, row.reason, row.next_at, row.finished_at = state.value, reason[:300], None, timezone.now()
    row.save(update_fields=["state", "reason", "next_at", "finished_at", "attempts", "status"])


def _stop(endpoint: Endpoint, reason: str) -> None:
    with transaction.atomic():
        if Endpoint.objects.filter(pk=endpoint.pk, active=True).update(active=False, note=reason[:200]):
            journal.record("kernel.webhook_stopped", on=endpoint, facts={"reason": reason})
            title = _("事件接收方“%(name)s”已停用：%(reason)s") % {"name": endpoint.name, "reason": reason}
            notify(holders("kernel.webhooks"), "kernel.webhook", title)


def _warn(row: Delivery) -> None:
    title = _("向“%(name)s”推送的消息多次未送达：%(reason)s") % {"name": row.endpoint.name, "reason": row.reason}
    notify(holders("kernel.webhooks"), "kernel.webhook", title)


journal.listeners.append(on_event)
