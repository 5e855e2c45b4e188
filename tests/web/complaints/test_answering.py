"""The letter and what follows it: four elements, second eyes, emergency release, proof, objection, review, closing."""

from __future__ import annotations

from datetime import date

import pytest
from complaint_words import GOOD
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from xiaobao_web.complaints import clocking, services
from xiaobao_web.complaints.models import Case, RegulatorTransfer
from xiaobao_web.complaints.services import documents
from xiaobao_web.kernel import deadlines, files, journal
from xiaobao_web.kernel.errors import BadUpload, BadValue, Forbidden, Refused

pytestmark = pytest.mark.django_db


def test_all_four_elements_are_seen_in_a_whole_letter():
    assert [item.found for item in services.check_elements(GOOD)] == [True] * 4


@pytest.mark.parametrize(
    ("part", "words", "told"),
    [
        ("facts", "", "还没有写"),
        ("facts", "客户办理了分期业务，事情就是这样的情况。", "如何核实"),
        ("facts", "经核实……（此处补充核实情况）", "占位"),
        ("decision", "知道了。", "太少"),
        ("decision", "这件事情我们已经清楚明白了。", "怎样处理"),
        ("reasons", "因为我们认为应当这样去做才对。", "依据的规定"),
        ("reasons", "《信用卡分期业务协议》第四条写了费用。", "怎样得出"),
        ("remedies", "您可以申请调解、仲裁或者向法院起诉，也可以致电我行。", "申请核查"),
        ("remedies", "可以自收到之日起 30 日内申请核查，也可以申请调解、诉讼。", "仲裁"),
        ("remedies", "可以申请核查，也可以申请调解、仲裁或者向法院提起诉讼。", "30 日"),
    ],
)
def test_an_element_that_is_not_there_is_named(part, words, told):
    found = {item.part: item for item in services.check_elements({**GOOD, part: words})}
    assert not found[part].found
    assert told in "；".join(found[part].missing)
    assert all(item.found for name, item in found.items() if name != part)


def test_a_letter_without_an_element_does_not_leave(flow, bank):
    letter = flow.written(parts={**GOOD, "remedies": ""})
    with pytest.raises(Refused, match="救济途径"):
        services.submit_letter(letter, by=bank["liaison"])
    with pytest.raises(Refused):
        services.send_letter(letter, by=bank["liaison"], mode="post", proof="EMS 1")
    letter = services.write_letter(letter.case, by=bank["liaison"], parts=GOOD)
    assert letter.version == 1
    assert services.submit_letter(letter, by=bank["liaison"]).state == "approved"


def test_hush_as_a_condition_does_not_leave(flow, bank):
    parts = {**GOOD, "decision": "我行同意退还 360 元，须签署承诺书，承诺不再就此事向监管投诉，否则不退。"}
    with pytest.raises(Refused, match="不合规"):
        services.submit_letter(flow.written(parts=parts), by=bank["liaison"])


def test_legal_flags_need_a_second_person(flow, bank):
    letter = services.submit_letter(flow.written(flags=["诉讼"]), by=bank["liaison"])
    assert letter.state == "checking"
    with pytest.raises(Forbidden):
        services.check_letter(letter, by=bank["liaison"], approve=True)
    letter = services.check_letter(letter, by=bank["legal"], approve=False, note="理由不足")
    assert letter.state == "draft"
    letter = services.submit_letter(letter, by=bank["liaison"])
    assert services.check_letter(letter, by=bank["legal"], approve=True).state == "approved"


def test_the_office_releases_in_an_emergency_and_what_is_missing_stays_on_record(flow, bank):
    letter = flow.written(parts={**GOOD, "reasons": ""})
    with pytest.raises(Forbidden):
        services.release_letter(letter, by=bank["liaison"], reason="今天到期，先行答复")
    with pytest.raises(BadValue):
        services.release_letter(letter, by=bank["office"], reason="急")
    letter = services.release_letter(letter, by=bank["office"], reason="今天到期，先行答复，三日内补寄依据")
    event = journal.events_of(letter.case).get(type="complaints.letter_released")
    assert event.facts["missing"] == "依据和理由"
    assert services.send_letter(letter, by=bank["liaison"], mode="sms", proof="回执 9").state == "answered"


