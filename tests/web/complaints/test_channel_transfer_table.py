"""Tables of a bureau: what a dry run says is what the import does."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from xiaobao_web.complaints.services import transfer_tables

pytestmark = pytest.mark.django_db


def test_a_dry_run_refuses_what_the_import_would(flow, bank):
    told = "转办编号,转办日期,反馈日期,投诉内容\nJG-1,2099-01-01,2099-02-01,乱扣费\nJG-2,2026-02-27,2026-03-20,乱扣费\n"
    stored = transfer_tables.store(SimpleUploadedFile("转办表.csv", told.encode()), by=bank["office"])
    shown = transfer_tables.preview(stored, "12378", "江城监管局", by=bank["office"])
    assert [row.record["due_on"] for row in shown.good] == [date(2026, 3, 20)], "反馈日期 is the day of the report"
    assert [row.faults for row in shown.bad] == [["监管部门收到、转出的日期不能晚于收到转办的日期，请核对。"]]
