"""Sums of a case are written one way wherever people read them: on its timeline, in its sentence, on its page."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.utils.html import strip_tags

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import Case
from xiaobao_web.kernel import journal

pytestmark = pytest.mark.django_db
SUM = re.compile(r"(?<![\d.])\d[\d,]*(?:\.\d+)? ?元")
WRITTEN = re.compile(r"\d{1,3}(?:,\d{3})*\.\d\d 元")


def told(case: Case) -> list[str]:
    return [journal.sentence(event) for event in journal.events_of(case).order_by("pk")]


def test_an_offer_is_told_alike_when_it_is_made_and_when_it_is_decided(flow, bank, client_of):
    case = flow.handled()
    made = services.offer(case, by=bank["liaison"], kind="refund", amount=Decimal(8_600), terms="退还")
    services.decide_offer(made, by=bank["branch_head"], approve=True)
    made_told, decided = [line for line in told(case) if "处理方案" in line]
    assert made_told.endswith("8,600.00 元")
    assert decided.endswith("8,600.00 元")
    page = client_of("liaison").get(case.get_absolute_url()).content.decode()
    text = strip_tags(page)
    said = " ".join(contact.text for contact in case.contacts.all())
    sums = [each for each in SUM.findall(text) if each not in said]
    assert any("8,600" in each for each in sums)
    assert [each for each in sums if not WRITTEN.fullmatch(each)] == []


def test_an_apology_costs_nothing_and_says_so_of_no_sum(flow, bank):
    case = flow.handled()
    services.offer(case, by=bank["liaison"], kind="apology", terms="电话道歉")
    (line,) = [line for line in told(case) if "处理方案" in line]
    assert "元" not in line
    assert not line.endswith(" ")


def test_a_corrected_sum_is_told_as_money(flow, bank):
    case = flow.opened(amount=Decimal("8600"))
    services.correct(case, by=bank["liaison"], values={"amount": Decimal("12345.5")})
    event = journal.events_of(case).filter(type="complaints.corrected").get()
    assert ("涉及金额", "8,600.00 元", "12,345.50 元") in journal.changes_of(event)
    services.correct(Case.objects.get(pk=case.pk), by=bank["liaison"], values={"amount": None})
    event = journal.events_of(case).filter(type="complaints.corrected").latest("pk")
    assert ("涉及金额", "12,345.50 元", "空") in journal.changes_of(event)
