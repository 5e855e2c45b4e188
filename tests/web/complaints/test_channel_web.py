"""The citizens' forms: one thing a screen, kept, handed in once, followed with a code that stands in no address."""

from __future__ import annotations

import io

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import Contact, Inbound
from xiaobao_web.kernel import files

pytestmark = pytest.mark.django_db
STORY = "3月2日在江城滨江支行办理信用卡分期，没有人告诉我要收手续费，现在每月多扣95元，要求退还。"


@pytest.fixture(autouse=True)
def unhurried():
    cache.clear()


def words(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def walk(client: Client, **changes: dict[str, object]) -> dict[str, str]:
    """Fill in the whole form; return number and code."""
    client.post(reverse("public_complaint"))
    steps: dict[str, dict[str, object]] = {
        "what": {"text": STORY},
        "where": {"place": "滨江支行", "product_name": "账单分期", "amount": "285"},
        "wish": {"demands": ["退款退费"]},
        "proof": {},
        "who": {"customer_name": "宋安宁", "phone": "13800004321"},
        **changes,
    }
    for step, data in steps.items():
        answer = client.post(reverse("public_complaint_step", kwargs={"step": step}), data)
        assert answer.status_code == 302, words(answer)
    answer = client.post(reverse("public_complaint_step", kwargs={"step": "check"}), follow=True)
    assert answer.status_code == 200
    context = answer.context
    return {"number": context["number"], "code": context["code"]}


def test_a_complaint_is_handed_in_and_filled(bank, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        receipt = walk(Client())
    row = Contact.objects.get(number=receipt["number"])
    assert row.channel == "web"
    assert STORY in row.text
    assert row.details["customer_name"] == "宋安宁"
    assert row.kind_proposed == "complaint"
    assert row.ticket["ticket"]["business_type"] == "信用卡"
    assert Inbound.objects.get().contact == row
    assert receipt["code"] not in str(row.details)


def test_what_was_typed_stays_and_faults_are_told_beside_the_field(bank):
    client = Client()
    client.post(reverse("public_complaint"))
    url = reverse("public_complaint_step", kwargs={"step": "what"})
    client.post(url, {"text": STORY})
    assert STORY in words(client.get(url))
    who = reverse("public_complaint_step", kwargs={"step": "who"})
    answer = client.post(who, {"customer_name": "宋安宁"})
    assert answer.status_code == 422
    assert "至少填一个" in words(answer)
    assert "宋安宁" in words(answer)
    check = client.get(reverse("public_complaint_step", kwargs={"step": "check"}))
    assert check.status_code == 302, "nothing is handed in before every screen was seen"
    assert Contact.objects.count() == 0
    client.post(reverse("public_complaint"), {"action": "drop"})
    assert client.get(url).status_code == 302


@pytest.mark.parametrize(
    ("step", "wrong"),
    [
        ("who", {"customer_name": "", "phone": "", "email": ""}),
        ("what", {"text": "长" * 20_000}),
        ("where", {"amount": "三百多到五百"}),
    ],
)
def test_an_answer_that_fails_later_is_asked_again_before_it_is_handed_in(bank, step, wrong):
    client = Client()
    client.post(reverse("public_complaint"))
    answers = {
        "what": {"text": STORY}, "where": {"place": "滨江支行"}, "wish": {"demands": ["退款退费"]}, "proof": {},
        "who": {"customer_name": "宋安宁", "phone": "13800004321"},
    }  # fmt: skip
    places = {name: reverse("public_complaint_step", kwargs={"step": name}) for name in (*answers, "check")}
    for name, data in answers.items():
        assert client.post(places[name], data).status_code == 302
    assert client.post(places[step], wrong).status_code == 422
    for ask in (client.get, client.post):
        answer = ask(places["check"])
        assert (answer.status_code, answer.headers["Location"]) == (302, places[step])
    assert not Contact.objects.exists()
    assert client.post(places[step], answers[step]).status_code == 302
    client.post(places["check"])
    assert Contact.objects.count() == 1


def test_the_draft_is_unreadable_in_the_session(bank):
    client = Client()
    client.post(reverse("public_complaint"))
    client.post(reverse("public_complaint_step", kwargs={"step": "what"}), {"text": STORY})
    kept = str(dict(client.session.items()))
    assert "信用卡" not in kept
    assert "complaint_draft" in kept


def test_pressed_twice_it_is_one_receipt(bank):
    client = Client()
    client.post(reverse("public_complaint"))
    first = walk_from(client, check=False)
    kept = client.session["complaint_draft"]
    numbers = set()
    for _press in range(2):
        session = client.session
        session["complaint_draft"] = kept
        session.save()
        answer = client.post(reverse("public_complaint_step", kwargs={"step": "check"}), follow=True)
        numbers.add((answer.context["number"], answer.context["code"]))
    assert first == ""
    assert len(numbers) == 1
    assert Contact.objects.count() == 1


def test_files_are_taken_checked_and_attached(bank):
    client = Client()
    client.post(reverse("public_complaint"))
    url = reverse("public_complaint_step", kwargs={"step": "proof"})
    picture = io.BytesIO(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF")
    picture.name = "合同.pdf"
    bad = io.BytesIO(b"MZ\x90\x00")
    bad.name = "setup.exe"
    answer = client.post(url, {"file": [picture, bad], "action": "add"})
    assert answer.status_code == 422
    assert "setup.exe" in words(answer)
    assert "合同.pdf" in words(client.get(url))
    receipt = walk_from(client)
    row = Contact.objects.get(number=receipt)
    assert [item.name for item in files.attachments_of(row)] == ["合同.pdf"]
    assert files.attachments_of(row).get().personal


def walk_from(client: Client, *, check: bool = True) -> str:
    for step, data in {"what": {"text": STORY}, "where": {}, "wish": {}, "proof": {},
                       "who": {"customer_name": "宋安宁", "phone": "13800004321"}}.items():  # fmt: skip
        client.post(reverse("public_complaint_step", kwargs={"step": step}), data)
    if not check:
        return ""
    answer = client.post(reverse("public_complaint_step", kwargs={"step": "check"}), follow=True)
    return str(answer.context["number"])


def test_progress_needs_the_code_and_says_where_it_stands(bank):
    receipt = walk(Client())
    client = Client()
    url = reverse("public_progress")
    wrong = client.post(url, {**receipt, "code": "AAAAAAAA"})
    assert wrong.status_code == 422
    assert "不对" in words(wrong)
    nothing = client.post(url, {"number": "LX2026-99999", "code": receipt["code"]})
    assert "不对" in words(nothing)
    shown = words(client.post(url, {"number": receipt["number"].lower(), "code": receipt["code"].lower()}))
    assert "已收到" in shown
    row = Contact.objects.get(number=receipt["number"])
    services.screen_kind(row, by=bank["complaints"], kind="complaint", unit=bank.units["branch"])
    case = Contact.objects.get(pk=row.pk).case
    services.assign(services.accept(case, by=bank["complaints"]), by=bank["complaints"], handler=bank["liaison"])
    shown = words(client.post(url, receipt))
    assert "正在办理" in shown
    assert "最迟" in shown
    assert "王联络" not in shown, "no names of staff"
    assert client.get(f"{url}?code={receipt['code']}").context.get("status") is None


def test_more_goes_to_whoever_has_the_case(bank):
    receipt = walk(Client())
    client = Client()
    data = {**receipt, "action": "add", "text": "我找到了当时的短信。"}
    assert "补充内容已收到" in words(client.post(reverse("public_progress"), data))
    client.post(reverse("public_progress"), data)
    more = Contact.objects.exclude(number=receipt["number"]).get()
    assert more.thread == receipt["number"]


def guess(client: Client, number: str, times: int) -> list[int]:
    url = reverse("public_progress")
    return [client.post(url, {"number": number, "code": f"AAAAAA{n:02}"}).status_code for n in range(times)]


def test_a_stranger_who_guesses_waits_and_the_owner_does_not(bank):
    receipt = walk(Client())
    stranger, owner = Client(REMOTE_ADDR="203.0.113.7"), Client(REMOTE_ADDR="203.0.113.8")
    assert guess(stranger, receipt["number"], 12) == [422] * 10 + [429] * 2
    assert stranger.post(reverse("public_progress"), receipt).status_code == 429, "the right code waits too"
    assert owner.post(reverse("public_progress"), receipt).status_code == 200
    sharing = Client(REMOTE_ADDR="2001:db8:1:2::1"), Client(REMOTE_ADDR="2001:db8:1:2:ffff::9")
    assert guess(sharing[0], receipt["number"], 10)[-1] == 422
    assert guess(sharing[1], receipt["number"], 1) == [429], "one household's network is one client"


def test_the_right_code_forgets_the_wrong_ones(bank):
    receipt = walk(Client())
    client = Client()
    for _round in range(2):
        assert guess(client, receipt["number"], 6) == [422] * 6
        assert client.post(reverse("public_progress"), receipt).status_code == 200


def test_many_strangers_slow_each_other_down_and_never_lock_the_owner_out(bank, settings):
    from xiaobao_web.complaints.services import guesses

    receipt = walk(Client())
    for place in range(30):
        guess(Client(REMOTE_ADDR=f"198.51.100.{place}"), receipt["number"], 10)
    assert guesses.ALL == 30 * 10
    late = Client(REMOTE_ADDR="198.51.100.200")
    assert guess(late, receipt["number"], 3) == [422, 422, 429]
    owner = Client(REMOTE_ADDR="192.0.2.1")
    assert guess(owner, receipt["number"], 1) == [422], "a slip"
    assert owner.post(reverse("public_progress"), receipt).status_code == 200


def test_an_opinion_needs_no_name(bank, django_capture_on_commit_callbacks):
    client = Client()
    client.post(reverse("public_feedback"))
    step = lambda name: reverse("public_feedback_step", kwargs={"step": name})  # noqa: E731
    client.post(step("what"), {"said": "suggestion", "text": "建议周末也开放一个柜台，方便上班的人。"})
    client.post(step("who"), {})
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(step("check"), follow=True)
    row = Contact.objects.get(number=answer.context["number"])
    assert (row.channel, row.kind_proposed) == ("feedback", "suggestion")


def test_large_type_is_remembered(bank):
    client = Client()
    assert "is-large" in words(client.get(reverse("public_complaint"), {"size": "large"}))
    assert "is-large" in words(client.get(reverse("public_progress")))
    assert "is-large" not in words(client.get(reverse("public_progress"), {"size": "usual"}))
