"""Contacts are registered once, told apart by two people, and only complaints become cases."""

from __future__ import annotations

import pytest

from xiaobao_web.complaints import queries, services
from xiaobao_web.complaints.models import Case, Contact
from xiaobao_web.complaints.services import opening
from xiaobao_web.kernel import deadlines, journal
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused

pytestmark = pytest.mark.django_db


def test_the_same_message_twice_is_one_contact_and_one_case(flow, bank):
    key = services.key_of("email", message="<1@example>")
    first = services.register(channel="email", text="退费", by=None, key=key)
    again = services.register(channel="email", text="退费", by=None, key=key)
    assert first.pk == again.pk
    assert Contact.objects.count() == 1


def test_keys_tell_sources_apart():
    assert services.key_of("api", source_number="A1") != services.key_of("import", source_number="A1")
    same = services.key_of("web", text="退费", sender="a")
    assert same == services.key_of("web", text="退费", sender="a") != services.key_of("web", text="退费", sender="b")


def test_a_complaint_becomes_a_case_with_masked_words_and_a_clock(flow, bank):
    case = flow.opened()
    assert case.number == "TS2026-00001"
    assert case.state == "pending"
    assert "13800001234" not in case.summary + case.title
    kinds = set(deadlines.running(case).values_list("kind", flat=True))
    assert {"statutory.notify", "accept"} <= kinds
    assert case.calendar_version or Case.objects.get(pk=case.pk).calendar_version


def test_a_contact_called_no_complaint_waits_for_a_second_person(flow, bank):
    row = services.register(channel="call", text="利率怎么又涨了", by=bank["liaison"])
    with pytest.raises(BadValue):
        services.screen_kind(row, by=bank["liaison"], kind="inquiry", reason="")
    row = services.screen_kind(row, by=bank["liaison"], kind="inquiry", reason="只问利率，没有异议")
    assert row.state == "checking"
    assert Case.objects.count() == 0
    assert row in queries.contacts_waiting(bank["complaints"])
    row = services.check_kind(row, by=bank["complaints"], agree=False)
    assert row.state == "filed"
    assert Case.objects.get().contacts.get() == row


def test_nobody_checks_their_own_downgrade(flow, bank):
    row = services.register(channel="call", text="问一下", by=bank["complaints"])
    row = services.screen_kind(row, by=bank["complaints"], kind="inquiry", reason="只是询问")
    with pytest.raises(Forbidden):
        services.check_kind(row, by=bank["complaints"], agree=True)
    assert services.check_kind(row, by=bank["office"], agree=True).state == "passed_on"


def test_a_plain_inquiry_by_machine_and_person_needs_no_second(flow, bank):
    row = services.register(channel="call", text="网点几点开门", by=bank["liaison"], kind_proposed="inquiry")
    assert services.screen_kind(row, by=bank["liaison"], kind="inquiry").state == "passed_on"


def test_an_omission_found_by_the_sample_keeps_its_day_of_receipt(flow, bank):
    row = services.register(channel="call", text="催收骂人", by=bank["liaison"], kind_proposed="inquiry")
    row = services.screen_kind(row, by=bank["liaison"], kind="inquiry")
    Contact.objects.filter(pk=row.pk).update(sampled=True)
    flow.later(days=3)
    with pytest.raises(Forbidden):
        services.check_sample(row, by=bank["liaison"], omitted=True)
    row = services.check_sample(row, by=bank["complaints"], omitted=True)
    assert row.case.received_at == row.received_at
    with pytest.raises(Refused):
        services.check_sample(row, by=bank["complaints"], omitted=True)


@pytest.mark.parametrize("check", ["sample", "kind"])
def test_what_a_channel_stated_goes_into_the_case_of_an_omission(flow, bank, check):
    said = {"region": "江城", "address": "滨江路 1 号", "phone": "13800004321", "product_name": "消费贷", "mine": "x"}
    row = services.register(
        channel="web", text="催收骂人", by=bank["liaison"], details=said,
        kind_proposed="inquiry" if check == "sample" else "complaint",
    )  # fmt: skip
    row = services.screen_kind(row, by=bank["liaison"], kind="inquiry", reason="只是询问")
    if check == "sample":
        Contact.objects.filter(pk=row.pk).update(sampled=True)
        row = services.check_sample(row, by=bank["complaints"], omitted=True)
    else:
        row = services.check_kind(row, by=bank["complaints"], agree=False)
    said.pop("mine")
    assert {name: getattr(row.case, name) for name in said} == said


def test_the_sample_is_drawn_by_the_number_alone():
    drawn = [opening.drawn(f"LX2026-{n:05d}") for n in range(2000)]
    assert 0.06 < sum(drawn) / 2000 < 0.14
    assert drawn == [opening.drawn(f"LX2026-{n:05d}") for n in range(2000)]


def test_a_further_contact_goes_into_the_open_case(flow, bank):
    case = flow.opened()
    row = services.register(channel="email", text="我再说一遍", by=bank["liaison"])
    services.screen_kind(row, by=bank["liaison"], kind="complaint", into=case)
    assert Case.objects.count() == 1
    assert case.contacts.count() == 2


def test_empty_and_future_contacts_are_refused(flow, bank):
    with pytest.raises(BadValue):
        services.register(channel="call", text=" ", by=bank["liaison"])
    with pytest.raises(BadValue):
        services.register(channel="pigeon", text="退费", by=bank["liaison"])
    from datetime import timedelta

    from django.utils import timezone

    for moment in (timezone.now() + timedelta(days=1), timezone.now().replace(year=226, day=1)):
        with pytest.raises(BadValue) as told:
            services.register(channel="call", text="退费", by=bank["liaison"], received_at=moment)
        assert "received_at" in told.value.fields


def test_twenty_people_face_to_face_are_a_major_complaint(flow, bank):
    case = flow.opened(contact={"people_count": 23, "face_to_face": True})
    assert case.level == "major"
    assert journal.events_of(case).filter(type="complaints.levelled").exists()
    small = flow.opened(contact={"people_count": 23}, text="别的事")
    assert small.level == "complex"


def test_only_who_may_registers(flow, bank):
    with pytest.raises(Forbidden):
        services.register(channel="call", text="退费", by=bank["submitter"])


def test_the_form_that_tells_contacts_apart_asks_for_nothing_that_it_does_not_keep(bank, client_of):
    row = services.register(channel="web", by=None, text="年费没有告知就扣了，要求退还。")
    page = client_of("complaints").get(row.get_absolute_url())
    asked = {field.name for field in page.context["form"]}
    assert {"kind", "reason", "into", "unit"} <= asked
    assert not {"email", "institution", "staff", "product_name"} & asked
