"""Let fifty clerks work at once on a real gunicorn and PostgreSQL, and count: nothing lost, nothing done twice.

    python benchmarks/load_clerks.py [--clerks 50] [--cases 3]

Each clerk registers complaints as from calls (every third page is sent twice, as by a double click), corrects the
ticket, accepts, assigns and comments; then all of them try to accept the same cases. What the database holds is
compared with what was done, and the journal is verified.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "tests" / "web")]
CONTESTED = 5
"""Cases that every clerk tries to accept at the same moment."""
COMMAND = (
    "gunicorn", "xiaobao_web.wsgi:application", "--worker-class", "gthread", "--workers", "1", "--threads", "8",
    "--no-control-socket",
)  # fmt: skip


class Clerk(threading.Thread):
    """One clerk with a session of their own; keeps how long each request took and what was refused."""

    def __init__(self, url: str, number: int, session: str, cases: int, contested: list[int], gate: Any) -> None:
        super().__init__(name=f"clerk {number}")
        self.url, self.number, self.session, self.cases, self.contested = url, number, session, cases, contested
        self.gate, self.cookie = gate, ""
        self.times: dict[str, list[float]] = defaultdict(list)
        self.won: list[int] = []
        self.fault = ""

    def run(self) -> None:
        """Do the work; what goes wrong is kept."""
        try:
            for place in range(self.cases):
                self.one(f"clerk{self.number:03d}case{place:03d}", twice=place % 3 == 0)
            self.gate.wait(timeout=600)
            self.contest()
        except (urllib.error.URLError, OSError, AssertionError, threading.BrokenBarrierError) as error:
            self.fault = f"{self.name}: {error!r}"
            self.gate.abort()

    def ask(self, name: str, path: str, data: dict[str, Any] | None = None) -> tuple[int, str, str]:
        """Ask for a page; return status, final address and text."""
        cookies = f"sessionid={self.session}" + (f"; csrftoken={self.cookie}" if self.cookie else "")
        body = urlencode(data, doseq=True).encode() if data is not None else None
        request = urllib.request.Request(self.url + path, body, {"Cookie": cookies, "Referer": self.url})
        began = time.perf_counter()
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                text, status, final = answer.read().decode(), answer.status, answer.url
                given = re.search(r"csrftoken=(\w+)", str(answer.headers))
                self.cookie = given[1] if given else self.cookie
        except urllib.error.HTTPError as error:
            text, status, final = error.read().decode(errors="replace"), error.code, path
        self.times[name].append(time.perf_counter() - began)
        return status, final, text

    def sent(self, name: str, path: str, data: dict[str, Any], page: str) -> tuple[int, str, str]:
        """Send a form with the hidden values of its page."""
        hidden = dict(re.findall(r'name="(csrfmiddlewaretoken|once)" value="(\w+)"', page))
        return self.ask(name, path, {**hidden, **data})

    def one(self, words: str, *, twice: bool) -> None:
        """Take one complaint from registration to a comment."""
        _status, _final, page = self.ask("register page", "/complaints/register/")
        given = {
            "channel": "call", "text": f"客户来电反映信用卡年费扣收有误（{words}）。", "kind": "complaint",
            "urgency": "normal", "people_count": "1", "business_type": "信用卡",
        }  # fmt: skip
        status, final, text = self.sent("register", "/complaints/register/", given, page)
        assert re.search(r"/complaints/\d+/$", final), f"register {status} {final} {text[:200]}"
        if twice:
            self.sent("register", "/complaints/register/", given, page)
        case = int(final.rstrip("/").rsplit("/", 1)[1])
        page = self.ask("ticket page", f"/complaints/{case}/correct/")[2]
        told = {"title": f"年费扣收{words}", "urgency": "high", "people_count": "1", "business_type": "信用卡"}
        self.done("fill", f"/complaints/{case}/correct/", told, page)
        page = self.ask("case page", f"/complaints/{case}/")[2]
        self.done("accept", f"/complaints/{case}/do/accept/", {}, page)
        page = self.ask("assign page", f"/complaints/{case}/do/assign/")[2]
        chosen = re.search(r'<option value="(\d+)"\s+selected', page)
        assert chosen is not None, "nobody is proposed"
        self.done("assign", f"/complaints/{case}/do/assign/", {"handler": chosen[1]}, page)
        self.done("comment", f"/comments/complaints.case/{case}/", {"body": f"已联系客户 {words}"}, page)

    def done(self, name: str, path: str, data: dict[str, Any], page: str) -> None:
        """Send a form that must be taken."""
        status, _final, text = self.sent(name, path, data, page)
        assert status == 200, f"{name} {path}: {status} {re.sub('<[^>]+>', ' ', text)[:300]}"

    def contest(self) -> None:
        """Try to accept what everybody tries to accept; only one is let."""
        pages = {case: self.ask("case page", f"/complaints/{case}/")[2] for case in self.contested}
        for case, page in pages.items():
            status = self.sent("contested accept", f"/complaints/{case}/do/accept/", {}, page)[0]
            assert status in (200, 409, 422), f"contested accept: {status}"
            if status == 200:
                self.won.append(case)


def prepare(clerks: int) -> None:
    """Make the institution, the clerks' sessions and the contested cases; print them."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", interactive=False, verbosity=0)
    from complaints_data import bank
    from lists_data import _person

    from xiaobao_web.complaints import services

    found = bank()
    unit = found.persona("complaints").unit
    people = [_person(f"clerk{number}", "complaints", unit) for number in range(clerks)]
    sessions = []
    for person in people:
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        sessions.append(client.cookies["sessionid"].value)
    cases = [services.open_directly(channel="call", text=f"共同受理的投诉第{number}件", by=people[0], unit=unit)
             for number in range(CONTESTED)]  # fmt: skip
    print(json.dumps({"sessions": sessions, "contested": [case.pk for case in cases]}))


