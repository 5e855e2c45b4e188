"""Lists over REST: views are one's own, an export is asked for, told and fetched, and refused without the right."""

from __future__ import annotations

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from xiaobao_web.kernel.models import Export, SavedView

pytestmark = pytest.mark.django_db


def post(client, path, body):
    return client.post(f"/api/lists/{path}", body, content_type="application/json")


@pytest.mark.parametrize("body", ['{"name": "\\ud800", "query": "view=all"}', '{"name": Infinity, "query": ""}'])
def test_half_a_character_is_no_body(client_of, body):
    answer = client_of("office").post("/api/lists/issues/views", body, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["message"]


def test_views_are_kept_told_replaced_and_deleted(bank, client_of):
    office, other = client_of("office"), client_of("reviewer")
    made = post(office, "issues/views", {"name": "逾期", "query": "view=overdue&after=x"})
    assert made.status_code == 200
    assert made.json()["query"] == "view=overdue"
    again = post(office, "issues/views", {"name": "逾期", "query": "view=all"}).json()
    assert again["id"] == made.json()["id"]
    assert office.get("/api/lists/issues/views").json() == [{"id": again["id"], "name": "逾期", "query": "view=all"}]
    assert other.get("/api/lists/issues/views").json() == []
    assert other.delete(f"/api/lists/views/{again['id']}").status_code == 404
    assert office.delete(f"/api/lists/views/{again['id']}").status_code == 204
    assert not SavedView.objects.exists()


def test_a_view_needs_a_list_a_name_and_the_right(bank, client_of):
    office = client_of("office")
    assert post(office, "nowhere/views", {"name": "一", "query": ""}).status_code == 404
    refused = post(office, "issues/views", {"name": " ", "query": ""})
    assert refused.status_code in (400, 422)
    assert "1 至 20 个字" in refused.json()["error"]["message"]
    assert client_of("admin").get("/api/lists/reviews/views").status_code == 403


def test_an_export_is_asked_for_told_and_fetched_by_its_owner(bank, client_of, django_capture_on_commit_callbacks):
    office = client_of("office")
    with django_capture_on_commit_callbacks(execute=True):
        asked = post(office, "issues/exports", {"query": "view=all", "rows": []})
    assert asked.status_code == 202
    export = Export.objects.get()
    [told] = office.get("/api/lists/exports").json()
    assert (told["id"], told["list_name"], told["state"]) == (export.pk, "issues", "ready")
    answer = office.get(f"/api/lists/exports/{export.pk}/file")
    assert answer.status_code == 200
    sheet = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0)
    assert sheet.to_python()
    assert client_of("reviewer").get(f"/api/lists/exports/{export.pk}/file").status_code == 404
    assert client_of("reviewer").get("/api/lists/exports").json() == []
    assert post(client_of("admin"), "reviews/exports", {"query": ""}).status_code == 403