def test_every_way_of_telling_needs_its_proof(flow, bank):
    letter = services.submit_letter(flow.written(), by=bank["liaison"])
    with pytest.raises(BadValue, match="邮寄单号"):
        services.send_letter(letter, by=bank["liaison"], mode="post", proof=" ")
    with pytest.raises(Refused, match="联系未果"):
        services.send_letter(letter, by=bank["liaison"], mode="unreachable", proof="三次拨打")
    for _n in range(2):
        services.investigate(letter.case, by=bank["liaison"], kind="attempt", text="无人接听")
    assert (
        services.send_letter(letter, by=bank["liaison"], mode="unreachable", proof="两次拨打无人接听").state
        == "answered"
    )


def test_an_objection_leads_to_a_second_version(flow, bank):
    case = services.object_to(flow.answered(), by=bank["liaison"], reason="只退一期不够")
    assert (case.state, case.objections) == ("handling", 1)
    assert flow.written(case).version == 2
    assert flow.answered(case).state == "answered"


def test_the_superior_reviews_within_thirty_days(flow, bank):
    case = flow.answered()
    flow.to(2026, 3, 20)
    review = services.apply_review(case, by=bank["liaison"], reason="不认可认定")
    case.refresh_from_db()
    assert (case.state, review.unit) == ("reviewing", bank.units["head"])
    due = deadlines.running(case).get(kind="statutory.review_decide_by").due_at
    assert timezone.localdate(due) <= date(2026, 4, 19)
    notes = {"process_note": "程序合规", "time_note": "未超期", "result_note": "金额应含利息"}
    with pytest.raises(Forbidden):
        services.decide_review(case, by=bank["liaison"], result="changed", **notes)
    with pytest.raises(BadValue):
        services.decide_review(case, by=bank["office"], result="changed", **{**notes, "time_note": ""})
    case = services.decide_review(case, by=bank["office"], result="redo", **notes)
    assert case.state == "handling"
    assert not deadlines.running(case).filter(kind="statutory.review_decide_by").exists()


def test_a_late_application_is_refused_unless_taken_all_the_same(flow, bank):
    case = flow.answered()
    flow.to(2026, 4, 10)
    with pytest.raises(Refused, match="2026-04-01"):
        services.apply_review(case, by=bank["liaison"], reason="不认可")
    assert services.apply_review(case, by=bank["liaison"], reason="不认可", accept_late=True).late


def test_a_case_closes_only_with_responsibility_that_stands(flow, bank):
    case = flow.answered()
    with pytest.raises(Refused, match="责任认定"):
        services.close(case, by=bank["liaison"], outcome="met")
    made = services.contest(flow.found(case), by=bank["branch_head"], reason="客户已签字确认")
    with pytest.raises(Refused, match="责任认定"):
        services.close(case, by=bank["liaison"], outcome="met")
    services.decide_contest(made, by=bank["office"], fault="part", note="签字页未含费率")
    case = services.close(Case.objects.get(pk=case.pk), by=bank["liaison"], outcome="partly")
    assert (case.state, case.fault) == ("closed", "part")


def test_who_found_responsibility_does_not_decide_on_the_objection(flow, bank):
    case = flow.answered()
    made = services.find_responsibility(
        case, by=bank["office"], fault="full", unit=case.unit, cause="告知不足", reason="录音没有说明费用"
    )
    made = services.contest(made, by=bank["branch_head"], reason="不同意")
    with pytest.raises(Forbidden, match="另一人"):
        services.decide_contest(made, by=bank["office"], fault="full", note="维持")


def test_calling_back_and_taking_up_again(flow, bank):
    case = flow.closed()
    with pytest.raises(BadValue):
        services.call_back(case, by=bank["service"] if False else bank["liaison"], reached=True)
    services.call_back(case, by=bank["liaison"], reached=True, score=2, done=False, note="钱没到账")
    case.refresh_from_db()
    assert case.satisfaction == 2
    case = services.reopen(case, by=bank["complaints"], reason="退款没有到账")
    assert (case.state, case.reopened, case.outcome) == ("handling", 1, "")


def transferred(flow, bank, **values):
    values = {
        "source": "12378", "bureau": "江城监管局", "number": "JG-2026-9", "text": "转办：反映分期收费",
        "by": bank["complaints"],
        "unit": bank.units["branch"], "due_on": date(2026, 3, 12), **values,
    }  # fmt: skip
    return services.receive_transfer(**values)


