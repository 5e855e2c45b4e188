"""A worker killed while it screens loses nothing: another takes up the work and the review goes on to people."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import override_settings

from xiaobao_web.reviews import services
from xiaobao_web.reviews.models import SelfAssessment

QUEUE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
PATIENCE = 240


def until(met: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < end, log.read_text(encoding="utf-8")[-3000:]
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="copies a SQLite database; see kernel/test_jobs_killed")
def test_killed_while_screening(bank: Any, tmp_path: Path) -> None:
    with override_settings(TASKS=QUEUE):
        review = services.create(by=bank["submitter"], title="海报", subject="marketing", channels=["网点"])
        services.add_material(review, by=bank["submitter"], text="安享理财，稳赚不赔！", title="海报")
        answers = {item.id: {"answer": "yes"} for item in services.questions_of(review)}
        services.save_assessment(review, answers, by=bank["submitter"])
        review.assessment = SelfAssessment.objects.get(review=review)
        services.finish_assessment(review, by=bank["submitter"])
        services.sign(review, by=bank["sender_head"])
        review = services.submit(review, by=bank["submitter"])
    assert review.state == "screening"
    path, log = tmp_path / "work.sqlite3", tmp_path / "log"
    with closing(sqlite3.connect(path)) as file:
        connection.connection.backup(file)

    def ask(sql: str) -> Any:
        with closing(sqlite3.connect(path, timeout=20)) as file:
            return file.execute(sql).fetchone()[0]

    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "xiaobao_web.settings",
        "DATABASE_URL": f"sqlite:///{path}",
        "XIAOBAO_VAR": str(tmp_path / "var"),
        "XIAOBAO_JOB_LEASE": "2",
    }
    command = [sys.executable, "-m", "xiaobao_web", "work"]
    running = "SELECT count(*) FROM materials_screening WHERE state = 'running'"
    with open(log, "ab") as out:
        first = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
        try:
            until(lambda: ask(running) > 0, log)
        finally:
            first.send_signal(signal.SIGKILL)
            first.wait(timeout=10)
        assert ask("SELECT state FROM reviews_review") == "screening"
        second = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
        try:
            until(lambda: ask("SELECT state FROM reviews_review") == "first_review", log)
        finally:
            second.terminate()
            second.wait(timeout=30)
    assert ask("SELECT count(*) FROM materials_screening WHERE state = 'done'") == 1
    assert ask("SELECT count(*) FROM findings_finding") > 0
    assert ask("SELECT count(*) FROM kernel_event WHERE type = 'reviews.screened'") == 1
