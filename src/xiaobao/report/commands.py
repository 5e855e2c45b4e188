"""The command line's `screen`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from xiaobao import batch
from xiaobao.errors import UsageError, XiaobaoError
from xiaobao.report.session import FILES, LINES, Job, Result, Session, Setup, results, verdict_line
from xiaobao.report.sources import ALLOWED, ROLES, Given, checked_moment, walked
from xiaobao.rulebook.model import PRODUCTS

Format = Literal["jsonl", "text", "html", "pdf"]
LEVELS = ("violation", "review", "high", "medium", "low")
_RANKS = {"low": 0, "medium": 1, "high": 2}

_HELP = """审查材料：文件、文件夹、批量文字与对话。

\b
例：
  xiaobao screen 海报.png 合同.pdf                         在终端里看
  xiaobao screen 材料/ --format html --output 报告.html     写成网页报告
  xiaobao screen --input 短信.jsonl --output 结果.jsonl     批量，一行进一行出
  echo '{"id":"1","scenario":"marketing_sms","text":"保本保息"}' | xiaobao screen

\b
输入行：{"id","scenario","role","text"} 或 {"id","scenario","turns":[{"role","start","end","text"}]}，
另可有 product、channel、at；其余字段原样放在输出的 extra 里。没有写的由选项给出，再没有就推断，并注明。

