"""Blocked files: a person's ruling, its four eyes, what it never allows, and what follows."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.kernel import files, journal, releases, scans
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused
from xiaobao_web.kernel.models import Event, ScanState, StoredFile
from xiaobao_web.kernel.models.notification import Notification

pytestmark = pytest.mark.django_db
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def blocked(by: Any = None, data: bytes = SVG) -> StoredFile:
    return files.store(io.BytesIO(data), name="a.svg", by=by)


def test_who_brought_it_in_never_rules_on_it(bank: Any) -> None:
    stored = blocked(bank["office"])
    assert stored.stopped
    with pytest.raises(Forbidden, match="他人"):
        releases.release(stored, by=bank["office"], reason="看过")
    files.attach(bank.units["retail"], stored, name="b.svg", by=bank["admin"])
    with pytest.raises(Forbidden, match="他人"):
        releases.reject(stored, by=bank["admin"], reason="看过")
    for name in ("submitter", "reviewer", "executive", "auditor"):
        with pytest.raises(Forbidden):
            releases.release(stored, by=bank[name], reason="看过")
    stored.refresh_from_db()
    assert stored.state == ScanState.BLOCKED


def as_material(bank: Any, stored: StoredFile, by: Any) -> None:
    from xiaobao_web.materials import services as materials

    made = materials.add_material(title="海报", kind="poster", by=by, unit=bank.units["retail"])
    materials.add_stored_version(made, stored=stored, name="海报.svg", by=by)


def test_who_used_it_as_a_material_never_rules_on_it(bank: Any) -> None:
    stored = blocked(bank["office"])
    as_material(bank, stored, bank["submitter"])
    assert releases.names_of(stored) == ["海报.svg"]
    assert releases.brought_in(stored) == {bank["office"].pk, bank["submitter"].pk}


def test_what_a_material_still_names_outlives_its_attachments(bank: Any) -> None:
    stored = blocked(bank["submitter"])
    as_material(bank, stored, bank["submitter"])
    yesterday = timezone.localdate() - timedelta(days=1)
    files.attach(bank.units["retail"], stored, name="旧.svg", by=bank["admin"], retain_until=yesterday)
    assert files.purge_due() == 1
    stored.refresh_from_db()
    assert stored.purged_at is None


def test_a_release_has_its_reason_and_its_event_and_opens_the_file(bank: Any) -> None:
    stored = blocked(bank["submitter"])
    with pytest.raises(BadValue, match="理由"):
        releases.release(stored, by=bank["office"], reason=" ")
    row = releases.release(stored, by=bank["office"], reason="设计稿自带动画，已核查")
    assert row.state == ScanState.RELEASED
    with files.open_stored(row) as file:
        assert file.read() == SVG
    event = Event.objects.get(type="kernel.file_released")
    assert event.facts["reason"] == "设计稿自带动画，已核查"
    assert event.changes["state"] == ["blocked", "released"]
    assert Notification.objects.filter(person=bank["submitter"], title__contains="放行").exists()
    with pytest.raises(Refused, match="人工放行"):
        releases.reject(row, by=bank["office"], reason="再想想")
    assert journal.verify().sound


def test_a_scan_does_not_undo_a_release_but_a_virus_does(bank: Any) -> None:
    row = releases.release(blocked(bank["submitter"]), by=bank["office"], reason="已核查")
    assert scans.rescan_by(row, by=bank["admin"]).state == ScanState.RELEASED
    virus = {"code": "virus", "message": "查出病毒", "place": "", "blocks": True}
    scans.put(row, scans.Decision(ScanState.BLOCKED, "查出病毒", [virus]))
    assert row.state == ScanState.BLOCKED


def test_an_infected_file_is_never_released(bank: Any) -> None:
    stored = blocked(bank["submitter"])
    stored.remarks = [{"code": "virus", "message": "查出病毒", "place": "", "blocks": True}]
    stored.save()
    with pytest.raises(Refused, match="病毒"):
        releases.release(stored, by=bank["office"], reason="业务急用")
    row = releases.reject(stored, by=bank["office"], reason="请清除病毒后重传")
    assert "请清除病毒后重传" in files.refusal(row)
    with pytest.raises(Refused, match="未予放行"):
        files.open_stored(row)


def test_a_released_file_is_downloaded_not_shown(bank: Any, client_of: Any, monkeypatch: Any) -> None:
    label = "people.organisation"
    monkeypatch.setattr(files, "GUARDS", {})
    files.guard(label, lambda user, number: True)
    released = releases.release(blocked(bank["submitter"]), by=bank["office"], reason="已核查")
    held = files.attach(bank.units["retail"], released, name="a.svg", by=bank["submitter"])
    answer = client_of("reviewer").get(reverse("open_file", args=[held.pk]))
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == SVG
    assert answer["Content-Disposition"].startswith("attachment")


def test_the_page_of_rulings(bank: Any, client_of: Any) -> None:
    stored = blocked(bank["submitter"])
    files.attach(bank.units["retail"], stored, name="开业动画.svg", by=bank["submitter"])
    office = client_of("office")
    page = office.get(reverse("unreleased_files")).content.decode()
    assert "开业动画.svg" in page
    assert "仍然放行" in page
    rule = reverse("rule_on_file", args=[stored.pk])
    assert client_of("submitter").post(rule, {"action": "release", "reason": "x"}).status_code == 403
    office.post(rule, {"action": "release", "reason": ""})
    stored.refresh_from_db()
    assert stored.state == ScanState.BLOCKED
    office.post(rule, {"action": "release", "reason": "已核查"})
    stored.refresh_from_db()
    assert stored.state == ScanState.RELEASED
    assert "已核查" in office.get(reverse("unreleased_files") + "?view=released").content.decode()
    assert "开业动画.svg" not in office.get(reverse("unreleased_files")).content.decode()
