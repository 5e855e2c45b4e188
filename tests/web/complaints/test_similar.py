"""Contacts of about the same time also meet by rare words and matters, which are then forgotten."""

from __future__ import annotations

import pytest

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import Contact, NearKey
from xiaobao_web.complaints.services import similar
from xiaobao_web.kernel import retention

pytestmark = pytest.mark.django_db
FIRST = "理财经理戴着墨镜写过字条，说保证还本"
LATER = "大厅里有人戴着墨镜推销，留下字条"


def told(text: str) -> Contact:
    contact = services.register(channel="web", by=None, text=text)
    similar.remember(contact)
    return contact


def test_rare_words_bring_contacts_of_one_time_together(flow):
    first = told(FIRST)
    for n in range(5):
        told(f"信用卡年费收了{n}次，要求退")
    flow.later(days=25)
    assert similar.candidates(similar.facts(told(LATER)))[1] == first.pk  # after itself
    flow.later(days=60)
    last = told(LATER)
    found = similar.candidates(similar.facts(last), but=last.pk)
    assert first.pk not in found, "too long ago to meet by rare words alone"


def test_what_is_old_is_forgotten_and_not_remembered_anew(flow):
    first = told(FIRST)
    kept = set(first.keys.values_list("key", flat=True))
    assert first.near_keys.exists()
    flow.later(days=150)
    told("信用卡年费又收了，要求退")
    gone = first.near_keys.count()
    assert retention.purge()["过时的近期比对键"] == gone
    assert not first.near_keys.exists()
    assert NearKey.objects.exists()
    similar.remember(first)
    assert not first.near_keys.exists()
    assert set(first.keys.values_list("key", flat=True)) == kept
