"""What expires over REST: the calendar of a month, and placements that should be down already."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from xiaobao_web.materials import registry, services
from xiaobao_web.materials.models import Placement

pytestmark = pytest.mark.django_db
CALENDAR, OVERDUE = "/api/materials/calendar/expiring", "/api/materials/placements/overdue"


def approved(bank: Any, until: date, title: str = "存款海报", by: str = "submitter") -> Any:
    material = services.add_material(title=title, kind="poster", unit=bank[by].unit, by=bank[by])
    version = services.add_version(material, by=bank[by], text=f"{title}以网点公告为准。")
    return registry.approve(version, by=bank["reviewer"], valid_until=until, channels=["网点"])


def test_the_calendar_of_a_month(bank: Any, client_of: Any) -> None:
    until = timezone.localdate() + timedelta(days=40)
    row, other = approved(bank, until), approved(bank, until, "外行海报", "other_branch")
    approved(bank, until + timedelta(days=90), "别月海报")
    told = client_of("office").get(CALENDAR, {"month": f"{until:%Y-%m}"}).json()
    assert [(day["day"], len(day["items"])) for day in told["days"]] == [(until.isoformat(), 2)]
    assert told["overdue_placements"] == 0
    assert [item["number"] for item in told["days"][0]["items"]] == [row.number, other.number]
    registry.withdraw(row, by=bank["office"], reason="停用")
    [day] = client_of("submitter").get(CALENDAR, {"month": f"{until:%Y-%m}"}).json()["days"]
    assert [item["number"] for item in day["items"]] == [other.number], "what was withdrawn does not expire"


def test_placements_that_should_be_down(bank: Any, client_of: Any) -> None:
    row = approved(bank, timezone.localdate() + timedelta(days=40))
    values = {"by": bank["submitter"], "channel": "网点", "unit": bank["submitter"].unit, "start": timezone.localdate()}
    over, kept = (registry.place(row, place=place, **values) for place in ("大堂", "门口"))
    Placement.objects.filter(pk=over.pk).update(
        start=timezone.localdate() - timedelta(days=9), end=timezone.localdate() - timedelta(days=2)
    )
    sender = client_of("submitter")
    assert [item["id"] for item in sender.get(OVERDUE).json()["items"]] == [over.pk]
    assert sender.get(OVERDUE, {"unit": "branch"}).json()["items"] == []
    registry.take_down(over, by=bank["submitter"], note="已撤，未拍照")
    assert sender.get(OVERDUE).json()["items"] == []
    registry.withdraw(row, by=bank["office"], reason="停用")
    assert [item["id"] for item in sender.get(OVERDUE).json()["items"]] == [kept.pk]
    assert client_of("office").get(CALENDAR, {"month": "2030-01"}).json()["overdue_placements"] == 1


def test_who_may_not_and_what_is_wrong(bank: Any, client_of: Any) -> None:
    for path, asked in ((CALENDAR, {"month": "2030-01"}), (OVERDUE, {})):
        for name in ("stranger", "admin"):
            assert client_of(name).get(path, asked).status_code == 403
        assert Client().get(path, asked).status_code == 401
        assert client_of("office").post(path).status_code == 405
    for month in ("", "2030", "2030-13", "1999-01", "2030-01-01"):
        assert client_of("office").get(CALENDAR, {"month": month}).status_code == 422
    assert client_of("office").get(OVERDUE, {"cursor": "x"}).status_code == 422
    assert client_of("office").get(OVERDUE, {"limit": 500}).status_code == 422
