"""Read JSON Lines, work on each line, write JSON Lines in the same order; a bad line is an error line, never the end.

A command says what one object becomes; this module does the rest:

    code = batch.run("-", "-", work, keep_extra={"id", "text"})
"""

from __future__ import annotations

import errno
import logging
import os
import re
import stat
import sys
import traceback
from array import array
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from json import JSONDecodeError
from json import dumps as lenient_dumps
from json import loads as lenient_loads
from math import isfinite
from typing import IO, Any, cast

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from xiaobao.errors import InputError, LimitExceeded, UsageError, XiaobaoError

Object = dict[str, Any]
Identity = str | int
Line = tuple[int, Identity, "Object | InputError"]
Work = Callable[[Object], Object]
WorkMany = Callable[[list[Object]], "list[Object | XiaobaoError]"]

LINE_LIMIT = 64 * 1024 * 1024
"""Bytes one line may have; a longer one becomes an error line without being held in memory."""

CHUNK = 256
_BOM = b"\xef\xbb\xbf"
_LONG_NUMBER = re.compile(rb"[\s:,\[]-?\d{19}")
_REASONS = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EISDIR: "这是一个文件夹",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "所在的磁盘只能读取",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "超出磁盘配额",
    errno.ENAMETOOLONG: "文件名过长",
    errno.EBADF: "输入或输出没有打开",
}
_log = logging.getLogger(__name__)


def read_lines(source: str | os.PathLike[str], *, limit: int = LINE_LIMIT) -> Iterator[Line]:
    """Yield (line number from 1, id, object or InputError) for each line that is not blank; '-' is standard input.

    The id is the object's own where it is a string or a whole number, else the line number.
    """
    with _input(source) as fp:
        number = 1
        while (found := _next(fp, number, limit)) is not None:
            yield from found
            number += 1


def read_lines_at(
    source: str | os.PathLike[str], numbers: Iterable[int], *, limit: int = LINE_LIMIT
) -> Iterator[Line]:  # fmt: skip
    """Yield lines of a file by their numbers from 1, in the order of those, as `read_lines` gives them."""
    starts = array("q")
    with _input(source) as fp:
        while True:
            start = fp.tell()
            if not (raw := fp.readline(limit + 1)):
                break
            starts.append(start)
            if len(raw) > limit and not raw.endswith(b"\n"):
                _skip_rest(fp, limit)
        for number in numbers:
            if 0 < number <= len(starts):
                fp.seek(starts[number - 1])
                yield from _next(fp, number, limit) or ()


def _next(fp: IO[bytes], number: int, limit: int) -> tuple[Line, ...] | None:
    """Return what the next line holds, nothing for a blank one; None at the end."""
    if not (raw := fp.readline(limit + 1)):
        return None
    if len(raw) > limit and not raw.endswith(b"\n"):
        _skip_rest(fp, limit)
        return ((number, number, LimitExceeded(f"第 {number} 行超过 {limit:,} 字节的上限，已跳过")),)
    if number == 1:
        raw = raw.removeprefix(_BOM)
    return (_line(number, raw),) if raw.strip() else ()


