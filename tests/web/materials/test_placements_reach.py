"""The registry is everybody's; where and by whom something is shown is each institution's."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from drawing import picture, upload

from xiaobao_web.kernel.files import attachments_of
from xiaobao_web.materials import reading, registry, services
from xiaobao_web.materials.models import ApprovedMaterial, Placement

HERE, THERE = "江城大堂海报架", "海州门口灯箱"


@pytest.fixture
def approved(bank: Any) -> ApprovedMaterial:
    """Return an entry that two branches have placed, the second by a member of staff."""
    material = services.add_material(title="存款海报", kind="poster", unit=bank.units["retail"], by=bank["submitter"])
    version = services.add_version(material, by=bank["submitter"], text="存款利率以网点公告为准，欢迎咨询。")
    reading.read(version)
    row = registry.approve(version, by=bank["reviewer"], channels=["网点"])
    values: dict[str, Any] = {"channel": "网点", "start": timezone.localdate()}
    registry.place(row, by=bank["branch_submitter"], unit=bank.units["branch"], place=HERE, **values)
    registry.place(
        row, by=bank["other_branch"], unit=bank.units["branch_two"], place=THERE, kind="staff",
        person=bank["other_branch"], **values,
    )  # fmt: skip
    return row


BOTH, FIRST, SECOND, NONE = {HERE, THERE}, {HERE}, {THERE}, set[str]()
SEES = [
    ("branch_submitter", FIRST), ("branch_head", FIRST), ("liaison", FIRST), ("other_branch", SECOND),
    ("submitter", NONE), ("sender_head", NONE), ("reviewer", BOTH), ("second_reviewer", BOTH), ("legal", BOTH),
    ("office", BOTH), ("executive", BOTH), ("inspector", BOTH), ("complaints", BOTH), ("monitor", BOTH),
    ("service", NONE), ("auditor", BOTH),
]  # fmt: skip


def found(content: bytes) -> set[str]:
    return {place for place in BOTH if place in content.decode()}


@pytest.mark.parametrize(("name", "places"), SEES)
def test_the_registry_is_everybodys_and_placements_are_each_institutions(
    bank: Any, client_of: Any, approved: ApprovedMaterial, name: str, places: set[str]
) -> None:
    client = client_of(name)
    assert approved.number in client.get(reverse("registry")).content.decode()
    entry = client.get(reverse("approved", args=[approved.pk]))
    assert entry.status_code == 200
    assert found(entry.content) == places
    assert found(client.get(reverse("placements")).content) == places
    items = client.get(f"/api/materials/registry/{approved.number}/placements").json()["items"]
    assert {item["place"] for item in items} == places
    for row in Placement.objects.all():
        wanted = 200 if row.place in places else 404
        assert client.get(f"/api/materials/placements/{row.pk}").status_code == wanted
        if wanted == 404:
            assert client.get(reverse("placement_take_down", args=[row.pk])).status_code == 404
            assert client.post(f"/api/materials/placements/{row.pk}/take-down", {}).status_code in (404, 422)


@pytest.mark.parametrize("name", ["branch_submitter", "service"])
def test_names_of_other_institutions_staff_are_not_told(
    bank: Any, client_of: Any, approved: ApprovedMaterial, name: str
) -> None:
    page = client_of(name).get(reverse("approved", args=[approved.pk])).content.decode()
    assert "张外行" not in page
    assert ("冯分行" in page) is (name == "branch_submitter")
    assert f"另有 {1 if name == 'branch_submitter' else 2} 处投放属于其他机构" in page
    office = client_of("office").get(reverse("approved", args=[approved.pk])).content.decode()
    assert "张外行" in office
    assert "属于其他机构" not in office


def test_proofs_of_other_institutions_cannot_be_opened(bank: Any, client_of: Any, approved: ApprovedMaterial) -> None:
    row = Placement.objects.get(place=THERE)
    registry.take_down(row, by=bank["other_branch"], proof=upload(picture(), "下线.png"))
    proof = attachments_of(row, "removal").get()
    url = reverse("open_file", args=[proof.pk])
    assert client_of("branch_submitter").get(url).status_code == 404
    answer = client_of("other_branch").get(url)
    assert (answer.status_code, bool(answer.getvalue())) == (200, True)


def test_who_has_no_post_and_the_administrator_see_neither(
    bank: Any, client_of: Any, approved: ApprovedMaterial
) -> None:
    for name in ("admin", "stranger"):
        assert client_of(name).get(reverse("placements")).status_code == 403
        assert client_of(name).get(f"/api/materials/registry/{approved.number}/placements").status_code in (403, 404)


def test_is_it_approved_is_answered_for_every_branch(bank: Any, client_of: Any, approved: ApprovedMaterial) -> None:
    answer = client_of("other_branch").post(reverse("material_ask"), {"text": "存款利率以网点公告为准，欢迎咨询。"})
    assert approved.number in answer.content.decode()
