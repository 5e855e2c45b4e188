"""Weigh how urgent a case is that can wait: high, normal or low, by what the recognisers read and by its meaning."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xiaobao.errors import ModelUnavailable
from xiaobao.intake.classes import MEANING_SCALE
from xiaobao.intake.narrative import Narrative
from xiaobao.intake.ticket import CHANNELS, DEMANDS, RISK_FLAGS, Amount
from xiaobao.intake.wishes import Matrix

PACKAGED = Path(__file__).with_name("degrees.npz")
LEVELS = ("low", "normal", "high")
STEPS = (0, 30, 200, 1_000, 10_000, 30_000)
"""Yuan that part small from large sums; 10,000 and 30,000 are the conventions' own."""
LENGTHS = (30, 60, 120, 300)
"""Characters said that part a remark from a report."""
SIGNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"明天|后天|今天[^。]{0,8}(?:之前|前|截止|最后)|截止|过户|签约|违约金|开标|只剩|还剩|[一二三四五六七八九十\d]+天(?:内|后|就)|月底|下周",
        r"取不|用不了|冻|限制|生活费|停卡|锁|解不开|领不到|办不了|没法",
        r"建议|想问|问一下|咨询|希望(?:你们|贵行|能)?(?:改进|增加|以后)|提个意见|能不能(?:弄|搞|加|改)",
        r"没什么大事|没别的|不急|不着急|算了|随便|哈哈|谢谢|不用处理|不用回|吐个?槽|没事了|不是什么大",
        r"瘫|残|病|药|血压|住院|轮椅|拐|糖尿|老人|孩子",
        r"停(?:工|产|业|学|课)|工人|发工资|工资|学费|房租|货款|签证|政审|高考|入学|结婚|贷款审批",
        r"上门|堵|威胁|跟踪|恐吓|砸|泼|打人|照片|曝光|单位|学校|邻居|村",
        r"本人签名|签名不是|冒|伪造|假|泄露|私自|偷|骗|外泄|卖了|名单",
    )
)
"""Words of deadlines, shut accounts, suggestions, trifles, frailty, livelihood, intimidation and wrongs."""


@dataclass(frozen=True)
class Weights:
    """A row a level over the facts, then over meaning; plain has the facts only."""

    full: Matrix
    full_bias: Matrix
    plain: Matrix
    plain_bias: Matrix


def facts(
    story: Narrative, *, ruled: str, flags: Sequence[str], amounts: Sequence[Amount], demand: Sequence[str]
) -> Matrix:
    """Return what is known of a case as numbers: the rules' level, flags, wishes, channel, sums, length, signs."""
    taken = [float(a.value) for a in amounts if a.role in ("loss", "disputed", "refund_demand", "fee")]
    said = len("".join(story.own.split()))
    return np.array(
        [
            *(ruled == level for level in LEVELS),
            *(flag in flags for flag in RISK_FLAGS),
            *(wish in demand for wish in DEMANDS),
            not demand,
            *(story.channel == channel for channel in CHANNELS),
            *_step(max(taken, default=None)),
            *_step(max((float(a.value) for a in amounts), default=None)),
            *(said < length for length in LENGTHS),
            *(sign.search(story.own) is not None for sign in SIGNS),
        ],
        dtype=np.float32,
    )


def _step(value: float | None) -> list[bool]:
    """Return between which of STEPS a sum lies; the last tells that there is none."""
    bounds = (*STEPS, float("inf"))
    return [value is not None and low <= value < high for low, high in pairwise(bounds)] + [value is None]


def likely(known: Matrix, meaning: Matrix | None, model: Weights | None = None) -> Mapping[str, float]:
    """Return the probability of each level, given the facts and the row of meaning of `classes` where there is one."""
    used = model or packaged()
    if meaning is None:
        logits = used.plain @ known + used.plain_bias
    else:
        logits = used.full @ np.concatenate([known, meaning / np.float32(MEANING_SCALE)]) + used.full_bias
    odds = np.exp(logits - logits.max())
    return dict(zip(LEVELS, (odds / odds.sum()).tolist(), strict=True))


@cache
def packaged() -> Weights:
    """Return the model of the package; raise ModelUnavailable where its file is missing or damaged."""
    return load(PACKAGED)


def load(path: Path) -> Weights:
    """Read a model file; raise ModelUnavailable where it is missing, damaged or of other facts."""
    try:
        with np.load(path, allow_pickle=False) as file:
            meta = json.loads(bytes(file["meta"]).decode("utf-8"))
            arrays = {name: file[name].astype(np.float32) for name in file.files if name != "meta"}
    except (OSError, ValueError, KeyError) as error:
        raise ModelUnavailable(
            f"紧急程度模型 {path.name} 无法读取，请重新安装或运行 make train", code="model.intake"
        ) from error
    if meta != _meta():
        raise ModelUnavailable("紧急程度模型与程序版本不一致，请运行 make train", code="model.intake")
    return Weights(**arrays)


def save(model: Weights, path: Path) -> None:
    """Write a model file."""
    arrays: dict[str, NDArray[Any]] = {name: getattr(model, name) for name in Weights.__dataclass_fields__}
    meta = np.frombuffer(json.dumps(_meta(), ensure_ascii=False).encode("utf-8"), dtype=np.uint8)
    np.savez_compressed(path, meta=meta, **arrays)  # type: ignore[arg-type]


def _meta() -> dict[str, Any]:
    """Return what the columns of the facts mean, so that a file of other columns is refused."""
    return {
        "levels": list(LEVELS),
        "flags": list(RISK_FLAGS),
        "demands": list(DEMANDS),
        "channels": list(CHANNELS),
        "numbers": [len(STEPS), len(LENGTHS), len(SIGNS)],
    }
