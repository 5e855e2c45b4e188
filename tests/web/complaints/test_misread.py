"""What a person corrects on a case counts as the machine's mistake, once a field and case; changed facts do not."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints import check_counts, services
from xiaobao_web.complaints.models import Case, Contact, FieldCheck
from xiaobao_web.complaints.services import intake, learning, taking_down
from xiaobao_web.kernel import journal

pytestmark = pytest.mark.django_db
CALL = "您好我叫宋安宁，电话13800004321，3月2日你们江城分行信用卡账单分期没说手续费，扣了285元，我要求退给我。"
AGAIN = "上回是陆晓晓替我办的，现在又扣了90元，要求退给我。电话13800004321"


@pytest.fixture
def taken(client_of, bank):
    """Return a case that was taken down as the machine read it."""
    clerk = client_of("liaison")
    page = clerk.post(reverse("complaint_take_down"), {"text": CALL, "channel": "call", "action": "read"})
    values = {field.name: field.value() for field in page.context["form"] if field.value() not in (None, False, "")}
    values.pop("received_at", None)
    given = {**values, "text": CALL, "action": "save", "kind": "complaint", "unit": bank.units["branch"].pk}
    assert clerk.post(reverse("complaint_take_down"), given).status_code == 302
    return Case.objects.get()


@pytest.fixture
def mailed(bank):
    """Return a case that came by a form of the public, whose values nobody had looked at."""
    contact = services.register(channel="web", text=CALL, by=None, unit=bank.units["branch"])
    intake.fill(contact.pk)
    contact = services.screen_kind(Contact.objects.get(), by=bank["liaison"], kind="complaint")
    return Case.objects.get(contacts=contact)


def fates(case) -> dict[str, str]:
    return dict(FieldCheck.objects.filter(contact__case=case).values_list("field", "fate"))


def figures(field: str) -> tuple[int, int, int]:
    now = timezone.now()
    row = next(row for row in taking_down.accuracy(now, now) if row.field == field)
    return row.right, row.present, row.invented


def test_what_was_misread_counts_once_a_field_and_case(taken, bank):
    assert (fates(taken)["phone"], figures("phone")) == ("kept", (1, 1, 0))
    services.correct(taken, by=bank["liaison"], values={"phone": "13900005678"})
    assert (fates(taken)["phone"], figures("phone")) == ("changed", (0, 1, 0))
    row = FieldCheck.objects.get(field="phone")
    assert (row.by, bool(row.corrected_at)) == (bank["liaison"], True)
    assert FieldCheck.objects.exclude(corrected_at=None).count() == 1, "the others stay as the clerk left them"
    services.correct(taken, by=bank["liaison"], values={"phone": "13900005679"})
    assert figures("phone") == (0, 1, 0)
    services.correct(taken, by=bank["liaison"], values={"phone": ""})
    assert (fates(taken)["phone"], figures("phone")) == ("cleared", (0, 0, 1))
    services.correct(taken, by=bank["liaison"], values={"phone": "13800004321"})
    assert (fates(taken)["phone"], figures("phone")) == ("kept", (1, 1, 0)), "the machine was right after all"
    assert "13900005678" not in str(FieldCheck.objects.values_list()), "no value is kept"
    assert check_counts.rebuild() == []


def test_what_changed_later_is_no_mistake_of_the_machine(taken, bank):
    services.correct(taken, by=bank["liaison"], values={"phone": "13900005678"}, why="changed")
    assert (fates(taken)["phone"], figures("phone")) == ("kept", (1, 1, 0))
    services.correct(taken, by=bank["liaison"], values={"phone": "13900005679"})
    assert fates(taken)["phone"] == "kept", "it was not the machine's number that was mended"
    told = [journal.sentence(event) for event in journal.events_of(taken).filter(type="complaints.corrected")]
    assert [("情况变了" in one) for one in sorted(told, key=len)] == [False, True]


def test_sums_causes_and_sentences_count_as_at_intake(taken, bank):
    assert (fates(taken)["amount"], fates(taken)["amounts"]) == ("kept", "kept")
    read = Contact.objects.get().ticket["machine"]
    services.correct(taken, by=bank["liaison"], values={"amounts": [{"value": 90, "role": "refund_demand"}]})
    assert (fates(taken)["amount"], fates(taken)["amounts"]) == ("changed", "changed")
    assert fates(taken)["summary"] == "kept", "the platform wrote the sentence anew, nobody corrected it"
    taken.refresh_from_db()
    services.correct(taken, by=bank["liaison"], values={"summary": "客户说没告知手续费"})
    assert fates(taken)["summary"] == "changed"
    other = read[taking_down.OTHERS][0]
    services.correct(taken, by=bank["liaison"], values={"cause": other})
    assert (fates(taken)["cause"], fates(taken)[taking_down.OTHERS]) == ("changed", "kept")
    services.correct(taken, by=bank["liaison"], values={"cause": read["cause"]})
    assert fates(taken)["cause"] == "kept"
    assert taking_down.OTHERS not in fates(taken)


def test_values_that_nobody_had_looked_at_are_looked_at_with_the_first_correction(mailed, bank):
    assert fates(mailed) == {}
    services.correct(mailed, by=bank["liaison"], values={"customer_name": "宋安凝"})
    found = fates(mailed)
    assert (found["customer_name"], found["phone"], found["id_number"]) == ("changed", "kept", "empty")
    assert "unit" not in found
    assert FieldCheck.objects.filter(channel="web", by=bank["liaison"]).count() == len(found)
    assert FieldCheck.objects.get(field="phone").confidence is not None
    services.correct(mailed, by=bank["liaison"], values={"email": "a@b.example"})
    assert fates(mailed)["email"] == "added"
    assert len(fates(mailed)) == len(found)


def test_a_case_that_no_machine_read_has_nothing_to_count(flow, bank, client_of):
    case = flow.opened()
    services.correct(case, by=bank["liaison"], values={"region": "江城市", "customer_name": "李某某"})
    assert not FieldCheck.objects.exists()
    assert "为什么更正" not in client_of("liaison").get(reverse("complaint_correct", args=[case.pk])).content.decode()


def test_of_several_contacts_the_one_that_opened_the_case_counts(taken, bank):
    later = services.register(channel="call", by=bank["liaison"], text="又来催", unit=bank.units["branch"])
    services.screen_kind(later, by=bank["liaison"], kind="complaint", into=taken)
    services.correct(taken, by=bank["liaison"], values={"phone": "13900005678"})
    assert FieldCheck.objects.get(field="phone").contact == Contact.objects.exclude(pk=later.pk).get()


def test_corrected_names_are_learnt_as_those_of_intake(taken, bank):
    assert intake.read_ticket("call", received_at=timezone.localtime(), text=AGAIN)["ticket"]["staff_mentioned"] is None
    services.correct(taken, by=bank["liaison"], values={"staff": "陆晓晓"})
    cache.clear()
    found = intake.read_ticket("call", received_at=timezone.localtime(), text=AGAIN)
    assert found["ticket"]["staff_mentioned"] == "陆晓晓"
    Case.objects.filter(pk=taken.pk).update(staff="")  # as an erasure leaves it
    cache.clear()
    assert ("staff", "陆晓晓") not in learning.names()


def test_names_of_confidential_cases_and_complainants_are_not_learnt_by_correcting(taken, bank):
    services.correct(taken, by=bank["liaison"], values={"staff": "宋安宁"})
    cache.clear()
    assert ("staff", "宋安宁") not in learning.names()
    services.correct(taken, by=bank["liaison"], values={"staff": "陆晓晓"})
    services.set_confidential(Case.objects.get(), by=bank["office"], confidential=True)
    cache.clear()
    assert learning.names() == {}


def test_the_page_asks_why_and_the_rows_tell_it(taken, client_of, bank):
    client, url = client_of("liaison"), reverse("complaint_correct", args=[taken.pk])
    page = client.get(url)
    assert all(words in page.content.decode() for words in ("为什么更正", "原读错了", "情况变了"))
    form = page.context["form"]
    values = {field.name: field.value() for field in form if field.value() not in (None, "", [])}
    values |= {"seen": page.context["seen"]}
    assert client.post(url, {**values, "phone": "13900005678", "why": "changed"}).status_code == 302
    assert fates(taken)["phone"] == "kept"
    seen = services.times_corrected(Case.objects.get())
    sent = {**values, "phone": "13900005678", "email": "a@b.example", "seen": seen}
    assert client.post(url, {**sent, "why": "misread"}).status_code == 302
    assert fates(taken)["email"] == "added"
    rows = client_of("office").get(reverse("complaint_intake_field", args=["email"])).content.decode()
    assert "补填（立案后更正）" in rows


def test_a_program_says_why_too(taken, client_of):
    client, url = client_of("liaison"), f"/api/complaints/{taken.pk}/ticket"
    asked = {row["name"]: row for row in client.get(url).json()}
    assert [key for key, _label in asked["why"]["choices"]] == ["misread", "changed"]

    def sent(**values):
        return client.patch(url, {"values": values}, content_type="application/json").status_code

    assert sent(phone="13900005678", why="changed") == 200
    assert fates(taken)["phone"] == "kept"
    assert sent(email="a@b.example") == 200
    assert fates(taken)["email"] == "added"
    assert sent(email="c@d.example", why="whim") == 422
