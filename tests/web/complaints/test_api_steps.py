"""Whatever a case's page can do, the interface can: each step says what it asks and is checked by the page's form."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import Case

pytestmark = pytest.mark.django_db


def take(client: Any, case: Case, verb: str, about: int | None = None, **values: Any) -> Any:
    told = {"values": values, **({} if about is None else {"about": about})}
    return client.post(f"/api/complaints/{case.pk}/steps/{verb}", told, content_type="application/json")


def test_a_case_is_accepted_assigned_and_recorded(flow, bank, client_of):
    case, chief = flow.opened(), client_of("complaints")
    steps = {step["name"]: step for step in chief.get(f"/api/complaints/{case.pk}/steps").json()}
    assert steps["accept"]["allowed"]
    assert take(chief, case, "accept").json()["state"] == "accepted"
    steps = {step["name"]: step for step in chief.get(f"/api/complaints/{case.pk}/steps").json()}
    asked = {field["name"]: field for field in steps["assign"]["fields"]}
    assert asked["handler"]["kind"] == "reference"
    assert take(chief, case, "assign", handler=bank["liaison"].pk).json()["state"] == "handling"
    done = take(client_of("liaison"), case, "investigate", kind="call", text="已联系", at="2026-03-02T01:30:00Z")
    assert done.status_code == 200, done.json()
    assert case.records.get().at.isoformat() == "2026-03-02T01:30:00+00:00"


def test_a_step_tells_what_is_wrong_with_it(flow, client_of):
    case = flow.handled()
    liaison = client_of("liaison")
    bare = take(liaison, case, "investigate", kind="call")
    assert bare.status_code == 422
    assert set(bare.json()["error"]["fields"]) == {"text"}
    unknown = take(liaison, case, "investigate", kind="call", text="已联系", wat=1)
    assert unknown.json()["error"]["fields"] == {"wat": "没有这个字段"}
    assert take(liaison, case, "accept").status_code == 409
    assert take(liaison, case, "burn").status_code == 404
    assert take(client_of("other_branch"), case, "accept").status_code in (403, 404)
    assert take(client_of("office"), case, "investigate", kind="call", text="代为联系").status_code == 409


def test_yes_and_no_and_lists_are_taken(flow, client_of):
    case = flow.handled()
    liaison = client_of("liaison")
    given = {"kind": "agent", "name": "周一", "documents": ["授权委托书原件", "受托人身份证明", "受托人有效联系方式"]}
    assert take(liaison, case, "add_party", **given).status_code == 200
    assert take(client_of("complaints"), case, "set_confidential", confidential=True).status_code == 200
    case.refresh_from_db()
    assert case.confidential
    assert case.parties.get().documents == given["documents"]


def two_offers(flow: Any, bank: Any) -> tuple[Case, list[int]]:
    case = flow.handled()
    made = [services.offer(case, by=bank["liaison"], kind="refund", terms="退还手续费", amount=n) for n in (100, 200)]
    return case, [row.pk for row in made]


def test_of_two_offers_a_step_says_which(flow, bank, client_of):
    case, (first, second) = two_offers(flow, bank)
    head = client_of("branch_head")
    steps = {step["name"]: step for step in head.get(f"/api/complaints/{case.pk}/steps").json()}
    assert [item["id"] for item in steps["decide_offer"]["about"]] == [first, second]
    assert "200.00 元" in steps["decide_offer"]["about"][1]["told"]
    unnamed = take(head, case, "decide_offer", approve=True)
    assert unnamed.status_code == 409
    error = unnamed.json()["error"]
    assert error["code"] == "which_one"
    assert str(first) in error["fields"]["about"]
    assert str(second) in error["fields"]["about"]
    assert "100.00 元" in error["message"]
    assert [row.state for row in case.offers.all()] == ["asked", "asked"], "nothing was decided"
    assert take(head, case, "decide_offer", about=second, approve=True).status_code == 200
    assert [row.state for row in case.offers.all()] == ["asked", "approved"]
    assert take(head, case, "decide_offer", approve=True).status_code == 200, "one is left: it need not be named"
    assert [row.state for row in case.offers.all()] == ["approved", "approved"]


def test_a_step_on_what_is_done_or_elsewhere_is_refused(flow, bank, client_of):
    case, (first, second) = two_offers(flow, bank)
    head = client_of("branch_head")
    assert take(head, case, "decide_offer", about=first, approve=True).status_code == 200
    again = take(head, case, "decide_offer", about=first, approve=True)
    assert again.status_code == 409
    assert "已经办过" in again.json()["error"]["message"]
    assert str(second) in again.json()["error"]["message"], "what is left is told"
    other, (theirs, _) = two_offers(flow, bank)
    assert take(head, case, "decide_offer", about=theirs, approve=True).status_code == 409
    assert other.offers.get(pk=theirs).state == "asked"
    assert take(head, case, "decide_offer", about=2**53, approve=True).status_code == 409


def test_a_step_on_the_whole_case_names_nothing(flow, client_of):
    case, liaison = flow.handled(), client_of("liaison")
    steps = {step["name"]: step for step in liaison.get(f"/api/complaints/{case.pk}/steps").json()}
    assert steps["investigate"]["about"] == []
    named = take(liaison, case, "investigate", about=case.pk, kind="call", text="已联系")
    assert named.status_code == 422
    assert set(named.json()["error"]["fields"]) == {"about"}
    assert not case.records.exists()


def test_a_person_who_may_decide_on_none_is_told_why_and_not_which(flow, bank, client_of):
    case, _ = two_offers(flow, bank)
    answer = take(client_of("liaison"), case, "decide_offer", approve=True)
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "refused"


def test_of_two_transfers_the_urged_one_is_named(flow, bank, client_of):
    case = flow.handled()
    for number in ("A-1", "A-2"):
        services.receive_transfer(
            case=case, by=bank["liaison"], text="", source="12378", bureau="江城监管分局", number=number
        )
    first, second = case.transfers_in.order_by("pk")
    liaison = client_of("liaison")
    unnamed = take(liaison, case, "urge", text="请抓紧")
    assert unnamed.status_code == 409
    assert "A-1" in unnamed.json()["error"]["message"]
    assert take(liaison, case, "urge", about=first.pk, text="请抓紧").status_code == 200
    first.refresh_from_db()
    second.refresh_from_db()
    assert (len(first.urged), len(second.urged)) == (1, 0)


def test_a_page_shows_the_others_and_acts_on_the_one_chosen(flow, bank, client_of):
    case, (first, second) = two_offers(flow, bank)
    head, url = client_of("branch_head"), reverse("complaint_step", args=[case.pk, "decide_offer"])
    plain = head.get(url).content.decode()
    assert f'name="about" value="{first}"' in plain
    assert f"?about={second}" in plain
    chosen = head.get(f"{url}?about={second}").content.decode()
    assert f'name="about" value="{second}"' in chosen
    assert f"?about={first}" in chosen
    unnamed = head.post(url, {"approve": "1"})
    assert unnamed.status_code == 422
    assert "请指明" in unnamed.content.decode()
    assert head.post(url, {"approve": "1", "about": str(second)}).status_code == 302
    assert [row.state for row in case.offers.all()] == ["asked", "approved"]


def test_what_a_wrong_form_was_about_stays(flow, bank, client_of):
    case, (_first, second) = two_offers(flow, bank)
    url = reverse("complaint_step", args=[case.pk, "decide_offer"])
    wrong = client_of("branch_head").post(url, {"approve": "0", "note": "", "about": str(second)})
    assert wrong.status_code == 422
    assert f'name="about" value="{second}"' in wrong.content.decode()
    assert "200.00 元" in wrong.content.decode()
