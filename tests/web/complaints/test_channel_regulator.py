"""Regulators' transfers as pasted sheets and tables: read by labels, keyed by number, each with its own day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints import services
from xiaobao_web.complaints.channels.transferred import day_of, read_pasted
from xiaobao_web.complaints.models import CaseImport, Contact, HeadingMap, LocalBureau, RegulatorTransfer
from xiaobao_web.complaints.services import transfer_tables
from xiaobao_web.kernel import deadlines, journal
from xiaobao_web.kernel.errors import Forbidden
from xiaobao_web.people.services import appoint

pytestmark = pytest.mark.django_db
SHEET = """国家金融监督管理总局江城监管局消费投诉转办单
转办编号：江金投转〔2026〕118号
转办日期：2026年3月2日　　反馈期限：2026年3月20日
投诉人：宋安宁　联系电话：13800004321
被投诉机构：示例银行江城分行
投诉内容：
一、2025年12月办理信用卡分期，未说明手续费。
二、多次致电客服未果。
投诉请求：退还手续费285元，书面道歉。
"""
HEAD = "转办编号,转办机构,投诉内容,投诉人,联系电话,要求反馈日期,被投诉机构,办件类型,转办意见\n"
ROWS = (
    "JG-1,江城监管局,信用卡年费没有告诉我就扣了，要求退还,宋安宁,13800004321,2026-03-20,,,\n"
    "JG-2,海州监管局,理财到期没有按时到账,陶一鸣,13900005678,2026/3/25,江城滨江支行,,\n"
    "JG-3,江城监管局,,无内容,,,,,\n"
    "JG-4,江城监管局,催收打扰家人,许多,13700000000,三月底,,,\n"
    "JG-9,江城监管局,,,,2026-03-12,,督办,请尽快反馈\n"
)
NEXT_DAY = (
    "JG-1,江城监管局,信用卡年费没有告诉我就扣了，要求退还,宋安宁,13800004321,2026-03-20,,,\n"
    "JG-1,江城监管局,,,,2026-03-16,,督办,请于3月16日前反馈\n"
    "JG-2,海州监管局,理财到期没有按时到账，另要求赔偿,陶一鸣,13900005678,2026-03-28,江城滨江支行,,\n"
)


def table(rows: str = ROWS, head: str = HEAD, encoding: str = "gb18030") -> SimpleUploadedFile:
    return SimpleUploadedFile("转办表.csv", (head + rows).encode(encoding))


@pytest.fixture
def branches(flow: Any, bank: Any) -> None:
    for name, unit in (("江城监管局", "branch"), ("海州监管局", "branch_two")):
        transfer_tables.set_bureau(source="12378", name=name, unit=bank.units[unit], by=bank["office"])


@pytest.fixture
def take(bank, django_capture_on_commit_callbacks):
    def run(rows: str = ROWS, **more: Any) -> CaseImport:
        stored = transfer_tables.store(table(rows, **more), by=bank["office"])
        with django_capture_on_commit_callbacks(execute=True):
            made = transfer_tables.begin(stored, "12378", "江城监管局", name="转办表.csv", by=bank["office"])
        made.refresh_from_db()
        return made

    return run


@pytest.mark.parametrize(("text", "wanted"), [
    (SHEET, {"number": "江金投转〔2026〕118号", "due_on": date(2026, 3, 20), "forwarded_on": date(2026, 3, 2),
             "customer_name": "宋安宁", "phone": "13800004321", "unit": "示例银行江城分行", "source": "12378",
             "bureau": "国家金融监督管理总局江城监管局"}),
    ("工单编号\tJC20260302001\t受理时间\t2026-03-02 09:12\n来电人\t陶女士\t来电号码\t13900005678\n"
     "诉求内容\t排队两小时\n办理时限\t5个工作日内\n派单时间\t2026-03-02\n来源：12345政务服务便民热线",
     {"number": "JC20260302001", "received_by_bureau": date(2026, 3, 2), "phone": "13900005678", "source": "12345",
      "text": "排队两小时", "due_on": date(2026, 3, 9)}),
    ("编号\nXF-9\n信访人\n钱多\n反映问题\n理财亏损", {"number": "XF-9", "customer_name": "钱多", "text": "理财亏损",
                                                    "source": "petition"}),
    ("【投诉编号】A-1；【投诉人】许多；【诉求】停止催收",
     {"number": "A-1", "customer_name": "许多", "text": "停止催收"}),
    ("随便一句没有标签的话，请处理。", {"text": "随便一句没有标签的话，请处理。"}),
])  # fmt: skip
def test_pasted_sheets_are_read_by_their_labels(flow, text, wanted):
    told = read_pasted(text)
    assert {name: told.value(name) for name in wanted} == wanted
    for said in told.fields.values():
        assert said.words


@pytest.mark.parametrize(("text", "kind"), [
    ("【督办函】编号 12363-77 号投诉请于3月15日前反馈，已逾期。", "urge"),
    ("退回补正通知\n转办编号：A-1\n退回原因：缺证据", "send_back"),
    (SHEET, ""), ("转办编号：A-1\n投诉内容：我要求监管部门督办此事", ""),
])  # fmt: skip
def test_urgings_and_sheets_sent_back_are_told_apart(flow, text, kind):
    assert read_pasted(text).kind == kind


@pytest.mark.parametrize("text", ["", "：：：\n\t\t", "转办编号：\n反馈期限：明天\n投诉内容：", "编号：" + "9" * 20000,
                                  "反馈期限：2026年13月40日"])  # fmt: skip
def test_ugly_sheets_say_what_is_unclear(flow, text):
    told = read_pasted(text)
    assert told.value("due_on") is None


def test_a_pasted_sheet_fills_the_form_with_its_words_and_is_registered(branches, client_of, bank):
    client = client_of("complaints")
    shown = client.post(reverse("complaint_transfer_new"), {"action": "read", "pasted": SHEET})
    page = shown.content.decode()
    assert shown.status_code == 200
    assert "转办编号：江金投转〔2026〕118号" in page
    form = shown.context["form"]
    assert form["unit"].value() == bank.units["branch"].pk
    assert form["business_type"].value() == "信用卡"
    assert Contact.objects.count() == 0, "reading keeps nothing"
    data = {field.name: field.value() for field in form if field.value() not in (None, "")}
    done = client.post(reverse("complaint_transfer_new"), data)
    assert done.status_code == 302, done.content.decode()[:2000]
    made = RegulatorTransfer.objects.get()
    assert (made.number, made.due_on, made.case.unit) == (
        "江金投转〔2026〕118号",
        date(2026, 3, 20),
        bank.units["branch"],
    )
    assert made.case.phone == "13800004321"
    assert made.case.ticket["ticket"]["business_type"] == "信用卡"
    urged = client.post(reverse("complaint_transfer_new"), {"action": "read", "pasted": f"督办函\n{SHEET}"})
    assert "已经登记" in urged.content.decode()
    assert reverse("complaint_step", args=[made.case_id, "urge"]) in urged.content.decode()


def test_a_dry_run_changes_nothing_and_tells_every_fault(branches, client_of):
    client = client_of("complaints")
    url = reverse("complaint_transfer_import")
    answer = client.post(url, {"source": "12378", "bureau": "江城监管局", "file": table()})
    page = answer.content.decode()
    for words in ("投诉内容：没有填写", "读不懂“三月底”", "没有登记过这个编号", "导入 2 行"):
        assert words in page
    assert (Contact.objects.count(), CaseImport.objects.count()) == (0, 0)
    assert client.post(url, {"source": "", "file": table()}).status_code == 422


def test_rows_become_cases_of_their_branch_with_their_own_day_then_are_updated(branches, take, bank, flow):
    made = take()
    assert (made.made, made.changed, made.kept, len(made.faults)) == (2, 0, 0, 3)
    first = RegulatorTransfer.objects.get(number="JG-1")
    second = RegulatorTransfer.objects.get(number="JG-2")
    assert first.case.unit == bank.units["branch"], "its local bureau's branch"
    assert second.case.unit == bank.units["sub_branch"], "what the row names goes before the bureau's branch"
    due = deadlines.of(first.case).get(kind=f"report:{first.pk}", cancelled_at=None)
    assert timezone.localdate(due.due_at) == date(2026, 3, 20)
    assert first.case.business_type == "信用卡"
    flow.later(days=1)
    again = take(NEXT_DAY)
    assert (again.made, again.changed, again.kept) == (0, 2, 1)
    first.refresh_from_db()
    second.refresh_from_db()
    assert [row["text"] for row in first.urged] == ["请于3月16日前反馈"]
    assert (first.due_on, second.due_on) == (date(2026, 3, 16), date(2026, 3, 28))
    due = deadlines.of(first.case).get(kind=f"report:{first.pk}", cancelled_at=None)
    assert timezone.localdate(due.due_at) == date(2026, 3, 16)
    assert any("另要求赔偿" in row.text for row in second.case.contacts.all())
    assert Contact.objects.filter(case=None).count() == 0
    third = take(NEXT_DAY)
    assert (third.made, third.changed, third.kept) == (0, 0, 3)
    first.refresh_from_db()
    assert len(first.urged) == 1, "the same row again urges nobody"


def test_a_report_sent_back_by_table_opens_the_feedback_anew(branches, take, bank):
    take()
    made = RegulatorTransfer.objects.get(number="JG-1")
    services.report(made, by=bank["complaints"], parts=dict.fromkeys(services.draft_report(made), "已办理"))
    back = "JG-1,江城监管局,,,,2026-03-30,,退回补正,请补充录音\n"
    assert take(back).changed == 1
    made.refresh_from_db()
    assert made.reported_at is None
    assert made.sent_back[0]["text"] == "请补充录音"
    assert made.due_on == date(2026, 3, 30)
    urge = take("JG-1,江城监管局,,,,,,督办,快\n")
    assert urge.changed == 1


def test_a_bureaus_own_headings_are_asked_once(branches, client_of, take):
    client = client_of("complaints")
    own = table("X1,说了什么,2026-03-20\n", head="件号,说法,哪天前\n")
    url = reverse("complaint_transfer_import")
    answer = client.post(url, {"source": "12378", "bureau": "江城监管局", "file": own})
    assert "还没有对应的列" in answer.content.decode()
    data = {"source": "12378", "bureau": "江城监管局", "sha256": answer.context["stored"].sha256, "name": "x.csv",
            "action": "headings", "heading": ["件号", "说法", "哪天前"],
            "field": ["number", "text", "due_on"]}  # fmt: skip
    assert "导入 1 行" in client.post(url, data).content.decode()
    assert HeadingMap.objects.get().system == "转办：江城监管局"
    done = client.post(url, {**data, "action": "import"})
    assert done.status_code == 302
    assert client.get(done["Location"]).status_code == 200
    assert client_of("office").get(reverse("complaint_import")).context["systems"].count() == 0


def test_bureaus_are_set_by_the_office(branches, client_of, bank):
    office, clerk, url = client_of("office"), client_of("liaison"), reverse("complaint_bureaus")
    given = {"source": "12363", "name": " 人民银行江城分行 ", "unit": bank.units["branch"].pk}
    assert office.post(url, given).status_code == 302
    assert office.post(url, {"source": "", "name": ""}).status_code == 422
    assert clerk.get(url).status_code == 200
    assert clerk.post(url, given).status_code == 403
    row = LocalBureau.objects.get(name="人民银行江城分行")
    assert journal.events_of(row).count() == 1
    assert clerk.post(url, {"drop": row.pk}).status_code == 403
    assert office.post(url, {"drop": row.pk}).status_code == 302
    assert not LocalBureau.objects.filter(pk=row.pk).exists()


def test_only_who_may(bank):
    with pytest.raises(Forbidden):
        transfer_tables.store(table(), by=bank["submitter"])


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026 年 3 月 20 日", date(2026, 3, 20)),
        ("2026．03．20", date(2026, 3, 20)),
        ("20260320", date(2026, 3, 20)),
        ("二〇二六年三月二十日", date(2026, 3, 20)),
        ("二○二六年十二月三十一日", date(2026, 12, 31)),
        ("46101", date(2026, 3, 20)),
        ("2026-02-30", None),
        ("20261399", None),
        ("20/03/2026", None),
        ("尽快", None),
    ],
)
def test_days_as_bureaus_write_them(written, day):
    assert day_of(written, date(2026, 3, 2)) == day


def test_a_deadline_without_its_last_word_and_a_phone_in_groups_are_read():
    told = read_pasted("转办日期：2026年3月2日\n反馈期限：10个工作日\n联系电话：138 0000 4321\n投诉内容：年费扣错")
    assert told.value("due_on") == date(2026, 3, 16)
    assert told.value("phone") == "13800004321"
    assert told.unclear == []


@pytest.fixture
def sheet(bank, client_of):
    def send(who: str = "office", **changes: Any) -> Any:
        values = {"source": "12378", "bureau": "江城监管局", "number": "E-1", "text": "信用卡年费没有告知，请退费",
                  "received_at": "2026-03-02T09:00", "unit": bank.units["branch"].pk, **changes}  # fmt: skip
        return client_of(who).post(reverse("complaint_transfer_new"), values)

    return send


def test_a_number_that_says_something_else_is_not_swallowed(flow, bank, sheet):
    first = sheet()
    assert first.status_code == 302
    assert sheet().url == first.url, "the same sheet twice is one"
    other = sheet(text="完全不同的另一段内容")
    assert other.status_code == 422
    assert "督办、退回补正" in other.context["form"].errors["number"][0]
    assert Contact.objects.filter(source_number="E-1").count() == 1
    appoint(person=bank["other_branch"], role="liaison", organisation=bank.units["branch_two"], by=None)
    stranger = sheet("other_branch")
    assert stranger.status_code == 422
    assert RegulatorTransfer.objects.get().case.number not in stranger.content.decode()


def test_a_day_before_the_receipt_says_so_beside_its_field(flow, bank, sheet, take):
    answer = sheet(due_on="2026-02-20")
    assert answer.context["form"].errors["due_on"] == ["早于收到转办的日期"]
    done = take("JG-7,江城监管局,信用卡年费没有告诉我,宋安宁,13800004321,2026-02-20,,,\n")
    assert (done.made, [fault["row"] for fault in done.faults]) == (0, [2])
    assert "收到日期" in done.faults[0]["faults"][0]


def test_a_unit_is_known_by_the_name_within_its_full_name(flow, bank, branches, take):
    name = bank.units["branch"].name
    done = take(f"JG-8,海州监管局,信用卡年费没有告诉我,宋安宁,13800004321,2026-03-20,某某银行股份有限公司{name},,\n")
    assert done.faults == []
    assert RegulatorTransfer.objects.get(number="JG-8").case.unit == bank.units["branch"]


@pytest.mark.parametrize(
    ("line", "name", "phone"),
    [
        ("投诉人：周美玲，电话13911112222", "周美玲", "13911112222"),
        ("投诉人：周美玲（13911112222）", "周美玲", "13911112222"),
        ("投诉人：周美玲 手机 13911112222", "周美玲", "13911112222"),
        ("投诉人：周美玲、男、45岁", "周美玲", None),
        ("投诉人：周美玲，电话13911112222\n联系电话：021-55556666", "周美玲", "02155556666"),
        ("投诉人：阿依古丽·买买提", "阿依古丽·买买提", None),
    ],
)
def test_what_stands_beside_a_complainants_name_is_no_name(line, name, phone):
    told = read_pasted(f"12315转办单\n编号：12315-88\n{line}\n投诉内容：被收取年费300元，要求退还。")
    assert (told.value("customer_name"), told.value("phone")) == (name, phone)
