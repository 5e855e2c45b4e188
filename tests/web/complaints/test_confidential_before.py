"""What journal, notices and tasks hold of before a case became confidential follows it; so does what came earlier."""

from __future__ import annotations

import json
from importlib import import_module
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import TestCase
from django.urls import reverse
from python_calamine import CalamineWorkbook

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import Case, Contact, Task, TaskState
from xiaobao_web.complaints.services.confided_before import put_right
from xiaobao_web.kernel import comments, deadlines, exports, journal, kept, notifications
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.models import Event, Notification, SearchEntry
from xiaobao_web.kernel.tasks import mail_digest, mail_notice
from xiaobao_web.people.services import appoint, make_person

pytestmark = pytest.mark.django_db

WORDS = "茶水费"
BARE = {"business_type": "", "cause": "", "demands": [], "text": "店长李敏收了我八万元茶水费，只有我在场。"}


@pytest.fixture
def outside(bank):
    """Return somebody of the partner who may answer tasks there."""
    person = make_person(username="outside", name="外包员", unit=bank.units["partner"], by=None, password="x" * 12)
    appoint(person=person, role="submitter", organisation=bank.units["partner"], by=None)
    return person


@pytest.fixture
def told_before(flow, bank):
    """Return a case that journal and notices named by its complainant's words before it became confidential."""
    case = flow.handled(**BARE)
    services.correct(case, by=bank["liaison"], values={"summary": "客户说店长收了茶水费"})
    comments.comment(case, "@尤投诉 请看", by=bank["liaison"])
    services.task_out(case, by=bank["liaison"], unit=bank.units["retail"], request="请说明")
    assert WORDS in case.title
    case = services.set_confidential(case, by=bank["office"], confidential=True)
    assert WORDS not in case.title
    return case


def journal_shown(client, query: str) -> str:
    """Return what the journal's page and its rows over REST show."""
    page = client.get(f"{reverse('journal')}?{query}").content.decode()
    rows = client.get("/api/lists/journal/rows", {"query": query, "limit": 200})
    assert rows.status_code == 200, rows.content
    return page + json.dumps(rows.json(), ensure_ascii=False)


def test_the_journal_calls_it_as_it_is_called_now(told_before, bank, client_of):
    raw = list(Event.objects.values_list("subject_name", flat=True))
    assert any(WORDS in name for name in raw), "the chain is not changed"
    assert any(WORDS in str(event.changes) for event in Event.objects.all())
    assert journal.verify().sound
    shown = journal_shown(client_of("auditor"), "view=all")
    assert WORDS not in shown
    assert str(told_before) in shown
    with TestCase.captureOnCommitCallbacks(execute=True):
        row = exports.ask(list_name="journal", query="view=all", by=bank["auditor"])
    row.refresh_from_db()
    sheet = str(CalamineWorkbook.from_path(exports.path_of(row)).get_sheet_by_index(0).to_python())
    assert WORDS not in sheet
    assert str(told_before) in sheet


def test_no_word_of_before_finds_its_events(told_before, flow, client_of):
    plain, client = flow.opened(**BARE), client_of("auditor")
    assert str(plain) in journal_shown(client, f"q={WORDS}")
    assert told_before.number not in journal_shown(client, f"q={WORDS}")
    assert told_before.number in journal_shown(client, f"q={told_before.number}")
    assert "韩消保" in journal_shown(client, "q=韩消保"), "by whom it was is found as ever"


def test_its_timeline_tells_no_words_of_before(told_before, client_of):
    for who in ("complaints", "auditor"):
        client = client_of(who)
        assert WORDS not in client.get(told_before.get_absolute_url()).content.decode()
        events = client.get(f"/api/events/complaints.case/{told_before.pk}")
        assert events.status_code == 200
        assert WORDS not in json.dumps(events.json(), ensure_ascii=False)
    assert "更正填单" in json.dumps(events.json(), ensure_ascii=False)