def test_a_transfer_keeps_its_number_and_its_own_day(flow, bank):
    made = transferred(flow, bank)
    assert transferred(flow, bank).pk == made.pk
    assert made.case.track == "nfra_transfer"
    kinds = {row.kind: timezone.localdate(row.due_at) for row in deadlines.running(made.case)}
    assert kinds[f"report:{made.pk}"] == date(2026, 3, 12)
    assert kinds["statutory.notify"] == date(2026, 3, 17)


def test_a_transfer_onto_a_known_case_runs_both_clocks(flow, bank):
    case = flow.handled()
    flow.to(2026, 3, 5)
    made = transferred(flow, bank, case=case, source="12363", number="RH-1", text="")
    assert Case.objects.count() == 1
    names = {(clock.track, clock.name) for clock in clocking.clocks_of(made.case)}
    assert {("direct", "notify"), ("pboc_transfer", "notify")} <= names


def test_a_transfer_is_reported_in_word_and_may_come_back(flow, bank):
    made = transferred(flow, bank)
    case = services.assign(
        services.accept(made.case, by=bank["complaints"]), by=bank["complaints"], handler=bank["liaison"]
    )
    case = flow.answered(case)
    flow.found(case)
    with pytest.raises(Refused, match="监管部门"):
        services.close(case, by=bank["liaison"], outcome="met")
    parts = services.draft_report(made)
    with pytest.raises(BadValue, match="争议焦点"):
        services.report(made, by=bank["complaints"], parts={**parts, "dispute": ""})
    made = services.report(made, by=bank["complaints"], parts={**parts, "dispute": "手续费是否告知"})
    with files.open_stored(made.document) as file:
        from docx import Document

        text = "\n".join(line.text for line in Document(file).paragraphs)
    assert "JG-2026-9" in text
    assert "手续费是否告知" in text
    made = services.send_back(made, by=bank["complaints"], text="补充录音")
    assert made.reported_at is None
    made = services.report(made, by=bank["complaints"], parts={**parts, "dispute": "手续费是否告知，附录音"})
    assert RegulatorTransfer.objects.get().reported_at
    assert services.close(Case.objects.get(pk=case.pk), by=bank["liaison"], outcome="met").state == "closed"


def test_a_bureaus_own_template_is_used_and_a_wrong_one_refused(flow, bank):
    from docx import Document

    def upload(*lines: str) -> SimpleUploadedFile:
        import io

        document, out = Document(), io.BytesIO()
        for line in lines:
            document.add_paragraph(line)
        document.save(out)
        return SimpleUploadedFile("模板.docx", out.getvalue())

    for lines, told in (
        (("{{ number }} {{ secret }}",), "secret"),
        (("{{ number }}",), "基本情况"),
        (("{{ number",), "占位符"),
    ):
        with pytest.raises(BadUpload, match=told):
            services.set_template(upload(*lines), bureau="江城监管局", by=bank["office"])
    good = upload("甲 {{ number }}", "{{ situation }}", "{{ investigation }}")
    services.set_template(good, bureau="江城监管局", by=bank["office"])
    assert documents.template_for("江城监管局") != documents.template_for("海州监管局")


def test_the_letter_as_a_document_is_written_once(flow, bank):
    letter = services.submit_letter(flow.written(), by=bank["liaison"])
    stored = services.write_letter_document(letter)
    letter.refresh_from_db()
    assert services.write_letter_document(letter) == stored
    assert files.attachments_of(letter.case).count() == 1


@pytest.mark.parametrize("said", [
    "我行决定退款，前提是您不得再向监管投诉并删除网上评论。", "我行同意赔偿 500 元，但您须承诺不再向金管局反映。",
    "我行决定退还手续费，您须先撤诉并签署保密协议后方可领取。",
])  # fmt: skip
def test_hush_beside_the_remedies_is_looked_at_by_a_second_person(flow, bank, said):
    letter = services.submit_letter(flow.written(parts={**GOOD, "decision": said}), by=bank["liaison"])
    assert letter.state == "checking"
    assert "措辞待核" in letter.second_reasons[-1]


def test_a_letter_that_says_nothing_wrong_needs_nobody(flow, bank):
    decision = "我行认为该笔扣款符合合同约定，不予退还；您于 3 月 5 日通过 12378 反映的问题，我行已全面核查。"
    letter = services.submit_letter(flow.written(parts={**GOOD, "decision": decision}), by=bank["liaison"])
    assert letter.state == "approved"
