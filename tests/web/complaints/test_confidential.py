"""Who complains in confidence is known to the handler and the office alone: by no number, link or file."""

from __future__ import annotations

import json
from importlib import import_module

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import TestCase
from django.urls import reverse
from python_calamine import CalamineWorkbook
from rest_answers import did, send

from xiaobao_web.complaints import services, signs
from xiaobao_web.complaints.models import Case, Contact, LetterScan
from xiaobao_web.complaints.services import secret_numbers, similar
from xiaobao_web.insights.graph import graph_of
from xiaobao_web.insights.services import propose_rule
from xiaobao_web.kernel import exports, files, journal
from xiaobao_web.kernel.errors import Forbidden
from xiaobao_web.kernel.models import Event, Notification, SearchEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(flow, bank):
    """Return a confidential case and an open one of the same complainant, both of the branch."""
    secret = services.set_confidential(flow.handled(), by=bank["complaints"], confidential=True)
    return secret, flow.opened(text="信用卡账单重复扣款，请退还并说明原因。")


def page(client, case) -> str:
    return client.get(case.get_absolute_url()).content.decode()


def test_neither_case_tells_of_the_other_to_whom_may_not_know(pair, client_of):
    secret, plain = pair
    for who in ("complaints", "branch_head"):
        assert secret.number not in page(client_of(who), plain)
        assert plain.number not in page(client_of(who), secret)
    for who in ("liaison", "office"):
        assert secret.number in page(client_of(who), plain)
        assert plain.number in page(client_of(who), secret)


def test_a_link_of_one_customer_is_not_told(pair, bank, client_of):
    secret, plain = pair
    services.link(plain, other=secret, kind="related", reason="同一手机号码", by=bank["liaison"])
    assert "同一手机号码" not in page(client_of("complaints"), plain)
    assert "同一手机号码" in page(client_of("liaison"), plain)


def test_no_number_finds_it(pair, client_of):
    secret, plain = pair
    found = client_of("complaints").get(reverse("complaints"), {"view": "all", "q": "13800001234"}).content.decode()
    assert plain.number in found
    assert secret.number not in found


def test_its_contacts_files_stay_closed(pair, bank):
    secret, plain = pair
    upload = SimpleUploadedFile("身份证.txt", "周可欣".encode())
    for case, seen in ((secret, False), (plain, True)):
        contact = case.contacts.get()
        upload.seek(0)
        stored = files.store(upload, name="身份证.txt", by=bank["liaison"])
        files.attach(contact, stored, name="身份证.txt", purpose="contact", by=bank["liaison"], personal=True)
        assert signs.sees_contact(bank["complaints"], contact.pk) is seen
        assert signs.sees_contact(bank["office"], contact.pk)


SAID = "我叫周可欣，电话13800001234，信用卡账单重复扣款，请退还并说明原因。"


def test_the_intake_form_does_not_tell_of_it(flow, bank, client_of):
    secret = services.set_confidential(flow.handled(text=SAID), by=bank["complaints"], confidential=True)
    plain = flow.opened(text=SAID)
    for case in (secret, plain):
        similar.remember(case.contacts.get())
    for who, told in (("complaints", False), ("office", True)):
        answer = client_of(who).post(
            reverse("complaint_take_down"), {"text": SAID, "channel": "call", "action": "read"}
        )
        reading = answer.context["reading"]
        assert (secret in reading.earlier) is told
        assert plain in reading.earlier
        seen = {item["row"].case_id for item in reading.near}
        assert plain.pk in seen
        assert (secret.pk in seen) is told


def test_its_contact_does_not_lead_to_its_complainants_others(pair, bank):
    contact = pair[0].contacts.get()
    other = pair[1].contacts.get()
    contact.details["similar"] = [{"contact": other.pk, "number": other.number, "link": "same_customer", "why": []}]
    assert similar.near(contact, bank["complaints"]) == []
    assert [item["row"] for item in similar.near(contact, bank["office"])] == [other]


def test_the_graph_draws_no_link_of_it(pair, bank):
    secret, plain = pair
    services.link(plain, other=secret, kind="related", reason="同一手机号码", by=bank["liaison"])
    for who, told in (("complaints", False), ("office", True)):
        assert (f"case:{secret.pk}" in graph_of(plain, bank[who]).nodes) is told
        assert (f"case:{plain.pk}" in graph_of(secret, bank[who]).nodes) is told