def test_notices_of_before_call_it_as_it_is_called_now(told_before, bank, client_of):
    people = {row.person for row in Notification.objects.filter(title__contains=WORDS)}
    assert {bank["complaints"], bank["sender_head"], bank["liaison"]} <= people
    for person in people:
        client = client_of(next(name for name, known in bank.people.items() if known == person))
        page = client.get(reverse("inbox")).content.decode()
        told = client.get("/api/inbox").json()["items"]
        assert WORDS not in page
        assert not [item for item in told if WORDS in item["title"]]
        assert f"{told_before.number} 保密投诉（电话）" in page
        one = client.post(f"/api/inbox/{told[0]['id']}/read").json()
        assert WORDS not in one["title"]
    asked = Notification.objects.get(person=bank["sender_head"], subject_type="complaints.task")
    assert notifications.told(asked) == f"请协办投诉并按时回复：{told_before}"
    marked = client_of("sender_head").post(reverse("inbox_mark", args=[asked.pk]), headers={"HX-Request": "true"})
    assert WORDS not in marked.content.decode()


def test_no_mail_tells_them(told_before, bank):
    person = bank["sender_head"]
    person.email = "head@bank.example"
    person.save(update_fields=["email"])
    rows = Notification.objects.filter(person=person, title__contains=WORDS)
    mail_notice(rows.last().pk)
    mail_digest(person.pk)
    sent = "".join(f"{message.subject}{message.body}" for message in mail.outbox)
    assert told_before.number in sent
    assert WORDS not in sent


def test_a_title_cut_at_the_end_of_a_notice_is_told_anew_too(told_before, bank):
    name = Event.objects.filter(type="complaints.opened").get().subject_name
    row = notifications.notify([bank["office"]], "complaints.todo", f"请看：{name[:-6]}", on=told_before)[0]
    assert notifications.told(row) == f"请看：{told_before}"
    other = notifications.notify([bank["office"]], "complaints.todo", f"{told_before}：剩一天", on=told_before)[0]
    assert notifications.told(other) == f"{told_before}：剩一天"


def test_what_is_open_is_told_as_it_was(flow, bank, client_of):
    case = flow.handled(**BARE)
    before = case.title
    services.correct(case, by=bank["liaison"], values={"title": "收费纠纷"})
    assert before in journal_shown(client_of("auditor"), "view=all"), "a name is what it was then"
    assert before in client_of("liaison").get(reverse("inbox")).content.decode()
    case = services.set_confidential(case, by=bank["office"], confidential=True)
    assert before not in journal_shown(client_of("auditor"), "view=all")
    services.set_confidential(case, by=bank["office"], confidential=False)
    assert before in journal_shown(client_of("auditor"), "view=all")


def test_a_page_of_many_events_asks_once(told_before, client_of, django_assert_num_queries):
    rows = list(Event.objects.all())
    with django_assert_num_queries(2):  # cases, contacts: neither is asked about again
        kept.veil(rows)
    with django_assert_num_queries(0):
        assert not [row for row in rows if WORDS in journal.sentence(row, personal=False)]


# Tasks


def with_partner(flow, bank, **values):
    """Return a task that stands with the partner of the head office."""
    case = flow.handled("complaints", unit=bank.units["head"], **BARE)
    return services.task_out(case, by=bank["complaints"], unit=bank.units["partner"], request="请核对李敏的收费",
                             **values)  # fmt: skip


def titles_of(person) -> list[str]:
    return list(Notification.objects.filter(person=person).values_list("title", flat=True))


