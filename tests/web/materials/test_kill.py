"""A worker killed in the middle of a screening: nothing is stuck, the screening is done once in effect."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).parents[3] / "samples" / "wealth-poster.png"
PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from pathlib import Path
from django.core.files.uploadedfile import SimpleUploadedFile
from xiaobao_web.people import services as people
from xiaobao_web.materials import services
unit = people.make_organisation(name="总行", code="head", kind="head_office", by=None)
person = people.make_person(username="a", name="甲", unit=unit, by=None, password="correct horse 42")
people.appoint(person=person, role="submitter", organisation=unit, by=None)
material = services.add_material(title="海报", kind="poster", unit=unit, by=person)
upload = SimpleUploadedFile("p.png", Path({sample!r}).read_bytes(), "image/png")
version = services.add_version(material, by=person, upload=upload)
services.screen(version, person)
"""


def _state(database: Path) -> tuple[str, int]:
    with sqlite3.connect(database, timeout=20) as connection:
        return connection.execute("SELECT state, attempts FROM materials_screening").fetchone()


def _wait(question: Any, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if question():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.slow
def test_kill_nine_in_the_middle_of_a_screening(tmp_path: Path) -> None:
    database = tmp_path / "kill.sqlite3"
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "xiaobao_web.settings", "DATABASE_URL": f"sqlite:///{database}",
        "XIAOBAO_VAR": str(tmp_path / "var"), "XIAOBAO_JOB_LEASE": "2",
    }  # fmt: skip
    subprocess.run([sys.executable, "-c", PREPARE.format(sample=str(SAMPLE))], env=environment, check=True, timeout=120)
    work = [sys.executable, "-m", "xiaobao_web", "work"]
    first = subprocess.Popen(work, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert _wait(lambda: _state(database)[0] == "running", 90)
        time.sleep(0.3)
        os.kill(first.pid, signal.SIGKILL)
    finally:
        first.kill()
        first.wait()
    assert _state(database)[0] == "running"
    second = subprocess.Popen(work, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert _wait(lambda: _state(database)[0] in ("done", "failed"), 150)
    finally:
        second.terminate()
        second.wait(timeout=30)
    state, attempts = _state(database)
    assert (state, attempts) == ("done", 2)
    with sqlite3.connect(database) as connection:
        findings = connection.execute("SELECT fingerprint, start FROM findings_finding").fetchall()
        told = connection.execute("SELECT count(*) FROM kernel_event WHERE type = 'materials.screened'").fetchone()[0]
        readings = connection.execute("SELECT count(*) FROM materials_reading").fetchone()[0]
    assert findings
    assert len(findings) == len(set(findings))
    assert (told, readings) == (1, 1)
