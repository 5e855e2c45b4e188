"""A feedback report with what goes with it: chosen files, new ones, listed in the document, packed for sending."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import BureauTemplate, RegulatorTransfer
from xiaobao_web.complaints.services import documents, enclosing
from xiaobao_web.kernel import files, journal
from xiaobao_web.kernel.errors import BadValue, Forbidden, Hidden, Refused

NOTE = "客户周可欣提供的流水".encode()


@pytest.fixture
def made(flow, bank):
    return services.receive_transfer(
        source="12378", bureau="虚构监管局", number="转〔2026〕15号/1", text="办卡时没说手续费。",
        by=bank["complaints"], unit=bank.units["branch"], due_on=date(2026, 3, 20),
        customer_name="周可欣", phone="13800001234",
    )  # fmt: skip


def kept(thing, name, by, purpose="contact", content=NOTE):
    stored = files.store(io.BytesIO(content), name=name, by=by)
    return files.attach(thing, stored, name=name, purpose=purpose, by=by, personal=True)


def lines(content):
    return [paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs]


def parts_of(made):
    return {name: text or "无" for name, text in services.draft_report(made).items()}


def read(row):
    with files.open_stored(row.document) as file:
        return file.read()


def test_a_report_goes_with_the_files_that_were_chosen_on_its_page(made, bank, client_of):
    proof = kept(made.case.contacts.get(), "周可欣 身份证.txt", bank["complaints"])
    page, clerk = reverse("complaint_transfer", args=[made.pk]), client_of("complaints")
    assert "周可欣 身份证.txt" in clerk.get(page).content.decode()
    new = SimpleUploadedFile("周可欣录音说明.txt", "通话已核对".encode())
    shown = clerk.post(page, {**parts_of(made), "action": "enclose", "attachments": proof.pk, "file": new})
    assert shown.status_code == 200
    added = files.attachments_of(made.case, enclosing.PURPOSE).get()
    assert f'value="{added.pk}" checked' in shown.content.decode()
    assert RegulatorTransfer.objects.get(pk=made.pk).reported_at is None
    assert clerk.post(page, {**parts_of(made), "attachments": [proof.pk, added.pk]}).status_code == 302
    row = RegulatorTransfer.objects.get(pk=made.pk)
    assert [item["name"] for item in row.enclosed] == ["附件1.txt", "附件2.txt"]
    told = "\n".join(lines(read(row)))
    assert "附件 1：来件" in told
    assert "附件 2：补充材料（附件2.txt）" in told
    event = journal.events_of(row.case).get(type="complaints.regulator_reported")
    assert "附件2.txt" in event.facts["enclosed"]
    assert "周可欣" not in event.facts["enclosed"]
    answer = clerk.get(reverse("complaint_transfer_package", args=[made.pk]))
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert archive.namelist() == ["转办件反馈报告 转〔2026〕15号_1.docx", "附件1.txt", "附件2.txt"]
        assert archive.read("附件1.txt") == NOTE
    assert journal.events_of(row.case).filter(type="complaints.personal_read").exists()
    assert "下载报送包" in clerk.get(page).content.decode()


def test_a_bureaus_own_template_lists_them_too(made, bank):
    document = Document()
    document.add_paragraph("{{ number }} {{ situation }} {{ investigation }}")
    out = io.BytesIO()
    document.save(out)
    documents.set_template(SimpleUploadedFile("局模板.docx", out.getvalue()), bureau=made.bureau, by=bank["office"])
    assert BureauTemplate.objects.filter(active=True).exists()
    proof = kept(made.case, "流水.txt", bank["complaints"], purpose="")
    row = services.report(made, by=bank["complaints"], parts=parts_of(made), enclose=[proof.pk])
    assert lines(read(row))[-1] == "附件 1：办理材料（附件1.txt）"


def test_only_released_files_of_this_case_are_taken(made, flow, bank):
    other = kept(flow.opened(phone="13900007777"), "别案.txt", bank["complaints"])
    stopped = kept(made.case, "待检.txt", bank["complaints"], content=b"waits")
    stopped.stored.state = "blocked"
    stopped.stored.save(update_fields=["state"])
    report = kept(made.case, "内部报告.txt", bank["complaints"], purpose="report", content=b"inner")
    offered = {item.attachment.pk: item for item in enclosing.choosable(made.case, bank["complaints"])}
    assert set(offered) == {stopped.pk}
    assert offered[stopped.pk].against
    for wrong, error in ((other, BadValue), (report, BadValue), (stopped, Refused)):
        with pytest.raises(error):
            services.report(made, by=bank["complaints"], parts=parts_of(made), enclose=[wrong.pk])
    row = services.report(made, by=bank["complaints"], parts=parts_of(made))
    assert row.enclosed == []
    assert "附件：无" in lines(read(row))
    with pytest.raises(Refused, match="已经反馈"):
        enclosing.add(row, [SimpleUploadedFile("晚.txt", b"late")], by=bank["complaints"])


def test_a_confidential_cases_files_are_chosen_only_by_who_may_open_them(made, bank, client_of):
    kept(made.case.contacts.get(), "证据.txt", bank["complaints"])
    services.set_confidential(made.case, by=bank["complaints"], confidential=True)
    case = type(made.case).objects.get(pk=made.case_id)
    for name in ("liaison", "branch_head", "auditor", "office"):
        person = bank[name]
        if not files.guard_of("complaints.case").see(person, case.pk):
            assert [item for item in enclosing.choosable(case, person) if item.told == "办理材料"] == []
            with pytest.raises((Refused, Forbidden, Hidden)):
                enclosing.add(made, [SimpleUploadedFile("a.txt", b"a")], by=person)
    assert client_of("auditor").get(f"/api/complaints/transfers/{made.pk}/attachments").status_code in (403, 404)


def test_programs_choose_add_and_fetch(made, bank, client_of):
    at, clerk = f"/api/complaints/transfers/{made.pk}", client_of("complaints")
    added = clerk.post(f"{at}/attachments", {"files": SimpleUploadedFile("说明.txt", "核对".encode())})
    assert added.status_code == 201, added.content
    number = clerk.get(f"{at}/attachments").json()["items"][0]["id"]
    body = {"parts": parts_of(made), "attachments": [number]}
    told = clerk.post(f"{at}/report", body, content_type="application/json")
    assert told.status_code == 200, told.content
    assert told.json()["enclosed"] == ["附件 1：补充材料（附件1.txt）"]
    answer = clerk.get(f"{at}/package")
    assert answer["Content-Type"] == "application/zip"
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert client_of("other_branch").get(f"{at}/package").status_code in (403, 404)