def test_a_name_opens_no_rows_of_it(flow, bank, client_of):
    said = "周可欣反映信用卡账单重复扣款"
    secret = services.set_confidential(flow.handled(text=said), by=bank["complaints"], confidential=True)
    plain = flow.opened(text=said)
    for who, words, told in (("complaints", "周可欣", False), ("office", "周可欣", True), ("complaints", "扣款", True)):
        page = client_of(who).get(reverse("insight_rows"), {"words": words, "from": "2026-03-01", "to": "2026-03-31"})
        shown = page.content.decode()
        assert (secret.number in shown) is told, (who, words)
        assert plain.number in shown


def test_the_scan_of_its_letter_stays_closed(flow, bank, client_of):
    secret = services.set_confidential(flow.handled(), by=bank["complaints"], confidential=True)
    contact = secret.contacts.get()
    LetterScan.objects.create(contact=contact, sources=[], state="done", added_by=bank["liaison"])
    for who, status in (("complaints", 403), ("office", 200)):
        assert client_of(who).get(reverse("complaint_scan", args=[contact.pk])).status_code == status
    assert client_of("complaints").get(reverse("complaint_scan_page", args=[contact.pk, 1])).status_code == 403


def test_no_search_finds_it_by_name(pair, client_of):
    secret, _plain = pair
    for name in ("complaints", "complaint_contacts", "search"):
        shown = client_of("complaints").get(reverse(name), {"view": "all", "q": "周可欣"}).content.decode()
        assert secret.number not in shown
        assert secret.contacts.get().number not in shown


def found_in(client, name: str, words: str) -> set[str]:
    """Return the numbers of the rows that a list shows for some words."""
    shown = client.get(reverse(name), {"view": "all", "q": words})
    return {line["name"].split()[0] for line in shown.context["lines"]}


def test_no_word_of_its_contact_finds_it(flow, bank, client_of):
    told = {"subject": "周可欣投诉分期", "source_number": "A-7788"}
    plain = flow.opened(contact={**told, "key": "one"})
    secret = services.set_confidential(
        flow.opened(contact={**told, "key": "two"}), by=bank["office"], confidential=True
    )
    contacts = {case.pk: case.contacts.get().number for case in (plain, secret)}
    for who in ("complaints", "office"):
        assert found_in(client_of(who), "complaint_contacts", "周可欣") == {contacts[plain.pk]}
        assert found_in(client_of(who), "complaint_contacts", "A-7788") == set(contacts.values())
        assert found_in(client_of(who), "complaint_contacts", contacts[secret.pk]) == {contacts[secret.pk]}
    hits = client_of("complaints").get(reverse("search"), {"q": "分期"}).content.decode()
    assert contacts[plain.pk] in hits
    assert contacts[secret.pk] not in hits
    services.set_confidential(secret, by=bank["office"], confidential=False)
    assert found_in(client_of("complaints"), "complaint_contacts", "周可欣") == set(contacts.values())


def test_a_contact_that_wishes_to_be_confidential_is_before_there_is_a_case(flow, bank, client_of):
    facts = {
        "channel": "web",
        "by": None,
        "text": "周可欣反映重复扣款。",
        "subject": "周可欣的投诉",
        "unit": bank.units["branch"],
    }
    row = services.register(**facts, details={"confidential": True})
    assert row.number not in client_of("office").get(reverse("search"), {"q": "扣款"}).content.decode()
    assert found_in(client_of("office"), "complaint_contacts", "周可欣") == set()
    assert found_in(client_of("office"), "complaint_contacts", row.number) == {row.number}


def test_its_telephone_finds_it_for_whoever_may_know(pair, bank, client_of):
    secret, _plain = pair
    for who, told in (("complaints", False), ("branch_head", False), ("liaison", True), ("office", True)):
        before = Event.objects.filter(type="complaints.found_by_number").count()
        for words in ("13800001234", f"13800001234 {secret.title[:4]}"):
            assert (secret.number in found_in(client_of(who), "complaints", words)) is told, (who, words)
        made = Event.objects.filter(type="complaints.found_by_number").count() - before
        assert made == (2 if told else 0)  # once a page, however often the page asks
    last = journal.events_of(secret).filter(type="complaints.found_by_number").last()
    assert last is not None
    assert (last.facts, last.personal_digest) == ({}, "")  # the number is not kept


def test_the_digests_follow_the_numbers(pair, bank):
    secret, _plain = pair
    services.correct(secret, by=bank["liaison"], values={"phone": "+86 139-0000-9999"})
    kept = set(secret.secret_numbers.values_list("digest", flat=True))
    assert set(secret_numbers.digests("13900009999")) == kept
    services.set_confidential(secret, by=bank["office"], confidential=False)
    assert not secret.secret_numbers.exists()


