"""Who may do what: reach, predicates, hiding, delegation, hand-over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from xiaobao_web.kernel import access
from xiaobao_web.kernel.access import PERMISSIONS, Reach, can, declare, find, holders, holds, require, visible_to
from xiaobao_web.kernel.errors import Forbidden, Hidden, Refused, Undeclared
from xiaobao_web.materials.models import Material
from xiaobao_web.people import services
from xiaobao_web.people.models import Post

pytestmark = pytest.mark.django_db


@pytest.fixture
def granted(monkeypatch):
    monkeypatch.setattr(access, "PERMISSIONS", dict(PERMISSIONS))
    declare("trial.view", "查看", {"submitter": Reach.OWN, "sender_head": Reach.UNIT, "reviewer": Reach.ALL})
    declare(
        "trial.sign",
        "签批",
        {"sender_head": Reach.UNIT, "submitter": Reach.OWN},
        when=lambda user, obj: "送审人不能签批自己的送审" if obj.created_by_id == user.pk else None,
    )


def material(bank, unit, by):
    return Material.objects.create(title="一", kind="poster", unit=bank.units[unit], created_by=bank[by])


def test_a_permission_reaches_what_is_ones_own_ones_unit_or_all(bank, granted):
    mine, theirs = material(bank, "retail", "submitter"), material(bank, "retail", "colleague")
    far = material(bank, "sub_branch", "liaison")
    rows = Material.objects.all()
    assert set(visible_to(bank["submitter"], rows, "trial.view")) == {mine}
    assert set(visible_to(bank["sender_head"], rows, "trial.view")) == {mine, theirs}
    assert set(visible_to(bank["branch_head"], rows, "trial.view")) == {far}, "what lies below the branch"
    assert set(visible_to(bank["reviewer"], rows, "trial.view")) == {mine, theirs, far}
    assert not visible_to(bank["stranger"], rows, "trial.view").exists()


def test_outside_the_scope_is_hidden_and_inside_without_the_right_is_refused_with_the_reason(bank, granted):
    mine = material(bank, "retail", "submitter")
    with pytest.raises(Hidden):
        require(bank["branch_head"], "trial.sign", mine)
    with pytest.raises(Forbidden, match="送审部门负责人"):
        require(bank["reviewer"], "trial.sign", mine)
    with pytest.raises(Forbidden, match="送审人不能签批自己的送审"):
        require(bank["submitter"], "trial.sign", mine)
    require(bank["sender_head"], "trial.sign", mine)
    with pytest.raises(Hidden):
        find(bank["branch_head"], Material.objects.all(), "trial.view", pk=mine.pk)


def test_a_name_nobody_declared_is_a_mistake(bank):
    with pytest.raises(Undeclared):
        can(bank["submitter"], "trial.unheard_of")
    with pytest.raises(Undeclared):
        declare("trial.odd", "怪", {"no such role": Reach.ALL})


def test_holders_are_those_whose_post_reaches_the_object(bank, granted):
    mine = material(bank, "sub_branch", "liaison")
    assert set(holders("trial.sign", mine)) == {bank["branch_head"]}
    assert bank["reviewer"] in holders("trial.view", mine)


def test_a_post_ends_and_an_inactive_person_holds_nothing(bank, granted):
    assert holds(bank["reviewer"], "trial.view")
    services.relieve(post=Post.objects.get(person=bank["reviewer"]), by=None)
    bank["reviewer"].forget_posts()
    assert not holds(bank["reviewer"], "trial.view")
    head = bank["sender_head"]
    head.is_active = False
    assert not holds(head, "trial.view")


def test_the_same_leave_is_entered_once(bank):
    today = timezone.localdate()
    given = {"giver": bank["sender_head"], "receiver": bank["liaison"], "since": today, "until": today}
    first = services.delegate(**given, reason="年假", by=bank["sender_head"])
    with pytest.raises(Refused, match="不用再登记"):
        services.delegate(**given, reason="年假", by=bank["sender_head"])
    services.revoke_delegation(delegation=first, by=bank["sender_head"])
    assert services.delegate(**given, reason="年假", by=bank["sender_head"])


def test_leave_is_covered_for_the_days_of_the_delegation_only(bank, granted):
    mine = material(bank, "retail", "submitter")
    today = timezone.localdate()
    later = services.delegate(
        giver=bank["sender_head"],
        receiver=bank["liaison"],
        since=today + timedelta(days=1),
        until=today + timedelta(days=3),
        reason="年假",
        by=bank["sender_head"],
    )
    assert not can(bank["liaison"], "trial.sign", mine)
    later.since = today
    later.save()
    bank["liaison"].forget_posts()
    assert can(bank["liaison"], "trial.sign", mine)
    services.revoke_delegation(delegation=later, by=bank["sender_head"])
    bank["liaison"].forget_posts()
    assert not can(bank["liaison"], "trial.sign", mine)


def test_one_cannot_lend_anothers_posts_nor_an_administrators(bank):
    today = timezone.localdate()
    with pytest.raises(Forbidden):
        services.delegate(
            giver=bank["sender_head"],
            receiver=bank["submitter"],
            since=today,
            until=today,
            reason="x",
            by=bank["submitter"],
        )
    services.delegate(
        giver=bank["admin"], receiver=bank["submitter"], since=today, until=today, reason="休假", by=bank["admin"]
    )
    bank["submitter"].forget_posts()
    assert "admin" not in bank["submitter"].roles_now()


def test_hand_over_moves_posts_and_only_an_administrator_moves_an_administrators(bank):
    services.hand_over(giver=bank["reviewer"], receiver=bank["reviewer_two"], by=bank["office"])
    assert not bank["reviewer"].posts_now()
    with pytest.raises(Refused):
        services.hand_over(giver=bank["admin"], receiver=bank["reviewer_two"], by=bank["office"])
