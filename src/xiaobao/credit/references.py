"""Lines a rate is compared with: dated, sourced, configurable; what is not sourced is not drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xiaobao.credit.rates import AnnualRate, two
from xiaobao.errors import UsageError

PACKAGED = Path(__file__).with_name("references.yaml")
MEASURES = {"nominal": "单利", "effective": "复利"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Lpr(_Strict):
    """One published loan prime rate, in percent, in force until the next of its term."""

    start: date = Field(alias="from")
    term: Literal["1y", "5y"]
    percent: Decimal = Field(ge=0, le=100)
    source: str = Field(min_length=1)


class Line(_Strict):
    """A rate in percent a year, or a multiple of the LPR at the day of the contract, within a scope and a time."""

    name: str
    percent: Decimal | None = Field(default=None, gt=0)
    times_lpr: Decimal | None = Field(default=None, gt=0)
    term: Literal["1y", "5y"] = "1y"
    scope: str
    basis: str
    start: date = Field(alias="from")
    until: date | None = None
    confidence: Literal["T", "Q", "S"]
    source: str = Field(min_length=1)


class References(_Strict):
    """All lines, the LPR table, and which annual rate is compared."""

    compare: Literal["nominal", "effective"]
    lpr: tuple[Lpr, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """A rate beside a line: over by the simple and by the compound rate, None where the line cannot be drawn."""

    name: str
    percent: Decimal | None
    over_nominal: bool | None
    over_effective: bool | None
    sentence: str


@lru_cache(8)
def references(path: Path = PACKAGED) -> References:
    """Return the lines of a file; one that cannot be read or is of another shape raises UsageError."""
    try:
        loaded: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        found = References.model_validate(loaded)
    except OSError as error:
        raise UsageError(f"无法打开参考利率文件 {path}：{error.strerror}", code="usage.references") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"参考利率文件 {path} 不是有效的 YAML", code="usage.references") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "文件"
        raise UsageError(f"参考利率文件 {path} 的 {where} 不合要求：{first['msg']}", code="usage.references") from error
    for line in found.lines:
        if (line.percent is None) == (line.times_lpr is None):
            message = f"参考利率文件 {path}：“{line.name}”应写 percent 或 times_lpr，且只写一种"
            raise UsageError(message, code="usage.references")
    return found


def lpr_on(table: References, term: str, on: date) -> Lpr | None:
    """Return the LPR of a term in force on a day, None where the table has none."""
    known = [entry for entry in table.lpr if entry.term == term and entry.start <= on]
    return max(known, key=lambda entry: entry.start, default=None)


def compared(rate: AnnualRate, on: date, table: References | None = None) -> list[Compared]:
    """Return a rate beside every line in force on a day, with the method and the source said."""
    table = table or references()
    lines = [line for line in table.lines if line.start <= on and (line.until is None or on <= line.until)]
    return [_compared(rate, line, on, table) for line in lines]


def _compared(rate: AnnualRate, line: Line, on: date, table: References) -> Compared:
    how = ""
    if line.percent is not None:
        percent = line.percent
    else:
        entry = lpr_on(table, line.term, on)
        if entry is None:
            sentence = f"{line.name}（{line.times_lpr} 倍 LPR）：LPR 表中没有 {on} 的数据，未作比较"
            return Compared(line.name, None, None, None, sentence)
        percent = (line.times_lpr or 0) * entry.percent
        how = f"，{line.times_lpr} × LPR {entry.percent}%（{entry.start} 起，{entry.source}）"
    simple, compound = rate.nominal_percent > percent, rate.effective_percent > percent
    chosen = simple if table.compare == "nominal" else compound
    said = f"按{MEASURES[table.compare]}{'高于' if chosen else '不高于'}该线"
    if simple != compound:
        said += "，而按另一种方法结论相反"
    sentence = (
        f"{line.name} {percent:f}%（{line.scope}；{line.basis}，{line.source}{how}）："
        f"单利 {two(rate.nominal_percent)}%、复利 {two(rate.effective_percent)}%，{said}"
    )
    return Compared(line.name, percent, simple, compound, sentence)
