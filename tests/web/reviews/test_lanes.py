"""Templates and variants, branches and sampling, batches, external starts, re-evaluation, the Word template."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from xiaobao_web.kernel import wordfiles
from xiaobao_web.kernel.errors import BadUpload, BadValue, Forbidden, Refused
from xiaobao_web.materials.models import ApprovedMaterial, Material
from xiaobao_web.reviews import documents, services
from xiaobao_web.reviews.models import Reevaluation, Review
from xiaobao_web.reviews.services import lanes, reevaluation

MOTHER = "消费者权益日，江城分行邀您参加金融知识讲座，地址：滨江路1号。存款有保障，谨防诈骗。"


def table(rows: list[list[str]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def filed(bank: Any, flow: Any) -> ApprovedMaterial:
    draft = flow.draft(MOTHER, lane="template", title="讲座海报母版")
    entry = draft.materials.get()
    with pytest.raises(BadValue, match="材料里没有"):
        services.set_free_fields(entry, ["不存在的网点"], by=bank["submitter"])
    services.set_free_fields(entry, ["江城分行", "滨江路1号"], by=bank["submitter"])
    assert Material.objects.get().free_fields == ["江城分行", "滨江路1号"]
    review = flow.issued(MOTHER, "pass", lane="template", title="讲座海报母版")
    approved = ApprovedMaterial.objects.get(review=review)
    assert approved.is_template
    Material.objects.filter(pk=approved.version.material_id).update(free_fields=["江城分行", "滨江路1号"])
    return ApprovedMaterial.objects.get(pk=approved.pk)


def variant(bank: Any, flow: Any, template: ApprovedMaterial, text: str) -> Review:
    review = flow.draft(text, lane="template", title="讲座海报变体")
    Review.objects.filter(pk=review.pk).update(template=template)
    review = Review.objects.get(pk=review.pk)
    services.save_assessment(review, flow.answers(review), by=bank["submitter"])
    services.finish_assessment(review, by=bank["submitter"])
    return services.sign(review, by=bank["sender_head"])


def test_variant_may_change_free_fields_only(bank: Any, flow: Any) -> None:
    template = filed(bank, flow)
    good = variant(bank, flow, template, MOTHER.replace("江城分行", "海州分行").replace("滨江路1号", "海天路 88 号"))
    assert flow.do(services.submit, good, by=bank["submitter"]).number
    bad = variant(bank, flow, template, MOTHER.replace("存款有保障", "理财稳赚不赔"))
    with pytest.raises(Refused, match="可变字段以外有") as told:
        services.submit(bad, by=bank["submitter"])
    assert "理财稳赚不赔" in told.value.message


def test_branch_reviews_itself_and_head_office_samples(bank: Any, flow: Any, monkeypatch: Any) -> None:
    from xiaobao_web.kernel import journal
    from xiaobao_web.people.services import appoint

    appoint(person=bank["liaison"], role="reviewer", organisation=bank.units["branch"], by=None)
    branch = {"by": "branch_submitter", "head": "branch_head", "title": "公告"}
    other = flow.submitted("本行网点五一假期营业安排。", lane="normal", **branch)
    with pytest.raises(Forbidden, match="属于送审部门"):
        services.take(other, by=bank["liaison"])
    monkeypatch.setattr(lanes, "draw_value", lambda number: 0.0)
    review = flow.submitted("本行网点五一假期营业安排。", lane="branch", **branch)
    services.take(review, by=bank["liaison"])
    review = Review.objects.get(pk=review.pk)
    services.write_opinion(review, by=bank["liaison"], conclusion="pass", text="")
    review = flow.do(services.finish_first, review, by=bank["liaison"])
    assert (review.state, review.sampled) == ("concluded", True)
    drawn = journal.events_of(review).get(type="reviews.sample_drawn")
    assert drawn.facts["result"] == "抽中"
    with pytest.raises(Forbidden):
        services.check_sample(review, by=bank["liaison"], agrees=True, note="x")


def test_what_a_branch_reviews_itself_is_not_the_head_offices_to_take(bank: Any, flow: Any) -> None:
    from xiaobao_web.people.services import appoint
    from xiaobao_web.reviews import queries

    branch = {"by": "branch_submitter", "head": "branch_head", "title": "公告"}
    nobody = flow.submitted("本行网点五一假期营业安排。", lane="branch", **branch)
    assert nobody in queries.waiting_for(bank["reviewer"]), "a branch without a reviewer of its own is helped"
    assert services.take(nobody, by=bank["reviewer_two"]).reviewer == bank["reviewer_two"]
    appoint(person=bank["branch_submitter"], role="reviewer", organisation=bank.units["branch"], by=None)
    own = flow.submitted("本行网点端午假期营业安排。", lane="branch", **branch)
    assert own in queries.waiting_for(bank["reviewer"]), "its only reviewer made the request"
    appoint(person=bank["liaison"], role="reviewer", organisation=bank.units["branch"], by=None)
    review = flow.submitted("本行网点中秋假期营业安排。", lane="branch", **branch)
    assert review not in queries.waiting_for(bank["reviewer"])
    assert not queries.may_take(bank["reviewer"], review)
    with pytest.raises(Forbidden, match="江城分行自行审查"):
        services.take(review, by=bank["reviewer"])
    with pytest.raises(BadValue, match="自行审查"):
        services.assign(review, bank["reviewer"], by=bank["office"])
    assert review in queries.waiting_for(bank["liaison"])
    services.take(review, by=bank["liaison"])
    nobody.refresh_from_db()
    services.write_opinion(nobody, by=bank["reviewer_two"], conclusion="pass", text="")  # taken before: goes on


def test_only_branches_review_themselves(bank: Any, flow: Any, client_of: Any) -> None:
    from django.urls import reverse

    with pytest.raises(BadValue, match="分行自审只用于分行"):
        flow.draft(lane="branch")
    assert services.may_review_itself(bank.units["sub_branch"])
    ours, theirs = flow.draft(), flow.draft(by="liaison", lane="branch")
    offered = '<option value="branch"'
    assert offered not in client_of("submitter").get(reverse("review_edit", args=[ours.pk])).content.decode()
    assert offered in client_of("liaison").get(reverse("review_edit", args=[theirs.pk])).content.decode()


def test_draw_is_the_same_always_and_fair() -> None:
    values = [lanes.draw_value(f"SC2026-{number:05d}") for number in range(4000)]
    assert lanes.draw_value("SC2026-00001") == values[1]
    assert 0.18 < sum(value < 0.2 for value in values) / len(values) < 0.22


def test_sample_disagrees(bank: Any, flow: Any) -> None:
    review = flow.issued("本行网点五一假期营业安排。", "pass")
    with pytest.raises(Refused, match="没有被抽中"):
        services.check_sample(review, by=bank["office"], agrees=True, note="同意")
    Review.objects.filter(pk=review.pk).update(sampled=True)
    row = services.check_sample(review, by=bank["office"], agrees=True, note="同意分行意见")
    assert row.done_at
    with pytest.raises(Refused, match="已经抽查过"):
        services.check_sample(review, by=bank["second_reviewer"], agrees=True, note="x")


def test_batch_takes_good_rows_and_lists_bad_ones(bank: Any, flow: Any) -> None:
    rows = [
        ["送审事项", "审查类型", "产品代码", "材料文字"],
        ["存量理财甲", "营销宣传", "", "理财非存款，投资须谨慎。"],
        ["存量理财乙", "不存在的类型", "", ""],
        ["存量理财丙", "", "NO-1", ""],
        ["", "营销宣传", "", ""],
        ["存量理财丁", "定价与收费", "", ""],
    ]
    outcome = services.import_batch(table(rows), name="存量.xlsx", by=bank["submitter"])
    assert len(outcome.made) == 2
    assert [fault["row"] for fault in outcome.faults] == [3, 4, 5]
    again = services.import_batch(table(rows), name="存量.xlsx", by=bank["submitter"])
    assert again.made == []
    assert Review.objects.filter(lane="batch").count() == 2
    with pytest.raises(BadUpload, match="没有找到表头"):
        services.import_batch(table([["a", "b"]]), name="x.xlsx", by=bank["submitter"])


def test_complaint_triggers_once(bank: Any, flow: Any) -> None:
    review = flow.issued("本行网点五一假期营业安排。", "pass")
    material = review.materials.get().material
    first = flow.do(services.trigger_reevaluation, material=material, reason="投诉 TS-1")
    again = services.trigger_reevaluation(material=material, reason="投诉 TS-2")
    assert [row.pk for row in first] == [row.pk for row in again]
    row = Reevaluation.objects.get()
    assert "TS-1" in row.trigger
    assert "TS-2" in row.trigger
    assert row.screening.state == "done"
    assert reevaluation.new_findings(row) == []
    services.finish_reevaluation(row, by=bank["reviewer"], conclusion="withdraw", note="投诉集中")
    assert ApprovedMaterial.objects.get(review=review).state == "withdrawn"


def test_yearly_re_evaluation(bank: Any, flow: Any) -> None:
    review = flow.issued("本行网点五一假期营业安排。", "pass")
    assert reevaluation.open_periodic() == 0
    Review.objects.filter(pk=review.pk).update(concluded_at=timezone.now() - timedelta(days=370))
    assert reevaluation.open_periodic() == 1
    assert reevaluation.open_periodic() == 0


def test_word_template_is_checked(bank: Any) -> None:
    from docx import Document

    def word(*lines: str) -> SimpleUploadedFile:
        document = Document()
        for line in lines:
            document.add_paragraph(line)
        out = io.BytesIO()
        document.save(out)
        return SimpleUploadedFile("模板.docx", out.getvalue(), wordfiles.DOCX)

    with pytest.raises(BadUpload, match="编号之外"):
        documents.set_template(
            word("{{ number }}{{ 编号之外 }}{% for p in points %}{{ p.text }}{% endfor %}"), by=bank["office"]
        )
    with pytest.raises(BadUpload, match="secret"):
        documents.set_template(
            word("{{ number }}{% for point in points %}{{ point.secret }}{% endfor %}"), by=bank["office"]
        )
    with pytest.raises(BadUpload, match="至少要有"):
        documents.set_template(word("没有占位符"), by=bank["office"])
    with pytest.raises(BadUpload, match="写错了"):
        documents.set_template(word("{{ number }}{% for point in points %}"), by=bank["office"])
    row = documents.set_template(
        word("本行 {{ number }}{% for point in points %}{{ point.text }}{% endfor %}"), by=bank["office"]
    )
    assert row.active
    assert documents.template_in_use() != documents.default_template()
    documents.remove_template(row, by=bank["office"])
    assert documents.template_in_use() == documents.default_template()


def test_default_template_passes_its_own_check() -> None:
    documents.check_template(documents.default_template())


def test_template_can_call_nothing() -> None:
    from docx import Document
    from jinja2.exceptions import SecurityError

    document = Document()
    document.add_paragraph("{{ number.__class__.__mro__ }}")
    out = io.BytesIO()
    document.save(out)
    with pytest.raises(SecurityError):
        wordfiles.render(out.getvalue(), documents.SAMPLE)
