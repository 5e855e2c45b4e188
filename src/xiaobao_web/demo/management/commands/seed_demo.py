"""Fill an empty platform with the demonstration."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from xiaobao_web.demo.play import play, send_samples

UNFINISHED = "demo-unfinished"
"""The mark in the folder of running data that seeding was begun and not ended."""
IMMEDIATE = "django_tasks.backends.immediate.ImmediateBackend"


class Command(BaseCommand):
    """Play the demonstration's year into an empty database, its jobs done at once."""

    help = "在空库中生成演示数据：一家银行、约八十名员工、一年的往来（全部经由服务层产生）"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the size and the sample files."""
        parser.add_argument("--small", action="store_true", help="只生成三家分行和少量事项")
        parser.add_argument("--samples", default="samples", help="示例海报与合同所在文件夹")

    def handle(self, *args: Any, **options: Any) -> None:
        """Play; raises CommandError where the database is not empty."""
        if settings.TASKS["default"]["BACKEND"] != IMMEDIATE:
            self._with_samples(options)
            return
        if get_user_model().objects.exists():
            raise CommandError("库中已有数据。如需重新生成演示数据，请先清空（make demo-reset）。")
        began = time.monotonic()
        play(small=options["small"], told=self._tell)
        self.stdout.write(f"\n演示数据已生成，用时 {time.monotonic() - began:.0f} 秒")

    def _with_samples(self, options: dict[str, Any]) -> None:
        """Play in a process of its own, then send the samples; a mark stays behind where this is interrupted."""
        unfinished = settings.VAR / UNFINISHED
        unfinished.touch()
        code = self._in_process_of_its_own(options)
        if code:
            sys.exit(code)
        send_samples(Path(options["samples"]))
        unfinished.unlink()

    def _in_process_of_its_own(self, options: dict[str, Any]) -> int:
        """Run with jobs done at once; this process's queue stays untouched."""
        command = [sys.executable, "-m", "xiaobao_web", "seed_demo"]
        command += ["--small"] if options["small"] else []
        environment = os.environ | {"XIAOBAO_TASKS": IMMEDIATE}
        return subprocess.run(command, env=environment, check=False).returncode

    def _tell(self, done: int, total: int, what: str) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r{what} {done}/{total}   ", ending="")
            self.stdout.flush()
