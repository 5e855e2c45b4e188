"""What is asked in other words where there are many complaints finds the same as where there are few."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints import queries, services, workdesk
from xiaobao_web.complaints.models import Case
from xiaobao_web.complaints.tables import ComplaintList
from xiaobao_web.kernel import desk, search
from xiaobao_web.kernel.models import Deadline

pytestmark = pytest.mark.django_db


@pytest.fixture
def spread(flow, bank):
    """Return complaints of several organisations; two of another branch name the liaison of the first."""
    here = [flow.opened(unit=bank.units[name]) for name in ("branch", "sub_branch", "retail")]
    there = [flow.opened(unit=bank.units["branch_two"], by=bank["complaints"]) for _ in range(3)]
    Case.objects.filter(pk=there[0].pk).update(handler=bank["liaison"])
    services.accept(there[1], by=bank["complaints"])
    task = services.task_out(
        services.assign(Case.objects.get(pk=there[1].pk), by=bank["complaints"], handler=bank["complaints"]),
        by=bank["complaints"], unit=bank.units["branch"], request="核实",
    )  # fmt: skip
    type(task).objects.filter(pk=task.pk).update(assignee=bank["liaison"])
    return here + there


@pytest.mark.parametrize("few", [0, 1, 1_000])
@pytest.mark.parametrize("name", ["liaison", "branch_head", "complaints", "office", "submitter", "auditor", "stranger"])
def test_the_list_has_all_that_a_person_may_see_and_no_more(spread, bank, monkeypatch, name, few):
    monkeypatch.setattr(queries, "FEW", few)
    listed = set(ComplaintList().rows(bank[name]).values_list("pk", flat=True))
    assert listed == set(queries.visible(bank[name]).values_list("pk", flat=True))
    if name == "liaison":
        assert len(listed & {case.pk for case in spread}) > 2
    if name == "stranger":
        assert not listed


def test_the_tab_of_a_branch_hides_what_only_names_the_person(spread, bank, client_of):
    shown = client_of("liaison").get(reverse("complaints"), {"view": "unit"}).content.decode()
    everything = client_of("liaison").get(reverse("complaints"), {"view": "all"}).content.decode()
    assert [case.number in shown for case in spread] == [True, True, False, False, False, False]
    assert [case.number in everything for case in spread[3:]] == [True, True, False]


@pytest.mark.parametrize("few", [1, 5_000])
def test_a_number_finds_its_people_and_the_titles_that_have_it(flow, client_of, monkeypatch, few):
    called, titled, other = flow.opened(), flow.opened(phone="13900000001"), flow.opened(phone="13900000002")
    Case.objects.filter(pk=titled.pk).update(title="有人自称13800001234来电")
    search.index(Case.objects.get(pk=titled.pk))
    monkeypatch.setattr("xiaobao_web.complaints.tables.FEW", few)
    shown = client_of("complaints").get(reverse("complaints"), {"view": "all", "q": "13800001234"}).content.decode()
    assert (called.number in shown, titled.number in shown, other.number in shown) == (True, True, False)


@pytest.mark.parametrize("name", ["complaints", "office", "liaison", "branch_head"])
def test_the_desk_shows_the_same_of_many_as_of_few(flow, bank, monkeypatch, name):
    cases = [flow.handled() if n % 2 else flow.opened() for n in range(14)]
    now = timezone.now()
    for n, case in enumerate(cases):
        clocks = Deadline.objects.filter(subject_type="complaints.case", subject_id=case.pk)
        clocks.update(due_at=now + timedelta(days=(n * 5) % 7 - 3))
        if n % 5 == 4:
            clocks.update(met_at=now)

    def seen():
        shelves = [give(bank[name]) for give in (workdesk.waiting, workdesk.late)]
        return [each and (each.total, each.late, [item.number for item in each.items]) for each in shelves]

    few = seen()
    monkeypatch.setattr(desk, "FEW", 1)
    assert seen() == few
    assert few[0] is not None
