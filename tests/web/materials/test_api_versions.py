"""Versions, screening anew and withdrawing over REST, each with its refusals."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from xiaobao_web.materials import registry, services

pytestmark = pytest.mark.django_db
TEXT = "安享理财，投资须谨慎，理财非存款。"


def made(bank: Any) -> Any:
    material = services.add_material(
        title="海报", kind="post", unit=bank["submitter"].unit, by=bank["submitter"], product=None
    )
    return material, services.add_version(material, by=bank["submitter"], text=TEXT)


def test_the_next_version_its_file_and_screening(
    bank: Any, client_of: Any, django_capture_on_commit_callbacks: Any
) -> None:
    material, first = made(bank)
    sender, address = client_of("submitter"), f"/api/materials/{material.pk}/versions"
    with django_capture_on_commit_callbacks(execute=True):
        given = {"file": SimpleUploadedFile("新稿.txt", "安享理财，稳赚不赔！".encode()), "note": "改稿"}
        answer = sender.post(address, given)
    assert answer.status_code == 201, answer.json()
    assert (answer.json()["number"], answer.json()["name"]) == (2, "新稿.txt")
    file = f"/api/materials/versions/{answer.json()['id']}/file"
    assert b"".join(sender.get(file).streaming_content).decode() == "安享理财，稳赚不赔！"
    assert sender.get(f"/api/materials/versions/{first.pk}/file").status_code == 409
    with django_capture_on_commit_callbacks(execute=True):
        assert sender.post(f"/api/materials/versions/{first.pk}/screening").status_code == 202
    assert sender.get(f"/api/materials/versions/{first.pk}/screening").json()["state"] == "done"
    assert sender.post(address, {}).status_code == 422
    assert sender.post(address, {"file": SimpleUploadedFile("a.exe", b"MZ\x90" + b"\0" * 64)}).status_code == 422
    assert client_of("auditor").post(address, {"text": TEXT}).status_code == 403
    assert client_of("other_branch").post(address, {"text": TEXT}).status_code == 404
    assert client_of("other_branch").get(file).status_code == 404


def test_an_approval_is_withdrawn(bank: Any, client_of: Any) -> None:
    approved = registry.approve(made(bank)[1], by=bank["reviewer"], valid_until=None, channels=["网点"])
    path, send = f"/api/materials/registry/{approved.number}/withdrawal", {"content_type": "application/json"}
    assert client_of("submitter").post(path, {"reason": "停用"}, **send).status_code == 403
    office = client_of("office")
    assert office.post(path, {"reason": " "}, **send).status_code == 422
    assert office.post(path, {"reason": "停用"}, **send).json()["state"] == "withdrawn"
    assert office.post(path, {"reason": "停用"}, **send).status_code == 409
    assert office.post("/api/materials/registry/NO/withdrawal", {"reason": "停用"}, **send).status_code == 404
