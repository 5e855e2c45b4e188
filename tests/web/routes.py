"""The table of every address × persona: what a person of each kind is answered.

A row names an address, the keys of its URL as a function of the bank, the method, and the status for each persona. A
persona left out of a row is answered by REST_OF_BANK's value of the row (`others`). Who has not signed in is always sent
to the sign-in page (302), except on rows marked `open`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

PERSONAS = ("stranger", "submitter", "sender_head", "liaison", "reviewer", "legal", "office", "executive", "auditor", "admin")


@dataclass(frozen=True)
class Row:
    """What an address answers to whom."""

    name: str
    others: int = 200
    by: Mapping[str, int] = field(default_factory=dict)
    keys: Callable[[Any], dict[str, Any]] = lambda bank: {}
    method: str = "get"
    data: Mapping[str, Any] = field(default_factory=dict)
    wrong: str = "delete"
    """A method the address does not take; answered 405."""
    open: bool = False


def _unit(bank: Any) -> dict[str, Any]:
    return {"pk": bank.units["branch"].pk}


def _person(bank: Any) -> dict[str, Any]:
    return {"pk": bank["liaison"].pk}


def _nothing(_bank: Any) -> dict[str, Any]:
    return {"pk": 999_999}


def _no_subject(_bank: Any) -> dict[str, Any]:
    return {"label": "people.organisation", "pk": 999_999}


def _people_list(_bank: Any) -> dict[str, Any]:
    return {"name": "people"}


SEES = {"stranger": 403}
ADMIN = {"admin": 200}

ROWS = [
    # kernel: lists, exports, tokens
    Row("list_columns", 302, SEES, _people_list, "post", wrong="get"),
    Row("saved_view_add", 302, SEES, _people_list, "post", {"name": "我的视图", "query": "view=all"}, wrong="get"),
    Row("saved_view_delete", 404, {}, _nothing, "post", wrong="get"),
    Row("export_add", 302, SEES, _people_list, "post", wrong="get"),
    Row("exports"),
    Row("export_file", 404, {}, _nothing),
    Row("export_delete", 404, {}, _nothing, "post", wrong="get"),
    Row("tokens", 200, SEES),
    Row("token_revoke", 404, {}, _nothing, "post", wrong="get"),
    # kernel: inbox, jobs, comments, webhooks
    Row("inbox", wrong="post"),
    Row("inbox_count", wrong="post"),
    Row("inbox_mark_all", 302, {}, method="post", wrong="get"),
    Row("inbox_mail", 302, {}, method="post", data={"mail": "off"}, wrong="get"),
    Row("inbox_open", 404, {}, _nothing, wrong="post"),
    Row("inbox_mark", 404, {}, _nothing, "post", wrong="get"),
    Row("jobs", 403, ADMIN, wrong="post"),
    Row("job", 404, {}, _nothing, wrong="post"),
    Row("job_retry", 403, {"admin": 404}, _nothing, "post", wrong="get"),
    Row("comments", 404, {}, _no_subject),
    Row("mentionable", 404, {}, _no_subject, wrong="post"),
    Row("comment_withdraw", 404, {}, _nothing, "post", wrong="get"),
    Row("webhooks", 403, ADMIN),
    Row("webhook", 403, {"admin": 404}, _nothing),
    Row("webhook_rotate", 403, {"admin": 404}, _nothing, "post", wrong="get"),
    Row("webhook_ping", 403, {"admin": 404}, _nothing, "post", wrong="get"),
    Row("webhook_payload", 403, {"admin": 404}, _nothing, wrong="post"),
    Row("webhook_redeliver", 403, {"admin": 404}, _nothing, "post", wrong="get"),
    # people
    Row("organisations", 200, SEES, wrong="post"),
    Row("organisation", 200, SEES, _unit, wrong="post"),
    Row("organisation_new", 403, ADMIN),
    Row("organisation_change", 403, ADMIN, _unit),
    Row("people", 200, SEES, wrong="put"),
    Row("person", 200, SEES, _person, wrong="post"),
    Row("person_new", 403, ADMIN),
    Row("person_change", 403, ADMIN, _person),
    Row("person_appoint", 403, ADMIN, _person),
    Row("person_hand_over", 403, {"admin": 200, "office": 200}, _person),
    Row("post_relieve", 403, {"admin": 302}, lambda bank: {"pk": bank["liaison"].posts.get().pk}, "post", wrong="get"),
    Row("delegations", 200, SEES),
    Row("delegation_revoke", 404, {}, _nothing, "post", wrong="get"),
]
"""Each app adds its own rows, in its own block."""
