"""Web server and worker killed with -9 while complaints come in and letters go out: nothing lost, doubled or stuck."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from test_kill_web import DELAYS, HERE, Platform, sound

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
ROWS = 60
PREPARE = """
import importlib.util, json, sys
import django; django.setup()
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
spec = importlib.util.spec_from_file_location("bank_of_tests", sys.argv[1])
module = importlib.util.module_from_spec(spec); sys.modules[spec.name] = module
spec.loader.exec_module(module)
sys.path.insert(0, sys.argv[3])
from complaint_words import GOOD, WORDS
from xiaobao_web.complaints import services
from xiaobao_web.complaints.services import importing
bank, made = module.make_bank(), {"letters": []}
for number in range(int(sys.argv[2])):
    case = services.open_directly(
        channel="call", text=f"{WORDS}第{number}件", by=bank["liaison"], unit=bank.units["branch"],
        business_type="信用卡", cause="信息披露与告知不足",
    )
    case = services.accept(case, by=bank["complaints"])
    case = services.assign(case, by=bank["complaints"], handler=bank["liaison"])
    letter = services.write_letter(case, by=bank["liaison"], parts=GOOD)
    letter = services.submit_letter(letter, by=bank["liaison"])
    if letter.state == "checking":
        letter = services.check_letter(letter, by=bank["office"], approve=True)
    made["letters"].append(case.pk)
lines = ["工单编号,投诉内容,投诉时间,机构"]
for number in range(int(sys.argv[4])):
    words = f"客户反映第{number}笔信用卡年费扣收有误要求退还"
    lines.append(f"K{number:04d},{words},2026-03-02 10:00,{bank.units['branch'].name}")
table = ContentFile("\\n".join(lines).encode(), name="旧系统.csv")
made["sha256"] = importing.store(table, by=bank["complaints"]).sha256
for who in ("liaison", "complaints"):
    client = Client()
    client.force_login(bank[who], backend="django.contrib.auth.backends.ModelBackend")
    made[who] = client.cookies["sessionid"].value
print(json.dumps(made))
"""


class Complaints(Platform):
    """A platform with letters that may be sent and a table that waits to be imported."""

    def _prepare(self) -> dict[str, Any]:
        environment = self.environment | {"XIAOBAO_TASKS": "django_tasks.backends.immediate.ImmediateBackend"}
        here = Path(__file__).resolve().parent
        sent = [sys.executable, "-c", PREPARE, str(HERE / "conftest.py"), str(len(DELAYS)), str(here), str(ROWS)]
        path = os.pathsep.join(filter(None, [str(HERE), environment.get("PYTHONPATH", "")]))
        done = subprocess.run(sent, env=environment | {"PYTHONPATH": path}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        return dict(json.loads(done.stdout.splitlines()[-1]))

    def form(self, who: str, path: str, **data: str) -> Callable[[], None]:
        """Open a page as a person and return the function that sends its form, the page's hidden values along."""
        page, cookie = self.open(who, path)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        once = re.search(r'name="once" value="(\w+)"', page)
        assert token is not None
        given = {"csrfmiddlewaretoken": token[1], **({"once": once[1]} if once else {}), **data}

        def press() -> None:
            with suppress(urllib.error.URLError, OSError, ConnectionError):
                self.open(who, path, given, cookie)

        return press

    def killed_during(self, web: subprocess.Popen[bytes], press: Callable[[], None], delay: float) -> None:
        """Kill the web server so long after something was sent."""
        thread = threading.Thread(target=press)
        thread.start()
        time.sleep(delay)
        self.kill(web)
        thread.join(timeout=150)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Complaints]:
    """Yield the platform."""
    with closing(Complaints(tmp_path_factory.mktemp("killed"))) as made:
        yield made


def test_web_killed_while_a_contact_is_registered(platform: Complaints) -> None:
    web = platform.web()
    for number, delay in enumerate(DELAYS):
        words = f"客户来电反映第{number}次扣款有误，要求退还。"
        press = platform.form(
            "complaints", "/complaints/register/", channel="call", text=words, urgency="normal", people_count="1",
            kind="complaint", business_type="信用卡",
        )  # fmt: skip
        platform.killed_during(web, press, delay)
        contacts = platform.ask("SELECT count(*) FROM complaints_contact WHERE text = ?", words)
        assert contacts in (0, 1)
        web = platform.web()
        press()  # the clerk, who saw an error, sends the same page again
        press()
        assert platform.ask("SELECT count(*) FROM complaints_contact WHERE text = ?", words) == 1
        filed = "SELECT count(*) FROM complaints_contact WHERE text = ? AND state = 'filed' AND case_id IS NOT NULL"
        assert platform.ask(filed, words) == 1
        clocks = (
            "SELECT count(*) FROM kernel_deadline d JOIN complaints_contact c ON d.subject_id = c.case_id "
            "WHERE c.text = ? AND d.subject_type = 'complaints.case' AND d.kind LIKE 'statutory%'"
        )
        assert platform.ask(clocks, words) > 0, "a case without its statutory clock"
    platform.kill(web)
    cases = (
        "SELECT count(*) FROM complaints_case WHERE id NOT IN (SELECT case_id FROM complaints_contact WHERE case_id)"
    )
    assert platform.ask(cases) == 0
    sound(platform)