def write_line(fp: IO[bytes], obj: Object) -> None:
    """Write one object as one UTF-8 line in a single write and flush it; raise JSONEncodeError where it is no JSON.

    Whole numbers of any length keep their digits; bytes of file names that are no UTF-8 become U+FFFD.
    """
    options = orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
    try:
        line = orjson.dumps(obj, option=options)
    except orjson.JSONEncodeError:
        try:
            line = lenient_dumps(_whole(obj), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        except (TypeError, ValueError, RecursionError) as error:
            raise orjson.JSONEncodeError(str(error)) from error
    fp.write(line)
    fp.flush()


def readable(name: str) -> str:
    """Return a file name as text that can be shown and written: bytes that are no UTF-8 become U+FFFD."""
    return name if name.isascii() else str(_whole(name))


def reason(error: OSError) -> str:
    """Return why the operating system refused, in Chinese where it is a common reason."""
    return _REASONS.get(error.errno or 0, error.strerror or type(error).__name__)


def text_field(obj: Object, key: str) -> str:
    """Return the text under a key; raise InputError where it is missing or is no text."""
    if key not in obj:
        raise InputError(f"缺少字段“{key}”", code="input.missing")
    value = obj[key]
    if not isinstance(value, str):
        raise InputError(f"字段“{key}”应为文本，实为{_kind(value)}", code="input.type")
    return value


def run(
    input: str | os.PathLike[str],
    output: str | os.PathLike[str],
    work: Work | None = None,
    *,
    keep_extra: set[str] | frozenset[str] | None = None,
    progress: bool = True,
    work_many: WorkMany | None = None,
    chunk: int = CHUNK,
    named: tuple[str, ...] = (),
) -> int:
    """Write one line for each line read and return the exit status: 0, or 1 where any line was an error.

    keep_extra names the keys the command knows: all others are carried under `extra`; None drops them. named: keys by
    which the sender knows an object besides its id, carried on error lines too.
    work_many takes up to `chunk` objects at once and returns as many results, errors among them as values.
    """
    if (work is None) == (work_many is None):
        raise UsageError("批处理需要且只需要一个处理函数")
    many = work_many if work_many is not None else _one_by_one(work)  # type: ignore[arg-type]
    size = chunk if work_many is not None else 1
    refuse_same_file(input, output)
    refuse_unreadable(input)
    total = _count(input) if progress and sys.stderr.isatty() else None
    with written_to(output) as fp, _bar(progress, total) as advance:
        return process(read_lines(input), fp, many, keep_extra=keep_extra, chunk=size, advance=advance, named=named)


def process(
    lines: Iterable[Line],
    fp: IO[bytes],
    work_many: WorkMany,
    *,
    keep_extra: set[str] | frozenset[str] | None = None,
    chunk: int = CHUNK,
    advance: Callable[[int], None] | None = None,
    named: tuple[str, ...] = (),
) -> int:
    """Work through lines in chunks, write each result to fp in order and return the exit status."""
    failed = 0
    rest = iter(lines)
    while block := list(islice(rest, chunk)):
        good = [obj for _, _, obj in block if not isinstance(obj, XiaobaoError)]
        results = iter(_results(good, work_many))
        for number, identity, obj in block:
            outcome = obj if isinstance(obj, XiaobaoError) else next(results)
            if isinstance(outcome, XiaobaoError):
                failed += 1
                known = {key: obj[key] for key in named if key in obj} if isinstance(obj, dict) else {}
                write_line(fp, {**known, **error_line(identity, outcome, number)})
                continue
            failed += _write_result(fp, outcome, obj if isinstance(obj, dict) else {}, number, identity, keep_extra)
        if advance is not None:
            advance(len(block))
    return 1 if failed else 0


def misspelt(extra: Iterable[str], given: Container[str], known: Iterable[str]) -> list[str]:
    """Return a sentence for each unknown key that looks like a known one which was not given."""
    names = frozenset(known)
    found = [(key, _like(key, names)) for key in extra if isinstance(key, str)]
    return [f"字段“{key}”没有用到，是否应为“{name}”？" for key, name in found if name and name not in given]


@lru_cache(4096)
def _like(key: str, known: frozenset[str]) -> str:
    """Return the known key that another looks like, empty for none; long ones are not looked at."""
    if len(key) > 40:
        return ""
    plain = key.strip().lower().replace("-", "_")
    return next(iter(get_close_matches(plain, sorted(known), n=1, cutoff=0.8)), "")


def error_line(identity: Identity, error: XiaobaoError, line: int) -> Object:
    """Return the shape of an error line: id, code, message, line number from 1."""
    return {"id": identity, "error": {"code": error.code, "message": error.message, "line": line}}


def _write_result(
    fp: IO[bytes],
    outcome: Object,
    source: Object,
    number: int,
    identity: Identity,
    keep_extra: set[str] | frozenset[str] | None,
) -> int:
    result = {"id": identity, **outcome}
    if keep_extra is not None:
        extra = {k: v for k, v in source.items() if k not in keep_extra and k != "id"}
        if extra:
            result["extra"] = {**extra, **result.get("extra", {})}
            doubts = misspelt(extra, source, keep_extra)
            if doubts:
                result["warnings"] = [*result.get("warnings", []), *doubts]
    try:
        write_line(fp, result)
    except orjson.JSONEncodeError as error:
        _log.error("第 %d 行的结果无法写成 JSON：%s", number, error)
        write_line(fp, error_line(identity, XiaobaoError("结果无法写成 JSON", code="error.encode"), number))
        return 1
    return 0


def _results(objects: list[Object], work_many: WorkMany) -> list[Object | XiaobaoError]:
    """Return one result an object; where a whole chunk fails, try its objects one by one so that only the bad fail."""
    if not objects:
        return []
    try:
        results = work_many(objects)
    except XiaobaoError as error:
        if len(objects) == 1:
            return [error]
    except Exception as error:
        if len(objects) == 1:
            # The error's own words may quote the text, personal data and all.
            last = traceback.extract_tb(error.__traceback__)[-1]
            _log.error("处理失败：%s，%s:%s", type(error).__name__, last.filename, last.lineno)
            return [XiaobaoError(f"处理失败（{type(error).__name__}）", code="error.internal")]
    else:
        if len(results) != len(objects):
            raise XiaobaoError(f"处理函数应返回 {len(objects)} 个结果，实为 {len(results)} 个")
        return results
    return [result for obj in objects for result in _results([obj], work_many)]


def _one_by_one(work: Work) -> WorkMany:
    def many(objects: list[Object]) -> list[Object | XiaobaoError]:
        return [work(obj) for obj in objects]

    return many


def _line(number: int, raw: bytes) -> Line:
    try:
        obj = orjson.loads(raw)
        if _LONG_NUMBER.search(raw):
            # Read as floats, serial numbers of twenty digits would lose their last ones.
            with suppress(ValueError, RecursionError):
                obj = _lenient(raw)
    except orjson.JSONDecodeError:
        try:
            obj = _lenient(raw)
        except UnicodeDecodeError:
            message = f"第 {number} 行不是 UTF-8 编码，请先转换编码"
            return number, number, InputError(message, code="input.encoding")
        except RecursionError:
            return number, number, InputError(f"第 {number} 行不是有效的 JSON（嵌套过深）", code="input.json")
        except ValueError as error:
            # Python refuses whole numbers of thousands of digits with a bare ValueError.
            where = f"（第 {error.colno} 列附近）" if isinstance(error, JSONDecodeError) else "（数字过长）"
            return number, number, InputError(f"第 {number} 行不是有效的 JSON{where}", code="input.json")
    if not isinstance(obj, dict):
        message = f"第 {number} 行应为 JSON 对象，实为{_kind(obj)}"
        return number, number, InputError(message, code="input.type")
    return number, _identity(obj.get("id"), number), obj


def _identity(value: Any, number: int) -> Identity:
    """Return the id to answer with; a whole number beyond 64 bits is answered as text, which JSON writers can write."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return value if -(1 << 63) <= value < 1 << 64 else str(value)
    return number


def _lenient(raw: bytes) -> Any:
    """Return what strict JSON refuses but people send: half surrogate pairs become U+FFFD, one for one."""
    value = lenient_loads(raw.decode("utf-8"), parse_constant=lambda name: None)
    return _whole(value)


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return "".join("�" if "\ud800" <= c <= "\udfff" else c for c in value)
    if isinstance(value, list):
        return [_whole(v) for v in value]
    if isinstance(value, dict):
        return {_whole(k): _whole(v) for k, v in value.items()}
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value


def _kind(value: Any) -> str:
    names = {dict: "对象", list: "数组", str: "文本", bool: "真假值", int: "数字", float: "数字", type(None): "空值"}
    return names.get(type(value), type(value).__name__)


def _skip_rest(fp: IO[bytes], limit: int) -> None:
    while (part := fp.readline(limit)) and not part.endswith(b"\n"):
        continue


def _count(source: str | os.PathLike[str]) -> int | None:
    if str(source) == "-":
        return None
    with _input(source) as fp:
        return sum(part.count(b"\n") for part in iter(lambda: fp.read(1 << 20), b""))


def refuse_same_file(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Raise UsageError where writing would destroy what is read; '-' is what the shell has put there."""
    read, written = _stat(source, sys.stdin), _stat(target, sys.stdout)
    if read is None or written is None or not stat.S_ISREG(written.st_mode):
        return
    if os.path.samestat(read, written):
        shown = "标准输出" if str(target) == "-" else readable(os.fspath(target))
        raise UsageError(f"输出文件不能与输入文件相同：{shown}", code="usage.output")


def refuse_unreadable(source: str | os.PathLike[str]) -> None:
    """Raise UsageError where there is nothing to read, before the last results are written over; pipes are let be."""
    found = None if str(source) == "-" else _stat(source, sys.stdin)
    if str(source) != "-" and (found is None or stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        with _input(source):
            return


def _stat(place: str | os.PathLike[str], stream: Any) -> os.stat_result | None:
    """Return what the system knows of a file, None where there is none."""
    try:
        return os.fstat(stream.fileno()) if str(place) == "-" else os.stat(place)
    except (OSError, ValueError, AttributeError):
        return None


def _open(path: str | os.PathLike[str], mode: str, sentence: str, code: str) -> IO[bytes]:
    try:
        return cast("IO[bytes]", open(path, mode))
    except OSError as error:
        raise UsageError(f"{sentence} {readable(os.fspath(path))}：{reason(error)}", code=code) from error


@contextmanager
def _input(source: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    if str(source) == "-":
        if sys.stdin is None:
            raise UsageError("标准输入已关闭，没有可读的内容", code="usage.input")
        yield sys.stdin.buffer
        return
    with _open(source, "rb", "无法打开输入文件", "usage.input") as fp:
        yield fp


def piped(source: str | None, otherwise: str) -> str:
    """Return the source to read; without one standard input, and UsageError with what else there is on a terminal."""
    if source is None and sys.stdin.isatty():
        raise UsageError(f"没有输入；用 --input 给出 JSON Lines，或{otherwise}。用法见 --help")
    return source or "-"


def standard_output() -> IO[bytes]:
    """Return standard output for bytes; raise UsageError where it is closed."""
    if sys.stdout is None:
        raise UsageError("标准输出已关闭，结果无处可写", code="usage.output")
    return sys.stdout.buffer


@contextmanager
def written_to(target: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Yield the binary stream of a target, '-' being standard output; raise UsageError where it cannot be written."""
    if str(target) == "-":
        yield standard_output()
        return
    with _open(target, "wb", "无法写入输出文件", "usage.output") as fp:
        yield fp


@contextmanager
def _bar(wanted: bool, total: int | None) -> Iterator[Callable[[int], None] | None]:
    """Yield what advances a bar on standard error, or None where that is no terminal."""
    if not (wanted and sys.stderr.isatty()):
        yield None
        return
    columns = (TextColumn("处理"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("处理", total=total)
        yield lambda count: bar.advance(task, count)
