"""Throw hostile texts, dialogues and lines at screening and masking: each must end in a result or one of our errors.

    python tests/fuzz/fuzz_screen.py [--cases 10000] [--seed 1]

A case counts as bad when it raises anything but our errors, when its result points outside its text or cannot be
written as JSON, or when it takes more than two seconds of CPU (of texts above a million characters: two a million).
"""

# ruff: noqa: SIM905 -- lists of odd words read better as text

from __future__ import annotations

import argparse
import io
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[2] / "src"))
sys.path.insert(0, str(HERE.parents[1]))

import orjson  # noqa: E402

from fuzz.harness import Tally, main, open_files  # noqa: E402
from xiaobao import batch  # noqa: E402
from xiaobao.errors import XiaobaoError  # noqa: E402
from xiaobao.model import Anchor, Material, Passage  # noqa: E402
from xiaobao.privacy import KINDS  # noqa: E402
from xiaobao.privacy.commands import worker  # noqa: E402
from xiaobao.privacy.masking import STYLES, mask  # noqa: E402
from xiaobao.report.session import Session, Setup, verdict_line  # noqa: E402
from xiaobao.report.sources import KNOWN  # noqa: E402

SLOW = 2.0
"""CPU seconds a text of up to a million characters may take, and a million characters of a longer one."""
PHRASES = (
    "保本保息 年化收益率3.5% 稳赚不赔 零风险 无抵押秒到账 日息万分之五 加微信13812345678 代理退保 征信修复 拒收请回复R"
    " 理财非存款，产品有风险 不得承诺保本 谨防“保本”骗局 身份证号11010519491231002X 北京市朝阳区建国路1号 张三先生"
    " 最高可借20万元 贷款年利率24%至36% 6222021234567890123 本公司拥有最终解释权"
).split()
ODD = (
    *"\x00 \ud800 \udfff \ud83d \U0001f4b0 \u200b \u202e \ufeff \u0301 \ufffd \x1b[31m ㎡ ㍿ ① ％ ﬁ ﷺ 𠮷".split(" "),
    *"· * 帳 が 한 ж ة ไทย <b> &amp; \\u0000 %s{} 】 【 “ ” 《 ( ) 。 ！ ? ; 、 … — 0 999999999999999999999".split(" "),
    "\r\n", "\n\n", "\t", "\u2028", "\u3000", "\U0010ffff",
)  # fmt: skip
HOSTILE = (
    *"保 0 9 a 。 ， “ 《 （ % . 1. 1- 1, 年 保本 贷款 不是不 0元 1年 一二三 十百千 万亿 加微 138".split(" "),
    *"省市区 某银行 @ a@b. 【】 “” 说：“ 不 客服 张 保* 1% 年化1% 月1日 12: http:// ㍿ 帳 \u0301 \U0001f4b0".split(" "),
    *"13812345678 我叫 点击 是 注: 第一条 元/ 人民币 ￥ 号 路1号 有限公司 分行 责任 \x00 免息期".split(" "),
    " ", "\n", "保 ", "保本\n", "。\n",
)  # fmt: skip
PIECES = (*HOSTILE, *PHRASES, *(f"{phrase}。" for phrase in PHRASES))
"""What texts of up to REPEATED characters are made of; longer ones are made of hostile pieces only."""
REPEATED = 20_000
JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 1e308, 10**30, -(10**400), float("nan"), float("inf"), [], [[]], [1], ["保本"], {},
    {"a": {"b": []}}, {"text": "保本"}, "", " ", "x" * 5_000, "marketing_sms", "保本", "\ud800", "\x00", "2026-01-01",
    "2026-13-99", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "0001-01-01", "2026-11-22T14:05:00Z",
)  # fmt: skip
FACTS = (
    "scenario role product at customer.age product.risk call.hour video.risk_seconds sms.commercial placement.account"
    " complaint.handler_is_accused demand.amount contract.key_terms_size_ratio customer demand.excess call.at"
).split()
SCENARIOS = (
    "marketing_sms",
    "sales_call",
    "collection_call",
    "service_call",
    "dual_recording",
    "poster",
    "contract_clause",
    "",
)


