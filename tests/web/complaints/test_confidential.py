"""Who complains in confidence is known to the handler and the office alone: by no number, link or file."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from xiaobao_web.complaints import services, signs
from xiaobao_web.kernel import files

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(flow, bank):
    """Return a confidential case and an open one of the same complainant, both of the branch."""
    secret = services.set_confidential(flow.handled(), by=bank["complaints"], confidential=True)
    return secret, flow.opened(text="信用卡账单重复扣款，请退还并说明原因。")


def page(client, case) -> str:
    return client.get(case.get_absolute_url()).content.decode()


def test_neither_case_tells_of_the_other_to_whom_may_not_know(pair, client_of):
    secret, plain = pair
    for who in ("complaints", "branch_head"):
        assert secret.number not in page(client_of(who), plain)
        assert plain.number not in page(client_of(who), secret)
    for who in ("liaison", "office"):
        assert secret.number in page(client_of(who), plain)
        assert plain.number in page(client_of(who), secret)


def test_a_link_of_one_customer_is_not_told(pair, bank, client_of):
    secret, plain = pair
    services.link(plain, other=secret, kind="related", reason="同一手机号码", by=bank["liaison"])
    assert "同一手机号码" not in page(client_of("complaints"), plain)
    assert "同一手机号码" in page(client_of("liaison"), plain)


def test_no_number_finds_it(pair, client_of):
    secret, plain = pair
    found = client_of("complaints").get(reverse("complaints"), {"view": "all", "q": "13800001234"}).content.decode()
    assert plain.number in found
    assert secret.number not in found


def test_its_contacts_files_stay_closed(pair, bank):
    secret, plain = pair
    upload = SimpleUploadedFile("身份证.txt", "周可欣".encode())
    for case, seen in ((secret, False), (plain, True)):
        contact = case.contacts.get()
        upload.seek(0)
        stored = files.store(upload, name="身份证.txt", by=bank["liaison"])
        files.attach(contact, stored, name="身份证.txt", purpose="contact", by=bank["liaison"], personal=True)
        assert signs.sees_contact(bank["complaints"], contact.pk) is seen
        assert signs.sees_contact(bank["office"], contact.pk)