def test_a_former_key_still_finds(pair, settings):
    secret, _plain = pair
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 8, [settings.SECRET_KEY]
    assert set(secret_numbers.digests("13800001234")) & set(secret.secret_numbers.values_list("digest", flat=True))


def test_what_is_corrected_is_masked_where_all_read_it(flow, bank):
    case = services.correct(flow.handled(), by=bank["liaison"], values={"summary": "客户电话13800001234，要求退款"})
    assert "13800001234" not in case.summary


def test_its_words_are_read_by_handler_and_office_alone(flow, bank, client_of):
    case, said = flow.handled(), "办信用卡分期"
    people = ("liaison", "office", "complaints", "branch_head", "auditor")
    assert all(said in page(client_of(who), case) for who in people)
    services.set_confidential(case, by=bank["complaints"], confidential=True)
    assert [who for who in people if said in page(client_of(who), case)] == ["liaison", "office"]
    contact = reverse("complaint_contact", args=[case.contacts.get().pk])
    assert said in client_of("office").get(contact).content.decode()
    assert said not in client_of("complaints").get(contact).content.decode()


def test_who_is_complained_of_does_not_read_the_words(flow, bank, client_of):
    case = flow.handled()
    services.add_party(case, by=bank["liaison"], kind="respondent", name="", person=bank["branch_head"])
    assert "办信用卡分期" in page(client_of("complaints"), case)
    told = page(client_of("branch_head"), case)
    assert "办信用卡分期" not in told
    assert "回避" in told


def test_a_summary_of_the_complainants_own_words_is_kept_as_they_are(flow, bank, client_of):
    case = flow.handled()
    task = services.task_out(case, by=bank["liaison"], unit=bank.units["branch"], request="请说明计费依据")
    services.set_confidential(case, by=bank["complaints"], confidential=True)
    address = f"/api/complaints/{case.pk}"
    assert "办信用卡分期" in client_of("office").get(address).json()["summary"]
    assert client_of("complaints").get(address).json()["summary"] == ""
    assert "办信用卡分期" not in client_of("branch_head").get(task.get_absolute_url()).content.decode()
    services.correct(case, by=bank["liaison"], values={"summary": ""})
    assert client_of("complaints").get(address).json()["summary"].startswith("客户反映信用卡告知不足")


BARE = {"business_type": "", "cause": "", "demands": [], "text": "店长李敏收了我八万元茶水费，只有我在场。"}


def titles(case, client_of) -> str:
    """Return what somebody who may not know who complains reads of a case."""
    client = client_of("complaints")
    return page(client, case) + client.get(reverse("complaints"), {"view": "all"}).content.decode()


def test_its_title_tells_nothing_of_the_words(flow, bank, client_of):
    case = flow.opened(**BARE, confidential=True)
    assert case.title == "保密投诉（电话）"
    assert "茶水费" not in titles(case, client_of)
    assert "茶水费" in page(client_of("office"), case)
    assert not Notification.objects.filter(title__contains="茶水费").exists()
    entry = SearchEntry.objects.get(subject_type="complaints.case", subject_id=case.pk)
    assert entry.title == str(case)
    case = services.correct(case, by=bank["liaison"], values={"business_type": "个人消费贷款", "cause": "定价收费"})
    assert case.title == "个人消费贷款：定价收费"
    case = services.correct(case, by=bank["liaison"], values={"cause": ""})
    assert case.title == "保密投诉（电话）"


def test_a_title_of_words_follows_when_a_case_becomes_confidential(flow, bank, client_of):
    case = flow.handled(**BARE)
    assert "茶水费" in case.title
    before = case.title
    services.correct(case, by=bank["liaison"], values={"customer_name": "孙明"})
    case = services.set_confidential(case, by=bank["complaints"], confidential=True)
    assert case.title == "保密投诉（电话）"
    assert "茶水费" not in titles(case, client_of)
    event = journal.events_of(case).filter(type="complaints.confidential_set").get()
    assert (event.changes, "茶水费" in event.subject_name) == ({}, False)
    assert event.personal_values.values == {"values": {"title": [before, case.title]}}
    services.correct(case, by=bank["liaison"], values={"summary": "客户反映收费"})
    assert "茶水费" not in titles(case, client_of), "nor does the timeline of what was corrected"
    case = services.set_confidential(case, by=bank["office"], confidential=False)
    assert case.title == "客户反映收费"
    assert services.set_confidential(case, by=bank["office"], confidential=True).title == "保密投诉（电话）"


