"""What a citizen has typed so far: sealed in the session, gone when handed in or thrown away; nothing in an address."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import constant_time_compare, salted_hmac

DRAFT, DONE = "complaint_draft", "complaint_received"
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without the marks that are taken for each other."""
LENGTH = 8


def _seal() -> Fernet:
    key = hashlib.sha256(b"xiaobao drafts " + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def of(kind: str) -> str:
    """Return the name under which a session keeps the draft of a kind, so that one kind does not push out another."""
    return DRAFT if kind == "complaint" else f"{DRAFT}_{kind}"


def read(session: SessionBase, name: str = DRAFT) -> dict[str, Any]:
    """Return what a session keeps; empty where there is nothing, or the system's key has changed."""
    sealed = session.get(name, "")
    try:
        found: dict[str, Any] = json.loads(_seal().decrypt(sealed.encode())) if sealed else {}
    except InvalidToken:
        return {}
    return found


def write(session: SessionBase, values: dict[str, Any], name: str = DRAFT) -> None:
    """Keep values in a session, sealed."""
    session[name] = _seal().encrypt(json.dumps(values, ensure_ascii=False, default=str).encode()).decode()


def drop(session: SessionBase, name: str = DRAFT) -> None:
    """Forget what a session keeps."""
    session.pop(name, None)


def begin(kind: str) -> dict[str, Any]:
    """Return a new draft with the token that makes handing it in twice once, and the code of its receipt."""
    return {"kind": kind, "token": secrets.token_hex(16), "code": new_code(), "files": [], "seen": []}


def new_code() -> str:
    """Return a code that nobody guesses: eight marks of thirty-one."""
    return "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))


def digest(code: str) -> str:
    """Return what is kept of a code."""
    plain = "".join(code.split()).replace("-", "").upper()
    return salted_hmac("xiaobao.complaints.code", plain, algorithm="sha256").hexdigest()


def fits(code: str, kept: str) -> bool:
    """Tell whether a code is the one that is kept."""
    return bool(kept) and constant_time_compare(digest(code), kept)
