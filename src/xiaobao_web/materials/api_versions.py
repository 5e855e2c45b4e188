"""Versions and approvals over the REST interface: the next version, its file, screening anew, withdrawing."""

from __future__ import annotations

from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Form, Status, UploadedFile
from pydantic import StringConstraints

from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.rest import Strict, find
from xiaobao_web.kernel.serving import respond
from xiaobao_web.materials import queries, registry, services
from xiaobao_web.materials.api import ApprovedOut, ScreeningOut, VersionOut, router
from xiaobao_web.materials.api import approved_shown as shown
from xiaobao_web.materials.models import MaterialVersion

PLAIN = r"^[^\x00]*$"


class NextVersion(Strict):
    """The words of a version where no file is sent, and what was changed."""

    text: Annotated[str, StringConstraints(max_length=200_000, pattern=PLAIN)] = ""
    note: Annotated[str, StringConstraints(max_length=300, pattern=PLAIN)] = ""


class ReasonIn(Strict):
    """Why an approval is withdrawn."""

    reason: Annotated[str, StringConstraints(max_length=2000, pattern=PLAIN)]


@router.post("/{material_id}/versions", response={201: VersionOut}, summary="提交材料新版本并机器审查")
def add_version(
    request: HttpRequest, material_id: int, given: Form[NextVersion], file: File[UploadedFile | None] = None
) -> Status[MaterialVersion]:
    """Add the next version, a file or its words, and have it screened."""
    material = find(queries.materials(request.user), pk=material_id)
    if (file is None) == (not given.text.strip()):
        raise BadValue(_("请上传新版本的文件，或粘贴其文字，二者选一。"), fields={"file": _("请选择")})
    with transaction.atomic():
        version = services.add_version(material, by=request.user, upload=file, text=given.text, note=given.note)
        services.screen(version, request.user)
    return Status(201, version)


@router.post("/versions/{version_id}/screening", response={202: ScreeningOut}, summary="重新机器审查")
def screen(request: HttpRequest, version_id: int) -> Status[Any]:
    """Screen a version again with today's rulebook."""
    version = find(queries.versions(request.user), pk=version_id)
    services.screen(version, request.user)
    return Status(202, find(version.screenings.order_by("-pk")))


@router.get("/versions/{version_id}/file", summary="一版材料的文件", response={200: bytes})
def version_file(request: HttpRequest, version_id: int) -> HttpResponse:
    """Return a version's file as it was submitted."""
    require(request.user, "materials.view")
    version = find(queries.versions(request.user), pk=version_id)
    if version.stored is None:
        raise Refused(_("这一版是粘贴的文字，没有文件。"))
    return respond(request, version.stored, name=version.name, download=True)  # type: ignore[return-value]


@router.post("/registry/{number}/withdrawal", response=ApprovedOut, summary="撤回批准")
def withdraw(request: HttpRequest, number: str, body: ReasonIn) -> dict[str, Any]:
    """Withdraw an approval for a reason; those who placed it are told to take it down."""
    require(request.user, "materials.registry")
    row = find(queries.registry(request.user), number=number)
    registry.withdraw(row, by=request.user, reason=body.reason)
    return shown(find(queries.registry(request.user), number=number))
