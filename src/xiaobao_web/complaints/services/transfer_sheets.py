"""A regulator's transfer as its sheet has it: registered once, to a case of its own or to one that is there."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.complaints.models import RegulatorTransfer
from xiaobao_web.complaints.services import intake, regulators
from xiaobao_web.kernel.access import require, visible_to
from xiaobao_web.kernel.errors import BadValue

OF_A_NEW_CASE = frozenset({"unit", "customer_name", "phone", "cause", "business_type"})
"""What the sheet says of the case, when it becomes one of its own."""


def register(told: dict[str, Any], *, by: Any) -> tuple[RegulatorTransfer, bool]:
    """Register what a sheet says and return the transfer, and whether the same sheet had made it before.

    Raises BadValue where its number says something else now.
    """
    require(by, "complaints.regulator")
    given = {key: value for key, value in told.items() if value not in (None, "")}
    if "case" in given:
        given = {key: value for key, value in given.items() if key not in OF_A_NEW_CASE}
    elif given.get("text"):
        moment = timezone.localtime(given.get("received_at") or timezone.now())
        given["ticket"] = intake.read_ticket("regulator_transfer", received_at=moment, text=given["text"])
    known = _registered(given, by)
    return known or regulators.receive_transfer(by=by, **{"text": "", **given}), known is not None


def _registered(given: dict[str, Any], user: Any) -> RegulatorTransfer | None:
    """Return the transfer that the same sheet made before; raises BadValue where its number says something else now."""
    rows = RegulatorTransfer.objects.select_related("case__unit").filter(source=given["source"], number=given["number"])
    known = rows.first()
    if known is None:
        return None
    if not visible_to(user, rows, "complaints.view").exists():
        told = _("这个编号已由其他机构登记，不在您的查看范围内；请联系消保办。")
        raise BadValue(told, fields={"number": told})
    said = {row.text.strip() for row in known.case.contacts.all()}
    if given.get("case") not in (None, known.case) or given.get("text", "").strip() not in {"", *said}:
        told = _(
            "这个编号已登记（%s）。督办、退回补正请在那件投诉里办理；内容有更正的，登记来件并填那件投诉的编号并入。"
        )
        raise BadValue(told % known.case.number, fields={"number": told % known.case.number})
    return known
