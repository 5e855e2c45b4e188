"""Real workers in processes of their own: killed in the middle of a task, told to end, on a database in a file."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlencode

import background
import pytest
from django.db import connection
from django.test.utils import override_settings

pytestmark = pytest.mark.django_db(transaction=True)
WORK = "import django; django.setup(); import background; from django.core.management import call_command; call_command"
PATIENCE = 60
STATE = "SELECT state FROM kernel_jobrun WHERE name LIKE 'background.%'"


class Place:
    """A database that workers of their own share with the test, and what is in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / "work.sqlite3"
        self.log = open(folder / "log", "ab")  # noqa: SIM115
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parent),
            "DJANGO_SETTINGS_MODULE": "xiaobao_web.settings",
            "DATABASE_URL": self.address(),
            "XIAOBAO_VAR": str(folder / "var"),
            "XIAOBAO_JOB_LEASE": "2",
        }
        self.workers: list[subprocess.Popen[bytes]] = []

    def address(self) -> str:
        if connection.vendor == "sqlite":
            return f"sqlite:///{self.path}"
        known = connection.settings_dict
        options = urlencode({"host": known["HOST"]}) if known["HOST"] else ""
        login = quote(known["USER"]) + (f":{quote(known['PASSWORD'])}" if known["PASSWORD"] else "")
        return f"postgresql://{login}@/{known['NAME']}?{options}"

    def fill(self) -> None:
        """Give the workers what waits: on SQLite, whose tests live in memory, as a copy in a file."""
        if connection.vendor == "sqlite":
            with closing(sqlite3.connect(self.path)) as file:
                connection.ensure_connection()
                connection.connection.backup(file)

    def start(self) -> subprocess.Popen[bytes]:
        code = f"{WORK}('work', interval=0.1)"
        worker = subprocess.Popen([sys.executable, "-c", code], env=self.environment, stdout=self.log, stderr=self.log)
        self.workers.append(worker)
        return worker

    def ask(self, sql: str) -> object:
        if connection.vendor == "sqlite":
            with closing(sqlite3.connect(self.path, timeout=20)) as file:
                return file.execute(sql).fetchone()[0]
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0]

    def until(self, met) -> None:
        end = time.monotonic() + PATIENCE
        while not met():
            assert time.monotonic() < end, (self.folder / "log").read_text(encoding="utf-8")
            time.sleep(0.05)

    def close(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
            worker.wait(timeout=10)
        self.log.close()


@pytest.fixture
def place(tmp_path):
    queue = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
    with override_settings(TASKS=queue), closing(Place(tmp_path)) as found:
        yield found


def kill_in_the_middle(place: Place, marker: Path) -> None:
    marker.touch()
    place.fill()
    worker = place.start()
    place.until(Path(f"{marker}.begun").exists)
    worker.send_signal(signal.SIGKILL)
    assert worker.wait(timeout=10) == -signal.SIGKILL
    assert place.ask(STATE) == "running"
    marker.unlink()
    place.start()
    place.until(lambda: place.ask(STATE) == "done")


def test_an_atomic_job_killed_in_the_middle_happens_exactly_once(place, tmp_path):
    background.add_one_slowly.using(key="one").enqueue(str(tmp_path / "marker"))
    kill_in_the_middle(place, tmp_path / "marker")
    assert place.ask("SELECT last FROM kernel_numberrow WHERE prefix = 'JOB'") == 1
    assert place.ask(STATE.replace("state", "fence")) == 2
    assert place.ask(STATE.replace("state", "failures")) == 1


def test_a_job_that_bears_repeating_is_done_again_and_has_one_effect(place, tmp_path):
    background.write_slowly.enqueue(str(tmp_path / "marker"), str(tmp_path / "made"))
    kill_in_the_middle(place, tmp_path / "marker")
    assert (tmp_path / "made").read_text(encoding="utf-8") == "完成"
    tries = (tmp_path / "marker.tries").read_text(encoding="utf-8").split()
    assert len(tries) == 2
    assert tries[0] != tries[1]


def test_a_worker_told_to_end_finishes_its_task_and_leaves_nothing_behind(place, tmp_path):
    marker = tmp_path / "marker"
    background.write_slowly.enqueue(str(marker), str(tmp_path / "made"))
    marker.touch()
    place.fill()
    worker = place.start()
    place.until(Path(f"{marker}.begun").exists)
    worker.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    assert worker.poll() is None
    marker.unlink()
    assert worker.wait(timeout=20) == 0
    assert place.ask(STATE) == "done"
    assert place.ask("SELECT count(*) FROM kernel_workerlease") == 0
    assert place.ask("SELECT count(*) FROM kernel_schedule") > 3


def test_two_workers_share_the_work_without_doing_any_twice(place, tmp_path):
    for number in range(20):
        marker = tmp_path / f"no-marker-{number}"
        background.write_slowly.enqueue(str(marker), str(tmp_path / f"made-{number}"))
    place.fill()
    place.start()
    place.start()
    done = "SELECT count(*) FROM kernel_jobrun WHERE state = 'done' AND name LIKE 'background.%'"
    place.until(lambda: place.ask(done) == 20)
    tries = [len((tmp_path / f"no-marker-{n}.tries").read_text(encoding="utf-8").split()) for n in range(20)]
    assert tries == [1] * 20
    assert "is locked" not in (tmp_path / "log").read_text(encoding="utf-8")
