"""Clocks that others took the place of: shown with the case, struck through, with why, since when and their days."""

from __future__ import annotations

from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints import clocking, services
from xiaobao_web.complaints.models import Case
from xiaobao_web.complaints.replaced import replaced_of
from xiaobao_web.complaints.services import track_steps


def told(case):
    """Return what was replaced: the track, the clock, its day, the beginning of why."""
    return [(item.clock.track, item.clock.name, item.clock.due, item.why.split("，")[0].split("：")[0])
            for item in replaced_of(Case.objects.get(pk=case.pk))]  # fmt: skip


def extended(case, bank):
    asked = services.ask_extension(case, by=case.handler, kind="complex", reason="需调取异地录音核对")
    return services.decide_extension(asked, by=bank["branch_head"], approve=True)


def test_a_case_whose_clocks_stand_has_none(flow, bank, client_of):
    case = flow.handled()
    assert told(case) == []
    assert "已被替换的期限" not in client_of("liaison").get(case.get_absolute_url()).content.decode()
    assert told(flow.answered(case)) == [], "what was met is not replaced"


def test_extensions_pauses_and_new_facts_leave_what_they_replaced(flow, bank, client_of):
    case = flow.handled()
    flow.to(2026, 3, 4)
    extended(case, bank)
    assert told(case) == [("direct", "notify", date(2026, 3, 17), "认定情况复杂")]
    flow.to(2026, 3, 6)
    services.suspend(Case.objects.get(pk=case.pk), by=bank["liaison"], reason="委托江城司法鉴定所鉴定签名")
    assert told(case)[0] == ("direct", "notify", date(2026, 4, 1), "鉴定开始")
    flow.to(2026, 3, 9)
    assert len(told(case)) == 2, "the day moves on while the appraisal goes on, which replaces nothing more"
    services.resume(Case.objects.get(pk=case.pk), by=bank["liaison"])
    assert len(told(case)) == 2
    flow.to(2026, 3, 10)
    services.new_facts(Case.objects.get(pk=case.pk), by=bank["liaison"], text="投诉人补充了短信截图。")
    assert told(case)[0] == ("direct", "notify", date(2026, 4, 4), "投诉人提出新的事实和理由")
    assert len(told(case)) == 3
    newest = replaced_of(case)[0]
    assert newest.at == timezone.now()
    assert next(c.due for c in clocking.clocks_of(case) if c.name == "notify") == date(2026, 3, 25)

    page = client_of("liaison").get(case.get_absolute_url()).content.decode()
    assert "已被替换的期限（3）" in page
    assert '<s class="clock-day num-left">2026-04-04</s>' in page
    assert "需调取异地录音核对" in page
    assert "起不再适用" in page
    place = len(clocking.clocks_of(case))
    days = client_of("liaison").get(reverse("complaint_clock", args=[case.pk, place])).content.decode()
    assert "04-04" in days
    assert "03-07" in days, "the days that did not count are told"
    assert client_of("liaison").get(reverse("complaint_clock", args=[case.pk, place + 3])).status_code == 404
    assert client_of("other_branch").get(reverse("complaint_clock", args=[case.pk, place])).status_code == 404


def test_a_track_that_was_wrong_is_shown_with_the_reason(flow, bank, client_of):
    case = flow.opened(beside="insurance_claim")
    begun = timezone.now() - timedelta(days=3)
    case = track_steps.correct_track(case, by=bank["liaison"], track="insurance_claim", to="insurance_claim",
                                     reason="理赔申请是三天前收到的", at=begun)  # fmt: skip
    assert told(case)[0] == ("insurance_claim", "respond", date(2026, 4, 1), "更正起算时间")
    flow.later(days=1)
    case = track_steps.correct_track(case, by=bank["liaison"], track="insurance_claim", to="credit_objection",
                                     reason="是征信异议，不是理赔")  # fmt: skip
    assert told(case)[0] == ("insurance_claim", "respond", date(2026, 3, 29), "更正为“征信异议”")
    flow.later(days=1)
    case = track_steps.correct_track(case, by=bank["liaison"], track="credit_objection", reason="没有异议的内容")
    assert told(case)[0] == ("credit_objection", "notify", date(2026, 3, 19), "更正为“不适用”")
    page = client_of("liaison").get(case.get_absolute_url()).content.decode()
    assert "没有异议的内容" in page
    assert "<s>书面答复异议人（征信异议）</s>" in page


def test_a_case_that_was_opened_on_a_wrong_track_shows_it(flow, bank):
    case = flow.opened(track="insurance_claim")
    case = track_steps.correct_track(case, by=bank["liaison"], track="insurance_claim", reason="不是理赔，是服务态度")
    assert ("insurance_claim", "respond", date(2026, 4, 1), "更正为“不适用”") in told(case)
    services.add_track(case, by=bank["liaison"], track="insurance_claim", reason="后来提出了理赔请求")
    assert [row[0] for row in told(case)].count("insurance_claim") == 2, "what was added after still runs"


def test_a_track_added_later_leaves_nothing_of_before(flow, bank):
    case = flow.handled()
    flow.to(2026, 3, 4)
    services.new_facts(case, by=bank["liaison"], text="投诉人补充了短信截图。")
    flow.to(2026, 3, 5)
    services.add_track(case, by=bank["liaison"], track="credit_objection", reason="投诉人又提出异议")
    services.receive_transfer(source="12378", bureau="江城监管分局", number="ZB-1", text="", by=bank["complaints"],
                              case=Case.objects.get(pk=case.pk))  # fmt: skip
    assert told(case) == [("direct", "notify", date(2026, 3, 17), "投诉人提出新的事实和理由")]


def test_what_ran_before_a_case_was_taken_up_again_is_shown(flow, bank):
    case = flow.handled()
    case = services.withdraw(case, by=bank["liaison"], reason="来电撤回，录音在案")
    flow.later(days=10)
    services.reopen(case, by=bank["complaints"], reason="投诉人称没有撤回过")
    assert told(case) == [("direct", "notify", date(2026, 3, 17), "重新办理")]
