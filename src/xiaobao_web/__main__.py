"""Run the platform's management commands: `python -m xiaobao_web COMMAND`."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one management command with the platform's settings."""
    run(*sys.argv[1:])


def run(command: str = "help", *arguments: str) -> None:
    """Run a management command with its arguments; hyphens in its name read as underscores."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiaobao_web.settings")
    name = command if command.startswith("-") else command.replace("-", "_")
    execute_from_command_line([f"{os.path.basename(sys.executable)} -m xiaobao_web", name, *arguments])


if __name__ == "__main__":
    main()
