"""Pages of organisations and staff: what administrators change, what is refused and why, leave cover, hand-over."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.models import Event, EventPersonal
from xiaobao_web.kernel.models.notification import Notification
from xiaobao_web.people import queries, services
from xiaobao_web.people.models import Delegation, Organisation, Person, Post

pytestmark = pytest.mark.django_db


def text(answer):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())))


def test_the_tree_stands_under_the_head_office_with_staff_counted(bank, client_of):
    roots = queries.tree(bank["office"])
    assert [node.organisation.name for node in roots] == ["总行"]
    branch = next(node for node in roots[0].below if node.organisation.code == "branch")
    assert [node.organisation.name for node in branch.below] == ["江城滨江支行"]
    assert branch.staff == 3
    page = text(client_of("office").get("/organisations/"))
    assert "消保职能部门" in page
    assert "分管 ：杨副行长" in page or "分管：杨副行长" in page


def test_the_tree_and_the_staff_take_the_same_queries_however_many(bank, client_of):
    office = client_of("office")

    def count(url):
        with CaptureQueriesContext(connection) as seen:
            assert office.get(url).status_code == 200
        return len(seen)

    urls = ["/organisations/", "/people/?view=all"]
    before = [count(url) for url in urls]
    for n in range(12):
        unit = services.make_organisation(
            name=f"支行{n}", code=f"s{n}", kind="sub_branch", parent=bank.units["branch"], by=None
        )
        person = services.make_person(username=f"p{n}", name=f"员工{n}", unit=unit, by=None)
        services.appoint(person=person, role="liaison", organisation=unit, by=None)
    assert [count(url) for url in urls] == before


def test_the_staff_list_knows_posts_of_today_only(bank, client_of):
    services.relieve(post=bank["liaison"].posts.get(), by=bank["admin"])
    office = client_of("office")
    assert "王联络" not in text(office.get("/people/?view=all&role=liaison"))
    assert "共 1 人" in text(office.get("/people/?view=all&role=legal"))
    assert "江城分行 兼职消保联络员" not in text(office.get("/people/?view=all&q=王联络"))


def test_an_administrator_makes_changes_and_closes_an_organisation(bank, client_of):
    admin = client_of("admin")
    made = {"name": "滨河支行", "code": "bh", "kind": "sub_branch", "parent": bank.units["branch"].pk}
    answer = admin.post("/organisations/new/", made)
    unit = Organisation.objects.get(code="bh")
    assert answer.url == f"/organisations/{unit.pk}/"
    assert unit.path == f"{bank.units['branch'].path}{unit.pk}/"
    assert admin.post("/organisations/new/", made).status_code == 422
    changed = {**made, "name": "滨河二支行", "parent": bank.units["branch_two"].pk, "active": "on"}
    admin.post(f"/organisations/{unit.pk}/change/", changed)
    unit.refresh_from_db()
    assert (unit.name, unit.path) == ("滨河二支行", f"{bank.units['branch_two'].path}{unit.pk}/")
    event = Event.objects.filter(type="people.organisation_changed").latest("pk")
    assert event.changes == {"name": ["滨河支行", "滨河二支行"], "parent": ["江城分行", "海州分行"]}
    admin.post(f"/organisations/{unit.pk}/change/", {**changed, "active": ""})
    unit.refresh_from_db()
    assert not unit.active


def test_moving_an_organisation_moves_what_lies_below(bank):
    services.change_organisation(organisation=bank.units["branch"], by=bank["admin"], parent=bank.units["branch_two"])
    below = Organisation.objects.get(code="sub_branch")
    assert below.path == f"{bank.units['branch_two'].path}{bank.units['branch'].pk}/{below.pk}/"
    with pytest.raises(BadValue):
        services.change_organisation(organisation=bank.units["branch_two"], by=bank["admin"], parent=below)


def test_an_organisation_with_people_is_not_closed(bank, client_of):
    with pytest.raises(Refused, match="3 名在职人员、3 个在任岗位、1 个下级机构"):
        services.change_organisation(organisation=bank.units["branch"], by=bank["admin"], active=False)
    branch = bank.units["branch"]
    data = {"name": branch.name, "code": branch.code, "kind": "branch", "parent": bank.units["head"].pk}
    answer = client_of("admin").post(f"/organisations/{branch.pk}/change/", data)
    assert answer.status_code == 422
    assert "还不能停用" in text(answer)


def test_an_administrator_makes_a_person_and_gives_and_ends_a_post(bank, client_of):
    admin, unit = client_of("admin"), bank.units["retail"]
    data = {"username": "new.one", "name": "新员工", "unit": unit.pk, "email": "n@bank.example"}
    data["password"] = "correct horse 77"
    answer = admin.post("/people/new/", data)
    person = Person.objects.get(username="new.one")
    assert answer.url == f"/people/{person.pk}/"
    assert person.check_password("correct horse 77")
    assert admin.post("/people/new/", data).status_code == 422
    assert admin.post("/people/new/", {**data, "username": "a b", "password": "short"}).status_code == 422
    admin.post(f"/people/{person.pk}/appoint/", {"role": "submitter", "organisation": unit.pk})
    post = Post.objects.get(person=person)
    assert "零售金融部 送审人" in f"{post}"
    assert (
        admin.post(f"/people/{person.pk}/appoint/", {"role": "submitter", "organisation": unit.pk}).status_code == 422
    )
    assert "新员工" in text(admin.get(f"/organisations/{unit.pk}/"))
    admin.post(f"/posts/{post.pk}/relieve/")
    assert "已卸任" in text(admin.get(f"/people/{person.pk}/"))
    person.forget_posts()
    assert person.roles_now() == set()


def test_contact_data_enters_the_journal_erasably_only(bank):
    services.change_person(person=bank["liaison"], by=bank["admin"], phone="13800000000", title="主管")
    event = Event.objects.filter(type="people.person_changed").get()
    assert event.changes == {"title": ["", "主管"]}
    assert EventPersonal.objects.get(event=event).values == {"phone": "13800000000"}


def test_nobody_locks_themselves_out(bank, client_of):
    with pytest.raises(Refused):
        services.change_person(person=bank["admin"], by=bank["admin"], is_active=False)


def test_a_person_page_shows_what_happened_to_administrators_and_oneself(bank, client_of):
    url = f"/people/{bank['liaison'].pk}/"
    assert "任命" in text(client_of("admin").get(url))
    assert "留痕" in text(client_of("liaison").get(url))
    assert "留痕" not in text(client_of("reviewer").get(url))


def test_leave_cover_is_given_and_taken_back_by_the_giver_alone(bank, client_of):
    today = timezone.localdate()
    data = {"receiver": bank["reviewer_two"].pk, "since": today, "until": today + timedelta(days=3), "reason": "年休假"}
    reviewer = client_of("reviewer")
    assert reviewer.post("/delegations/", data).status_code == 302
    row = Delegation.objects.get()
    receiver = Person.objects.get(pk=bank["reviewer_two"].pk)
    assert any(post.person_id == bank["reviewer"].pk for post in receiver.posts_now())
    assert "生效中" in text(reviewer.get("/delegations/"))
    assert client_of("reviewer_two").post(f"/delegations/{row.pk}/revoke/").status_code == 403
    assert client_of("legal").post(f"/delegations/{row.pk}/revoke/").status_code == 404
    assert reviewer.post(f"/delegations/{row.pk}/revoke/").status_code == 302
    assert "已撤回" in text(reviewer.get("/delegations/"))


@pytest.mark.parametrize("change", [{"receiver": ""}, {"until": "2020-01-01"}, {"reason": ""}, {"role": "admin"}])
def test_leave_cover_that_makes_no_sense_is_refused_and_kept_in_the_form(bank, client_of, change):
    today = timezone.localdate()
    data = {"receiver": bank["reviewer_two"].pk, "since": today, "until": today, "reason": "年休假", **change}
    answer = client_of("reviewer").post("/delegations/", data)
    assert answer.status_code == 422
    assert not Delegation.objects.exists()


def test_a_hand_over_moves_posts_and_open_work(bank, client_of, monkeypatch):
    moved = []
    monkeypatch.setattr(services, "hand_over_hooks", [lambda giver, receiver, by: moved.append((giver, receiver)) or 4])
    giver, receiver = bank["reviewer"], bank["reviewer_two"]
    post = giver.posts.get()
    answer = client_of("office").post(
        f"/people/{giver.pk}/hand-over/", {"receiver": receiver.pk, "posts": [post.pk]}, follow=True
    )
    assert "4 项未办结事项" in text(answer)
    assert Notification.objects.get(kind="people.handed_over").person == receiver
    assert moved == [(giver, receiver)]
    post.refresh_from_db()
    assert post.until == timezone.localdate() - timedelta(days=1)
    assert client_of("office").post(f"/people/{giver.pk}/hand-over/", {"receiver": giver.pk}).status_code == 422