def reconcile(expected: int, contested: list[int]) -> None:
    """Compare the database with what was done, and print each line; exits with 1 where they differ."""
    import django

    django.setup()
    from django.db.models import Count

    from xiaobao_web.complaints.models import Case, CaseEvent, Contact
    from xiaobao_web.kernel import journal
    from xiaobao_web.kernel.models import Comment, Deadline, Event

    contacts = Contact.objects.filter(text__contains="clerk")
    cases = Case.objects.filter(pk__in=contacts.values("case"))
    ids = [str(pk) for pk in cases.values_list("pk", flat=True)]
    said = contacts.values("text").annotate(n=Count("pk")).filter(n__gt=1).count()

    def events(name: str, among: list[str]) -> int:
        return Event.objects.filter(type=name, subject_type="complaints.case", subject_id__in=among).count()

    clocks = Deadline.objects.filter(subject_type="complaints.case", kind="statutory.notify", subject_id__in=ids)
    lines = [
        ("contacts", contacts.count(), expected), ("texts registered twice", said, 0),
        ("cases", cases.count(), expected),
        ("titles as filled", cases.filter(title__contains="clerk").count(), expected),
        ("accepted, by events", events("complaints.accept", ids), expected),
        ("assigned, by events", events("complaints.assign", ids), expected),
        ("in handling", cases.filter(state="handling", handler__isnull=False).count(), expected),
        ("comments", Comment.objects.filter(body__contains="已联系客户 clerk").count(), expected),
        ("statutory clocks", clocks.count(), expected),
        ("receipts", CaseEvent.objects.filter(case__in=cases, kind="received").count(), expected),
        ("contested cases, accepted once each", events("complaints.accept", [str(pk) for pk in contested]),
         len(contested)),
        ("faults of the journal", len(journal.verify().faults), 0),
    ]  # fmt: skip
    for name, found, wanted in lines:
        print(f"{'as it should be' if found == wanted else 'WRONG':16} {name}: {found} of {wanted}")
    sys.exit(any(found != wanted for _name, found, wanted in lines))


