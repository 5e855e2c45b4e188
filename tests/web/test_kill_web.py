"""Web server and worker killed with -9 while people submit and close: nothing is lost, done twice, half done or stuck.

Real processes: gunicorn as the Procfile starts it and the worker, on a SQLite database in a file.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
HERE = Path(__file__).resolve().parent
PATIENCE = 300
DELAYS = (0.0, 0.01, 0.03, 0.08, 0.2, 0.5)
"""Seconds between sending a request and the kill, each on a review of its own."""
PREPARE = """
import importlib.util, json, sys
import django; django.setup()
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
spec = importlib.util.spec_from_file_location("bank_of_tests", sys.argv[1])
module = importlib.util.module_from_spec(spec); sys.modules[spec.name] = module
spec.loader.exec_module(module)
from xiaobao_web.reviews import services
bank, made = module.make_bank(), {"signed": [], "concluded": []}
def signed(text):
    review = services.create(by=bank["submitter"], title="营业安排", subject="marketing", channels=["网点"])
    services.add_material(review, by=bank["submitter"], text=text, title="公告")
    answers = {q.id: {"answer": "yes"} for q in services.questions_of(review)}
    services.save_assessment(review, answers, by=bank["submitter"])
    review = services.finish_assessment(type(review).objects.get(pk=review.pk), by=bank["submitter"])
    return services.sign(review, by=bank["sender_head"])
for number in range(int(sys.argv[2])):
    made["signed"].append(signed(f"本行网点五一假期营业安排第{number}号：5月4日起正常营业。").pk)
    review = signed(f"本行网点国庆假期营业安排第{number}号：10月8日起正常营业。")
    services.submit(review, by=bank["submitter"]); review.refresh_from_db()
    services.take(review, by=bank["reviewer"])
    from xiaobao_web.findings import decisions
    from xiaobao_web.reviews import queries
    for found in queries.findings_of(review).filter(decision="open"):
        decisions.dismiss(found, by=bank["reviewer"], reason="表述合规")
    services.write_opinion(review, by=bank["reviewer"], conclusion="pass", text="通过")
    review = services.finish_first(type(review).objects.get(pk=review.pk), by=bank["reviewer"])
    if review.state == "second_review":
        review = services.agree(review, by=bank["second_reviewer"])
    assert review.state == "concluded", review.state
    services.note_not_launched(review, by=bank["reviewer"], note="活动取消")
    made["concluded"].append(review.pk)
for who in ("submitter", "reviewer"):
    client = Client()
    client.force_login(bank[who], backend="django.contrib.auth.backends.ModelBackend")
    made[who] = client.cookies["sessionid"].value