def test_web_killed_while_a_letter_is_sent(platform: Complaints) -> None:
    web, tried = platform.web(), set()
    for case, delay in zip(platform.made["letters"], DELAYS, strict=True):
        press = platform.form("liaison", f"/complaints/{case}/letter/", action="send", mode="post", proof=f"EMS{case}")
        platform.killed_during(web, press, delay)
        tried.add(whole(platform, case))
        web = platform.web()
        press()
        press()
        assert whole(platform, case), f"{case} is stuck"
    platform.kill(web)
    assert tried
    sound(platform)


def whole(platform: Complaints, case: int) -> bool:
    """Tell whether the letter of a case went out: all of it happened, once, or nothing."""
    answered = platform.ask("SELECT state FROM complaints_case WHERE id = ?", case) == "answered"
    sent = "SELECT count(*) FROM complaints_letter WHERE case_id = ? AND state = 'sent' AND proof <> ''"
    told = "SELECT count(*) FROM complaints_caseevent WHERE case_id = ? AND kind = 'notified'"
    event = (
        "SELECT count(*) FROM kernel_event WHERE subject_type = 'complaints.case' AND subject_id = ? "
        "AND type = 'complaints.answer'"
    )
    late = (
        "SELECT count(*) FROM kernel_deadline WHERE subject_type = 'complaints.case' AND subject_id = ? "
        "AND kind = 'statutory.notify' AND met_at IS NOT NULL"
    )
    counts = {platform.ask(sql, case) for sql in (sent, told, late)} | {platform.ask(event, str(case))}
    assert counts == {int(answered)}, f"the letter of {case} is half sent: {counts}"
    return answered


def test_web_and_workers_killed_while_a_table_is_imported(platform: Complaints) -> None:
    web = platform.web()
    press = platform.form(
        "complaints", "/complaints/import/", action="import", system="旧系统", name="旧系统.csv",
        sha256=platform.made["sha256"],
    )  # fmt: skip
    platform.killed_during(web, press, 0.05)
    imports = "SELECT count(*) FROM complaints_caseimport"
    assert platform.ask(imports) in (0, 1)
    web = platform.web()
    if not platform.ask(imports):
        press()
    assert platform.ask(imports) == 1
    platform.kill(web)
    taken = "SELECT count(*) FROM complaints_contact WHERE source_number LIKE '旧系统:%'"
    ended = "SELECT count(*) FROM complaints_caseimport WHERE finished_at IS NOT NULL"
    for share in (1, ROWS // 3, ROWS * 2 // 3):  # three workers die in the middle of the table
        worker = platform.start("xiaobao_web", "work", "--interval", "0.1")
        platform.until(lambda share=share: platform.ask(taken) >= share)
        platform.kill(worker)
        assert platform.ask(ended) == 0
    last = platform.start("xiaobao_web", "work", "--interval", "0.1")
    platform.until(lambda: platform.ask(ended) == 1)
    platform.until(lambda: not platform.ask("SELECT count(*) FROM kernel_jobrun WHERE state NOT IN ('done', 'failed')"))
    platform.kill(last)
    assert platform.ask(taken) == ROWS
    assert platform.ask("SELECT count(DISTINCT source_number) FROM complaints_contact WHERE channel = 'import'") == ROWS
    cases = "SELECT count(DISTINCT case_id) FROM complaints_contact WHERE channel = 'import' AND state = 'filed'"
    filed = "SELECT count(*) FROM complaints_contact WHERE channel = 'import' AND state = 'filed'"
    assert platform.ask(cases) == platform.ask(filed)
    told = "SELECT count(*) FROM kernel_event WHERE type = 'complaints.imported'"
    assert platform.ask(told) == 1
    assert platform.ask("SELECT made FROM complaints_caseimport") == ROWS, "the figures forget what came before a crash"
    assert platform.ask("SELECT count(*) FROM kernel_jobrun WHERE state = 'failed'") == 0
    sound(platform)
