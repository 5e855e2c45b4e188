"""Pages and interface of material: they work, refuse a wrong method, a stranger, and a reader without the right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from drawing import picture, upload

from xiaobao_web.kernel.models import Event
from xiaobao_web.materials import reading, registry, services, tasks
from xiaobao_web.materials.models import Material, Placement, Screening

TEXT = "本产品保本保息，年化收益率高达8%，稳赚不赔。"


@pytest.fixture
def material(bank: Any) -> Material:
    row = services.add_material(title="理财海报", kind="poster", unit=bank.units["retail"], by=bank["submitter"])
    version = services.add_version(row, by=bank["submitter"], text=TEXT)
    screening = services.screen(version, bank["submitter"])
    tasks.screen_version(screening.pk)
    return row


@pytest.fixture
def approved(bank: Any, material: Material) -> Any:
    version = material.versions.get()
    reading.read(version)
    until = timezone.localdate() + timedelta(days=60)
    return registry.approve(version, by=bank["reviewer"], valid_until=until, channels=["网点"])


PAGES = [
    "materials",
    "material_add",
    "material_check_text",
    "material_ask",
    "registry",
    "registry_calendar",
    "placements",
]


@pytest.mark.parametrize("name", PAGES)
def test_pages_open_for_a_submitter_and_not_for_a_stranger(client_of: Any, approved: Any, name: str) -> None:
    assert client_of("submitter").get(reverse(name)).status_code == 200
    assert client_of("stranger").get(reverse(name)).status_code == 403
    assert client_of("submitter").put(reverse(name)).status_code == 405


def test_one_material(client_of: Any, material: Material) -> None:
    answer = client_of("reviewer").get(reverse("material", args=[material.pk]))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "保本" in page
    assert "第 1 版的发现" in page
    assert "《" in page
    assert client_of("other_branch").get(reverse("material", args=[material.pk])).status_code == 404
    assert client_of("service").get(reverse("material", args=[material.pk])).status_code == 404
    assert client_of("submitter").post(reverse("material", args=[material.pk])).status_code == 405


def test_new_material_from_a_file(client_of: Any, bank: Any, django_capture_on_commit_callbacks: Any) -> None:
    client = client_of("submitter")
    with django_capture_on_commit_callbacks(execute=True):
        sent = client.post(reverse("material_add"), {"title": "新海报", "kind": "poster", "file": upload(picture())})
    assert sent.status_code == 302
    row = Material.objects.get(title="新海报")
    version = row.versions.get()
    assert Screening.objects.get(version=version).state == "done"
    drawn = client.get(reverse("material_page", args=[version.pk, 1]))
    assert drawn["Content-Type"] == "image/png"
    assert b"".join(drawn.streaming_content).startswith(b"\x89PNG")
    assert client.get(reverse("material_page", args=[version.pk, 9])).status_code == 404
    sent_back = client.get(reverse("material_file", args=[version.pk]))
    assert b"".join(sent_back.streaming_content) == picture()
    assert client_of("other_branch").get(reverse("material_file", args=[version.pk])).status_code == 404
    empty = client.post(reverse("material_add"), {"title": "空", "kind": "poster"})
    assert empty.status_code == 422
    assert "请上传文件，或粘贴文字" in empty.content.decode()
    assert not Material.objects.filter(title="空").exists()


def test_next_version_and_screening_again(client_of: Any, bank: Any, material: Material) -> None:
    client = client_of("submitter")
    client.post(reverse("material_version_add", args=[material.pk]), {"text": "改后的文字", "note": "删去保本"})
    assert material.versions.count() == 2
    version = material.versions.order_by("number").last()
    assert client.get(reverse("material_screen", args=[version.pk])).status_code == 405
    assert client_of("other_branch").post(reverse("material_screen", args=[version.pk])).status_code == 404
    assert client_of("auditor").post(reverse("material_screen", args=[version.pk])).status_code == 403
    assert client.post(reverse("material_screen", args=[version.pk])).status_code == 302


def test_a_pasted_text_is_marked_at_once_and_not_kept(client_of: Any) -> None:
    client = client_of("submitter")
    answer = client.post(
        reverse("material_check_text"), {"text": TEXT, "kind": "poster"}, headers={"HX-Target": "checked"}
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.lstrip().startswith('<div id="checked"')
    assert '<mark class="hit hit-high"' in page
    assert "广告法" in page
    event = Event.objects.filter(type="materials.text_checked").get()
    assert "保本" not in str(event.facts)
    assert client.post(reverse("material_check_text"), {"text": ""}).status_code == 422
    harmless = client.post(reverse("material_check_text"), {"text": "<script>alert(1)</script>营业时间九点到五点。"})
    assert "<script>alert" not in harmless.content.decode()


def test_asking_whether_it_is_approved(client_of: Any, approved: Any) -> None:
    client = client_of("service")
    page = client.post(reverse("material_ask"), {"text": TEXT}).content.decode()
    assert approved.number in page
    assert "已批准" in page
    near = client.post(reverse("material_ask"), {"text": TEXT.replace("8%", "9%") + "详询网点。"}).content.decode()
    assert "<del>8%</del><ins>9%</ins>" in near
    assert client.post(reverse("material_ask"), {}).status_code == 422


def test_placing_taking_down_and_withdrawing(client_of: Any, bank: Any, approved: Any) -> None:
    client = client_of("submitter")
    today = timezone.localdate().isoformat()
    entry = {
        "kind": "own",
        "channel": "网点",
        "place": "大堂",
        "unit": bank.units["retail"].pk,
        "copies": 5,
        "start": today,
    }
    assert client.get(reverse("approved", args=[approved.pk])).status_code == 200
    assert client.get(reverse("approved_place", args=[approved.pk])).status_code == 200
    assert client.post(reverse("approved_place", args=[approved.pk]), entry).status_code == 302
    assert client.post(reverse("approved_place", args=[approved.pk]), {**entry, "kind": "staff"}).status_code == 422
    assert client_of("service").get(reverse("approved_place", args=[approved.pk])).status_code == 403
    row = Placement.objects.get()
    down = reverse("placement_take_down", args=[row.pk])
    assert client.get(down).status_code == 200
    assert client.post(down, {}).status_code == 422
    assert client_of("other_branch").post(down, {"note": "x"}).status_code in (403, 404)
    assert client.post(down, {"file": upload(picture(), "下线.png")}).status_code == 302
    shown = client_of("auditor").get(reverse("approved", args=[approved.pk])).content.decode()
    assert "证明" in shown
    url = reverse("approved_withdraw", args=[approved.pk])
    assert client_of("submitter").post(url, {"reason": "x"}).status_code == 403
    assert client_of("office").get(url).status_code == 405
    assert client_of("office").post(url, {"reason": ""}).status_code == 422
    assert client_of("office").post(url, {"reason": "停售"}).status_code == 302
    assert "停售" in client.get(reverse("approved", args=[approved.pk])).content.decode()


def test_the_calendar_shows_what_expires(client_of: Any, approved: Any) -> None:
    month = approved.valid_until.strftime("%Y-%m")
    page = client_of("auditor").get(reverse("registry_calendar"), {"month": month}).content.decode()
    assert approved.title[:8] in page
    assert client_of("auditor").get(reverse("registry_calendar"), {"month": "9999-99"}).status_code == 200


def test_pages_ask_a_fixed_number_of_questions(
    client_of: Any, approved: Any, django_assert_max_num_queries: Any
) -> None:
    client = client_of("reviewer")
    client.get(reverse("material", args=[approved.version.material_id]))
    with django_assert_max_num_queries(30):
        client.get(reverse("material", args=[approved.version.material_id]))
    with django_assert_max_num_queries(30):
        client.get(reverse("approved", args=[approved.pk]))


def test_the_interface(client_of: Any, bank: Any, approved: Any, django_capture_on_commit_callbacks: Any) -> None:
    client = client_of("submitter")
    asked = client.post("/api/materials/check", {"text": TEXT}).json()
    assert (asked["verdict"], asked["matches"][0]["number"]) == ("approved", approved.number)
    asked = client.post("/api/materials/check", {"file": upload(picture())}).json()
    assert asked["verdict"] == "unknown"
    checked = client.post("/api/materials/check-text", {"text": TEXT}, content_type="application/json").json()
    assert checked["findings"][0]["basis"][0]["label"]
    body = {"title": "接口送来", "kind": "sms", "text": TEXT}
    with django_capture_on_commit_callbacks(execute=True):
        made = client.post("/api/materials", body, content_type="application/json")
    assert made.status_code == 201
    version = client.get(f"/api/materials/{made.json()['id']}/versions").json()[0]
    assert client.get(f"/api/materials/versions/{version['id']}/screening").json()["state"] == "done"
    assert client.get(f"/api/materials/versions/{version['id']}/findings").json()["items"]
    assert client.get("/api/materials/registry").json()["items"][0]["number"] == approved.number
    entry = {"channel": "网点", "place": "门口", "start": timezone.localdate().isoformat()}
    url = f"/api/materials/registry/{approved.number}/placements"
    assert client.post(url, entry, content_type="application/json").status_code == 201
    assert client.get(url).json()["items"][0]["place"] == "门口"
    staff = {**entry, "kind": "staff", "place": "朋友圈"}
    assert "员工" in client.post(url, staff, content_type="application/json").json()["error"]["message"]
    staff |= {"person": bank["colleague"].username}
    placed = client.post(url, staff, content_type="application/json").json()
    assert (placed["kind"], placed["person"], placed["partner"]) == ("staff", "colleague", None)
    partner = {**entry, "kind": "partner", "place": "https://partner.example/ad"}
    wrong = client.post(url, {**partner, "partner": "none"}, content_type="application/json")
    assert (wrong.status_code, "没有编号" in wrong.json()["error"]["message"]) == (422, True)
    shown = client.post(url, {**partner, "partner": "partner"}, content_type="application/json").json()
    assert shown["partner"] == "partner"
    down = f"/api/materials/placements/{placed['id']}/take-down"
    assert client.post(down).status_code == 422
    proof = client.post(down, {"note": "本人已删除", "file": upload(picture(), "删除截图.png")})
    assert (proof.status_code, proof.json()["removal_note"]) == (200, "本人已删除")
    assert client.get(down.removesuffix("/take-down")).json()["removed_at"]
    assert client.post(down, {"note": "再次"}).status_code == 409
    assert client_of("other_branch").post(down, {"note": "x"}).status_code in (403, 404)
    assert client_of("other_branch").get(f"/api/materials/{made.json()['id']}").status_code == 404
    assert client_of("stranger").post("/api/materials/check", {"text": TEXT}).status_code == 403
    assert client.get("/api/materials?kind=nothing").status_code == 422
