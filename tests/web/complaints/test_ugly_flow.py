"""A whole complaint by somebody who types whatever there is: each page takes it or says why not and what next."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
import xlsxwriter
from complaint_words import GOOD, WORDS
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from xiaobao_web.complaints import services, verbs
from xiaobao_web.complaints.models import Case, Contact
from xiaobao_web.kernel.files import attachments_of
from xiaobao_web.kernel.models import Deadline

pytestmark = pytest.mark.django_db
UGLY = {
    "empty": "", "blanks": " \t\r\n　", "huge": "贷" * 350_000, "emoji": "😡👨‍👩‍👧‍👦🇨🇳 扣费了！！！" * 20,
    "right to left": "\u202e卡号\u2066 شكوى \u200f扣费", "NUL": "扣\x00费\x0b\x1b[31m", "surrogate": "\udcff扣费",
    "markup": "<script>alert(1)</script>{{ 7*7 }}{% csrf_token %}", "formula": "=HYPERLINK(\"http://x\",\"点\")",
    "combining": "扣" + "\u0301" * 3000, "number": "9" * 400, "path": "../../etc/passwd", "one line": "扣费," * 3000,
}  # fmt: skip
HAN = re.compile("[\u4e00-\u9fff]{4}")


def refused(answer: Any) -> list[str]:
    """Return what a page says of what it refuses; fail where it is no sentence."""
    html = answer.content.decode()
    told = re.findall(
        r'class="[^"]*(?:field-error|form-note|alert-danger|invalid-feedback)[^"]*"[^>]*>(.*?)</(?:div|p)>', html, re.S
    )
    told += re.findall(r"<h1>填写的内容需要更正</h1>\s*<p[^>]*>(.*?)</p>", html, re.S)  # before any form
    plain = [re.sub(r"<[^>]+>|\s+", "", item) for item in told]
    assert any(HAN.search(item) for item in plain), html[:3000]
    return plain


def asked(client: Any, url: str, data: dict[str, Any]) -> Any:
    """Post and fail for anything but an answer or a refusal that says why."""
    answer = client.post(url, data)
    assert answer.status_code in (200, 302, 409, 422), f"{url}: {answer.status_code}"
    if answer.status_code in (409, 422):
        refused(answer)
    return answer


@pytest.mark.parametrize("name", UGLY)
def test_a_clerk_may_type_anything(flow, client_of, name):
    text = UGLY[name].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    client, before = client_of("liaison"), Contact.objects.count()
    page = client.get(reverse("complaint_register"))
    data = {item.name: item.value() for item in page.context["form"] if item.value() not in (None, "", False)}
    told = {"channel": "call", "text": text, "kind": "complaint", "customer_name": text[:500], "phone": text[:500]}
    answer = asked(client, reverse("complaint_register"), {**data, **told})
    assert (answer.status_code == 422) == (Contact.objects.count() == before)
    read = client.post(reverse("complaint_take_down"), {"action": "read", "text": text, "channel": "call"})
    assert read.status_code in (200, 422)
    assert "<script>alert" not in read.content.decode()


@pytest.mark.parametrize("name", ["empty", "huge", "right to left", "markup", "number", "formula"])
def test_every_step_takes_or_refuses_anything(flow, client_of, name):
    case = flow.handled()
    for who, verb in (("liaison", "investigate"), ("liaison", "ask_extension"), ("complaints", "transfer"),
                      ("liaison", "offer"), ("liaison", "propose_mediation"), ("complaints", "set_level"),
                      ("liaison", "new_facts"), ("liaison", "withdraw"), ("complaints", "decline"),
                      ("complaints", "transfer_in"), ("liaison", "link"), ("liaison", "merge")):  # fmt: skip
        client, url = client_of(who), reverse("complaint_step", args=[case.pk, verb])
        if verbs.reason_against(verbs.VERBS[verb], case, flow.bank[who]):
            continue
        form = client.get(url).context["form"]
        data = {item.name: UGLY[name] for item in form}
        answer = asked(client, url, data)
        if verb != "propose_mediation":  # an organisation may be called anything
            assert answer.status_code == 422, f"{verb} took {name}"
    letter = client_of("liaison")
    for action in ("save", "submit", "send", "release", "approve", "none"):
        answer = letter.post(
            reverse("complaint_letter", args=[case.pk]), {"action": action, **dict.fromkeys(GOOD, UGLY[name])}
        )
        assert answer.status_code in (200, 302, 403, 409, 422)
    assert Case.objects.get(pk=case.pk).state == "handling"


def test_a_spreadsheet_full_of_formulas_is_told_row_by_row(flow, client_of):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    for column, head in enumerate(("工单编号", "投诉内容", "投诉时间", "客户姓名")):
        page.write_string(0, column, head)
    page.write_formula(1, 0, "=1+1", None, "")
    for column, told in enumerate(('=HYPERLINK("http://x")', "2026-03-01", "=cmd|'/c calc'!A0"), 1):
        page.write_string(1, column, told)
    for column, told in enumerate(("F2", "+86 扣费没有告知，要求退还", "2026-03-01", "@SUM(A1)")):
        page.write_string(2, column, told)
    book.close()
    answer = client_of("office").post(
        reverse("complaint_import"), {"system": "旧系统", "file": SimpleUploadedFile("表.xlsx", out.getvalue())}
    )
    assert answer.status_code == 200
    assert [row.number for row in answer.context["bad"]] == [2]
    assert [row.record["number"] for row in answer.context["good"]] == ["F2"]
    assert "无数据" not in re.search(r"不能导入</span>.*?</div>", answer.content.decode(), re.S)[0]


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for n in range(30):
            made.writestr(f"{n}.txt", b"\0" * (8 << 20))
    return out.getvalue()


def test_a_bomb_is_not_attached_and_loses_nothing_else(flow, client_of):
    client = client_of("liaison")
    page = client.get(reverse("complaint_register"))
    data = {item.name: item.value() for item in page.context["form"] if item.value() not in (None, "", False)}
    files = [SimpleUploadedFile("材料.zip", bomb()), SimpleUploadedFile("说明.txt", "扣费说明".encode("gb18030"))]
    answer = client.post(
        reverse("complaint_register"),
        {**data, "channel": "call", "text": WORDS, "kind": "complaint", "file": files},
        follow=True,
    )
    assert answer.status_code == 200, answer.context["form"].errors
    assert Case.objects.count() == 1
    told = [str(item) for item in answer.context["messages"]]
    kept = [item.name for item in attachments_of(Contact.objects.get())]
    assert "说明.txt" in kept
    assert "材料.zip" not in kept or not attachments_of(Contact.objects.get()).get(name="材料.zip").stored.released
    assert "材料.zip" in kept or any("材料.zip" in item for item in told)


def test_a_closed_case_is_reopened_and_closed_again(flow, client_of):
    case = flow.closed()
    client, url = client_of("complaints"), reverse("complaint_step", args=[case.pk, "reopen"])
    assert asked(client, url, {"reason": ""}).status_code == 422
    assert asked(client, url, {"reason": "投诉人提交了新的录音"}).status_code == 302
    case = Case.objects.get(pk=case.pk)
    assert case.state in ("handling", "accepted")
    again = asked(client, url, {"reason": "再来一次"})
    assert again.status_code in (409, 422)
    if case.state == "accepted":
        case = services.assign(case, by=flow.bank["complaints"], handler=flow.bank["liaison"])
    flow.answered(case)
    flow.found(Case.objects.get(pk=case.pk))
    assert services.close(Case.objects.get(pk=case.pk), by=flow.bank["liaison"], outcome="met").state == "closed"


def test_a_year_without_a_calendar_counts_provisionally_and_says_so(flow, client_of):
    flow.to(2031, 3, 3)
    case = flow.handled()
    row = Deadline.objects.filter(subject_id=case.pk, kind__startswith="statutory.").first()
    assert row is not None
    assert row.provisional
    shown = client_of("liaison").get(case.get_absolute_url()).content.decode()
    assert "暂" in shown or "尚未公布" in shown
