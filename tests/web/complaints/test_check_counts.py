"""What the accuracy of intake is made of: kept by the database with every check, exact whoever writes it and how."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints import check_counts
from xiaobao_web.complaints.models import CheckCount, FieldCheck
from xiaobao_web.complaints.services import learning, opening, taking_down

pytestmark = pytest.mark.django_db


def counted() -> dict:
    """Count the checks one by one, another way than the platform does."""
    found: dict = {}
    for row in FieldCheck.objects.all():
        sums = found.setdefault((timezone.localdate(row.at), row.field, row.channel), dict.fromkeys(columns(), 0))
        sums[row.fate] += 1
        if row.confidence is not None and row.fate in ("kept", "changed", "cleared"):
            level = learning.level_of(row.confidence)
            sums[level] += 1
            sums[f"{level}_right"] += row.fate == "kept"
    return {key: tuple(sums.values()) for key, sums in found.items() if any(sums.values())}


def columns() -> list[str]:
    return [field.name for field in CheckCount._meta.get_fields() if field.get_internal_type() == "IntegerField"]


@pytest.fixture
def checks(bank):
    """Return checks of thirty contacts over three months, all fates and levels, and what their contacts are."""
    contacts = [
        opening.register(channel=("call", "web", "letter")[n % 3], text="扣了我30元。", by=bank["office"],
                         key=f"counts:{n}", unit=bank.units["branch"]) for n in range(30)
    ]  # fmt: skip
    FieldCheck.objects.bulk_create(
        FieldCheck(contact=contact, field=field, fate=FieldCheck.Fate.values[(n + place) % 5], channel=contact.channel,
                   confidence=(None, 0.3, learning.LIKELY, 0.8, learning.SURE, 1.0)[(n + 2 * place) % 6],
                   by=bank["office"])
        for n, contact in enumerate(contacts) for place, field in enumerate(taking_down.FIELDS)
    )  # fmt: skip
    for n, contact in enumerate(contacts):
        at = timezone.localtime().replace(hour=0, minute=0, second=0) - timedelta(days=3 * n, microseconds=n % 2)
        FieldCheck.objects.filter(contact=contact).update(at=at)
    return contacts


def test_kept_and_counted_agree_whatever_happens_to_checks(checks, bank):
    def agree(what: str) -> None:
        assert check_counts.kept() == counted(), what
        assert check_counts.rebuild() == [], what

    assert tuple(columns()) == check_counts.COLUMNS
    agree("written in bulk and moved to other days")
    assert check_counts.add_up() == 0, "a rebuild leaves one row a day, field and channel"
    FieldCheck.objects.filter(contact=checks[0]).update(fate="changed")
    FieldCheck.objects.filter(contact=checks[1], field="phone").update(confidence=None, by=bank["liaison"])
    agree("corrected")
    checks[2].delete()  # takes its checks along
    FieldCheck.objects.filter(contact=checks[3]).delete()
    agree("erased")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE complaints_fieldcheck SET channel = 'email' WHERE field = 'cause'")
        cursor.execute("DELETE FROM complaints_fieldcheck WHERE field = 'amounts'")
    agree("changed by hand in the database")
    FieldCheck.objects.all().delete()
    assert check_counts.kept() == counted() == {}
    assert taking_down.by_field(timezone.now() - timedelta(days=200)) == {}


def test_rows_of_a_day_are_added_up_and_say_the_same(checks):
    before, rows = check_counts.kept(), CheckCount.objects.count()
    assert rows > len(before)
    assert check_counts.add_up() == 1, "today, on which all were written before they moved"
    assert check_counts.kept() == before == counted()
    assert CheckCount.objects.count() == len(before)
    assert check_counts.add_up() == 0
    FieldCheck.objects.filter(contact=checks[5]).update(fate="kept")
    assert check_counts.add_up() == 1
    assert check_counts.kept() == counted()


def test_the_command_counts_anew_and_tells_what_was_wrong(checks):
    check_counts.add_up()
    row = CheckCount.objects.filter(field="phone").first()
    CheckCount.objects.filter(pk=row.pk).update(kept=row.kept + 7)
    out = StringIO()
    call_command("complaint_checks", stdout=out)
    assert "原来不一致 1 组" in out.getvalue()
    assert f"{row.day} phone {row.channel}" in out.getvalue()
    assert check_counts.kept() == counted()


def test_triggers_that_are_missing_or_old_are_made_and_all_is_counted(checks):
    with connection.cursor() as cursor:
        for name in ("insert_counted", "update_counted", "delete_counted", "counted"):
            table = check_counts.TABLE
            on = "" if connection.vendor == "sqlite" else f" ON {table}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")
    FieldCheck.objects.filter(contact=checks[4]).update(fate="changed")
    assert check_counts.kept() != counted()
    check_counts.install()
    assert check_counts.kept() == counted()
    FieldCheck.objects.filter(contact=checks[4]).update(fate="kept")
    check_counts.install()
    assert check_counts.kept() == counted(), "the triggers stand again"
    assert CheckCount.objects.count() > len(counted()), "nothing was counted anew"


def test_what_was_emptied_behind_the_triggers_leaves_nothing(checks):
    FieldCheck.objects.all().delete()
    CheckCount.objects.create(day=timezone.localdate(), field="phone", channel="call", kept=3)
    check_counts.install()
    assert check_counts.kept() == {}


def test_figures_are_those_of_whole_days(checks):
    today = timezone.now()
    rows = {row.field: row for row in taking_down.accuracy(today - timedelta(days=9), today)}
    first = timezone.localdate() - timedelta(days=9)
    mine = [row for row in FieldCheck.objects.filter(field="phone") if timezone.localdate(row.at) >= first]
    assert mine
    assert rows["phone"].present == sum(row.fate in ("kept", "changed", "added") for row in mine)
    assert rows["phone"].right == sum(row.fate == "kept" for row in mine)
    assert (rows["phone"].empty, rows["phone"].invented) == (
        sum(row.fate in ("cleared", "empty") for row in mine), sum(row.fate == "cleared" for row in mine)
    )  # fmt: skip


@pytest.mark.parametrize("fate", ["", "kept", "cleared", "empty"])
def test_a_field_has_as_many_rows_as_are_counted(checks, fate):
    for month in ("", *taking_down.months_back(4)):
        told = taking_down.checked("phone", month=month, fate=fate)
        assert told == taking_down.checks("phone", month=month, fate=fate).count(), month


def test_the_page_reads_no_check(checks, client_of, django_assert_max_num_queries):
    client = client_of("office")
    client.get(reverse("complaint_intake_figures"))
    with django_assert_max_num_queries(30) as asked:
        assert client.get(reverse("complaint_intake_figures")).status_code == 200
    assert not [query["sql"] for query in asked.captured_queries if "complaints_fieldcheck" in query["sql"]]
