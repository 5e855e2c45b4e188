"""What a case offers can be done: each live step, tried with values that its own form asks for, is not refused."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints import services, verbs
from xiaobao_web.complaints.forms.steps import TransferForm
from xiaobao_web.complaints.models import Case
from xiaobao_web.kernel.errors import PlatformError, Refused
from xiaobao_web.kernel.rest_steps import checked, posted

pytestmark = pytest.mark.django_db
PEOPLE = ("liaison", "branch_head", "complaints", "office", "executive", "legal", "service")
WORDS = "已按流程核实并记录清楚，凭证编号 20260302001"


class Undone(Exception):
    """Take back what was tried."""


def values_for(form: Any, other: Case) -> dict[str, Any]:
    """Return what somebody would fill in: the first choice of each list, words, nothing where nothing is asked."""
    out: dict[str, Any] = {"accept_late": True, "amount": 100, "score": 5, "done": True, "agreement": WORDS,
                           "proof": WORDS, "note": WORDS, "into": other.number, "other": other.number,
                           "name": "周一一"}  # fmt: skip
    out = {name: value for name, value in out.items() if name in form.fields}
    if "documents" in form.fields:
        kind = next(label for key, label in form.fields["kind"].choices if key)
        out["documents"] = [key for key, label in form.fields["documents"].choices if label.endswith(f"（{kind}）")]
    if isinstance(form, TransferForm):
        out["handler"] = form.fields["handler"].queryset.exclude(pk=form.case.handler_id).first().pk
    for name, field in form.fields.items():
        if name in out or not field.required:
            continue
        if isinstance(field, forms.ModelChoiceField):
            out[name] = (form.initial.get(name) or field.queryset.values_list("pk", flat=True).first()) or ""
        elif isinstance(field, forms.ChoiceField):
            out[name] = next(str(key) for key, _ in field.choices if key)
        elif isinstance(field, forms.DateTimeField):
            out[name] = ""
        else:
            out[name] = WORDS
    return out


def offered_and_refused(flow: Any, case: Case, other: Case) -> dict[str, str]:
    """Return the steps that a case offers somebody and that are refused all the same, each with the refusal."""
    wrong = {}
    for name in PEOPLE:
        person = flow.bank[name]
        row = Case.objects.select_related("unit", "handler").get(pk=case.pk)
        for verb in verbs.VERBS.values():
            for thing in verb.things(row):
                if verbs.reason_against(verb, row, person, thing):
                    continue
                form = verb.form(case=row, user=person, about=thing)
                told = values_for(form, other)
                told |= {"at": f"{timezone.localtime():%Y-%m-%dT%H:%M}"} if verb.name == "hold_session" else {}
                try:
                    with transaction.atomic():
                        bound = verb.form(posted(verb.form, told), case=row, user=person, about=thing)
                        verbs.do(Case.objects.get(pk=row.pk), verb.name, by=person, values=checked(bound),
                                 about=thing.pk)  # fmt: skip
                        raise Undone
                except Undone:
                    pass
                except PlatformError as error:
                    wrong[f"{name} {verb.name}"] = f"{error.message} {getattr(error, 'fields', '')}"
    return wrong


def fresh(flow: Any) -> Case:
    return flow.opened()


def handled(flow: Any) -> Case:
    return flow.handled()


def late(flow: Any) -> Case:
    case = flow.handled()
    flow.to(2026, 4, 10)
    return case


def late_and_asked(flow: Any) -> Case:
    case = flow.handled()
    services.ask_extension(case, by=flow.bank["liaison"], kind="complex", reason="需调取异地录音核对")
    flow.to(2026, 4, 10)
    return case


def asked(flow: Any) -> Case:
    case = flow.handled()
    services.ask_extension(case, by=flow.bank["liaison"], kind="complex", reason="需调取异地录音核对")
    return case


def extended(flow: Any) -> Case:
    case = asked(flow)
    services.decide_extension(case.extensions.get(), by=flow.bank["branch_head"], approve=True)
    return case


def extended_twice(flow: Any) -> Case:
    case = extended(flow)
    services.notify_extension(case.extensions.get(), by=flow.bank["liaison"], mode="sms", proof="回执 77")
    made = services.ask_extension(case, by=flow.bank["liaison"], kind="special", reason="外部鉴定尚未完成")
    services.decide_extension(made, by=flow.bank["office"], approve=True)
    return case


def appraised(flow: Any) -> Case:
    return services.suspend(flow.handled(), by=flow.bank["liaison"], reason="送笔迹鉴定")


def appraised_long(flow: Any) -> Case:
    case = appraised(flow)
    flow.to(2026, 4, 10)
    return case


def proposed(flow: Any) -> Case:
    case = flow.handled()
    services.propose_mediation(case, by=flow.bank["liaison"], organisation="江城金融调解中心")
    return case


def proposed_late(flow: Any) -> Case:
    case = proposed(flow)
    flow.to(2026, 4, 10)
    return case


def mediated(flow: Any) -> Case:
    case = proposed(flow)
    services.answer_mediation(case.mediations.get(), by=flow.bank["liaison"], consents=True, proof="同意书")
    return Case.objects.get(pk=case.pk)


def answered(flow: Any) -> Case:
    return flow.answered()


def found(flow: Any) -> Case:
    case = flow.answered()
    flow.found(case)
    return case


def contested(flow: Any) -> Case:
    case = found(flow)
    services.contest(case.responsibilities.get(), by=flow.bank["branch_head"], reason="录音里说过手续费")
    return case


def decided(flow: Any) -> Case:
    case = contested(flow)
    services.decide_contest(case.responsibilities.get(), by=flow.bank["office"], fault="part", note="部分说明过")
    return case


def offered(flow: Any) -> Case:
    case = flow.handled()
    services.offer(case, by=flow.bank["liaison"], kind="compensation", terms="补偿", amount=300_000)
    return case


def agreed(flow: Any) -> Case:
    case = offered(flow)
    services.decide_offer(case.offers.get(), by=flow.bank["executive"], approve=True)
    services.answer_offer(case.offers.get(), by=flow.bank["liaison"], accepts=True)
    return case


def withdrawn_with_offer(flow: Any) -> Case:
    case = flow.answered()
    services.offer(case, by=flow.bank["liaison"], kind="compensation", terms="补偿", amount=300)
    return case


def passed_on(flow: Any) -> Case:
    case = flow.handled()
    for name in ("complaints", "liaison"):
        services.transfer(case, by=flow.bank["complaints"], reason="改由条线办理", handler=flow.bank[name])
        case.refresh_from_db()
    return case


def transferred(flow: Any) -> Case:
    case = flow.handled()
    services.receive_transfer(
        case=case, by=flow.bank["liaison"], text="", source="12378", bureau="江城监管分局", number="A-1"
    )
    return Case.objects.get(pk=case.pk)


def of_the_authority(flow: Any) -> Case:
    return flow.handled(track="consumer_authority")


def of_a_leak(flow: Any) -> Case:
    return flow.handled(track="info_leak")


def of_credit(flow: Any) -> Case:
    return flow.handled(track="credit_objection")


def of_a_claim(flow: Any) -> Case:
    return flow.handled(track="insurance_claim")


def of_the_supervisor(flow: Any) -> Case:
    return flow.handled(track="nfra_transfer")


def of_the_peoples_bank(flow: Any) -> Case:
    return flow.handled(track="pboc_transfer")


def of_the_head_office(flow: Any) -> Case:
    return flow.answered(flow.handled("complaints", unit=flow.bank.units["head"]))


def closed(flow: Any) -> Case:
    return flow.closed()


def closed_long_ago(flow: Any) -> Case:
    case = flow.closed()
    flow.to(2026, 7, 1)
    return case


def withdrawn(flow: Any) -> Case:
    return services.withdraw(flow.handled(), by=flow.bank["liaison"], reason="电话撤回，录音 3")


def withdrawn_while_mediated(flow: Any) -> Case:
    return services.withdraw(mediated(flow), by=flow.bank["liaison"], reason="电话撤回，录音 3")


def reviewed(flow: Any) -> Case:
    case = flow.answered()
    services.apply_review(case, by=flow.bank["liaison"], reason="不同意认定")
    return case


def reopened(flow: Any) -> Case:
    case = closed_long_ago(flow)
    return services.reopen(case, by=flow.bank["complaints"], reason="有新的录音")


def declined(flow: Any) -> Case:
    return services.decline(flow.opened(), by=flow.bank["office"], reason="非本人提出，未经授权")


SITUATIONS = (
    fresh, handled, late, asked, late_and_asked, extended, extended_twice, appraised, appraised_long, proposed,
    proposed_late, mediated, answered, found, contested, decided, offered, agreed, withdrawn_with_offer, passed_on,
    transferred, of_the_peoples_bank, of_the_authority, of_a_leak, of_credit, of_a_claim, of_the_supervisor,
    of_the_head_office, closed, closed_long_ago, withdrawn, withdrawn_while_mediated,
    reviewed, reopened, declined,
)  # fmt: skip


@pytest.mark.parametrize("situation", SITUATIONS)
def test_nothing_is_offered_that_would_be_refused(flow, situation):
    other = flow.handled()
    case = situation(flow)
    assert offered_and_refused(flow, case, other) == {}


def action(page: Any, name: str) -> Any:
    """Return a step as the case page shows it."""
    return next(item for _label, rows in page.context["groups"] for item in rows if item.name == name)


def test_a_longer_term_is_not_offered_when_the_day_is_over_and_the_page_says_what_is_left(flow, client_of):
    case = flow.handled()
    liaison = client_of("liaison")
    assert action(liaison.get(case.get_absolute_url()), "ask_extension").allowed
    flow.to(2026, 4, 10)
    liaison = client_of("liaison")  # the session of before is over
    page = liaison.get(case.get_absolute_url())
    shown = action(page, "ask_extension")
    assert not shown.allowed
    assert "2026-03-17" in shown.reason
    assert "尽快答复" in shown.reason
    assert shown.reason in page.content.decode()
    step = liaison.get(reverse("complaint_step", args=[case.pk, "ask_extension"])).content.decode()
    assert "<textarea" not in step
    assert "尽快答复" in step
    with pytest.raises(Refused, match="尽快答复"):
        services.ask_extension(case, by=flow.bank["liaison"], kind="complex", reason="需调取异地录音核对")


def test_a_longer_term_asked_for_too_late_can_only_be_refused(flow, client_of):
    case = late_and_asked(flow)
    head, url = client_of("branch_head"), reverse("complaint_step", args=[case.pk, "decide_extension"])
    form = head.get(url).context["form"]
    assert [key for key, _ in form.fields["approve"].choices] == ["0"]
    assert "期限已过" in form.fields["approve"].help_text
    stale = head.post(url, {"approve": "1", "note": "同意"})
    assert stale.status_code == 422
    assert "不能再批准延期" in stale.content.decode()
    assert head.post(url, {"approve": "0", "note": "申请时没有及时报批"}).status_code == 302
    assert case.extensions.get().approved is False


def test_only_the_terms_that_can_be_asked_for_are_offered(flow, client_of):
    case = extended(flow)
    url = reverse("complaint_step", args=[case.pk, "ask_extension"])
    form = client_of("liaison").get(url).context["form"]
    assert [key for key, _ in form.fields["kind"].choices] == ["", "special"]
    assert form.initial["kind"] == "special"
    assert case.extensions.get().reason == "需调取异地录音核对", "what was asked for is kept"


@pytest.mark.parametrize("track", ["consumer_authority", "info_leak", "credit_objection", "insurance_claim"])
def test_where_the_law_knows_no_longer_term_none_is_asked_for(flow, client_of, track):
    case = flow.handled(track=track)
    shown = action(client_of("liaison").get(case.get_absolute_url()), "ask_extension")
    assert not shown.allowed
    assert "没有可以延长的法定期限" in shown.reason
    with pytest.raises(Refused, match="没有可以延长"):
        services.ask_extension(case, by=flow.bank["liaison"], kind="complex", reason="需调取异地录音核对")


def test_an_offer_beyond_ones_limit_is_shown_with_who_decides(flow, client_of):
    case = offered(flow)
    url = reverse("complaint_step", args=[case.pk, "decide_offer"])
    form = client_of("branch_head").get(url).context["form"]
    assert [key for key, _ in form.fields["approve"].choices] == ["0"]
    assert "更高权限" in form.fields["approve"].help_text
    assert client_of("executive").post(url, {"approve": "1"}).status_code == 302
    assert case.offers.get().state == "approved"


def test_passing_on_leaves_to_the_office_after_twice(flow, client_of):
    case = passed_on(flow)
    assert not action(client_of("complaints").get(case.get_absolute_url()), "transfer").allowed
    assert action(client_of("office").get(case.get_absolute_url()), "transfer").allowed
    record = case.transfer_records.order_by("-pk").first()
    assert record.reason == "改由条线办理"


def test_a_letter_that_may_go_is_not_sent_while_the_clock_stands(flow, client_of):
    letter = services.submit_letter(flow.written(), by=flow.bank["liaison"])
    services.suspend(letter.case, by=flow.bank["liaison"], reason="送笔迹鉴定")
    liaison = client_of("liaison")
    assert str(action(liaison.get(letter.case.get_absolute_url()), "letter").label) == "起草告知书"
    page = liaison.get(reverse("complaint_letter", args=[letter.case_id])).content.decode()
    assert "登记送达" not in page
    assert "请先登记恢复办理" in page


def test_nobody_is_offered_to_approve_their_own_answer(flow, client_of):
    case = flow.handled()
    task = services.task_out(case, by=flow.bank["liaison"], unit=flow.bank.units["branch"], request="请核实")
    services.answer_task(task, by=flow.bank["branch_head"], reply="已核实")
    own = client_of("branch_head").get(task.get_absolute_url())
    assert not own.context["may_decide"]
    assert "须由另一人审批" in own.content.decode()
    assert client_of("office").get(task.get_absolute_url()).context["may_decide"]