def mixed(rng: random.Random, pieces: int) -> str:
    """Return a text of phrases, odd characters and random code points."""
    out = []
    for _ in range(pieces):
        kind = rng.random()
        if kind < 0.4:
            out.append(rng.choice(PHRASES))
        elif kind < 0.7:
            out.append(rng.choice(ODD))
        elif kind < 0.85:
            out.append(
                chr(rng.choice((rng.randrange(0x4E00, 0x9FFF), rng.randrange(0x20, 0x250), rng.randrange(0x110000))))
            )
        else:
            phrase = rng.choice(PHRASES)
            out.append(rng.choice(ODD).join(phrase))
    return "".join(out)


def repeated(rng: random.Random, size: int) -> str:
    """Return one or two pieces again and again, up to a size in characters."""
    pieces = PIECES if size <= REPEATED else HOSTILE
    piece = rng.choice(pieces) + (rng.choice(pieces) if rng.random() < 0.3 else "")
    text = piece * (size // len(piece))
    return text + rng.choice(("", rng.choice(PHRASES))) if rng.random() < 0.5 else rng.choice(PHRASES) + text


def nested_quotes(rng: random.Random) -> str:
    """Return deep quotes and brackets around a phrase, closed or not."""
    depth = rng.choice((1, 10, 300, 5_000))
    left, right = rng.choice(("“”", "‘’", "《》", "（）", "【】", "「」", '""', "[]"))
    return left * depth + rng.choice(PHRASES) + right * rng.choice((0, depth // 2, depth))


def text_of(rng: random.Random) -> tuple[str, str]:
    """Return a kind and a text of that kind."""
    kind = rng.choices(("mixed", "repeated", "quotes", "long", "huge"), (60, 20, 12, 7, 0.4))[0]
    if kind == "mixed":
        return kind, mixed(rng, rng.choice((0, 1, 5, 30, 200)))
    if kind == "repeated":
        return kind, repeated(rng, rng.choice((50, 1_000, 20_000)))
    if kind == "quotes":
        return kind, nested_quotes(rng)
    if kind == "long":
        return kind, mixed(rng, 3_000)
    return kind, repeated(rng, 1_000_000)


def field(rng: random.Random, usual: Any, odds: float = 0.15) -> Any:
    """Return the usual value, or sometimes one of a wrong type."""
    return rng.choice(JUNK) if rng.random() < odds else usual


def line_of(rng: random.Random) -> tuple[str, dict[str, Any]]:
    """Return a kind and an input line of the `screen` interface, fields of wrong types among them."""
    obj: dict[str, Any] = {"id": field(rng, "1"), "scenario": field(rng, rng.choice(SCENARIOS), 0.05)}
    if rng.random() < 0.35:
        kind = "dialogue"
        turns = []
        for number in range(rng.choice((0, 1, 4, 40))):
            turn = {"role": field(rng, rng.choice(("agent", "customer")), 0.05), "text": text_of(rng)[1][:20_000]}
            turn |= {"start": field(rng, number * 3.0), "end": field(rng, number * 3.0 + 2)}
            turns.append(field(rng, turn, 0.02))
        obj["turns"] = field(rng, turns, 0.05)
    else:
        kind, text = text_of(rng)
        obj["text"] = field(rng, text, 0.05)
    for name in ("role", "product", "channel", "at", "其他", "\ud800"):
        if rng.random() < 0.15:
            obj[name] = field(rng, rng.choice(("agent", "customer", "loan", "wealth", "", "2026-11-22 14:05")), 0.5)
    if rng.random() < 0.4:
        obj["facts"] = field(rng, {rng.choice(FACTS): rng.choice(JUNK) for _ in range(rng.randrange(6))}, 0.2)
    return f"line {kind}", obj


def characters(obj: Any) -> int:
    """Return how many characters a line's texts have."""
    if isinstance(obj, str):
        return len(obj)
    values = obj.values() if isinstance(obj, dict) else obj if isinstance(obj, list) else ()
    return sum(map(characters, values))


def screened_value(session: Session, rng: random.Random) -> tuple[str, int, str]:
    """Screen a material given as a value, and check that its findings point into it."""
    kind, text = text_of(rng)
    cuts = sorted(rng.sample(range(len(text) + 1), min(len(text), rng.randrange(4))))
    parts = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    sizes = [rng.choice((None, 0.0, 9.0, 1e9)) for _ in parts]
    passages = tuple(Passage(p, Anchor(paragraph=i), size=s) for i, (p, s) in enumerate(zip(parts, sizes, strict=True)))
    media = rng.choice(("text/plain", "text/csv", "image/png"))
    material = Material("x", passages, media, scenario=rng.choice(SCENARIOS) or None)
    verdict = session.screener.screen(material)
    for finding in verdict.findings:
        if finding.start is not None and finding.end is not None:
            assert 0 <= finding.start <= finding.end <= len(material.text), (finding.start, finding.end)
            assert material.text[finding.start : finding.end] == finding.text, finding.rule
    # Half surrogate pairs cannot be written as UTF-8; lines never contain them, values may.
    json.dumps(verdict.as_dict())
    return f"value {kind}", len(text), verdict.verdict


def screened_line(session: Session, rng: random.Random) -> tuple[str, int, str]:
    """Screen one line as the command does: read, screen, write."""
    kind, obj = line_of(rng)
    raw = json.dumps(obj, ensure_ascii=rng.random() < 0.9).encode("utf-8", "surrogatepass")
    [(number, identity, item)] = list(_lines(raw)) or [(1, 1, XiaobaoError("空行"))]
    [result] = session.run([(number, identity, item)])
    if result.error is not None:
        _told(result.error)
        return kind, characters(obj), result.error.code
    try:
        orjson.dumps(verdict_line(result), option=orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:
        if not set(obj) - KNOWN:
            raise
    assert result.verdict is not None
    return kind, characters(obj), result.verdict.verdict


def masked_line(_: Session, rng: random.Random) -> tuple[str, int, str]:
    """Mask one line as the command does, and check that entities point into its text."""
    kind, text = text_of(rng)
    obj: dict[str, Any] = {"id": field(rng, "1"), "text": field(rng, text, 0.05)}
    kinds = rng.sample(list(KINDS), rng.randrange(1, len(KINDS))) if rng.random() < 0.3 else None
    raw = json.dumps(obj).encode()
    out = io.BytesIO()
    batch.process(_lines(raw), out, batch._one_by_one(worker(kinds, rng.choice(STYLES))), keep_extra=frozenset(obj))
    line = orjson.loads(out.getvalue())
    if "error" in line:
        if line["error"]["code"] == "error.internal":
            mask(obj["text"], kinds, "partial")
            raise AssertionError(line["error"]["message"])
        return "mask", len(text), line["error"]["code"]
    for entity in line["entities"]:
        assert 0 <= entity["start"] < entity["end"] <= len(obj["text"]), entity
    return f"mask {kind}", len(text), "masked"


def _lines(raw: bytes) -> list[batch.Line]:
    return [batch._line(1, raw)] if raw.strip() else []


def _told(error: XiaobaoError) -> None:
    assert error.code != "error.internal", error.message
    assert any("\u4e00" <= ch <= "\u9fff" for ch in error.message), error.message[:100]


CASES: tuple[tuple[Callable[[Session, random.Random], tuple[str, int, str]], int], ...] = (
    (screened_value, 35),
    (screened_line, 45),
    (masked_line, 20),
)


def run(first: int, count: int, seed: int, given: argparse.Namespace) -> Tally:
    """Screen and mask the cases of a block."""
    session = Session(Setup(judge=not given.no_judge))
    tally = Tally()
    for warm in range(3):
        screened_line(session, random.Random(warm))
    before = open_files()
    for number in range(first, first + count):
        rng = random.Random(seed * 1_000_003 + number)
        make = rng.choices([m for m, _ in CASES], [w for _, w in CASES])[0]
        size, name = 0, make.__name__
        began = time.thread_time()
        try:
            name, size, outcome = make(session, rng)
            tally.outcomes[f"{name}: {outcome}"] += 1
        except XiaobaoError as error:
            tally.told(name, error)
        except Exception as error:
            tally.failures.append(f"case {number} ({name}): {type(error).__name__}: {str(error)[:200]!a}")
        called = f"case {number} ({name}, {size:,} characters)"
        tally.took(called, time.thread_time() - began, SLOW * max(1.0, size / 1_000_000))
    tally.left_open = open_files() - before
    return tally


if __name__ == "__main__":
    raise SystemExit(main(__file__, run, ["--no-judge"]))
