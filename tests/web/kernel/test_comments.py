"""Comments: who may write and be mentioned, what is told and kept, withdrawing, the fragment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.kernel import comments, journal
from xiaobao_web.kernel.errors import BadValue, Forbidden, Hidden, Refused, Undeclared
from xiaobao_web.kernel.models import Comment, Event, Notification
from xiaobao_web.people import services
from xiaobao_web.people.models import Person

pytestmark = pytest.mark.django_db
LABEL = "people.organisation"


@pytest.fixture(autouse=True)
def room(bank):
    """Let organisations take comments of everybody but the other branch."""
    seen_by = lambda: Person.objects.exclude(username="other_branch")  # noqa: E731
    known = dict(comments.AUDIENCES)
    comments.AUDIENCES.pop(LABEL, None)
    outside = ("other_branch", "stranger")
    comments.audience(LABEL, lambda obj: seen_by(), sees=lambda user, obj: user.username not in outside)
    yield
    comments.AUDIENCES.clear()
    comments.AUDIENCES.update(known)


@pytest.fixture
def unit(bank):
    return bank.units["retail"]


def test_a_comment_is_kept_told_and_journalled(bank, unit):
    text = " @蒋复核请看，@legal 也看；@张外行 与 @无此人 不算 "
    row = comments.comment(unit, text, by=bank["reviewer"], anchor={"page": 1})
    assert set(row.mentioned.all()) == {bank["second_reviewer"], bank["legal"]}
    told = {notice.person for notice in Notification.objects.filter(kind="comment.mentioned")}
    assert told == {bank["second_reviewer"], bank["legal"]}
    event = journal.events_of(unit).get(type="kernel.commented")
    assert "请看" not in str(event.facts)
    assert event.personal_values.values == {"body": row.body}
    assert not comments.happenings(unit).filter(type="kernel.commented").exists()


def test_mentioning_oneself_tells_nobody_and_an_answer_tells_the_author(bank, unit):
    first = comments.comment(unit, "@褚审查 自己", by=bank["reviewer"])
    assert Notification.objects.count() == 0
    comments.comment(unit, "收到", by=bank["legal"], parent=first)
    assert [(row.person, row.kind) for row in Notification.objects.all()] == [(bank["reviewer"], "comment.answered")]


def test_the_longest_name_counts_and_a_shared_name_asks_for_the_account(bank, unit):
    longer = services.make_person(username="chu2", name="褚审查员", unit=unit, by=None)
    row = comments.comment(unit, "@褚审查员请看", by=bank["legal"])
    assert list(row.mentioned.all()) == [longer]
    services.make_person(username="shen2", name="沈法务", unit=unit, by=None)
    with pytest.raises(BadValue, match="@legal、@shen2"):
        comments.comment(unit, "@沈法务 请看", by=bank["reviewer"])
    assert comments.comment(unit, "@shen2 请看", by=bank["reviewer"]).mentioned.get().username == "shen2"


def test_an_address_is_no_mention(bank, unit):
    row = comments.comment(unit, "写信到 a@b.c 或 @ 空格", by=bank["reviewer"])
    assert row.mentioned.count() == 0


@pytest.mark.parametrize("body", ["", "  \n ", "长" * 4001])
def test_an_empty_or_endless_comment_is_refused(bank, unit, body):
    with pytest.raises(BadValue):
        comments.comment(unit, body, by=bank["reviewer"])


def test_who_may_not_see_it_may_not_comment_and_unknown_models_take_none(bank, unit):
    with pytest.raises(Hidden):
        comments.comment(unit, "x", by=bank["other_branch"])
    with pytest.raises(Undeclared):
        comments.comment(bank["legal"], "x", by=bank["reviewer"])
    elsewhere = comments.comment(bank.units["legal"], "x", by=bank["reviewer"])
    with pytest.raises(BadValue):
        comments.comment(unit, "x", by=bank["reviewer"], parent=elsewhere)


def test_withdrawing_is_for_the_author_for_ten_minutes_and_the_journal_keeps_it(bank, unit):
    row = comments.comment(unit, "@沈法务 说错了", by=bank["reviewer"])
    with pytest.raises(Forbidden):
        comments.withdraw(row, by=bank["admin"])
    comments.withdraw(row, by=bank["reviewer"])
    row.refresh_from_db()
    assert (row.body, row.mentioned.count()) == ("", 0)
    assert Event.objects.get(type="kernel.commented").personal_values.values["body"] == "@沈法务 说错了"
    with pytest.raises(Refused):
        comments.withdraw(row, by=bank["reviewer"])
    late = comments.comment(unit, "y", by=bank["reviewer"])
    Comment.objects.filter(pk=late.pk).update(at=timezone.now() - timedelta(minutes=11))
    with pytest.raises(Refused):
        comments.withdraw(late, by=bank["reviewer"])
    assert journal.verify().sound


def test_the_default_audience_is_who_may_view_the_app(bank, unit):
    comments.AUDIENCES.pop(LABEL)
    comments.audience(LABEL)
    room = comments.AUDIENCES[LABEL]
    assert bank["reviewer"] in room.people(unit)
    assert bank["stranger"] not in room.people(unit)
    assert (room.sees(bank["reviewer"], unit), room.sees(bank["stranger"], unit)) == (True, False)


def test_the_page_takes_and_shows_comments(bank, unit, client_of, django_assert_max_num_queries):
    address = reverse("comments", args=[LABEL, unit.pk])
    client = client_of("reviewer")
    answer = client.post(address, {"body": "<b>@沈法务</b> 请看"}, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert '&lt;b&gt;<b class="mention">@沈法务</b>&lt;/b&gt;' in text
    assert "撤回" in text
    assert "撤回这条评论" not in client_of("legal").get(address).content.decode()
    first = Comment.objects.get()
    client.post(address, {"body": "答复", "parent": first.pk}, headers={"HX-Request": "true"})
    assert Comment.objects.last().parent == first
    bad = client.post(address, {"body": "", "parent": ""}, headers={"HX-Request": "true"})
    assert (bad.status_code, "请写下评论内容" in bad.content.decode()) == (422, True)
    for number in range(20):
        comments.comment(unit, f"@沈法务 {number}", by=bank["legal"])
    with django_assert_max_num_queries(14):
        client.get(address, headers={"HX-Request": "true"})


def test_whom_one_may_mention(bank, unit, client_of):
    found = client_of("reviewer").get(reverse("mentionable", args=[LABEL, unit.pk]), {"q": "蒋"}).json()
    assert found == [{"name": "蒋复核", "username": "second_reviewer", "unit": "消费者权益保护部"}]
    assert client_of("reviewer").get(reverse("mentionable", args=[LABEL, unit.pk]), {"q": "张外"}).json() == []


@pytest.mark.parametrize("label", [LABEL, "people.person", "no.such", "kernel.event", "x"])
def test_strangers_and_unknown_objects_read_the_same(bank, unit, client_of, label):
    who = "stranger" if label == LABEL else "admin"
    for name in ("comments", "mentionable"):
        assert client_of(who).get(reverse(name, args=[label, unit.pk])).status_code == 404
    row = comments.comment(unit, "x", by=bank["reviewer"])
    assert client_of("stranger").post(reverse("comment_withdraw", args=[row.pk])).status_code == 404
    assert client_of("legal").post(reverse("comment_withdraw", args=[row.pk])).status_code == 403
    assert client_of("legal").get(reverse("comment_withdraw", args=[row.pk])).status_code == 405
