"""REST of what the office keeps: transfers and their tables, bureaus, skills, codes, imports, platforms."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_answers import did, send

from xiaobao_web.complaints.models import Case, Contact, Platform, RegulatorTransfer
from xiaobao_web.complaints.services.regulators import REPORT_FIELDS

pytestmark = pytest.mark.django_db
AT = "complaints/transfers"
SHEET = {"source": "12378", "bureau": "江城监管局", "number": "江金投转118",
         "text": "信用卡年费没有告知就扣了，要求退还",
         "due_on": "2026-03-20", "customer_name": "宋安宁", "phone": "13800004321", "unit": "branch"}  # fmt: skip
ROWS = (
    "转办编号,投诉内容,投诉人,联系电话,要求反馈日期\n"
    "JG-1,信用卡年费没有告诉我就扣了，要求退还,宋安宁,13800004321,2026-03-20\nJG-2,,无内容,,\n"
)
TABLE = "单号,说了什么,来的时间\nT1,年费没有告知就扣了，要求退还,2026-03-01 09:30\nT2,,2026-03-01\n"
CODES = "项目,类别,编码\n业务类别,信用卡,B01\n业务类别,火星,X\n"


def file(text: str, name: str = "表.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def test_a_transfer_is_registered_once_and_reported(flow, bank, client_of):
    office = client_of("office")
    made = did(send(office, AT, SHEET), 201)
    again = did(send(office, AT, SHEET))
    assert (again["id"], again["known"], Case.objects.count()) == (made["id"], True, 1)
    other = send(office, AT, {**SHEET, "text": "说的是别的事"})
    assert "已登记" in other.json()["error"]["fields"]["number"]
    assert send(office, AT, {**SHEET, "number": "N2", "text": ""}).json()["error"]["fields"]["text"]
    assert send(office, AT, {**SHEET, "unit": "nowhere"}).status_code == 422
    assert send(client_of("auditor"), AT, SHEET).status_code == 403
    rows = did(office.get(f"/api/{AT}", {"source": "12378", "reported": "false"}))["items"]
    assert [row["number"] for row in rows] == ["江金投转118"]
    at = f"{AT}/{made['id']}"
    assert office.get(f"/api/{at}/document").status_code == 404
    assert send(office, f"{at}/report", {"parts": {"colour": "红"}}).status_code == 422
    parts = dict.fromkeys(REPORT_FIELDS, "已核实，详见附件。")
    answer = send(office, f"{at}/report", {"parts": parts})
    if answer.status_code == 200:
        got = office.get(f"/api/{at}/document")
        assert got.status_code == 200
        assert b"".join(got.streaming_content)
        assert RegulatorTransfer.objects.get().reported_at is not None
    else:
        assert answer.json()["error"]["message"]
    assert client_of("other_branch").get(f"/api/{at}").status_code == 404


def test_a_bureaus_table_is_tried_and_taken_in(flow, bank, client_of, django_capture_on_commit_callbacks):
    office = client_of("office")
    bureau = {"source": "12378", "name": "江城监管局", "unit": "branch"}
    kept = did(send(office, "complaints/bureaus", bureau, "put"))
    assert did(office.get("/api/complaints/bureaus")) == [kept]
    told = did(office.post(f"/api/{AT}/tables", {"source": "12378", "bureau": "江城监管局", "file": file(ROWS)}))
    assert (told["dry_run"], told["made"], [row["row"] for row in told["faults"]]) == (True, 1, [3])
    assert Case.objects.count() == 0
    given = {"source": "12378", "bureau": "江城监管局", "dry_run": "false", "file": file(ROWS)}
    with django_capture_on_commit_callbacks(execute=True):
        run = did(office.post(f"/api/{AT}/tables", given), 202)["id"]
    shown = did(office.get(f"/api/{AT}/tables/{run}"))
    assert (shown["made"], [fault["row"] for fault in shown["faults"]], len(shown["numbers"])) == (1, [3], 1)
    assert Case.objects.get().unit == bank.units["branch"]
    assert office.delete(f"/api/complaints/bureaus/{kept['id']}").status_code == 204
    assert did(office.get("/api/complaints/bureaus")) == []
    assert send(client_of("liaison"), "complaints/bureaus", bureau, "put").status_code == 403


def test_another_systems_table_is_explained_tried_and_taken_in(flow, client_of, django_capture_on_commit_callbacks):
    office, at = client_of("office"), "/api/complaints/imports"
    first = did(office.post(at, {"system": "网点台账", "file": file(TABLE)}))
    assert first["missing"]
    headings = "单号=number\n说了什么=text\n来的时间=received_at"
    tried = did(office.post(at, {"system": "网点台账", "headings": headings, "file": file(TABLE)}))
    assert (tried["missing"], tried["made"], [row["row"] for row in tried["faults"]]) == ([], 1, [3])
    assert office.post(at, {"system": "网点台账", "headings": "没有等号", "file": file(TABLE)}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        made = did(office.post(at, {"system": "网点台账", "dry_run": "false", "file": file(TABLE)}), 202)
    assert Contact.objects.count() == 1
    shown = did(office.get(f"{at}/{made['id']}"))
    assert (shown["made"], shown["months"][0]["here"], did(office.get(at))[0]["id"]) == (1, 1, made["id"])
    put = did(send(office, f"complaints/imports/{made['id']}/report", {"counts": {"2026-03": 3}}, "put"))
    assert put["months"][0]["difference"] == -2
    wrong = {"counts": {"三月": 3}}
    assert send(office, f"complaints/imports/{made['id']}/report", wrong, "put").status_code == 422
    lines = did(office.get(f"{at}/{made['id']}/returned"))
    assert [line["source_number"] for line in lines] == ["T1", "T2"]
    assert client_of("liaison").get(at).status_code == 403


def test_skills_codes_and_figures(flow, bank, client_of):
    office = client_of("office")
    rows = {row["username"]: row for row in did(office.get("/api/complaints/skills"))}
    at = f"complaints/skills/{rows['liaison']['id']}"
    assert did(send(office, at, {"types": ["信用卡"]}, "put"))["types"] == ["信用卡"]
    assert send(office, at, {"types": ["火星"]}, "put").status_code == 422
    assert send(office, f"complaints/skills/{bank['auditor'].pk}", {"types": []}, "put").status_code == 404
    told = did(office.post("/api/complaints/codes", {"version": "2018", "file": file(CODES)}))
    assert (told["dry_run"], told["made"], list(told["faults"])) == (True, 1, ["3"])
    assert not any(row["code"] for row in did(office.get("/api/complaints/codes")))
    did(office.post("/api/complaints/codes", {"version": "2018", "dry_run": "false", "file": file(CODES)}))
    assert [row["code"] for row in did(office.get("/api/complaints/codes")) if row["code"]] == ["B01"]
    assert office.post("/api/complaints/codes", {"version": " ", "file": file(CODES)}).status_code == 422
    assert {row["field"] for row in did(office.get("/api/complaints/accuracy"))} >= {"cause", "amount"}
    assert did(office.get("/api/complaints/templates")) == []
    assert office.get("/api/complaints/templates/packaged").content[:2] == b"PK"
    bad = office.post("/api/complaints/templates", {"bureau": "江城监管局", "file": file("不是 Word")})
    assert bad.status_code == 422
    assert client_of("liaison").get("/api/complaints/codes").status_code == 403


def test_a_platform_is_set_up_without_telling_its_secrets(flow, bank, client_of):
    admin, at = client_of("admin"), "complaints/platforms"
    fields = {field["name"]: field for field in did(admin.get(f"/api/{at}/fields/http"))}
    assert fields["unit"]["kind"] == "reference"
    values = {"name": "某平台", "code": "pay", "unit": bank.units["service"].pk, "base": "https://pay.example",
              "key": "sk-secret-1"}  # fmt: skip
    made = did(send(admin, f"{at}/new/http", {"values": values}), 201)
    assert (made["secrets"], "sk-secret" in str(made)) == (["key"], False)
    changed = did(send(admin, f"{at}/{made['id']}", {"values": {"name": "另一平台"}}, "put"))
    assert (changed["name"], changed["secrets"], changed["options"]) == ("另一平台", ["key"], made["options"])
    wrong = send(admin, f"{at}/{made['id']}", {"values": {"base": "ftp://x"}}, "put")
    assert wrong.status_code == 422
    assert send(admin, f"{at}/new/carrier", {"values": values}).status_code == 422
    assert Platform.objects.get().name == "另一平台"
    assert send(admin, f"{at}/{made['id']}/try").status_code == 409
    assert client_of("office").get(f"/api/{at}").status_code == 403
