"""Bring the platform up with one command: tables, demonstration data if wanted, web server and worker."""

from __future__ import annotations

import os
import shlex
import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from honcho.manager import Manager

PATIENCE = 60
"""Seconds to wait for the first answer before giving the address anyway."""


class Command(BaseCommand):
    """Make the tables, fill them with a demonstration if wanted, and run web and worker until stopped."""

    help = "启动平台：建表、（可选）生成演示数据、运行网页服务与后台任务，Ctrl+C 停止"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address and whether to demonstrate."""
        parser.add_argument("--host", default="127.0.0.1", help="监听地址，默认只在本机")
        parser.add_argument("--port", type=int, default=8000, help="端口，默认 8000")
        parser.add_argument("--demo", action="store_true", help="库为空时生成演示数据，登录页可直接选角色")
        parser.add_argument("--no-open", action="store_true", help="不打开浏览器")

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring the platform up and stay until it is stopped."""
        if options["demo"] and not settings.DEMO:
            os.environ["XIAOBAO_DEMO"] = "1"
            settings.DEMO = True
        call_command("migrate", interactive=False, verbosity=0)
        if options["demo"] and (settings.VAR / "demo-unfinished").exists():
            raise CommandError("上次生成演示数据时中断了。请先运行 make demo-reset 清空，再重新启动。")
        if options["demo"] and not get_user_model().objects.exists():
            self.stdout.write("首次启动，正在生成演示数据（约一分钟）……")
            self.stdout.flush()
            call_command("seed_demo")
        address = f"http://{options['host']}:{options['port']}/"
        announcer = threading.Thread(target=self._announce, args=(address, not options["no_open"]), daemon=True)
        announcer.start()
        sys.exit(self._run(options["host"], options["port"]))

    def _run(self, host: str, port: int) -> int:
        python = shlex.quote(sys.executable)
        manager = Manager()
        manager.add_process(
            "web",
            f"exec {python} -m gunicorn xiaobao_web.wsgi:application --bind {host}:{port} --worker-class gthread"
            " --workers 1 --threads 8 --no-control-socket --log-level warning",
            quiet=False,
        )
        manager.add_process("work", f"exec {python} -m xiaobao_web work", quiet=False)
        manager.loop()
        return manager.returncode or 0

    def _announce(self, address: str, browser: bool) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and not _answers(address + "account/login/"):
            time.sleep(0.3)
        self.stdout.write(self.style.SUCCESS(f"平台已就绪：{address}"))
        if settings.DEMO:
            self.stdout.write("演示环境：登录页可直接选择角色进入。按 Ctrl+C 停止。")
        self.stdout.flush()
        if browser and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform == "darwin"):
            webbrowser.open(address)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status < 500)
    except (urllib.error.URLError, OSError):
        return False
