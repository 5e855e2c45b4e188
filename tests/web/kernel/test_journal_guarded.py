"""The database refuses to change the journal; the command finds what was changed all the same; sign-ins are kept."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from xiaobao_web.kernel import journal
from xiaobao_web.kernel.models import Event, EventPersonal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE kernel_event SET actor_name = 'x'",
        "DELETE FROM kernel_event WHERE id = (SELECT max(id) FROM kernel_event)",
        "UPDATE kernel_eventpersonal SET salt = 'x'",
    ],
)
def test_the_database_refuses(bank, sql):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_database_lets_personal_values_go(bank):
    assert EventPersonal.objects.all().delete()[0] > 0
    assert journal.verify().sound


def tamper(sql):
    with connection.cursor() as cursor:
        for table, verb in (("kernel_event", "update"), ("kernel_event", "delete")):
            on = "" if connection.vendor == "sqlite" else f" ON {table}"
            cursor.execute(f"DROP TRIGGER {table}_no_{verb}{on}")
        cursor.execute(sql)


def test_the_command_says_sound_and_lists_every_fault(bank, capsys):
    call_command("verify_journal")
    assert "留痕完整" in capsys.readouterr().out
    changed = Event.objects.order_by("pk")[5]
    tamper(f"UPDATE kernel_event SET actor_name = 'x' WHERE id = {changed.pk}")
    with pytest.raises(SystemExit) as left:
        call_command("verify_journal")
    assert left.value.code == 1
    told = capsys.readouterr().out
    assert f"第 {changed.pk} 号：内容与指纹不符" in told
    assert "1 处" in told


@pytest.mark.parametrize("program", [["-m", "xiaobao_web"], ["-c", "from xiaobao.cli import main; main()"]])
def test_both_programs_verify(program, tmp_path, monkeypatch):
    path = tmp_path / "journal.sqlite3"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.setenv("XIAOBAO_VAR", str(tmp_path))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "xiaobao_web.settings")
    import sqlite3
    from contextlib import closing

    if connection.vendor != "sqlite":
        pytest.skip("the programs are run on a SQLite file")
    with closing(sqlite3.connect(path)) as file:
        names = ("kernel_event", "kernel_eventpersonal", "kernel_chainhead")
        for name in names:
            with connection.cursor() as cursor:
                cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [name])
                file.execute(cursor.fetchone()[0])
        file.commit()
        run = subprocess.run([sys.executable, *program, "verify-journal"], capture_output=True, check=False)
        assert (run.returncode, "留痕完整" in run.stdout.decode()) == (0, True), run.stderr.decode()
        file.execute("INSERT INTO kernel_chainhead (id, hash, length, last_event) VALUES (1, 'x', 3, 3)")
        file.commit()
        run = subprocess.run([sys.executable, *program, "verify-journal"], capture_output=True, check=False)
        assert (run.returncode, "链头与最后一条不符" in run.stdout.decode()) == (1, True)


def test_the_engines_command_does_not_load_the_platform_until_asked():
    code = (
        "import sys; from xiaobao.cli import main; main(['--help'], standalone_mode=False);"
        "sys.exit('django' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert run.returncode == 0
    assert "verify-journal" in run.stdout.decode()


def test_signing_in_and_out_and_failing_are_events(bank, client):
    cache.clear()
    address = reverse("account_login")
    client.post(address, {"login": "legal", "password": "wrong"})
    failed = Event.objects.get(type="kernel.sign_in_failed")
    assert (failed.actor, failed.personal_values.values) == (None, {"account": "legal"})
    assert "legal" not in str(failed.facts)
    client.post(address, {"login": "legal", "password": "correct horse 42"})
    assert Event.objects.get(type="kernel.signed_in").actor == bank["legal"]
    client.post(reverse("account_logout"))
    assert Event.objects.get(type="kernel.signed_out").actor == bank["legal"]


def test_guessing_is_slowed_down(bank, client):
    cache.clear()
    address = reverse("account_login")
    for _time in range(7):
        client.post(address, {"login": "legal", "password": "wrong"})
    assert Event.objects.filter(type="kernel.sign_in_failed").count() == 5
    client.post(address, {"login": "legal", "password": "correct horse 42"})
    assert not Event.objects.filter(type="kernel.signed_in").exists()
    cache.clear()
