"""What every command that shows something on a terminal shares: where it is written, and how its tables look."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from xiaobao.batch import Identity, Line, Object, misspelt
from xiaobao.errors import InputError

WIDEST = 120
"""Columns used of a terminal at most."""
UNBROKEN = 400
"""Columns of a table that another program reads: its rows are not broken."""
PLAIN = 100
"""Columns of what is written without colour, to a file or another program."""


@contextmanager
def writing(fp: IO[bytes], *, colour: bool, narrowest: int) -> Iterator[Console]:
    """Yield a console that writes to a binary stream; without colour plain UTF-8 text of PLAIN columns."""
    text = io.TextIOWrapper(fp, encoding="utf-8", errors="replace", write_through=True)
    width = min(WIDEST, shutil.get_terminal_size().columns) if colour else PLAIN
    try:
        yield Console(
            file=text, width=max(narrowest, width), force_terminal=colour, no_color=not colour, highlight=False,
            markup=False, emoji=False, legacy_windows=False,
        )  # fmt: skip
    finally:
        text.detach()


def listing(title: str, *headings: str) -> Table:
    """Return a table with these columns, whose first one names its rows."""
    table = Table(title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def show_table(table: Table) -> None:
    """Print a table on standard output; to a file or another program, a line of it for each of its rows."""
    console = Console(markup=False)
    if not console.is_terminal:
        table.box, console.width = None, UNBROKEN
    table.columns[0].no_wrap = console.width >= WIDEST
    console.print(table)


def plain_table() -> Table:
    """Return a table without lines, its columns two blanks apart."""
    return Table(box=None, padding=(0, 2, 0, 0), title_justify="left", header_style="dim", pad_edge=False)


def show_lines(
    lines: Iterator[Line], fp: IO[bytes], view: Callable[[Identity, Object], RenderableType], *, colour: bool,
    narrowest: int, known: frozenset[str] = frozenset(),
) -> int:  # fmt: skip
    """Write what each line becomes as it comes, a bad one as a sentence in its place; return 1 where one was bad.

    known are the keys of a line: one that looks like them and is not among them is told.
    """
    failed = 0
    with writing(fp, colour=colour, narrowest=narrowest) as console:
        for number, identity, obj in lines:
            try:
                if isinstance(obj, InputError):
                    raise obj
                console.print(view(identity, obj))
                for told in misspelt([key for key in obj if key not in known], obj, known):
                    console.print(Text(f"! 第 {number} 行 {identity}　{told}\n", style="yellow"))
            except InputError as error:
                failed = 1
                console.print(Text(f"✕ 第 {number} 行 {identity}　{error.message}\n", style="magenta"))
    return failed
