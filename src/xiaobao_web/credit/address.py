"""The calculator's address for terms that were kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from xiaobao_web.credit.asked import RATE_KINDS
from xiaobao_web.credit.rows import KINDS

_OVERDUE = {
    "rate_share_percent": "late_share", "grace_days": "late_grace", "fee_percent": "late_fee_percent",
    "fee_least": "late_fee_least",
}  # fmt: skip


def query_of(terms: Mapping[str, Any], prefix: str = "") -> str:
    """Return the query by which the calculator shows terms of the engine's JSON as this app keeps them."""
    lead = f"{prefix}-" if prefix else ""
    return urlencode([(f"{lead}{name}", value) for name, value in _pairs(terms)])


def _pairs(terms: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    rates, lists = dict(RATE_KINDS), {form.key: kind for kind, form in KINDS.items()}
    for name, value in terms.items():
        if name in rates:
            yield "rate", str(value)
            yield "rate_kind", name
        elif name in lists:
            for number, row in enumerate(value):
                yield from ((f"{lists[name]}-{number}-{key}", _told(one)) for key, one in row.items())
        elif name == "overdue":
            yield from ((_OVERDUE[key], str(one)) for key, one in value.items() if key in _OVERDUE)
            if value.get("compound"):
                yield "late_compound", "yes"
        elif name == "plan":
            yield "plan", " ".join(map(str, value))
        else:
            yield name, str(value)


def _told(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
