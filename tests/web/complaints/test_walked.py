"""What a walk through the desks found: units named in the words, tasks on desks, refusals that say what to do."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints import services, workdesk
from xiaobao_web.complaints.forms.public import ProgressForm, WhereForm
from xiaobao_web.complaints.models import Contact
from xiaobao_web.kernel import deadlines
from xiaobao_web.kernel.errors import BadValue

pytestmark = pytest.mark.django_db
CALL = "坐席：您好，这里是客户服务中心。\n客户：我在江城分行那个滨江支行存的定期，被办成保险了，三万二，要求退款。"


def test_the_unit_that_the_words_name_is_proposed_and_kept(bank, client_of):
    clerk = client_of("service")
    page = clerk.post(reverse("complaint_take_down"), {"action": "read", "channel": "call", "text": CALL})
    form = page.context["form"]
    assert form["unit"].value() == bank.units["sub_branch"].pk
    assert "滨江支行</q>" in page.content.decode()
    assert page.context["reading"].proposed == "投诉"
    given = {field.name: field.value() for field in form if field.value() not in (None, "", False)}
    assert clerk.post(reverse("complaint_take_down"), {**given, "received_at": "", "action": "save"}).status_code == 302
    assert Contact.objects.get().unit == bank.units["sub_branch"]


@pytest.mark.parametrize(("words", "unit"), [(CALL, "sub_branch"), ("没有说是哪里，要求退款退费。", "service")])
def test_registered_by_hand_without_a_unit_the_words_say_it(bank, client_of, words, unit):
    given = {"channel": "call", "text": words, "kind": "complaint", "urgency": "normal", "people_count": "1"}
    assert client_of("service").post(reverse("complaint_register"), given).status_code == 302
    assert Contact.objects.get().unit == bank.units[unit]


def test_whoever_tells_contacts_apart_is_shown_the_unit_unless_somebody_said_it(bank, client_of):
    plain = services.register(channel="web", by=None, text=CALL)
    said = services.register(channel="call", by=bank["service"], text=CALL, unit=bank.units["branch_two"])
    browser = client_of("complaints")
    page = browser.get(plain.get_absolute_url())
    assert page.context["form"]["unit"].value() == bank.units["sub_branch"].pk
    assert "原话里有“滨江支行”" in page.content.decode()
    assert browser.get(said.get_absolute_url()).context["form"]["unit"].value() == bank.units["branch_two"].pk


def test_tasks_lie_on_the_desk_of_whoever_answers_or_approves(flow, bank):
    case = flow.handled()
    due = timezone.localdate() + timedelta(days=3)
    open_to_all = services.task_out(case, by=bank["liaison"], unit=bank.units["retail"], request="请说明", due_on=due)
    named = services.task_out(
        case, by=bank["liaison"], unit=bank.units["retail"], request="请说明", due_on=due, assignee=bank["submitter"]
    )

    def on_desk(who: str) -> list[tuple[str, str]]:
        shelf = workdesk.tasks(bank[who])
        return [(item.url, str(item.step)) for item in shelf.items] if shelf else []

    assert on_desk("sender_head") == [(open_to_all.get_absolute_url(), "回复协办任务")]
    assert on_desk("submitter") == [(named.get_absolute_url(), "回复协办任务")]
    assert on_desk("colleague") == []
    services.answer_task(named, by=bank["submitter"], reply="没有说明费用")
    assert on_desk("submitter") == []
    assert (named.get_absolute_url(), "审批协办回复") in on_desk("sender_head")


def test_a_letter_or_notice_that_reached_the_complainant_is_the_first_contact(flow):
    case = flow.handled()
    assert deadlines.running(case).filter(kind="contact").exists()
    case = flow.answered(case)
    assert not deadlines.running(case).filter(kind="contact").exists()


@pytest.mark.parametrize(("mode", "waits"), [("call", False), ("unreachable", True)])
def test_a_notice_of_extension_counts_where_it_was_heard(flow, bank, mode, waits):
    case = flow.handled()
    asked = services.ask_extension(case, by=bank["liaison"], kind="complex", reason="需要等待笔迹鉴定")
    services.decide_extension(asked, by=bank["branch_head"], approve=True)
    services.notify_extension(asked, by=bank["liaison"], mode=mode, proof="录音 A1")
    assert deadlines.running(case).filter(kind="contact").exists() is waits


@pytest.mark.parametrize(("told", "sum_"), [
    ("三万二", "32000"), ("约8千6", "8600"), ("八千六百块", "8600"), ("大概1.5万左右", "15000.0"), ("2w", "20000"),
    ("3,000.50元", "3000.50"), ("贰拾万元整", "200000"),
])  # fmt: skip
def test_sums_are_taken_as_people_write_them(told, sum_):
    form = WhereForm({"amount": told})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["amount"] == Decimal(sum_)


@pytest.mark.parametrize("told", ["很多", "3000和5000", "-5", "1.2.3", "三月二日", "5%", "8千到1万"])
def test_what_is_no_sum_is_refused(told):
    assert "amount" in WhereForm({"amount": told}).errors


@pytest.mark.parametrize("told", ["LX2026-00472", "lx2026 00472", "LX202600472", " ＬＸ2026－00472 "])
def test_a_receipt_is_found_however_it_is_copied(told):
    form = ProgressForm({"number": told, "code": "X"})
    assert form.is_valid()
    assert form.cleaned_data["number"] == "LX2026-00472"


def test_progress_is_shown_for_a_number_copied_by_hand(bank):
    from test_channel_web import walk

    client = Client()
    receipt = walk(client)
    told = {"number": receipt["number"].lower().replace("-", " "), "code": receipt["code"]}
    assert client.post(reverse("public_progress"), told).status_code == 200


def test_refusals_say_what_to_do(flow, bank, client_of):
    case = flow.answered()
    with pytest.raises(BadValue) as caught:
        services.call_back(case, by=bank["liaison"], reached=True)
    assert "选择满意度" in str(caught.value.fields["score"])
    page = client_of("liaison").get(reverse("complaint_step", args=[case.pk, "ask_extension"])).content.decode()
    assert "“申请延期”在投诉处理中" in page
    assert "现在是“已答复”" in page


def test_passing_on_says_who_will_handle(flow, client_of):
    page = client_of("complaints").get(reverse("complaint_step", args=[flow.opened().pk, "transfer"]))
    assert "由新的机构派单" in page.content.decode()


def test_what_a_citizen_stated_stands_beside_the_words_and_on_the_case(bank, client_of):
    from test_channel_web import walk

    where = {"place": "滨江支行", "region": "湖北省武汉市", "amount": "三千"}
    who = {"customer_name": "宋安宁", "phone": "13800004321", "address": "江城市滨江路 18 号 3 栋 201"}
    row = Contact.objects.get(number=walk(Client(), where=where, who=who)["number"])
    browser = client_of("complaints")
    page = browser.get(row.get_absolute_url()).content.decode()
    for told in ("湖北省武汉市", "3,000.00 元", "退款退费"):
        assert told in page
    assert row.source_number not in page
    filed = {"action": "screen_kind", "kind": "complaint", "unit": bank.units["branch"].pk}
    browser.post(row.get_absolute_url(), filed)
    row.refresh_from_db()
    page = browser.get(row.case.get_absolute_url()).content.decode()
    assert "湖北省武汉市" in page
    assert "通信地址" in page
    assert "3 栋 201" not in page


def test_a_file_taken_in_is_put_back_beside_its_name(bank):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = Client()
    client.post(reverse("public_complaint"))
    client.post(reverse("public_complaint_step", kwargs={"step": "what"}), {"text": "分期手续费没有告诉我，要求退还。"})
    step = reverse("public_complaint_step", kwargs={"step": "proof"})
    files = [SimpleUploadedFile(f"{n}.txt", b"proof %d" % n) for n in (1, 2)]
    page = client.post(step, {"action": "add", "file": files}, follow=True)
    kept = page.context["files"]
    assert [name for _sha, name in kept] == ["1.txt", "2.txt"]
    shown = page.content.decode()
    first = shown.index("1.txt</span>")
    assert shown.index('form="without-1"') - first < 60
    assert 'id="without-1"' in shown[shown.index("</form>") :], "no form within the form"
    left = client.post(step, {"action": "remove", "file": kept[0][0]}, follow=True).context["files"]
    assert [name for _sha, name in left] == ["2.txt"]


def test_what_is_added_by_code_before_the_case_goes_into_it(bank, client_of):
    from test_channel_web import walk

    client = Client()
    receipt = walk(client)
    added = {"number": receipt["number"], "code": receipt["code"], "action": "add", "text": "我当时有录音"}
    assert client.post(reverse("public_progress"), added).status_code == 200
    first, more = Contact.objects.order_by("pk")
    browser = client_of("complaints")
    page = browser.get(more.get_absolute_url())
    assert first.number in page.content.decode()
    assert page.context["form"]["into"].value() == ""
    browser.post(first.get_absolute_url(), {"action": "screen_kind", "kind": "complaint"})
    first.refresh_from_db()
    page = browser.get(more.get_absolute_url())
    assert page.context["form"]["into"].value() == first.case.number
    filed = {"action": "screen_kind", "kind": "complaint", "into": first.case.number}
    assert browser.post(more.get_absolute_url(), filed).status_code == 302
    more.refresh_from_db()
    assert more.case == first.case
