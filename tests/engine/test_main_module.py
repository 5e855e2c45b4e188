"""`python -m xiaobao` is the command line."""

from __future__ import annotations

import subprocess
import sys


def test_the_package_runs_as_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "xiaobao", "screen", "--help"], capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout.startswith("用法: xiaobao screen")
