"""The journal: append-only, chained, with erasable personal values; any tampering is found."""

from __future__ import annotations

import pytest
from django.db import connection

from xiaobao_web.kernel import journal
from xiaobao_web.kernel.errors import Undeclared
from xiaobao_web.kernel.models import ChainHead, Event, EventPersonal

pytestmark = pytest.mark.django_db


def tamper(sql, *values):
    """Change the tables as someone with the database in hand would: after dropping what guards them."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'kernel_event%'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # pending checks of this transaction forbid altering
            cursor.execute("ALTER TABLE kernel_event DISABLE TRIGGER USER")
            cursor.execute("ALTER TABLE kernel_eventpersonal DISABLE TRIGGER USER")
        cursor.execute(sql, values)


def test_a_chain_of_real_events_verifies_and_reads_as_sentences(bank):
    report = journal.verify()
    assert report.sound
    assert report.events == Event.objects.count() > 20
    last = Event.objects.filter(type="people.appointed").last()
    assert journal.sentence(last) == "系统 任命 张外行：海州分行 送审人"


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("UPDATE kernel_event SET actor_name = '别人' WHERE id = %s", "改动"),
        ('UPDATE kernel_event SET facts = \'{"post": "x"}\' WHERE id = %s', "改动"),
        ("DELETE FROM kernel_event WHERE id = %s", "不相接"),
    ],
)
def test_a_changed_or_removed_event_is_found(bank, sql, what):
    middle = Event.objects.filter(type="people.appointed").order_by("pk")[3]
    tamper(sql, middle.pk)
    report = journal.verify()
    assert not report.sound
    assert any(what in sentence for _pk, sentence in report.faults)


def test_a_removed_tail_is_found(bank):
    tamper("DELETE FROM kernel_event WHERE id = %s", Event.objects.last().pk)
    assert [sentence for pk, sentence in journal.verify().faults if pk == 0]


def test_personal_values_are_erased_without_breaking_the_chain(bank):
    made = Event.objects.filter(type="people.person_made", subject_name="周送审")
    assert EventPersonal.objects.filter(event__in=made).count() == 1
    assert "submitter@bank.example" not in str(list(made.values()))
    assert journal.erase_personal(made, by=bank["admin"], reason="本人要求删除") == 1
    report = journal.verify()
    assert report.sound
    assert report.erased == 1


def test_changed_personal_values_are_found(bank):
    tamper('UPDATE kernel_eventpersonal SET "values" = \'{"email": "x@y.z"}\'')
    assert not journal.verify().sound


def test_an_unknown_type_or_an_undeclared_personal_value_is_refused(bank):
    with pytest.raises(Undeclared):
        journal.record("people.unheard_of", by=bank["admin"])
    with pytest.raises(Undeclared, match="id_card"):
        journal.record("people.appointed", by=bank["admin"], personal={"id_card": "x"})
    assert ChainHead.objects.get().length == Event.objects.count()
