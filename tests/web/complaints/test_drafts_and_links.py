"""What citizens leave is swept, what they state reaches the case, filed contacts are linked at once."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from test_channel_web import STORY, walk, words

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import CitizenFile, Contact
from xiaobao_web.complaints.services import drafts
from xiaobao_web.kernel import files, journal
from xiaobao_web.kernel.models import StoredFile
from xiaobao_web.kernel.models.journal import Event

pytestmark = pytest.mark.django_db
PROOF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


def upload(client: Client, data: bytes = PROOF) -> None:
    client.post(reverse("public_complaint"))
    file = io.BytesIO(data)
    file.name = "合同.pdf"
    client.post(reverse("public_complaint_step", kwargs={"step": "proof"}), {"file": file, "action": "add"})


def test_files_of_a_draft_nobody_comes_back_to_are_swept(bank, django_capture_on_commit_callbacks):
    upload(Client())
    assert drafts.sweep() == 0
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        with django_capture_on_commit_callbacks(execute=True):
            assert drafts.sweep() == 1
        stored = StoredFile.objects.get()
        assert stored.purged_at is not None
        with pytest.raises(Exception, match="销毁"):
            files.open_stored(stored)
        assert Event.objects.filter(type="complaints.drafts_swept").get().facts["count"] == 1
        assert drafts.sweep() == 0


def test_what_is_used_elsewhere_or_handed_in_stays(bank):
    keeps, leaves = Client(), Client()
    upload(keeps)
    upload(leaves)
    walk(keeps)
    assert CitizenFile.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert drafts.sweep() == 0, "a contact has the same bytes"
    assert StoredFile.objects.get().purged_at is None
    assert CitizenFile.objects.count() == 0


def test_coming_back_to_a_draft_keeps_its_files_and_throwing_it_away_frees_them(bank, settings):
    settings.SESSION_COOKIE_AGE = 30 * 86400
    client = Client()
    upload(client)
    with time_machine.travel(timezone.now() + timedelta(days=6)):
        client.post(reverse("public_complaint_step", kwargs={"step": "what"}), {"text": STORY})
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert drafts.sweep() == 0
        client.post(reverse("public_complaint"), {"action": "drop"})
        assert drafts.sweep() == 1


def test_a_swept_file_is_told_before_handing_in(bank, settings):
    settings.SESSION_COOKIE_AGE = 30 * 86400
    client = Client()
    upload(client)
    for step, data in {"what": {"text": STORY}, "where": {}, "wish": {}, "proof": {},
                       "who": {"customer_name": "宋安宁", "phone": "13800004321"}}.items():  # fmt: skip
        client.post(reverse("public_complaint_step", kwargs={"step": step}), data)
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert drafts.sweep() == 1
        url = reverse("public_complaint_step", kwargs={"step": "check"})
        told = client.post(url)
        assert told.status_code == 422
        assert "1 个文件放得太久" in words(told)
        assert Contact.objects.count() == 0
        assert client.post(url).status_code == 302
        assert Contact.objects.count() == 1


def test_region_and_address_reach_the_case(bank, client_of, django_capture_on_commit_callbacks):
    where = {"region": "江苏省南京市", "place": "滨江支行"}
    who = {"customer_name": "宋安宁", "phone": "13800004321", "address": "南京市江宁区一路1号", "email": "s@x.example"}
    with django_capture_on_commit_callbacks(execute=True):
        receipt = walk(Client(), where=where, who=who)
    row = Contact.objects.get(number=receipt["number"])
    client_of("complaints").post(row.get_absolute_url(), {
        "action": "screen_kind", "kind": "complaint", "unit": bank.units["branch"].pk,
    })  # fmt: skip
    case = Contact.objects.get(pk=row.pk).case
    assert case is not None
    assert (case.region, case.address, case.email) == ("江苏省南京市", "南京市江宁区一路1号", "s@x.example")


def test_what_belongs_together_is_shown_and_linked_at_once(bank, client_of, django_capture_on_commit_callbacks):
    said = "我叫宋安宁，电话13800004321，3月2日江城分行信用卡分期多扣285元，没有说明手续费，要求退还。"
    rows = []
    for place in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            receipt = walk(Client(), what={"text": said + "请处理。" * place})
        rows.append(Contact.objects.get(number=receipt["number"]))
    client, given = client_of("complaints"), {"action": "screen_kind", "kind": "complaint"}
    client.post(rows[0].get_absolute_url(), given)
    first = Contact.objects.get(pk=rows[0].pk).case
    shown = words(client.get(rows[1].get_absolute_url()))
    assert "可能相关的来件" in shown
    assert first.number in shown
    client.post(rows[1].get_absolute_url(), given)
    second = Contact.objects.get(pk=rows[1].pk).case
    kinds = {(link.case_id, link.other_id) for link in second.links.all()}
    assert (second.pk, first.pk) in kinds, "no job had to run"
    assert journal.events_of(second).filter(type="complaints.linked").exists()


def test_a_confidential_complaint_is_not_told_by_what_belongs_to_it(
    bank, client_of, django_capture_on_commit_callbacks
):
    said = "我叫宋安宁，电话13800004321，3月2日江城分行信用卡分期多扣285元，没有说明手续费，要求退还。"
    rows = []
    for place in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            receipt = walk(Client(), what={"text": said + "请处理。" * place})
        rows.append(Contact.objects.get(number=receipt["number"]))
    services.screen_kind(rows[0], by=bank["complaints"], kind="complaint", confidential=True)
    case = Contact.objects.get(pk=rows[0].pk).case
    assert case.number not in words(client_of("complaints").get(rows[1].get_absolute_url()))
    assert case.number in words(client_of("office").get(rows[1].get_absolute_url()))