print(json.dumps(made))
"""


class Platform:
    """A platform in processes of its own: web, worker, database file; it can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / "kill.sqlite3"
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ, "DJANGO_SETTINGS_MODULE": "xiaobao_web.settings", "DATABASE_URL": f"sqlite:///{self.path}",
            "XIAOBAO_VAR": str(folder / "var"), "XIAOBAO_JOB_LEASE": "2", "XIAOBAO_SECRET_KEY": "kill" * 16,
        }  # fmt: skip
        self.log = open(folder / "log", "ab")  # noqa: SIM115
        self.started: list[subprocess.Popen[bytes]] = []
        self.made = self._prepare()

    def _prepare(self) -> dict[str, Any]:
        environment = self.environment | {"XIAOBAO_TASKS": "django_tasks.backends.immediate.ImmediateBackend"}
        sent = [sys.executable, "-c", PREPARE, str(HERE / "conftest.py"), str(len(DELAYS))]
        path = os.pathsep.join(filter(None, [str(HERE), environment.get("PYTHONPATH", "")]))
        done = subprocess.run(sent, env=environment | {"PYTHONPATH": path}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        return dict(json.loads(done.stdout.splitlines()[-1]))

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a process in a group of its own."""
        made = subprocess.Popen(
            [sys.executable, "-m", *command],
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        self.started.append(made)
        return made

    def web(self) -> subprocess.Popen[bytes]:
        """Start the web server and wait until it answers."""
        made = self.start(
            "gunicorn", "xiaobao_web.wsgi:application", "--bind", f"127.0.0.1:{self.port}", "--worker-class", "gthread",
            "--workers", "1", "--threads", "4", "--no-control-socket",
        )  # fmt: skip
        self.until(self._answers)
        return made

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/account/login/", timeout=20) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a process with all it started, at once."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)

    def ask(self, sql: str, *values: Any) -> Any:
        """Return the first value that a query gives."""
        with closing(sqlite3.connect(self.path, timeout=60)) as file:
            row = file.execute(sql, values).fetchone()
            return row[0] if row else None

    def until(self, met: Callable[[], bool]) -> None:
        """Wait until something holds."""
        end = time.monotonic() + PATIENCE
        while not met():
            assert time.monotonic() < end, (self.folder / "log").read_text(encoding="utf-8")[-4000:]
            time.sleep(0.1)

    def open(self, who: str, path: str, data: dict[str, str] | None = None, cookie: str = "") -> tuple[str, str]:
        """Ask as a person; return the page and the CSRF cookie."""
        cookies = f"sessionid={self.made[who]}" + (f"; csrftoken={cookie}" if cookie else "")
        body = urlencode(data).encode() if data is not None else None
        request = urllib.request.Request(self.url + path, body, {"Cookie": cookies, "Referer": self.url})
        with urllib.request.urlopen(request, timeout=120) as answer:
            given = re.search(r"csrftoken=(\w+)", str(answer.headers))
            return answer.read().decode(), given[1] if given else cookie

    def act(self, who: str, review: int, action: str) -> Callable[[], None]:
        """Open a review's page as a person and return the function that presses a button there."""
        page, cookie = self.open(who, f"/reviews/{review}/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token is not None
        data = {"csrfmiddlewaretoken": token[1], "action": action, "comment": ""}

        def press() -> None:
            with suppress(urllib.error.URLError, OSError, ConnectionError):
                self.open(who, f"/reviews/{review}/act/", data, cookie)

        return press

    def close(self) -> None:
        """End everything."""
        for process in self.started:
            self.kill(process)
        self.log.close()


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    """Yield a platform with reviews that wait to be submitted and to be archived."""
    with closing(Platform(tmp_path)) as made:
        yield made


def state(platform: Platform, review: int) -> str:
    return str(platform.ask("SELECT state FROM reviews_review WHERE id = ?", review))


def events(platform: Platform, review: int, name: str) -> int:
    sql = "SELECT count(*) FROM kernel_event WHERE subject_type = 'reviews.review' AND subject_id = ? AND type = ?"
    return int(platform.ask(sql, str(review), name))


def sound(platform: Platform) -> None:
    """The database is whole and so is the journal."""
    assert platform.ask("PRAGMA integrity_check") == "ok"
    done = subprocess.run(
        [sys.executable, "-m", "xiaobao_web", "verify-journal"], env=platform.environment, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


def killed_while(platform: Platform, who: str, reviews: list[int], action: str, before: str) -> set[bool]:
    """Kill the web server at several moments of an action; each time all of it happened or nothing. Return which."""
    seen = set()
    web = platform.web()
    for review, delay in zip(reviews, DELAYS, strict=True):
        press = platform.act(who, review, action)
        thread = threading.Thread(target=press)
        thread.start()
        time.sleep(delay)
        platform.kill(web)
        thread.join(timeout=150)
        happened = state(platform, review) != before
        assert events(platform, review, f"reviews.{action}") == int(happened), f"{action} of {review} is half done"
        seen.add(happened)
        web = platform.web()
        if not happened:
            platform.act(who, review, action)()
        assert state(platform, review) != before
        assert events(platform, review, f"reviews.{action}") == 1
    platform.kill(web)
    return seen


def test_web_and_worker_killed_while_submitting_screening_and_closing(platform: Platform) -> None:
    signed, concluded = platform.made["signed"], platform.made["concluded"]
    assert {state(platform, review) for review in signed} == {"signed"}

    assert killed_while(platform, "submitter", signed, "submit", "signed"), "nothing was tried"
    moved = {state(platform, review) for review in signed}
    assert moved <= {"screening", "first_review"}, moved
    sound(platform)

    assert killed_while(platform, "reviewer", concluded, "archive", "concluded")
    assert {state(platform, review) for review in concluded} == {"archived"}
    assert platform.ask("SELECT count(*) FROM kernel_attachment WHERE purpose = 'dossier'") == 0
    sound(platform)

    running = "SELECT count(*) FROM kernel_jobrun WHERE state = 'running'"
    open_jobs = "SELECT count(*) FROM kernel_jobrun WHERE state NOT IN ('done', 'failed')"
    for _ in range(3):  # three workers die in the middle of what was asked for
        worker = platform.start("xiaobao_web", "work", "--interval", "0.1")
        platform.until(lambda: platform.ask(running) > 0 or platform.ask(open_jobs) == 0)
        platform.kill(worker)
    last = platform.start("xiaobao_web", "work", "--interval", "0.1")
    made = "SELECT count(DISTINCT subject_id) FROM kernel_attachment WHERE purpose = 'dossier'"
    platform.until(lambda: platform.ask(made) == len(concluded))
    platform.until(lambda: {state(platform, review) for review in signed} == {"first_review"})
    platform.until(lambda: platform.ask(open_jobs) == 0)
    platform.kill(last)
    assert platform.ask("SELECT count(*) FROM kernel_jobrun WHERE state = 'failed'") == 0
    assert {events(platform, review, "reviews.screened") for review in signed} == {1}
    assert {events(platform, review, "reviews.dossier_made") for review in concluded} == {1}
    sound(platform)
