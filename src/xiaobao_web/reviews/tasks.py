"""Background work of reviews: going on after the machine, documents, dossiers, batches, yearly re-evaluation."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.jobs import job
from xiaobao_web.kernel.schedule import every
from xiaobao_web.materials.screening import on_screened
from xiaobao_web.people.services import hand_over_hooks
from xiaobao_web.reviews.services import lanes, launched, machine, reevaluation, work

on_screened(machine.on_screening)
if work.hand_over not in hand_over_hooks:
    hand_over_hooks.append(work.hand_over)


@job(title=_("生成审查意见书"))
def write_document(opinion_id: int) -> int:
    """Write the Word document of an issued opinion."""
    from xiaobao_web.reviews import documents
    from xiaobao_web.reviews.models import Opinion

    return int(documents.write(Opinion.objects.select_related("review").get(pk=opinion_id)).pk)


@job(title=_("生成审查档案"))
def make_dossier(review_id: int) -> dict[str, Any]:
    """Make the dossier (PDF and zip) of an archived review."""
    from xiaobao_web.reviews import dossier
    from xiaobao_web.reviews.models import Review

    made: dict[str, Any] = dossier.make(Review.objects.get(pk=review_id))
    return made


@job(title=_("比对上线版本"), queue="screening")
def compare_launched(verification_id: int) -> bool:
    """Compare what was launched with what was approved."""
    from xiaobao_web.reviews.models import Verification

    row = Verification.objects.select_related(
        "approved_version__stored",
        "approved_version__material",
        "launched_version__stored",
        "launched_version__material",
    ).get(pk=verification_id)
    try:
        return launched.compare(row).same
    except Exception as error:
        launched.cannot(row, error)
        raise


@job(title=_("批量送审"))
def import_batch(stored_id: int, name: str, person_id: int) -> dict[str, Any]:
    """Make drafts from a stored table."""
    from django.contrib.auth import get_user_model

    from xiaobao_web.kernel.models import StoredFile

    person = get_user_model()._default_manager.get(pk=person_id)
    content = lanes.stored_content(StoredFile.objects.get(pk=stored_id))
    outcome = lanes.import_batch(content, name=name, by=person)
    return {"made": outcome.made, "faults": outcome.faults}


@every("*/5 * * * *", title=_("接续等待机器审查的事项"))
def go_on_waiting() -> int:
    """Move on reviews that no callback reached."""
    return machine.sweep()


@every("30 6 * * *", title=_("发起定期回溯评估"))
def periodic() -> int:
    """Open the yearly re-evaluations that are due."""
    return reevaluation.open_periodic()
