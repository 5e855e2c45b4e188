"""The one way to move a state: transition, permission and journal in one transaction, with the row locked.

A model has a protected FSMField named `state`; its transition methods take keyword arguments. The permission is
`<app>.<verb>` and so is the event. A transition's label, order and colour come from `custom`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import can, require
from xiaobao_web.kernel.errors import Refused, Undeclared

M = TypeVar("M", bound=models.Model)
F = TypeVar("F", bound=Callable[..., bool])


@dataclass(frozen=True)
class Action:
    """Something one could do with an object: its verb, its label, and if it cannot be done now, why."""

    name: str
    label: str
    allowed: bool
    reason: str = ""
    primary: bool = False
    danger: bool = False


def move(obj: M, verb: str, *, by: Any, comment: str = "", facts: dict[str, Any] | None = None, **values: Any) -> M:
    """Move an object's state by a verb and return it as saved.

    `by` is the actor, None for a job of the platform. Raises Forbidden, Hidden, or Refused when the state or a
    condition says no; nothing is changed then.
    """
    name = f"{obj._meta.app_label}.{verb}"
    with transaction.atomic():
        row = type(obj)._default_manager.select_for_update().get(pk=obj.pk)
        if by is not None:
            require(by, name, row)
        before = row.state  # type: ignore[attr-defined]
        method = getattr(row, verb, None)
        if method is None or not hasattr(method, "_django_fsm"):
            raise Undeclared(f"{obj._meta.label} 没有状态动作 {verb}")
        try:
            method(by=by, **values)
        except TransitionNotAllowed as error:
            raise Refused(refusal(row, verb)) from error
        row.save()
        told = {**(facts or {}), **({"comment": comment} if comment else {})}
        journal.record(name, by=by, on=row, facts=told, changes={"state": [before, row.state]})  # type: ignore[attr-defined]
    reload(obj)
    return obj


def reload(obj: models.Model) -> None:
    """Read an object's row anew, its protected state too (a plain refresh of one is refused)."""
    obj.__dict__.pop("state", None)
    obj.refresh_from_db()


def refusal(obj: models.Model, verb: str) -> str:
    """Return why a transition is not possible now: its failed condition's sentence, or the state."""
    for condition in _transition(obj, verb):
        if not condition(obj):
            told = getattr(condition, "refusal", None)
            if told:
                return str(told(obj) if callable(told) else told)
    label = obj.get_state_display()  # type: ignore[attr-defined]
    return _("当前状态为“%(state)s”，不能%(verb)s。") % {"state": label, "verb": verb_label(obj, verb)}


def condition(sentence: Any) -> Callable[[F], F]:
    """Give a transition's condition the sentence that says why it failed (text, or a function of the object)."""

    def give(function: F) -> F:
        function.refusal = sentence  # type: ignore[attr-defined]
        return function

    return give


def _transition(obj: models.Model, verb: str) -> list[Any]:
    method = getattr(type(obj), verb)
    found = method._django_fsm.get_transition(obj.state)  # type: ignore[attr-defined]
    return list(found.conditions) if found is not None else []


def verb_label(obj: models.Model, verb: str) -> str:
    """Return the label of a verb as its transition gives it."""
    for item in getattr(type(obj), verb)._django_fsm.transitions.values():
        return str(item.custom.get("label", verb))
    return verb


def actions(obj: models.Model, user: Any) -> list[Action]:
    """Return what could be done with an object: possible ones, and those refused with the reason.

    A transition whose `custom` has `quiet` (moved by jobs or other actions) and one not possible from this state are
    left out.
    """
    out: list[Action] = []
    seen: set[str] = set()
    for item in obj._meta.get_field("state").get_all_transitions(type(obj)):  # type: ignore[union-attr]
        custom = item.custom or {}
        if item.name in seen or custom.get("quiet"):
            continue
        seen.add(item.name)
        here = getattr(type(obj), item.name)._django_fsm.has_transition(obj.state)  # type: ignore[attr-defined]
        if not here:
            continue
        answer = can(user, f"{obj._meta.app_label}.{item.name}", obj)
        reason = answer.reason
        if answer:
            method = getattr(type(obj), item.name)
            if not method._django_fsm.conditions_met(obj, obj.state):  # type: ignore[attr-defined]
                reason = refusal(obj, item.name)
        out.append(
            Action(
                item.name,
                str(custom.get("label", item.name)),
                not reason,
                reason,
                bool(custom.get("primary")),
                bool(custom.get("danger")),
            )
        )
    return out