@pytest.mark.parametrize("values", [{"title": "收费纠纷"}, {}])
def test_a_title_by_hand_or_of_classes_stays(flow, bank, values):
    case = flow.handled(**({**BARE, **values} if values else {}))
    before = case.title
    assert services.set_confidential(case, by=bank["complaints"], confidential=True).title == before
    assert before == (values.get("title") or "信用卡：信息披露与告知不足，要求退款退费")


WORDS_OF_ONE = "我叫林晚秋，店长李敏逼我付八万元茶水费，只有我在场。"
"""What somebody says who asks for confidence; their other complaint was an open one."""


def arrived(bank, **values):
    """Return a contact of somebody who asks for confidence, filled by the machine, not yet screened."""
    return services.register(
        channel="web", by=None, text=WORDS_OF_ONE, subject="林晚秋投诉茶水费", unit=bank.units["branch"],
        sender="林晚秋", details={"confidential": True, "customer_name": "林晚秋", "phone": "13900007777"}, **values,
    )  # fmt: skip


TELLING = ("林晚秋", "茶水费", "139****7777", "13900007777")
"""What tells who asked for confidence."""


def everywhere(case, contact, bank, client_of, who: str) -> dict[str, str]:
    """Return what somebody reads of a case and of a contact of it, by place: pages, lists, searches, files, REST."""
    client, told = client_of(who), {}
    told["case"] = page(client, case)
    told["contact"] = client.get(reverse("complaint_contact", args=[contact.pk])).content.decode()
    for name in ("complaints", "complaint_contacts", "complaint_tasks"):
        told[name] = client.get(reverse(name), {"view": "all"}).content.decode()
    for name in ("complaints", "complaint_contacts"):
        with TestCase.captureOnCommitCallbacks(execute=True):
            row = exports.ask(list_name=name, query="view=all", by=bank[who])
        row.refresh_from_db()
        sheet = CalamineWorkbook.from_path(exports.path_of(row)).get_sheet_by_index(0)
        told[f"{name} as a sheet"] = str(sheet.to_python())
    for words in TELLING:
        hits = {contact.number, case.number} & found_in(client, "complaint_contacts", words)
        hits |= {contact.number, case.number} & found_in(client, "complaints", words)
        hits |= {number for number in (contact.number, case.number)
                 if number in client.get(reverse("search"), {"q": words}).content.decode()}  # fmt: skip
        told[f"search {words}"] = words if hits else ""
    paths = ("complaints", f"complaints/{case.pk}", f"complaints/{case.pk}/links", f"complaints/contacts/{contact.pk}",
             "complaints/contacts", f"events/complaints.case/{case.pk}")  # fmt: skip
    told |= {path: json.dumps(client.get(f"/api/{path}").json(), ensure_ascii=False) for path in paths}
    notices = Notification.objects.filter(person=bank[who])
    told["notices"] = str(list(notices.values_list("title", flat=True)))
    events = Event.objects.all()
    told["journal"] = str([(event.subject_name, journal.sentence(event), event.changes) for event in events])
    return told


def leaks(case, contact, bank, client_of, who: str) -> set[tuple[str, str]]:
    """Return where somebody reads who asked for confidence, and what of it."""
    told = everywhere(case, contact, bank, client_of, who)
    return {(place, words) for place, shown in told.items() for words in TELLING if words in shown}


def updated(flow, bank, client_of):
    """Return an open case whose source later says that its complainant asks for confidence, and its contact."""
    row = {"channel": "api", "source_system": "客服", "source_number": "A-1", "text": WORDS_OF_ONE, "unit": "branch",
           "customer_name": "林晚秋", "phone": "13900007777"}  # fmt: skip
    for told in (row, {**row, "confidential": True}):
        if told != row:
            services.screen_kind(Contact.objects.get(source_number="A-1"), by=bank["office"], kind="complaint",
                                 title="收费纠纷")  # fmt: skip
        assert did(send(client_of("office"), "complaints/contacts/bulk", {"rows": [told]}))["failed"] == 0
    contact = Contact.objects.get(source_number="A-1")
    return contact.case, contact