@pytest.mark.parametrize("answered", [False, True])
def test_a_partners_task_is_taken_back(flow, bank, client_of, outside, answered):
    task = with_partner(flow, bank, assignee=outside)
    if answered:
        services.answer_task(task, by=outside, reply="李敏确实收了")
    services.set_confidential(task.case, by=bank["office"], confidential=True)
    task = Task.objects.get(pk=task.pk)
    assert (task.state, task.assignee) == (TaskState.CANCELLED.value, None)
    assert not deadlines.running(task).exists()
    event = Event.objects.get(type="complaints.task_taken_back")
    assert (event.subject_id, event.facts["had"][0]) == (str(task.case_id), "外包员")
    assert "云帆助贷 的协办任务：" in journal.sentence(event)
    assert "请交给总行" in journal.sentence(event), "it says who is asked instead"
    assert any("另行派发" in title for title in titles_of(bank["complaints"]))
    assert any("无需再回复" in title for title in titles_of(outside))
    assert not [title for title in titles_of(outside) if "保密" in title or "取" in title]
    bank.people["outside"] = outside
    client = client_of("outside")
    page = client.get(task.get_absolute_url()).content.decode()
    assert "由派发单位收回" in page
    assert "李敏" not in page
    assert client.get(task.case.get_absolute_url()).status_code in (403, 404)
    told = client.get(f"/api/complaints/tasks/{task.pk}").json()
    assert (told["request"], told["reply"], "收回" in told["note"]) == ("", "", True)
    page = client_of("complaints").get(task.get_absolute_url()).content.decode()
    assert "请核对李敏的收费" in page
    assert ("李敏确实收了" in page) is answered


def test_nobody_of_the_partner_goes_on_with_it(flow, bank, outside):
    task = with_partner(flow, bank)
    services.set_confidential(task.case, by=bank["office"], confidential=True)
    with pytest.raises(BadValue, match="身份保密"):
        services.task_out(Case.objects.get(pk=task.case_id), by=bank["complaints"], unit=bank.units["partner"],
                          request="请再看")  # fmt: skip
    stale = task.case
    stale.confidential = False
    with pytest.raises(BadValue, match="身份保密"):  # a page that was opened before
        services.task_out(stale, by=bank["complaints"], unit=bank.units["partner"], request="请再看")
    Task.objects.filter(pk=task.pk).update(state=TaskState.OPEN.value)  # as one stood there before
    with pytest.raises(BadValue, match="身份保密"):
        services.pass_task(Task.objects.get(pk=task.pk), by=bank["office"], assignee=outside)


def test_somebody_of_a_partner_is_taken_off_a_task_of_a_unit_that_is_asked(flow, bank, outside):
    task = with_partner(flow, bank)
    Task.objects.filter(pk=task.pk).update(unit=bank.units["head"], assignee=outside)
    services.set_confidential(task.case, by=bank["office"], confidential=True)
    task = Task.objects.get(pk=task.pk)
    assert (task.state, task.unit, task.assignee) == (TaskState.OPEN.value, bank.units["head"], None)
    assert deadlines.running(task).exists(), "the day stays"
    assert "投诉人要求身份保密" in journal.sentence(Event.objects.get(type="complaints.task_passed"))
    assert any("另行安排" in title for title in titles_of(bank["complaints"]))
    assert Notification.objects.get(person=outside, title__contains="无需").url == reverse("complaint_tasks")


def test_tasks_of_our_own_units_stay(flow, bank):
    case = flow.handled(**BARE)
    task = services.task_out(case, by=bank["liaison"], unit=bank.units["retail"], request="请说明",
                             assignee=bank["submitter"])  # fmt: skip
    services.set_confidential(case, by=bank["office"], confidential=True)
    task.refresh_from_db()
    assert (task.state, task.assignee) == (TaskState.OPEN.value, bank["submitter"])


def test_a_task_that_comes_into_a_confidential_case_by_merging_is_taken_back(flow, bank, outside):
    secret = services.set_confidential(
        flow.handled("complaints", unit=bank.units["head"]), by=bank["office"], confidential=True
    )
    plain = flow.handled("complaints", unit=bank.units["head"])
    task = services.task_out(plain, by=bank["complaints"], unit=bank.units["partner"], request="请核对")
    services.merge(plain, by=bank["complaints"], into=secret, reason="同一人的同一件投诉")
    task.refresh_from_db()
    assert (task.case, task.state) == (secret, TaskState.CANCELLED.value)


# What was asked in confidence before confidence followed it


