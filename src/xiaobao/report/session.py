"""Screen lines and files in order, here or in several processes; what fails becomes a result, never the end."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiaobao.batch import Identity, Object
from xiaobao.errors import ModelUnavailable, RuleError, UsageError, XiaobaoError
from xiaobao.model import Material, Verdict
from xiaobao.report.sources import KNOWN, Given, from_file, from_line, recogniser
from xiaobao.screening.engine import Engine, default_engine
from xiaobao.screening.screen import Screener, ScreeningJudge

if TYPE_CHECKING:
    from xiaobao.ocr import OcrEngine

LINES = 256
FILES = 8
"""How many lines and how many files are screened together."""

Job = tuple[int, Identity, "str | Object | XiaobaoError"]
"""Number from 1, id, and a path, an input line, or what was wrong with it."""


@dataclass(frozen=True)
class Setup:
    """What a screening is made of; rules None means the rulebook that ships with the engine."""

    rules: Path | None = None
    judge: bool = True
    llm: bool = False
    cache: Path | None = None
    given: Given = field(default_factory=Given)


@dataclass(frozen=True)
class Result:
    """What became of one line or file: a verdict with its material, or an error; path where it was a file."""

    number: int
    id: Identity
    material: Material | None = None
    verdict: Verdict | None = None
    error: XiaobaoError | None = None
    path: str | None = None


class Session:
    """A screener with the options of one command."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.judge, self.notice = _judge(setup.judge)
        self.screener = Screener(_engine(setup.rules, self.judge), self.judge, _adjudicator(setup.llm))

    @cached_property
    def _ocr(self) -> OcrEngine | None:
        return recogniser(self.setup.cache)

    @property
    def rules(self) -> int:
        """Return how many rules are at work."""
        return len(self.screener.engine.program.rules)

    def run(self, jobs: Sequence[Job]) -> list[Result]:
        """Return one result a job, in order; one that cannot be read or screened becomes its error."""
        results = [self._read(job) for job in jobs]
        waiting = [i for i, r in enumerate(results) if r.material is not None]
        materials = [m for i in waiting if (m := results[i].material) is not None]
        for i, outcome in zip(waiting, self._screened(materials), strict=True):
            if isinstance(outcome, Verdict):
                results[i] = replace(results[i], verdict=outcome)
            else:
                results[i] = replace(results[i], error=outcome, material=None)
        return results

    def _read(self, job: Job) -> Result:
        number, identity, item = job
        if isinstance(item, XiaobaoError):
            return Result(number, identity, error=item)
        path = item if isinstance(item, str) else None
        try:
            if isinstance(item, str):
                material = from_file(item, self.setup.given, self._ocr)
            else:
                extra = {k: v for k, v in item.items() if k not in KNOWN}
                material = replace(from_line(item, self.setup.given), id=str(identity), extra=extra)
        except XiaobaoError as error:
            return Result(number, identity, error=error, path=path)
        except Exception as error:
            failed = XiaobaoError(f"无法读取（{type(error).__name__}）", code="error.internal")
            return Result(number, identity, error=failed, path=path)
        return Result(number, identity, material, path=path)

    def _screened(self, materials: Sequence[Material]) -> list[Verdict | XiaobaoError]:
        """Screen together; where that fails, one by one, so that only the bad one fails."""
        if not materials:
            return []
        try:
            return list(self.screener.screen_many(materials))
        except XiaobaoError as error:
            if len(materials) == 1:
                return [error]
        except Exception as error:
            if len(materials) == 1:
                return [XiaobaoError(f"处理失败（{type(error).__name__}）", code="error.internal")]
        return [outcome for material in materials for outcome in self._screened([material])]


def results(session: Session, jobs: Iterable[Job], *, chunk: int, workers: int = 1) -> Iterator[Result]:
    """Yield the results of jobs in order, a chunk at a time; with workers above 1, in as many processes."""
    rest = iter(jobs)
    blocks = iter(lambda: list(islice(rest, chunk)), [])
    if workers <= 1:
        for block in blocks:
            yield from session.run(block)
        return
    # A fresh process holds no lock of this one's threads, which a fork would.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(session.setup,)) as pool:
        pending: deque[Future[list[Result]]] = deque()
        try:
            for block in blocks:
                pending.append(pool.submit(_work, block))
                if len(pending) >= 2 * workers:
                    yield from pending.popleft().result()
            while pending:
                yield from pending.popleft().result()
        except BrokenProcessPool as error:
            said = "一个工作进程意外退出，可能内存不足；请减少 --workers 后重试"
            raise XiaobaoError(said, code="error.worker") from error


_session: Session | None = None


def _start(setup: Setup) -> None:
    global _session
    _session = Session(setup)


def _work(jobs: Sequence[Job]) -> list[Result]:
    assert _session is not None
    return _session.run(jobs)


def _engine(rules: Path | None, judge: ScreeningJudge | None) -> Engine:
    if rules is None:
        return default_engine()
    from xiaobao.rulebook.verify import accepted

    try:
        return Engine(accepted(rules, judge=judge))
    except RuleError as error:
        raise UsageError(error.message, code="usage.rules") from error


def _judge(wanted: bool) -> tuple[ScreeningJudge | None, str]:
    """Return the judge that ships with the engine, or None and why."""
    if not wanted:
        return None, ""
    from xiaobao.judge.model import PACKAGED, default_judge

    try:
        return default_judge(), ""
    except ModelUnavailable as error:
        missing = not PACKAGED.is_file()
        return None, "未找到语境判断模型，仅按规则判断" if missing else f"{error.message}；仅按规则判断"


def _adjudicator(wanted: bool) -> Any:
    if not wanted:
        return None
    from xiaobao.llm import configured

    try:
        return configured()
    except ModelUnavailable as error:
        raise UsageError(error.message, code="usage.llm") from error


def verdict_line(result: Result) -> dict[str, Any]:
    """Return the output line of a result in the shape of the `screen` interface."""
    if result.error is not None or result.verdict is None:
        error = result.error or XiaobaoError("没有结果")
        return {
            "id": result.id,
            "error": {"code": error.code, "message": error.message, "line": result.number},
        }
    line = result.verdict.as_dict()
    return {**line, "id": result.id}
