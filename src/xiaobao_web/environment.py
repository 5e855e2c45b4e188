"""Read settings from the environment, each with its type and a default that needs no service."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def text(name: str, default: str = "") -> str:
    """Return a setting as text."""
    return os.environ.get(name, default)


def flag(name: str, default: bool = False) -> bool:
    """Return a setting as a truth: 1, true, yes or on in any case are true."""
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in ("1", "true", "yes", "on")


def number(name: str, default: int) -> int:
    """Return a setting as a whole number; raises ValueError that names the setting."""
    value = os.environ.get(name)
    if value is None or not value.strip():
        return default
    try:
        return int(value)
    except ValueError as error:
        raise ValueError(f"环境变量 {name} 应为整数，现为 {value!r}") from error


def words(name: str, default: str = "") -> list[str]:
    """Return a setting as a list, split at commas."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def secret(name: str, folder: Path) -> str:
    """Return a secret of the environment, else one made once and kept in the folder, readable by its owner only."""
    if value := os.environ.get(name):
        return value
    path = folder / name.lower()
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(50))
        except FileExistsError:
            pass
    return path.read_text()


SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-65536;"
    ),
}


def database(url: str) -> dict[str, Any]:
    """Return Django's description of a database from sqlite:///PATH or postgresql://user:pass@host:port/name?opt=…"""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path[1:]) or ":memory:",
            "OPTIONS": dict(SQLITE),
            "TEST": {"NAME": os.environ.get("XIAOBAO_TEST_SQLITE") or None},
        }
    if parts.scheme in ("postgres", "postgresql"):
        options: dict[str, Any] = dict(parse_qsl(parts.query))
        host = options.pop("host", "") or (unquote(parts.hostname) if parts.hostname else "")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": host,
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            # Compiling a query takes longer than any of ours runs; an address may say otherwise by its own options.
            "OPTIONS": {"options": "-c jit=off", **options},
        }
    raise ValueError(f"环境变量 DATABASE_URL 以 {parts.scheme!r} 开头，只支持 sqlite 与 postgresql")
