"""Run the platform's management commands: `python -m xiaobao_web COMMAND`."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one management command with the platform's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiaobao_web.settings")
    execute_from_command_line([f"{os.path.basename(sys.executable)} -m xiaobao_web", *sys.argv[1:]])


if __name__ == "__main__":
    main()