@pytest.mark.parametrize("how", ["screened into", "merged", "merged into", "updated", "opened"])
def test_a_confidential_contact_keeps_its_mark_wherever_it_goes(flow, bank, client_of, how):
    by = bank["office"]
    if how == "opened":
        contact = arrived(bank)
        case = services.screen_kind(contact, by=by, kind="complaint").case
    elif how == "screened into":
        case, contact = flow.handled(), arrived(bank)
        services.screen_kind(contact, by=by, kind="complaint", into=case)
    elif how == "updated":
        case, contact = updated(flow, bank, client_of)
    else:
        who = {"customer_name": "林晚秋", "phone": "13900007777"}
        plain = flow.handled(**who) if how == "merged" else None
        contact = arrived(bank)
        secret = services.accept(services.screen_kind(contact, by=by, kind="complaint", **who).case, by=by)
        secret = services.assign(secret, by=by, handler=bank["liaison"])
        plain = plain or flow.handled(**who)
        case, gone = (plain, secret) if how == "merged" else (secret, plain)
        services.merge(gone, by=bank["liaison"], into=case, reason="同一人的同一件投诉")
        assert leaks(Case.objects.get(pk=gone.pk), contact, bank, client_of, "complaints") == set()
    case.refresh_from_db()
    contact.refresh_from_db()
    assert (case.confidential, contact.confidential) == (True, True)
    assert leaks(case, contact, bank, client_of, "complaints") == set()
    assert "茶水费" in everywhere(case, contact, bank, client_of, "office")["case"]


def test_no_other_record_takes_its_words_over(flow, bank):
    case = flow.opened(**BARE, confidential=True)
    issue = services.open_issue(case, by=bank["complaints"], title="收费不规范")
    rule = propose_rule(case, by=bank["office"])
    assert "茶水费" in case.summary
    for row in (issue, rule):
        told = str({field.name: getattr(row, field.name) for field in row._meta.fields})
        assert "茶水费" not in told


def as_before(case, **values):
    """Make a case confidential as it was before titles told none of the words: the search still has them."""
    ticket = {key: value for key, value in case.ticket.items() if key != "written"}
    Case.objects.filter(pk=case.pk).update(confidential=True, ticket=ticket, **values)


def test_cases_that_were_confidential_before_get_their_titles(flow, bank, client_of, django_assert_max_num_queries):
    of_words = [flow.opened(**{**BARE, "text": f"{n} 号店长李敏收了我茶水费，只有我在场。"}) for n in range(3)]
    by_hand = flow.opened(**BARE, title="收费纠纷")
    of_classes, plain = flow.opened(), flow.opened(**BARE)
    for case in (*of_words, by_hand, of_classes):
        as_before(case)
    kept = [case.title for case in (by_hand, of_classes, plain)]
    assert "茶水费" in Case.objects.get(pk=of_words[0].pk).title
    before = MigrationExecutor(connection).loader.project_state(("complaints", "0016_pictures_named")).apps
    move = import_module("xiaobao_web.complaints.migrations.0017_confidential_titles")
    with django_assert_max_num_queries(12):
        move.retitle(before, None)
    for case in of_words:
        case.refresh_from_db()
        assert case.title == "保密投诉（电话）"
        entry = SearchEntry.objects.get(subject_type="complaints.case", subject_id=case.pk)
        assert (entry.title, "茶水费" in entry.text, str(case.unit) in entry.text) == (str(case), False, True)
    assert [Case.objects.get(pk=case.pk).title for case in (by_hand, of_classes, plain)] == kept
    hits = client_of("complaints").get(reverse("search"), {"q": "茶水费"}).content.decode()
    assert plain.number in hits
    assert not [case.number for case in (*of_words, by_hand) if case.number in hits]
    number = of_words[0].number
    assert number in client_of("complaints").get(reverse("search"), {"q": number}).content.decode()
    move.retitle(before, None)
    assert Case.objects.get(pk=of_words[0].pk).title == "保密投诉（电话）", "once more changes nothing"
    corrected = services.correct(
        of_words[0], by=bank["liaison"], values={"business_type": "个人消费贷款", "cause": "定价收费"}
    )
    assert corrected.title == "个人消费贷款：定价收费", "it follows the classes from now on"


def test_nobody_else_makes_it_open_again(flow, bank):
    case = services.set_confidential(flow.handled(), by=bank["complaints"], confidential=True)
    for who in ("complaints", "branch_head"):
        with pytest.raises(Forbidden):
            services.set_confidential(case, by=bank[who], confidential=False)
    assert not services.set_confidential(case, by=bank["liaison"], confidential=False).confidential