def asked_once(flow, bank, *, marked: bool = False):
    """Return an open case and a contact of it whose sender asked for confidence, as both were left then."""
    case = flow.handled(**BARE)
    contact = services.register(channel="web", by=None, text="我叫林晚秋，请保密。", subject="林晚秋投诉",
                                unit=bank.units["branch"], details={"confidential": True})  # fmt: skip
    Contact.objects.filter(pk=contact.pk).update(case=case, confidential=marked, state="filed")
    return case, Contact.objects.get(pk=contact.pk)


def run(*args: str) -> str:
    out = StringIO()
    call_command("complaint_confidence", *args, stdout=out)
    return out.getvalue()


def test_a_contact_that_asked_makes_its_case_confidential(flow, bank, client_of):
    case, contact = asked_once(flow, bank)
    plain = flow.handled(phone="13900002222")
    assert f"补设身份保密：1 件：{case.number}" in run("--dry-run")
    assert not Case.objects.get(pk=case.pk).confidential, "nothing is done"
    assert f"补设身份保密：1 件：{case.number}" in run()
    case, contact = Case.objects.get(pk=case.pk), Contact.objects.get(pk=contact.pk)
    assert (case.confidential, contact.confidential, case.title) == (True, True, "保密投诉（电话）")
    assert not Case.objects.get(pk=plain.pk).confidential
    said = journal.sentence(journal.events_of(case).get(type="complaints.confidential_set"))
    assert f"按来件 {contact.number} 的要求补设" in said
    entry = SearchEntry.objects.get(subject_type="complaints.contact", subject_id=contact.pk)
    assert "林晚秋" not in f"{entry.title}{entry.text}"
    assert "林晚秋" not in client_of("complaints").get(reverse("complaint_contact", args=[contact.pk])).content.decode()
    assert "补设身份保密：0 件" in run(), "once more changes nothing"
    assert journal.events_of(case).filter(type="complaints.confidential_set").count() == 1


def test_where_somebody_lifted_it_a_person_looks(flow, bank):
    case, _contact = asked_once(flow, bank)
    services.set_confidential(case, by=bank["office"], confidential=True)
    services.set_confidential(case, by=bank["office"], confidential=False)
    assert f"请人工核对：1 件：{case.number}" in run()
    assert not Case.objects.get(pk=case.pk).confidential


def test_what_was_merged_makes_that_into_which_it_went_confidential(flow, bank):
    rows = [flow.handled(phone=f"1390000000{n}") for n in range(3)]
    secret, first, last = rows
    Case.objects.filter(pk=secret.pk).update(confidential=True, merged_into=first)
    Case.objects.filter(pk=first.pk).update(merged_into=last)
    found = put_right()
    assert found.made == [first.number, last.number]
    assert not found.left
    assert set(Case.objects.filter(confidential=True)) == set(rows)


def test_contacts_and_tasks_of_confidential_cases_follow(flow, bank, outside):
    task = with_partner(flow, bank)
    other = services.set_confidential(flow.handled(phone="13900002222"), by=bank["office"], confidential=True)
    Case.objects.filter(pk=task.case_id).update(confidential=True)
    contact = task.case.contacts.get()
    assert not contact.confidential
    assert put_right().followed == [task.case.number]
    contact.refresh_from_db()
    task.refresh_from_db()
    assert (contact.confidential, task.state) == (True, TaskState.CANCELLED.value)
    assert put_right().followed == []
    assert other.confidential


def test_the_migration_of_titles_uses_nothing_of_today():
    move = import_module("xiaobao_web.complaints.migrations.0017_confidential_titles")
    ours = {name for name, value in vars(move).items() if getattr(value, "__module__", "").startswith("xiaobao")}
    foreign = {name for name in ours if vars(move)[name].__module__ != move.__name__}
    assert foreign == set()
    apps = MigrationExecutor(connection).loader.project_state(("complaints", "0016_pictures_named")).apps
    row = apps.get_model("complaints", "Case")(title="我叫周**，店长某女士收了138****1234", summary="", channel="call")
    assert move._begins("我叫周可欣，店长王女士收了13800001234的钱", row.title)
    assert not move._begins("我叫周可欣，店长收了钱", row.title)
    assert not move._begins("", row.title)
