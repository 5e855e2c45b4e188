"""Official texts through the browser: tried first, matched, then imported; ugly files stop nothing."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from xiaobao_web.kernel.errors import BadUpload, Forbidden, Refused
from xiaobao_web.kernel.models import Event
from xiaobao_web.knowledge import importing
from xiaobao_web.knowledge.models import NormEntry, TextImport

LAW = "# 中华人民共和国广告法\n\n2021年4月29日 某次会议修正\n\n第二十五条 甲不得做这件事。\n\n第九条 这里是另一件事。\n"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: Any) -> Path:
    """Keep imported wordings in a folder of the test's own, and return it."""
    monkeypatch.setenv("XIAOBAO_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "laws"


def docx(*lines: str) -> bytes:
    from docx import Document

    document = Document()
    for line in lines:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_nothing_is_written_before_it_is_confirmed(bank: Any, client_of: Any, home: Path) -> None:
    legal = client_of("legal")
    answer = legal.post(reverse("law_texts"), {"file": upload("广告法.txt", LAW.encode())})
    row = TextImport.objects.get()
    assert answer.status_code == 302
    assert not list(home.glob("*.json"))
    page = legal.get(reverse("law_text", args=[row.pk])).content.decode()
    assert "中华人民共和国广告法" in page
    assert "确认导入" in page
    assert row.changes == [
        {"norm": "广告法", "title": "中华人民共和国广告法", "new": ["25", "9"], "changed": [], "same": 0}
    ]
    legal.post(reverse("law_text", args=[row.pk]), {"action": "confirm"})
    row.refresh_from_db()
    assert row.state == "confirmed"
    assert [path.stem for path in home.glob("*.json")] == ["广告法"]
    assert NormEntry.objects.get(key="广告法").has_text
    assert "甲不得做这件事" in legal.get(reverse("article", args=["广告法", "25"])).content.decode()
    assert Event.objects.get(type="knowledge.texts_imported").facts["new"] == 2
    with pytest.raises(Refused, match="已导入"):
        importing.confirm(row, by=bank["legal"])


def test_a_pack_of_many_kinds(bank: Any, home: Path) -> None:
    lines = [line for line in LAW.replace("# ", "").splitlines() if line]
    data = packed(
        **{
            "法规/广告法.docx": docx(*lines),
            "说明.pdf": b"%PDF-1.4",
            "没登记的办法.txt": "某某办法\n第一条 甲。".encode(),
            "坏.docx": b"PK\x03\x04broken",
            "别处/规定.txt": "某某规定\n第一条 乙。".encode(),
            "乱码.txt": bytes(range(256)),
        }
    )
    row = importing.examine(upload("法规.zip", data), by=bank["office"])
    states = {report["file"]: report["status"] for report in row.reports}
    assert states["广告法.txt"] == "imported"
    assert states["说明.pdf"] == states["坏.docx"] == "unreadable"
    assert states["没登记的办法.txt"] == states["规定.txt"] == "unmatched"
    assert [item["norm"] for item in row.changes] == ["广告法"]
    importing.discard(row, by=bank["office"])
    assert not list(home.glob("*.json"))
    with pytest.raises(Refused):
        importing.confirm(row, by=bank["office"])


def test_what_matches_nothing_cannot_be_confirmed(bank: Any, client_of: Any) -> None:
    row = importing.examine(upload("某办法.txt", "某某办法\n第一条 甲。".encode()), by=bank["legal"])
    assert not row.changes
    with pytest.raises(Refused, match="没有可以导入"):
        importing.confirm(row, by=bank["legal"])
    page = client_of("legal").get(reverse("law_text", args=[row.pk])).content.decode()
    assert "确认导入" not in page


def test_who_may_not_and_files_that_are_none(bank: Any, client_of: Any) -> None:
    with pytest.raises(Forbidden):
        importing.examine(upload("广告法.txt", LAW.encode()), by=bank["reviewer"])
    with pytest.raises(BadUpload):
        importing.examine(upload("广告法.zip", b"PK\x03\x04" + b"\0" * 80), by=bank["legal"])
    answer = client_of("legal").post(reverse("law_texts"), {})
    assert answer.status_code == 422
    assert "请选择" in answer.content.decode()
