"""After the opinion over REST: launches are compared and decided, dossiers made and fetched, looks taken again."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_answers import did

from xiaobao_web.findings import decisions
from xiaobao_web.findings.models import Issue
from xiaobao_web.kernel.models import JobRun
from xiaobao_web.materials.models import ApprovedMaterial
from xiaobao_web.reviews import dossier, queries, services
from xiaobao_web.reviews.models import Reevaluation, Review, Verification

pytestmark = pytest.mark.django_db
CLEAN = "五一假期营业安排：5月1日至3日休息。"
CHANGED = "安享理财，业绩以实际为准，理财非存款，产品有风险，投资须谨慎。"


def send(client: Client, path: str, body: dict[str, Any] | None = None, method: str = "post") -> Any:
    return getattr(client, method)(f"/api/reviews{path}", body or {}, content_type="application/json")


def concluded(bank: Any, flow: Any) -> Review:
    """Return a review with adopted points whose approval is in use."""
    review = flow.issued()
    entry = review.materials.get()
    flow.do(services.adopt_all, review, by=bank["submitter"], text="已改", entry=entry, pasted=CHANGED)
    review = flow.do(services.hand_in_answers, review, by=bank["submitter"])
    services.accept_rest(review, by=bank["reviewer"])
    for found in queries.findings_of(review).filter(decision="open"):
        decisions.dismiss(found, by=bank["reviewer"], reason="表述合规")
    return Review.objects.get(pk=flow.do(services.conclude, review, by=bank["reviewer"]).pk)


def launched(client: Client, review: Review, flow: Any, **values: Any) -> Any:
    given = {"material": review.materials.get().pk, "place": "手机银行首页", **values}
    return flow.do(client.post, f"/api/reviews/{review.pk}/verifications", given)


def test_a_launch_is_compared_and_accepted_with_evidence(bank: Any, client_of: Any, flow: Any) -> None:
    review, reviewer = concluded(bank, flow), client_of("reviewer")
    upload = SimpleUploadedFile("上线.txt", CHANGED.encode())
    made = did(launched(reviewer, review, flow, file=upload), 201)
    assert made["accepted"] is None
    told = did(reviewer.get(f"/api/reviews/{review.pk}/verifications"))
    assert told["items"][0]["id"] == made["id"]
    assert told["items"][0]["same"] is True
    assert (told["verified"], bool(told["points"])) == (False, True)
    verdict = f"/{review.pk}/verifications/{made['id']}/verdict"
    bare = send(reviewer, verdict, {"accepted": True})
    assert bare.status_code == 422
    assert "落实证据" in bare.json()["error"]["message"]
    evidence = [{"point": item["id"], "followed": True, "note": "已按意见修改"} for item in told["points"]]
    left = [*evidence[:-1], {**evidence[-1], "followed": False}]
    assert send(reviewer, verdict, {"accepted": True, "evidence": left}).status_code == 422
    done = did(send(reviewer, verdict, {"accepted": True, "evidence": evidence}))
    assert (done["accepted"], len(done["evidence"])) == (True, len(evidence))
    assert send(reviewer, verdict, {"accepted": False, "note": "再看", "evidence": evidence}).status_code == 409
    assert did(reviewer.get(f"/api/reviews/{review.pk}/verifications"))["verified"] is True
    assert did(send(reviewer, f"/{review.pk}/steps/archive"))["state"] == "archived"


def test_another_text_is_told_and_refusing_it_opens_an_issue(bank: Any, client_of: Any, flow: Any) -> None:
    review, reviewer = concluded(bank, flow), client_of("reviewer")
    made = did(launched(reviewer, review, flow, text="安享理财，稳赚不赔！"), 201)
    told = did(reviewer.get(f"/api/reviews/{review.pk}/verifications"))
    assert told["items"][0]["same"] is False
    assert told["items"][0]["differences"]
    evidence = [{"point": item["id"], "followed": False, "note": "上线稿没有改"} for item in told["points"]]
    path = f"/{review.pk}/verifications/{made['id']}/verdict"
    did(send(reviewer, path, {"accepted": False, "note": "与批准稿不同", "evidence": evidence}))
    assert Issue.objects.filter(title__contains="上线版本与批准版本不一致").count() == 1


def test_what_may_not_be_verified(bank: Any, client_of: Any, flow: Any) -> None:
    early, reviewer = flow.issued(), client_of("reviewer")
    assert launched(reviewer, early, flow, text="甲").status_code == 409
    review = concluded(bank, flow)
    assert launched(reviewer, review, flow).status_code == 422
    both = {"text": "甲", "file": SimpleUploadedFile("甲.txt", "甲".encode())}
    assert launched(reviewer, review, flow, **both).status_code == 422
    assert launched(reviewer, review, flow, text="甲", material=999_999).status_code == 404
    wrong = SimpleUploadedFile("甲.exe", b"MZ\x90\x00" + b"\0" * 64)
    assert launched(reviewer, review, flow, file=wrong).status_code == 422
    assert launched(client_of("submitter"), review, flow, text="甲").status_code == 403
    assert launched(client_of("other_branch"), review, flow, text="甲").status_code == 404
    assert launched(Client(), review, flow, text="甲").status_code == 401
    assert not Verification.objects.exists()
    assert send(reviewer, f"/{review.pk}/verifications/none", {"note": " "}).status_code == 422
    told = did(send(reviewer, f"/{review.pk}/verifications/none", {"note": "活动取消"}), 201)
    assert (told["accepted"], told["launched_version"]) == (True, None)


@pytest.mark.skipif(not any(dossier.FONTS.glob("*.ttf")), reason="字体未安装，请先运行 make assets")
def test_a_dossier_is_made_and_fetched(bank: Any, client_of: Any, flow: Any) -> None:
    review, reviewer = flow.issued(CLEAN, "pass"), client_of("reviewer")
    address = f"/{review.pk}/dossier"
    assert did(reviewer.get(f"/api/reviews{address}"))["items"] == []
    job = did(flow.do(send, reviewer, address), 202)
    assert did(reviewer.get(f"/api/jobs/{job['id']}"))["state"] == "done"
    assert client_of("office").get(f"/api/jobs/{job['id']}").status_code == 404
    items = {item["kind"]: item for item in did(reviewer.get(f"/api/reviews{address}"))["items"]}
    pdf = reviewer.get(items["pdf"]["file"])
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")
    packed = b"".join(reviewer.get(items["zip"]["file"]).streaming_content)
    assert "manifest.json" in zipfile.ZipFile(io.BytesIO(packed)).namelist()
    assert client_of("other_branch").get(items["pdf"]["file"]).status_code == 404
    assert client_of("submitter").get(items["pdf"]["file"]).status_code == 403
    assert client_of("submitter").get(f"/api/reviews{address}").status_code == 403
    assert send(client_of("submitter"), address).status_code == 403
    assert reviewer.get(f"/api/reviews{address}/999999").status_code == 404
    assert send(reviewer, f"{address}/retention", {"retention": "marketing"}, "put").status_code == 403
    office = client_of("office")
    assert send(office, f"{address}/retention", {"retention": "none"}, "put").status_code == 422
    assert did(send(office, f"{address}/retention", {"retention": "marketing"}, "put"))["retention"] == "marketing"


def test_a_review_is_looked_at_again(bank: Any, client_of: Any, flow: Any) -> None:
    early, reviewer = flow.issued(), client_of("reviewer")
    assert send(reviewer, f"/{early.pk}/reevaluations").status_code == 409
    review = concluded(bank, flow)
    path = f"/{review.pk}/reevaluations"
    assert send(client_of("submitter"), path).status_code == 403
    assert send(client_of("other_branch"), path).status_code == 404
    opened = did(flow.do(send, reviewer, path, {"trigger": "投诉 TS-9"}), 201)
    assert (opened["trigger"], opened["fresh"]) == ("投诉 TS-9", [])
    assert did(flow.do(send, reviewer, path, {"trigger": "投诉 TS-10"}), 201)["id"] == opened["id"]
    listed = did(reviewer.get("/api/reviews/reevaluations", {"open": "true"}))["items"]
    assert [item["id"] for item in listed] == [opened["id"]]
    assert client_of("submitter").get("/api/reviews/reevaluations").status_code == 403
    end = f"/reevaluations/{opened['id']}/conclusion"
    assert send(reviewer, end, {"conclusion": "burn", "note": "x"}).status_code == 422
    assert send(reviewer, end, {"conclusion": "withdraw", "note": " "}).status_code == 422
    assert send(client_of("submitter"), end, {"conclusion": "keep", "note": "x"}).status_code == 403
    done = did(send(reviewer, end, {"conclusion": "withdraw", "note": "投诉集中"}))
    assert (done["conclusion"], done["by"]) == ("withdraw", str(bank["reviewer"]))
    assert {row.state for row in ApprovedMaterial.objects.filter(review=review)} == {"withdrawn"}
    assert send(reviewer, end, {"conclusion": "keep", "note": "再看"}).status_code == 409
    assert did(reviewer.get("/api/reviews/reevaluations", {"open": "true"}))["items"] == []
    assert Reevaluation.objects.count() == 1
    again = did(send(client_of("submitter"), f"/{review.pk}/follow-up"), 201)
    assert Review.objects.get(pk=again["id"]).parent == review
    assert send(reviewer, f"/{review.pk}/follow-up").status_code == 403


def test_many_are_sent_at_once(bank: Any, client_of: Any, flow: Any) -> None:
    rows = [["送审事项", "审查类型", "材料文字"], ["存量理财甲", "营销宣传", CHANGED], ["存量理财乙", "不存在", ""]]
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)

    def upload(client: Client, name: str = "存量.xlsx", content: bytes = out.getvalue()) -> Any:
        given = {"file": SimpleUploadedFile(name, content)}
        return flow.do(client.post, "/api/reviews/batch", given)

    sender = client_of("submitter")
    job = did(upload(sender), 202)
    told = did(sender.get(f"/api/jobs/{job['id']}"))
    assert (told["state"], len(told["result"]["made"])) == ("done", 1)
    assert [fault["row"] for fault in told["result"]["faults"]] == [3]
    assert upload(client_of("executive")).status_code == 403
    assert upload(sender, "存量.xlsx", b"not a table").status_code == 422
    assert sender.post("/api/reviews/batch").status_code == 422
    assert JobRun.objects.filter(title="批量送审").count() == 1
