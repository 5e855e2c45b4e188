"""A cause is removed in steps, and only proven gone where it measurably fell against the others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints import data
from xiaobao_web.insights import services
from xiaobao_web.insights.effect import effect_of, ratio_of
from xiaobao_web.insights.models import Rectification
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused

pytestmark = pytest.mark.django_db
CAUSE = "收费争议"


@pytest.fixture
def opened(weeks, bank):
    return services.open_rectification(
        title="年费减免规则没有在首页提示", unit=bank.units["branch"], owner=bank["liaison"], cause=CAUSE,
        whys=["客户不知道要刷满次数", "申请页没有写"], by=bank["complaints"],
    )  # fmt: skip


def _done(row, bank):
    made = services.add_action(
        row, kind="preventive", text="申请页首屏写明减免条件", owner=bank["liaison"],
        due_on=timezone.localdate() + timedelta(days=5), by=bank["liaison"],
    )  # fmt: skip
    services.finish_action(made, proof="6月1日版本已上线，截图附台账", by=bank["liaison"])
    return services.finish(row, by=bank["liaison"])


def _cases(weeks, unit, count, day):
    for _ in range(count):
        weeks.case(day, "年费", unit, cause=CAUSE, business_type="信用卡")


def test_it_enters_the_ledger_and_needs_a_why(opened, bank):
    assert opened.issue.unit == bank.units["branch"]
    with pytest.raises(BadValue, match="为什么"):
        services.open_rectification(
            title="另一个根因", unit=bank.units["branch"], owner=bank["liaison"], cause=CAUSE, whys=[" "],
            by=bank["complaints"],
        )  # fmt: skip


def test_causes_stand_as_a_chain_or_as_a_tree(opened):
    assert opened.tree() == [(0, "客户不知道要刷满次数", False), (1, "申请页没有写", True)]
    opened.whys = [
        "年费争议多",
        "- 客户不知道条件",
        "-- 首页没有提示",
        "---- 审查没有要求",
        "- 系统漏减免",
        "一次性争议",
    ]
    assert opened.tree() == [
        (0, "年费争议多", False), (1, "客户不知道条件", False), (2, "首页没有提示", False), (3, "审查没有要求", True),
        (1, "系统漏减免", True), (0, "一次性争议", True),
    ]  # fmt: skip


def test_it_is_not_done_before_its_actions_are(opened, bank):
    with pytest.raises(Refused, match="措施"):
        services.finish(opened, by=bank["liaison"])
    assert _done(opened, bank).effective_on == timezone.localdate()


@pytest.mark.parametrize(("after", "verdict"), [(6, "fell"), (40, "same"), (120, "rose")])
def test_the_effect_is_told_against_the_others(opened, bank, weeks, clock, after, verdict):
    now = timezone.now()
    _cases(weeks, "branch", 40, now - timedelta(days=10))
    _cases(weeks, "branch_two", 40, now - timedelta(days=10))
    row = _done(opened, bank)
    clock.move_to(now + timedelta(days=40))
    _cases(weeks, "branch", after, now + timedelta(days=20))
    _cases(weeks, "branch_two", 40, now + timedelta(days=20))
    found = effect_of(row)
    assert (found.before, found.after, found.others_before, found.others_after) == (40, after, 40, 40)
    assert found.verdict == verdict
    if verdict == "fell":
        row, _effect = services.conclude(row, by=bank["complaints"], conclusion="同因投诉明显减少", proven=True)
        assert row.state == "proven"
        assert row.effect["after"] == 6
    else:
        with pytest.raises(Refused, match="不能确认"):
            services.conclude(row, by=bank["complaints"], conclusion="看着好一些了", proven=True)
        row, _effect = services.conclude(row, by=bank["complaints"], conclusion="没有下降，再查原因", proven=False)
        assert row.state == "open"


def test_few_complaints_prove_nothing(opened, bank, weeks, clock):
    row = _done(opened, bank)
    clock.move_to(timezone.now() + timedelta(days=60))
    found = effect_of(row)
    assert found.verdict == "unknown"
    assert "样本不足" in found.told
    assert found.ratio is None


def test_the_owner_does_not_conclude(weeks, bank):
    row = services.open_rectification(
        title="根因由投诉岗负责", unit=bank.units["branch"], owner=bank["complaints"], cause=CAUSE, whys=["没有复核"],
        by=bank["office"],
    )  # fmt: skip
    row = _done(row, bank)
    with pytest.raises(Forbidden, match="另一人"):
        services.conclude(row, by=bank["complaints"], conclusion="没有下降，再查原因", proven=False)
    assert Rectification.objects.get().state == "done"


def test_the_ratio_has_the_bounds_of_four_counts():
    ratio, low, high = ratio_of(100, 50, 100, 100)
    assert ratio == pytest.approx(0.5)
    assert (low, high) == (pytest.approx(0.3226, abs=1e-3), pytest.approx(0.7750, abs=1e-3))
    ratio, low, high = ratio_of(20, 0, 20, 20)
    assert 0 < low < ratio < high < 1


def test_the_pages_lead_through_it(weeks, bank, client_of):
    client, url = client_of("liaison"), reverse("insight_rectification_new")
    given = {"title": "年费提示缺失", "unit": bank.units["branch"].pk, "owner": bank["liaison"].pk, "cause": "",
             "whys": "没有写\n没有人复核"}  # fmt: skip
    assert client.post(url, given).status_code == 422
    cause = dict(data.causes())
    answer = client.post(url, {**given, "cause": next(iter(cause))})
    assert answer.status_code == 302, answer.content.decode()
    row = Rectification.objects.get()
    assert row.whys == ["没有写", "没有人复核"]
    act = reverse("insight_rectification_act", args=[row.pk])
    measure = {"kind": "corrective", "text": "补上首屏提示文字", "owner": bank["liaison"].pk,
               "due_on": (timezone.localdate() - timedelta(days=1)).isoformat()}  # fmt: skip
    refused = client.post(act, {"action": "add", **measure})
    assert refused.status_code == 422
    shown = refused.context["form"]
    assert shown["text"].value() == measure["text"], "what was typed is kept"
    assert shown.errors == {"due_on": ["应不早于今天"]}
    assert "今天或以后" in refused.content.decode()
    assert "王联络（江城分行）" in refused.content.decode()
    measure["due_on"] = (timezone.localdate() + timedelta(days=3)).isoformat()
    assert client.post(act, {"action": "add", **measure}).status_code == 302
    done = {"action": "done", "measure": row.actions.get().pk, "proof": "已上线并截图"}
    assert client.post(act, done).status_code == 302
    finished = client.post(act, {"action": "finish"}, follow=True)
    assert [str(told) for told in finished.context["messages"]][-1] == "已报实施完毕，等待确认成效。"
    page = client.get(answer.url).content.decode()
    assert "样本不足" in page
    assert client_of("branch_head").get(answer.url).status_code == 200
    assert client_of("sender_head").get(answer.url).status_code == 404
