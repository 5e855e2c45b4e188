"""The registry: approval, placements, expiry, withdrawal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from drawing import picture, upload

from xiaobao_web.kernel import journal, states
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused
from xiaobao_web.kernel.models.notification import Notification
from xiaobao_web.materials import reading, registry, services
from xiaobao_web.materials.models import ApprovedMaterial


@pytest.fixture
def approved(bank: Any) -> ApprovedMaterial:
    material = services.add_material(title="存款海报", kind="poster", unit=bank.units["retail"], by=bank["submitter"])
    version = services.add_version(material, by=bank["submitter"], text="存款利率以网点公告为准，欢迎咨询。")
    reading.read(version)
    until = timezone.localdate() + timedelta(days=60)
    return registry.approve(version, by=bank["reviewer"], valid_until=until, channels=["网点", "短信"])


def _place(approved: ApprovedMaterial, by: Any, **facts: Any) -> Any:
    values = {"channel": "网点", "place": "大堂海报架", "unit": by.unit, "start": timezone.localdate(), **facts}
    return registry.place(approved, by=by, **values)


def test_an_approval_is_entered_once_by_another(bank: Any, approved: ApprovedMaterial) -> None:
    assert approved.number.startswith("YX")
    assert len(approved.text_hash) == 64
    assert approved.bands.count() == 16
    again = registry.approve(approved.version, by=bank["reviewer"], valid_until=None)
    assert again.pk == approved.pk
    other = services.add_version(approved.version.material, by=bank["submitter"], text="另一版")
    with pytest.raises(Forbidden):
        registry.approve(other, by=bank["submitter"])
    with pytest.raises(BadValue):
        registry.approve(other, by=bank["reviewer"], valid_until=timezone.localdate() - timedelta(days=1))


def test_placing_keeps_to_channel_and_validity(bank: Any, approved: ApprovedMaterial) -> None:
    row = _place(approved, bank["submitter"], copies=20)
    assert (row.copies, row.kind) == (20, "own")
    with pytest.raises(Refused, match="渠道"):
        _place(approved, bank["submitter"], channel="户外")
    with pytest.raises(Refused, match="有效期"):
        _place(approved, bank["submitter"], end=approved.valid_until + timedelta(days=1))
    with pytest.raises(Refused):
        _place(approved, bank["submitter"], start=approved.valid_until + timedelta(days=1))
    with pytest.raises(BadValue, match="员工"):
        _place(approved, bank["submitter"], kind="staff")
    with pytest.raises(BadValue, match="合作机构"):
        _place(approved, bank["submitter"], kind="partner")
    staff = _place(approved, bank["submitter"], kind="staff", person=bank["colleague"])
    partner = _place(approved, bank["submitter"], kind="partner", partner=bank.units["partner"])
    assert (staff.person, partner.partner) == (bank["colleague"], bank.units["partner"])
    with pytest.raises(Forbidden):
        _place(approved, bank["other_branch"], unit=bank.units["retail"])


def test_taking_down_needs_proof_or_a_reason(bank: Any, approved: ApprovedMaterial) -> None:
    row = _place(approved, bank["submitter"])
    with pytest.raises(BadValue, match="证明"):
        registry.take_down(row, by=bank["submitter"])
    registry.take_down(row, by=bank["submitter"], proof=upload(picture(), "下线.png"))
    row.refresh_from_db()
    assert row.removed_at is not None
    with pytest.raises(Refused, match="已经"):
        registry.take_down(row, by=bank["submitter"], note="再次")


def test_reminder_seven_working_days_before_then_expiry(bank: Any, approved: ApprovedMaterial) -> None:
    _place(approved, bank["submitter"])
    assert registry.remind_and_expire() == (0, 0)
    near = approved.valid_until - timedelta(days=3)
    assert registry.remind_and_expire(near) == (1, 0)
    assert registry.remind_and_expire(near) == (0, 0)
    assert Notification.objects.filter(kind="materials.expiring", person=bank["submitter"]).count() == 1
    past = approved.valid_until + timedelta(days=1)
    assert registry.remind_and_expire(past) == (0, 1)
    states.reload(approved)
    assert approved.state == "expired"
    assert Notification.objects.filter(kind="materials.expired", person=bank["submitter"]).exists()
    assert registry.remind_and_expire(past) == (0, 0)


def test_a_placement_reminds_before_its_end_and_once_more_after(bank: Any, approved: ApprovedMaterial) -> None:
    today = timezone.localdate()
    row = _place(approved, bank["submitter"], kind="staff", person=bank["colleague"], end=today + timedelta(days=20))
    _place(approved, bank["submitter"], place="长期张贴处")
    assert registry.remind_of_placements() == 0

    def told(day: Any) -> tuple[int, int]:
        Notification.objects.all().delete()
        count = registry.remind_of_placements(day)
        return count, Notification.objects.filter(kind="materials.placement_ends").count()

    assert told(row.end - timedelta(days=1)) == (1, 2)  # who placed it, and whose post it is
    assert told(row.end) == (0, 0)
    assert told(row.end + timedelta(days=1)) == (1, 2)
    assert "上传证明" in Notification.objects.first().title
    assert told(row.end + timedelta(days=2)) == (0, 0)
    other = _place(approved, bank["submitter"], end=today + timedelta(days=1))
    registry.take_down(other, by=bank["submitter"], note="提前下线")
    assert told(today + timedelta(days=2)) == (0, 0)


def test_withdrawal_tells_those_who_placed_it(bank: Any, approved: ApprovedMaterial) -> None:
    _place(approved, bank["submitter"])
    with pytest.raises(BadValue):
        registry.withdraw(approved, by=bank["office"], reason=" ")
    with pytest.raises(Forbidden):
        registry.withdraw(approved, by=bank["submitter"], reason="不用了")
    registry.withdraw(approved, by=bank["office"], reason="利率已调整")
    states.reload(approved)
    assert (approved.state, approved.withdrawal_reason) == ("withdrawn", "利率已调整")
    assert Notification.objects.filter(kind="materials.withdrawn", person=bank["submitter"]).exists()
    assert not approved.usable_on(timezone.localdate())
    assert "撤回" in journal.sentence(journal.events_of(approved).last())
    with pytest.raises(Refused, match="撤回"):
        registry.approve(approved.version, by=bank["reviewer"])