def work(url: str, made: dict[str, Any], cases: int) -> tuple[list[Clerk], float]:
    """Let all clerks work at once; return them and the seconds it took."""
    gate = threading.Barrier(len(made["sessions"]))
    clerks = [Clerk(url, n, session, cases, made["contested"], gate) for n, session in enumerate(made["sessions"])]
    began = time.perf_counter()
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()
    faults = [clerk.fault for clerk in clerks if clerk.fault]
    if faults:
        raise SystemExit("\n".join(faults[:5]))
    won = sorted(case for clerk in clerks for case in clerk.won)
    if won != sorted(made["contested"]):
        raise SystemExit(f"accepted by more than one, or by nobody: {won}")
    return clerks, time.perf_counter() - began


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until the web server answers."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{url}/account/login/", timeout=20):
                return
        except OSError:
            if server.poll() is not None:
                raise SystemExit("gunicorn ended") from None
            time.sleep(0.2)
    raise SystemExit("gunicorn does not answer")


def page(clerks: list[Clerk], seconds: float, cases: int) -> None:
    """Write how long each kind of request took."""
    from bench_lists import ninety_fifth
    from results import Section, table, versions, write

    names = list(dict.fromkeys(name for clerk in clerks for name in clerk.times))
    lines, requests = [], 0
    for name in names:
        times = sorted(1e3 * taken for clerk in clerks for taken in clerk.times[name])
        requests += len(times)
        lines.append([name, str(len(times)), f"{times[len(times) // 2]:.0f} ms", f"{ninety_fifth(times):.0f} ms"])
        print("  ".join(lines[-1]))
    intro = (
        f"{len(clerks)} clerks at once, {cases} complaints each, without a pause between requests; one gunicorn worker "
        f"of 8 threads and PostgreSQL share the machine's {os.cpu_count()} cores with the clerks. {requests} requests "
        f"in {seconds:.0f} s ({requests / seconds:.1f} a second); nothing lost, nothing doubled, the journal verified. "
    ) + versions("django", "gunicorn")
    heads = ["asked", "times", "median", "p95"]
    write("clerks", "Fifty clerks at once", intro, [Section("Complaints", table(heads, lines))])


def main() -> None:
    """Start everything, let the clerks work, reconcile, write the page."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--clerks", type=int, default=50)
    arguments.add_argument("--cases", type=int, default=3)
    arguments.add_argument("--step", choices=["prepare", "reconcile"], help=argparse.SUPPRESS)
    arguments.add_argument("--contested", default="", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    expected = given.clerks * given.cases
    if given.step == "prepare":
        prepare(given.clerks)
        return
    if given.step == "reconcile":
        reconcile(expected, [int(pk) for pk in given.contested.split(",")])
    from on_postgresql import server

    with tempfile.TemporaryDirectory(prefix="xiaobao-clerks-") as folder, server(careless=False) as running:
        environment = os.environ | {
            "DATABASE_URL": running.get_uri("postgres"), "XIAOBAO_VAR": folder, "XIAOBAO_SECRET_KEY": "clerks" * 10,
            "DJANGO_SETTINGS_MODULE": "xiaobao_web.settings", "XIAOBAO_LOG_LEVEL": "ERROR",
        }  # fmt: skip
        own = [sys.executable, __file__, "--clerks", str(given.clerks), "--cases", str(given.cases)]
        lenient = environment | {"XIAOBAO_HOSTS": "testserver", "PYTHONWARNINGS": "ignore"}
        told = subprocess.run([*own, "--step", "prepare"], env=lenient, check=True, stdout=subprocess.PIPE, text=True)
        made = json.loads(told.stdout.splitlines()[-1])
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        web = subprocess.Popen([sys.executable, "-m", *COMMAND, "--bind", f"127.0.0.1:{port}"], env=environment)
        try:
            wait_for(f"http://127.0.0.1:{port}", web)
            clerks, seconds = work(f"http://127.0.0.1:{port}", made, given.cases)
        finally:
            web.terminate()
            web.wait(timeout=60)
        contested = ",".join(map(str, made["contested"]))
        subprocess.run([*own, "--step", "reconcile", "--contested", contested], env=lenient, check=True)
    page(clerks, seconds, given.cases)


if __name__ == "__main__":
    main()
