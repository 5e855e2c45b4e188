"""Pages of the ledger: the way walked by forms, notices and receipts, old issues imported, figures, REST."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.findings import figures, importing, notices, services
from xiaobao_web.findings.models import Issue, IssueNotice, IssueState
from xiaobao_web.kernel import files, periods
from xiaobao_web.kernel.errors import Forbidden, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(bank: Any) -> Issue:
    return services.open_issue(
        source="audit", title="海报缺少风险提示", unit=bank.units["branch"], severity="high", by=bank["auditor"]
    )


def act(client: Any, issue: Issue, name: str, **values: Any) -> Any:
    return client.post(reverse("issue_act", args=[issue.pk]), {"action": name, **values})


def test_an_issue_is_walked_to_its_end_by_forms(bank: Any, client_of: Any, issue: Issue) -> None:
    office, owner = client_of("office"), client_of("branch_submitter")
    assert act(office, issue, "assign", unit=issue.unit_id, owner=bank["branch_submitter"].pk).status_code == 302
    page = owner.get(issue.get_absolute_url()).content.decode()
    assert "提交整改计划" in page
    assert act(owner, issue, "plan_out", plan="短").status_code == 422
    act(owner, issue, "plan_out", plan="两周内撤换全部海报")
    refused = act(owner, issue, "hand_in", outcome="已全部撤换")
    assert refused.status_code == 422
    assert "还没有整改证据" in refused.content.decode()
    assert "已全部撤换" in refused.content.decode()
    proof = SimpleUploadedFile("证明.txt", "已撤换".encode(), "text/plain")
    assert act(owner, issue, "hand_in", outcome="已全部撤换", file=proof).status_code == 302
    assert files.attachments_of(issue, services.EVIDENCE).count() == 1
    own = owner.get(issue.get_absolute_url()).content.decode()
    assert 'aria-disabled="true"' in own
    assert act(owner, issue, "close", note="").status_code == 403
    assert act(office, issue, "close", note="现场核对").status_code == 302
    assert Issue.objects.get().state == IssueState.CLOSED


def test_evidence_survives_a_refused_step(bank: Any, client_of: Any, issue: Issue) -> None:
    services.assign(issue, owner=bank["branch_submitter"], by=bank["office"])
    services.plan_out(issue, plan="两周内撤换全部海报", by=bank["branch_submitter"])
    proof = SimpleUploadedFile("证明.txt", "已撤换".encode(), "text/plain")
    assert act(client_of("branch_submitter"), issue, "hand_in", outcome="短", file=proof).status_code == 422
    assert files.attachments_of(issue, services.EVIDENCE).count() == 1


def test_others_do_not_see_it_and_readers_do_not_act(client_of: Any, issue: Issue) -> None:
    assert client_of("other_branch").get(issue.get_absolute_url()).status_code == 404
    assert act(client_of("other_branch"), issue, "assign").status_code == 404
    assert client_of("executive").get(issue.get_absolute_url()).status_code == 200
    assert act(client_of("executive"), issue, "void", reason="误登").status_code == 403
    assert client_of("office").get(reverse("issue_act", args=[issue.pk])).status_code == 405


def test_one_notice_an_organisation_and_its_receipt(bank: Any, client_of: Any, issue: Issue) -> None:
    other = services.open_issue(source="audit", title="录音缺失", unit=bank.units["branch"], by=bank["auditor"])
    far = services.open_issue(source="audit", title="培训不足", unit=bank.units["branch_two"], by=bank["auditor"])
    chosen = {"batch": "notice", "notice": "消保通报〔2026〕3号", "row": [issue.pk, other.pk, far.pk]}
    assert client_of("office").post(reverse("issues") + "?view=all", chosen).status_code == 302
    assert IssueNotice.objects.count() == 2
    notice = IssueNotice.objects.get(unit=bank.units["branch"])
    assert set(notice.issues.all()) == {issue, other}
    answer = client_of("branch_head").get(reverse("issue_notice_document", args=[notice.pk]))
    text = letter_text(b"".join(answer.streaming_content))
    assert issue.number in text
    assert "江城分行" in text
    with pytest.raises(Refused, match="文号"):
        services.give_notice(Issue.objects.filter(pk=issue.pk), notice="消保通报〔2026〕3号", by=bank["office"])
    with pytest.raises(Forbidden):
        notices.receive(notice, receipt="已知悉，立即整改", by=bank["office"])
    url = reverse("issue_notice_receive", args=[notice.pk])
    assert client_of("branch_head").post(url, {"receipt": "已知悉，立即整改"}).status_code == 302
    notice.refresh_from_db()
    assert notice.received_by == bank["branch_head"]
    assert client_of("other_branch").get(notice.get_absolute_url()).status_code == 404


def letter_text(content: bytes) -> str:
    from docx import Document

    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([line.text for line in document.paragraphs] + cells)


TABLE = """序号,问题,来源,责任机构,责任人,严重程度,发现日期,整改期限,销号日期
1,双录缺失,审计,江城分行,冯分行,高,2026-01-05,2099-03-01,
2,公示不全,自查,海州分行,,低,2026年2月3日,2026-03-01,2026/2/20
3,名单外机构,审计,火星分行,,高,2026-01-05,,
4,日期读不懂,审计,江城分行,,高,昨天,,
"""


def test_an_old_ledger_is_taken_in_once_and_bad_rows_are_told(bank: Any, client_of: Any) -> None:
    client = client_of("office")
    shown = client.post(reverse("issue_import"), {"file": SimpleUploadedFile("旧台账.csv", TABLE.encode("gb18030"))})
    page = shown.content.decode()
    assert shown.status_code == 200
    assert "火星分行" in page
    assert "读不懂“昨天”" in page
    stored = shown.context["stored"]
    for made in (2, 0):
        result = importing.run(stored, name="旧台账.csv", by=bank["office"])
        assert (len(result.made), len(result.bad)) == (made, 2)
    taken, closed = Issue.objects.order_by("pk")
    assert (taken.state, taken.owner) == (IssueState.ASSIGNED, bank["branch_submitter"])
    assert (closed.state, timezone.localtime(closed.closed_at).date().isoformat()) == (IssueState.CLOSED, "2026-02-20")
    with pytest.raises(Forbidden):
        importing.run(stored, name="旧台账.csv", by=bank["reviewer"])


def test_figures_count_what_their_links_show(bank: Any, client_of: Any, issue: Issue) -> None:
    services.assign(issue, owner=bank["branch_submitter"], by=bank["office"])
    late = services.open_issue(source="complaint", title="投诉未答复", unit=bank.units["branch_two"], by=bank["office"])
    Issue.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - timedelta(days=3))
    report = figures.report(bank["office"], periods.preset("month"))
    client = client_of("office")
    for table in report.tables:
        for row in table.rows:
            for cell in row[1:]:
                if isinstance(cell.value, int):
                    total = client.get(cell.url).context["total"]
                    assert total == cell.value, cell.url
    assert "海州分行最多" in report.charts[1].title
    sheet = client.get(reverse("issue_figures_sheet"))
    assert sheet.content[:2] == b"PK"
    assert figures.report(bank["other_branch"], periods.preset("month")).tables[0].rows == []


def test_rest_enters_and_moves(bank: Any, client_of: Any) -> None:
    client = client_of("office")
    body = {"title": "上线版本不一致", "source": "review", "unit": "branch", "owner": "branch_submitter"}
    made = client.post("/api/issues", body, content_type="application/json")
    assert made.status_code == 201, made.content
    number = made.json()["number"]
    assert client.get("/api/issues?state=assigned&unit=head").json()["items"][0]["number"] == number
    wrong = client.post("/api/issues", {**body, "unit": "mars"}, content_type="application/json")
    assert wrong.status_code == 422
    owner = client_of("branch_submitter")
    planned = owner.post(f"/api/issues/{number}/plan", {"plan": "两周内整改完毕"}, content_type="application/json")
    assert planned.json()["state"] == "rectifying"
    bare = owner.post(f"/api/issues/{number}/outcome", {"outcome": "已经整改完毕"}, content_type="application/json")
    assert bare.status_code == 409
    assert client_of("other_branch").get(f"/api/issues/{number}").status_code == 404
    assert client_of("submitter").post("/api/issues", body, content_type="application/json").status_code == 403
