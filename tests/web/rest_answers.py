"""Ask the REST interface and take its answer, as tests do it."""

from __future__ import annotations

from typing import Any

from django.test import Client


def send(client: Client, path: str, body: Any = None, method: str = "post") -> Any:
    """Send a body as JSON to an address under /api/."""
    return getattr(client, method)(f"/api/{path}", {} if body is None else body, content_type="application/json")


def did(answer: Any, status: int = 200) -> Any:
    """Return what an answer holds; fail with its words where its status is another."""
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.json() if answer.content else None