\b
退出码：0 完成；1 有的行或文件处理不了，其余已完成；2 命令有误；3 达到 --fail-on 的程度（优先于 1）。
"""


@dataclass
class Tally:
    """What a run has met so far: failures, and whether --fail-on is met."""

    fail_on: str | None
    failed: int = 0
    met: bool = False

    def add(self, result: Result) -> None:
        """Count one result."""
        if result.verdict is None:
            self.failed += 1
            return
        verdict = result.verdict
        if self.fail_on in ("violation", "review"):
            wanted = ("violation",) if self.fail_on == "violation" else ("violation", "review")
            self.met = self.met or verdict.verdict in wanted
        elif self.fail_on is not None:
            least = _RANKS[self.fail_on]
            self.met = self.met or any(
                f.decision == "violation" and _RANKS[f.severity] >= least for f in verdict.findings
            )

    @property
    def status(self) -> int:
        """Return the exit status."""
        return 3 if self.met else 1 if self.failed else 0


def _moment(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str:
    if value:
        try:
            checked_moment(value)
        except XiaobaoError as error:
            raise UsageError(error.message, code="usage.at") from error
    return value or ""


@click.command("screen", help=_HELP, context_settings={"max_content_width": 120})
@click.argument("files", nargs=-1, metavar="[文件或文件夹]...")
@click.option("--input", "source", metavar="JSONL", help="JSON Lines 文件；- 为标准输入。没有给文件时默认为 -。")
@click.option("--output", "target", default="-", metavar="文件", help="写到哪里；- 为标准输出（默认）。")
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "text", "html", "pdf"]),
    help="默认：在终端里看文件用 text，其余用 jsonl。html 与 pdf 须给 --output。",
)  # fmt: skip
@click.option(
    "--scenario", type=click.Choice(ALLOWED), metavar="场景",
    help=f"材料的场景，不写则推断： {', '.join(ALLOWED)}",
)  # fmt: skip
@click.option("--role", type=click.Choice(ROLES), metavar="角色", help=f"谁说的话： {', '.join(ROLES)}")
@click.option(
    "--product", type=click.Choice(PRODUCTS), metavar="产品",
    help=f"涉及的产品，不写则推断： {', '.join(PRODUCTS)}",
)  # fmt: skip
@click.option("--channel", metavar="渠道", help="投放渠道。")
@click.option("--at", callback=_moment, metavar="时间", help="材料的时间，如 2026-11-22 14:05，北京时间；默认现在。")
@click.option(
    "--fail-on", type=click.Choice(LEVELS), metavar="程度",
    help="达到时退出码为 3：violation 有违规；review 有违规或需复核；high、medium、low 有该级别及以上的违规。",
)  # fmt: skip
@click.option(
    "--rules", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="目录",
    help="代替随引擎提供的规则库。",
)  # fmt: skip
@click.option("--no-judge", is_flag=True, help="不用语境判断模型，仅按规则判断。")
@click.option("--llm/--no-llm", default=False, help="拿不准的请已配置的大模型复核；默认不用。")
@click.option("--workers", type=click.IntRange(1, 64), default=1, metavar="个数", help="用几个进程，默认 1。")
@click.option(
    "--cache", type=click.Path(path_type=Path, file_okay=False), envvar="XIAOBAO_CACHE", metavar="目录",
    help="把图片识别的结果按内容存在这里，再次审查同一文件时不必重新识别；默认不存。",
)  # fmt: skip
def screen_command(
    files: tuple[str, ...], source: str | None, target: str, form: Format | None, scenario: str | None,
    role: str | None, product: str | None, channel: str | None, at: str, fail_on: str | None, rules: Path | None,
    no_judge: bool, llm: bool, workers: int, cache: Path | None,
) -> None:  # fmt: skip
    """Screen files or lines and exit with 0, 1 or 3; raise UsageError where the command makes no sense."""
    source = _source(files, source)
    form = form or _usual_form(files, target)
    _check(files, source, target, form)
    given = Given(scenario or "", role or "", product or "", channel or "", at)
    session = Session(Setup(rules, not no_judge, llm, cache, given))
    if session.notice:
        click.echo(session.notice, err=True)
    tally = Tally(fail_on)
    jobs, total = _jobs(files, source)
    # A bar and a text on one terminal would write over each other: there the text itself shows the progress.
    live = form == "text" and target == "-" and sys.stdout.isatty()
    chunk = (1 if live else FILES) if files else LINES
    with _bar(total, wanted=not live) as advance:
        found = _counted(results(session, jobs, chunk=chunk, workers=workers), tally, advance)
        _write(form, target, found, session)
    raise SystemExit(tally.status)


def _source(files: tuple[str, ...], source: str | None) -> str | None:
    if files and source is not None:
        raise UsageError("文件与 --input 只能给一种")
    if files:
        return None
    if source is None and sys.stdin.isatty():
        raise UsageError("没有要审查的材料；请给出文件，或用 --input 给出 JSON Lines。用法见 xiaobao screen --help")
    return source or "-"


def _usual_form(files: tuple[str, ...], target: str) -> Format:
    return "text" if files and target == "-" and sys.stdout.isatty() else "jsonl"


def _check(files: tuple[str, ...], source: str | None, target: str, form: Format) -> None:
    """Find out what makes no sense before any work is done."""
    if form in ("html", "pdf") and target == "-":
        raise UsageError(f"{form} 报告须用 --output 指定文件，如 --output 报告.{form}")
    for path in files:
        if path.lower().endswith((".jsonl", ".ndjson")):
            raise UsageError(f"JSON Lines 文件请用 --input 给出：--input {path}")
    for path in (*files, *(() if source is None else (source,))):
        batch.refuse_same_file(path, target)
    if target == "-":
        return
    place = Path(target)
    if place.is_dir():
        raise UsageError(f"--output 是一个文件夹：{target}", code="usage.output")
    if not place.absolute().parent.is_dir():
        raise UsageError(f"输出文件所在的文件夹不存在：{place.parent}", code="usage.output")


def _jobs(files: tuple[str, ...], source: str | None) -> tuple[Iterable[Job], int | None]:
    """Return the jobs and, for a bar on a terminal, how many there are."""
    if source is None:
        if "-" in files or "" in files:
            raise UsageError(
                "“-”不是文件；标准输入里的 JSON Lines 请用 --input - 给出" if "-" in files else "文件名为空"
            )
        paths = list(walked(files))
        if not paths:
            raise UsageError("给出的文件夹里没有文件")
        return [(i, path, path) for i, path in enumerate(paths, 1)], len(paths)
    if source != "-" and not os.path.exists(source):
        raise UsageError(f"输入文件不存在：{source}", code="usage.input")
    if source != "-" and os.path.isdir(source):
        raise UsageError(
            f"--input 应为 JSON Lines 文件，这是一个文件夹：{source}；审查文件夹请直接写它的名字", code="usage.input"
        )
    total = None
    # A pipe (--input <(…)) can be read only once.
    if os.path.isfile(source) and sys.stderr.isatty():
        with open(source, "rb") as fp:
            total = sum(block.count(b"\n") for block in iter(lambda: fp.read(1 << 20), b""))
    return batch.read_lines(source), total


def _counted(found: Iterable[Result], tally: Tally, advance: Callable[[], None]) -> Iterator[Result]:
    for result in found:
        tally.add(result)
        advance()
        yield result


def _write(form: Format, target: str, found: Iterable[Result], session: Session) -> None:
    if form == "jsonl":
        with batch.written_to(target) as fp:
            for result in found:
                _write_line(fp, result)
    elif form == "text":
        from xiaobao.report.terminal import print_results

        with batch.written_to(target) as fp:
            print_results(found, fp, colour=target == "-" and sys.stdout.isatty())
    elif form == "html":
        from xiaobao.report.html import report

        _replace(target, report(list(found), rules=session.rules, judged=session.judge is not None).encode("utf-8"))
    else:
        try:
            from xiaobao.report.pdf import report as pdf_report
        except ImportError as error:
            raise UsageError("写 PDF 需要另装组件：pip install 'xiaobao[report]'", code="usage.extra") from error
        _replace(target, pdf_report(list(found), rules=session.rules, judged=session.judge is not None))


def _write_line(fp: IO[bytes], result: Result) -> None:
    try:
        batch.write_line(fp, verdict_line(result))
    except orjson.JSONEncodeError:
        # An integer too large for JSON readers, carried under `extra`, is all that can fail here.
        error = XiaobaoError("结果无法写成 JSON（extra 中有过大的整数）", code="error.encode")
        batch.write_line(fp, batch.error_line(result.id, error, result.number))


def _replace(target: str, data: bytes) -> None:
    """Write a whole file or leave the old one as it was; what is no file, such as a pipe, is written to."""
    place = os.path.realpath(target)
    part = f"{place}.{os.getpid()}.part"
    try:
        if os.path.exists(place) and not os.path.isfile(place):
            Path(place).write_bytes(data)
            return
        try:
            Path(part).write_bytes(data)
            os.replace(part, place)
        finally:
            Path(part).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"无法写入输出文件 {target}：{batch.reason(error)}", code="usage.output") from error


@contextmanager
def _bar(total: int | None, *, wanted: bool) -> Iterator[Callable[[], None]]:
    """Yield what advances a bar on standard error, which does nothing where that is no terminal."""
    if not (wanted and sys.stderr.isatty()):
        yield lambda: None
        return
    columns: Any = (TextColumn("审查"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("审查", total=total)
        yield lambda: bar.advance(task, 1)
