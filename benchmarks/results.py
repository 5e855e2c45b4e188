"""Write what was measured to `results.md`: one part a script, replaced when that script runs again."""

from __future__ import annotations

import datetime
import platform
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

PAGE = Path(__file__).parent / "results.md"
HEAD = "# Measured speed\n\nWritten by the scripts beside this page; `make bench` measures again.\n"


@dataclass(frozen=True)
class Section:
    """A titled piece of Markdown."""

    title: str
    body: str


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def versions(*packages: str) -> str:
    """Return the Python version, the machine's architecture and the versions of packages, in one line."""
    named = ", ".join(f"{name} {version(name)}" for name in packages)
    return f"Python {platform.python_version()}, {platform.system()} {platform.machine()}; {named}."


def write(name: str, title: str, intro: str, sections: Sequence[Section]) -> None:
    """Replace one script's part of the page, with the date and the command; folders of this machine are not named."""
    given = ["DIR" if word.startswith("/") else word for word in sys.argv[1:]]
    command = " ".join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *given])
    dated = f"{datetime.date.today().isoformat()}, `{command}`"
    body = "\n\n".join(f"### {s.title}\n\n{s.body}" for s in sections)
    part = f"<!-- {name} -->\n## {title}\n\n{dated}\n\n{intro}\n\n{body}\n<!-- /{name} -->\n"
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else HEAD
    old = re.compile(rf"<!-- {name} -->.*?<!-- /{name} -->\n", re.S)
    page = old.sub(lambda _: part, page) if old.search(page) else f"{page}\n{part}"
    PAGE.write_text(page, encoding="utf-8")
