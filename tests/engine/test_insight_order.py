"""Trends from files as people have them: newest first, shuffled, imported twice, with wrong years and bad lines."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from xiaobao import batch
from xiaobao.cli import main
from xiaobao.insight.memory import DAYS
from xiaobao.insight.order import Account, Seen, in_time
from xiaobao.insight.values import Text

START = datetime(2026, 3, 2)
MATTERS = (
    "房贷提前还款排队太久", "信用卡年费不该收", "理财亏损没人解释", "客服电话一直占线", "转账三天没到账",
    "征信逾期记录有误", "手机银行登录不上", "定期存款利率又降了", "分期手续费太高", "积分兑换不了礼品",
    "网点排队两小时", "短信退订了还在发",
)  # fmt: skip
WISHES = ("请处理", "等回复", "太失望", "要求解释", "我要投诉", "希望改进", "不合理", "拖了很久")
NEW = (
    "绿叶卡升级之后刷不了", "绿叶卡刷不出来耽误事", "柜员说绿叶卡要换新的",
    "我妈的绿叶卡被锁死", "绿叶卡升级失败退不回来", "超市付款绿叶卡没反应", "绿叶卡里的钱取不出",
    "绿叶卡突然作废没通知", "医院缴费绿叶卡失败", "绿叶卡换卡收十块钱",
)  # fmt: skip
Lines = list[dict[str, Any]]


@pytest.fixture(scope="module")
def lines() -> Lines:
    """Return a stream in order in which one matter emerges."""
    rng = random.Random(7)
    usual = [day for day in range(22) for _ in range(50)]
    told = [(d, f"{rng.choice(MATTERS)}，{rng.choice(WISHES)}，{rng.choice(WISHES)}") for d in usual]
    told += [(d, f"{NEW[(3 * d + n) % 10]}，{rng.choice(WISHES)}") for d in (15, 16, 17, 18) for n in range(7)]
    made = [(START + timedelta(days=day, seconds=rng.randrange(86_400)), text) for day, text in told]
    made.sort()
    return [{"id": f"t{n}", "ts": at.isoformat(), "channel": "web", "text": text} for n, (at, text) in enumerate(made)]


def run(folder: Path, given: list[Any], *, piped: bool = False) -> tuple[int, Lines, str]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in given)
    (folder / "in.jsonl").write_text(text, encoding="utf-8")
    source = [] if piped else ["--input", str(folder / "in.jsonl")]
    done = CliRunner().invoke(
        main, ["trends", *source, "--output", str(folder / "out.jsonl")], input=text if piped else None
    )
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, [json.loads(x) for x in (folder / "out.jsonl").read_text("utf-8").splitlines()], done.stderr


def plain(found: Lines) -> Lines:
    return [{k: v for k, v in a.items() if k != "warnings"} for a in found if "error" not in a]


def shuffled(lines: Lines) -> Lines:
    return random.Random(3).sample(lines, len(lines))


@pytest.mark.parametrize("spoil", [lambda x: x[::-1], shuffled, lambda x: [*x[600:], *x[:600]]])
def test_a_file_out_of_order_gives_what_it_gives_in_order_and_says_so(
    tmp_path: Path, lines: Lines, spoil: Callable[[Lines], Lines]
) -> None:
    code, right, told = run(tmp_path, lines)
    assert (code, told) == (0, "")
    assert [a["kind"] for a in right] == ["emerging"]
    code, found, told = run(tmp_path, spoil(lines))
    assert code == 0
    assert plain(found) == right
    assert "已按时间重新排列" in told
    assert "已按时间重新排列" in found[0]["warnings"][0]


def test_lines_that_are_there_twice_count_once(tmp_path: Path, lines: Lines) -> None:
    _, right, _ = run(tmp_path, lines)
    code, found, told = run(tmp_path, [*lines, *lines])
    assert (code, plain(found)) == (0, right)
    assert f"{len(lines)} 行与此前的行编号、内容相同，只计一次" in told


def test_an_id_with_other_words_counts_and_is_told(tmp_path: Path, lines: Lines) -> None:
    again = [*lines[:50], {**lines[49], "text": "银行卡被限额影响发货，急用"}, *lines[50:]]
    code, _, told = run(tmp_path, again)
    assert code == 0
    assert "1 行与此前的行编号相同而内容不同，均已计入（首例在第 51 行）" in told


@pytest.mark.parametrize("ts", ["1970-01-01T00:00:00", "2099-01-01T00:00:00"])
def test_a_wrong_year_is_left_out_and_told(tmp_path: Path, lines: Lines, ts: str) -> None:
    _, right, _ = run(tmp_path, lines)
    wrong = {"id": "w", "ts": ts, "text": "网点排队两小时"}
    code, found, told = run(tmp_path, [*lines[:400], wrong, *lines[400:], {**wrong, "id": "w2"}])
    assert (code, plain(found)) == (0, right)
    assert "2 行的时间与其余各行相差数月以上，疑为误填，没有计入（首例在第 401 行）" in told


def test_bad_lines_are_told_where_they_stand_and_change_nothing(tmp_path: Path, lines: Lines) -> None:
    _, right, _ = run(tmp_path, lines)
    bad = ["not json", {"id": "a", "text": "没有时间"}, {"id": "b", "ts": "明天", "text": "时间不对"}, ""]
    code, found, told = run(tmp_path, [*bad, *lines[:300], *bad, *lines[:299:-1]])
    assert code == 1
    assert [a["error"]["line"] for a in found if "error" in a] == [1, 2, 3, 305, 306, 307]
    assert plain(found) == right
    assert "6 行无法读取，没有计入" in told


def test_a_pipe_cannot_be_sorted_and_what_came_late_is_told(tmp_path: Path, lines: Lines) -> None:
    _, right, _ = run(tmp_path, lines)
    swapped = [*lines[:100], lines[101], lines[100], *lines[102:]]
    far = {"id": "far", "ts": "2099-01-01", "text": "网点排队两小时"}
    code, found, told = run(tmp_path, [*swapped[:500], far, *swapped[500:]], piped=True)
    assert code == 0
    assert [a["terms"] for a in found] == [a["terms"] for a in right]
    assert "1 行的时间早于此前已经读入的行，按到达的时刻计入（首例在第 102 行）" in told
    assert "1 行的时间与此前相差一个月以上而没有下一行佐证，按到达的时刻计入（首例在第 501 行）" in told


@pytest.mark.parametrize("given", ["", "\n\n", "not json\n", '{"ts":"2026-03-01","text":"a"}', '[1]\n{"ts":null}\n'])
def test_files_with_next_to_nothing_stop_nothing(tmp_path: Path, given: str) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(given, encoding="utf-8")
    account = Account()
    plainly = list(batch.read_lines(source))
    assert [(n, i, str(line)) for n, i, line in in_time(str(source), account)] == [
        (n, i, str(x)) for n, i, x in plainly
    ]
    assert account.all() == []


def test_lines_are_read_at_their_places(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(b'\xef\xbb\xbf{"id":1}\n\n{"id":3}\n{"long":"' + b"x" * 60 + b'"}\n{"id":5}')
    got = list(batch.read_lines_at(source, [5, 2, 4, 3, 1, 9, 0], limit=30))
    assert [(number, identity) for number, identity, _ in got] == [(5, 5), (4, 4), (3, 3), (1, 1)]
    assert getattr(got[1][2], "code", "") == "error.limit" or "上限" in str(got[1][2])


def test_ids_are_forgotten_after_some_weeks() -> None:
    seen = Seen()
    assert [seen.before(Text("a", START, "一")) for _ in range(2)] == [None, True]
    seen.before(Text("b", START + timedelta(days=DAYS + 1), "二"))
    assert seen.before(Text("a", START + timedelta(days=DAYS + 1), "一")) is None
