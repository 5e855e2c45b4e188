"""Seeded streams of complaints with planted topics of every shape and decoys, to develop and measure `trends` against.

    python -m evaluation.streams SEED > stream.jsonl

A stream has 60 days of some 200 texts a day: themes with shares that drift, weekday, payday and holiday peaks, and rare
odd texts; eight topics (sudden, slow ramp, small persistent, regional, rephrased, short-lived, two at once of low
volume); one writer's flood, a renamed product, a marketing day, payday and calendar peaks of themes new to the stream.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import yaml

from xiaobao.calendar import mainland
from xiaobao.insight import Text

HERE = Path(__file__).parent / "streams_texts"
DAYS = 60
TEXTS = 12_000
CHANNELS = ("web", "call", "chat", "email", "branch")
SHAPES = ("sudden", "slow", "small", "regional", "rephrased", "short", "two", "two")
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_BANKS = ("江川银行", "望海银行", "泰和银行", "联丰银行", "北屏银行")
_PLACES = ("城东", "高新区", "中山路", "滨江", "西湖", "解放路", "开发区", "南站", "老城", "大学城", "人民路", "火车站")
_CITIES = ("临岭", "锦川", "青浦", "云阳", "海陵", "平州", "石门", "嘉宁")
_PRODUCTS = ("惠民贷", "好享花", "稳利宝", "鑫添利", "易居贷", "畅行卡", "乐融易", "丰收盈")
_HEADS = (
    "",
    "",
    "",
    "你好，",
    "投诉：",
    "反映一个问题，",
    "我要投诉，",
    "气死了，",
    "麻烦处理下：",
    "第二次反映，",
    "老客户了，",
    "客户来电称：",
)
_TAILS = (
    "",
    "",
    "",
    "。请尽快处理",
    "。等回复",
    "，谢谢",
    "。再不处理就找监管",
    "！！",
    "，太失望了",
    "。电话{phone}",
    "，我姓{sur}",
    "。{bank}就这样对客户？",
    "。望回电{phone}",
)
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章"
_FLOURISHES = (
    "真的",
    "说实话",
    "这次",
    "唉",
    "前几天",
    "上个月",
    "家里人",
    "我妈",
    "朋友也遇到过",
    "问过律师",
    "在单位",
    "出差路上",
)


@dataclass
class Planted:
    """A topic or decoy of a stream: its name, shape, words and the ids of its texts."""

    name: str
    shape: str
    words: tuple[str, ...]
    ids: list[str] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)

    def visible(self, texts: int = 5) -> datetime | None:
        """Return when it became visible: the time of its fifth text."""
        return self.times[texts - 1] if len(self.times) >= texts else None


@dataclass
class Stream:
    """Texts in time order with what was planted in them."""

    texts: list[Text]
    topics: list[Planted]
    decoys: list[Planted]


@cache
def _read(name: str) -> Any:
    return yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))


class _Writer:
    """Write texts from templates, each a little different."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.long = rng.random() < 0.5

    def fill(self, template: str, **fixed: str) -> str:
        """Return a text of a template: choices made, slots filled."""
        rng = self.rng
        while match := _CHOICE.search(template):
            template = template[: match.start()] + rng.choice(match[1].split("|")) + template[match.end() :]
        slots = {
            "bank": rng.choice(_BANKS),
            "branch": rng.choice(_PLACES) + rng.choice(("支行", "网点", "营业厅")),
            "city": rng.choice(_CITIES),
            "prod": rng.choice(_PRODUCTS),
            "amt": str(rng.choice((rng.randint(3, 99), rng.randint(100, 999), rng.randint(10, 600) * 100))),
            "n": rng.choice(("两", "三", "四", "五", "六", "半", "好几")),
            "tail": f"{rng.randint(0, 9999):04d}",
            "sur": rng.choice(_SURNAMES),
            "phone": f"1{rng.choice('35789')}{rng.randint(0, 999999999):09d}",
            "mark": "！" * rng.randint(0, 4),
        } | fixed
        return _SLOT.sub(lambda m: slots[m[1]], template)

    def text(self, template: str, **fixed: str) -> str:
        """Return a filled template with a head, a tail, a flourish and a slip of the keyboard now and then."""
        rng = self.rng
        body = self.fill(template, **fixed)
        if rng.random() < 0.25:
            parts = body.split("，")
            parts.insert(rng.randrange(len(parts)), rng.choice(_FLOURISHES))
            body = "，".join(parts)
        if rng.random() < 0.3 and "，" in body:
            parts = body.split("，")
            rng.shuffle(parts)
            body = "，".join(parts)
        if rng.random() < 0.06:
            at = rng.randrange(len(body))
            body = body[:at] + body[at + 1 :]
        if self.long:
            more = [self.fill(c) for c in rng.sample(_read("fillers")["clauses"], rng.randint(1, 4))]
            at = rng.randint(0, 1)
            body = "，".join([*more[:at], body, *more[at:]])
            return self.fill(rng.choice(["", *_read("fillers")["openings"]])) + body + rng.choice(("。", "", "！"))
        return self.fill(rng.choice(_HEADS)) + body + self.fill(rng.choice(_TAILS))


def _weekday_load(day: datetime) -> float:
    return (1.25, 1.1, 1.05, 1.0, 1.05, 0.75, 0.7)[day.weekday()]


def _peak(kind: str, day: datetime) -> float:
    """Return how much a theme peaks on a day."""
    if kind == "monday":
        return 2.5 if day.weekday() == 0 else 0.8
    if kind == "weekend":
        return 2.5 if day.weekday() >= 5 else 0.6
    if kind == "payday":
        return 5.0 if day.day in (10, 15) else 2.0 if day.day in (11, 16) else 0.6
    if kind == "holiday":
        near = any(mainland().day(day + timedelta(days=n)).kind == "holiday" for n in (0, 1, 2))
        return 6.0 if near else 0.6
    return 1.0


def _when(rng: random.Random, day: datetime) -> datetime:
    hour = rng.choices(
        range(24), weights=(1, 1, 0, 0, 0, 1, 2, 4, 8, 12, 12, 10, 7, 7, 10, 11, 10, 8, 6, 6, 6, 5, 4, 2)
    )[0]
    return day + timedelta(hours=hour, minutes=rng.randint(0, 59), seconds=rng.randint(0, 59))


def _rates(shape: str, rng: random.Random) -> list[float]:
    """Return the texts a day of a shape, from its start."""
    if shape == "sudden":
        return [rng.uniform(9, 15) * 0.85**i for i in range(10)]
    if shape == "slow":
        return [0.6 + i * 0.7 for i in range(16)]
    if shape == "small":
        return [rng.uniform(2.0, 3.0)] * 18
    if shape == "regional":
        return [rng.uniform(4, 6)] * 8
    if shape == "rephrased":
        return [rng.uniform(5, 7)] * 8
    if shape == "short":
        return [rng.uniform(10, 14), rng.uniform(8, 12)]
    return [rng.uniform(3, 5)] * 8


class _Maker:
    """Make one stream."""

    def __init__(self, seed: int, texts: int, days: int) -> None:
        self.rng = random.Random(seed)
        self.writer = _Writer(self.rng)
        self.days = days
        self.texts = texts
        self.start = datetime(2026, self.rng.choice((1, 2, 3, 4, 7, 8, 9)), self.rng.randint(1, 28))
        self.out: list[tuple[datetime, str, str, Planted | None, str]] = []

    def put(self, at: datetime, text: str, planted: Planted | None = None, channel: str = "") -> None:
        """Add one text."""
        self.out.append((at, channel or self.rng.choice(CHANNELS), text, planted, ""))

    def day(self, number: int) -> datetime:
        """Return midnight of a day of the stream."""
        return self.start + timedelta(days=number)

    def count(self, mean: float) -> int:
        """Return a Poisson number."""
        limit, product, count = 2.718281828459045**-mean, self.rng.random(), 0
        while product > limit:
            product *= self.rng.random()
            count += 1
        return count

    def background(self, name_of: Mapping[str, tuple[str, str, int]]) -> None:
        """Add the themes that are always there; name_of: theme, old name, new name, day of the renaming."""
        themes = _read("background")
        drift = {name: self.rng.uniform(-0.5, 0.7) for name in themes}
        names = list(themes)
        for number in range(self.days):
            day = self.day(number)
            weights = [
                themes[n]["weight"] * _peak(themes[n].get("peak", ""), day) * (1 + drift[n] * number / self.days)
                for n in names
            ]
            usual = sum(t["weight"] for t in themes.values())
            load = (
                self.texts / self.days * 0.93 * _weekday_load(day) * self.rng.uniform(0.9, 1.1) * sum(weights) / usual
            )
            for _ in range(self.count(min(load, 600.0)) if load < 600 else round(load)):
                theme = self.rng.choices(names, weights)[0]
                self.put(_when(self.rng, day), self.writer.text(self.rng.choice(themes[theme]["texts"])))
            for old, new, at in name_of.values():
                for _ in range(self.count(5.0)):
                    theme = self.rng.choice([n for n in names if "peak" not in themes[n]])
                    text = self.writer.text(self.rng.choice(themes[theme]["texts"]))
                    name = old if number < at else new
                    self.put(_when(self.rng, day), f"[{name}|{name}]的问题：{text}".replace(f"[{name}|{name}]", name)
                             if self.rng.random() < 0.5 else f"{text}，我用的是{name}")  # fmt: skip

    def topic(self, name: str, shape: str, start: int) -> Planted:
        """Add a topic."""
        known = _read("topics")[name]
        planted = Planted(name, shape, tuple(known["words"]))
        city = self.rng.choice(_CITIES)
        texts = known["texts"] if shape == "rephrased" else self.rng.sample(known["texts"], len(known["texts"]) - 1)
        for offset, rate in enumerate(_rates(shape, self.rng)):
            for _ in range(self.count(rate)):
                text = self.writer.text(self.rng.choice(texts))
                if shape == "regional":
                    text = self.rng.choice((f"{city}这边，{text}", f"{text}（{city}分行）", f"我在{city}，{text}"))
                self.put(_when(self.rng, self.day(start + offset)), text, planted)
        return planted

    def flood(self, start: int) -> Planted:
        """Add one writer's flood: some days of texts that vary a little, half of them signed."""
        template, words = self.rng.choice(_read("decoys")["flood"])
        planted = Planted(words[0], "flood", tuple(words))
        fixed = {"branch": self.rng.choice(_PLACES) + "支行", "sur": self.rng.choice(_SURNAMES)}
        for offset in range(self.rng.randint(1, 4)):
            for _ in range(self.rng.randint(12, 30)):
                text = self.writer.fill(template, **fixed)
                self.put(_when(self.rng, self.day(start + offset)), text, planted, "web")
        return planted

    def flood_told_anew(self, start: int) -> Planted:
        """Add one writer's flood in ever new words, most of it signed."""
        kind = self.rng.choice(_read("decoys")["flood_told_anew"])
        planted = Planted(kind["words"][0], "flood", tuple(kind["words"]))
        for offset in range(self.rng.randint(3, 8)):
            for _ in range(self.rng.randint(3, 9)):
                text = self.writer.fill(self.rng.choice(kind["texts"]))
                if self.rng.random() < 0.8:
                    text = f"{text}。{self.rng.choice(kind['signed'])}"
                self.put(_when(self.rng, self.day(start + offset)), text, planted)
        return planted

    def flood_unsigned(self, start: int) -> Planted:
        """Add one writer's flood in ever new words, unsigned, with the writer's own way of closing."""
        kind = self.rng.choice(_read("decoys")["flood_unsigned"])
        planted = Planted(kind["words"][0], "flood", tuple(kind["words"]))
        for offset in range(self.rng.randint(3, 8)):
            for _ in range(self.rng.randint(3, 7)):
                text = self.writer.fill(self.rng.choice(kind["texts"]))
                if self.rng.random() < 0.85:
                    text = f"{text}。{kind['closing']}"
                self.put(_when(self.rng, self.day(start + offset)), text, planted)
        return planted

    def renamed_same_matter(self, at: int) -> Planted:
        """Add a product that is always complained of for the same reasons and takes a new name."""
        kind = self.rng.choice(_read("decoys")["rename_same_matter"])
        planted = Planted(kind["new"], "rename", (kind["new"],))
        for number in range(self.days):
            for _ in range(self.count(4.0)):
                name = kind["old"] if number < at else kind["new"]
                text = self.writer.text(self.rng.choice(kind["texts"]), name=name)
                self.put(_when(self.rng, self.day(number)), text, planted if number >= at else None)
        return planted

    def marketing(self, start: int) -> Planted:
        """Add a marketing day: many questions and thanks on one day, a few after it."""
        kind = self.rng.choice(_read("decoys")["marketing"])
        planted = Planted(kind["words"][0], "marketing", tuple(kind["words"]))
        for offset, rate in enumerate((self.rng.uniform(40, 90), 5.0, 1.0)):
            for _ in range(self.count(rate)):
                text = self.writer.fill(self.rng.choice(kind["texts"]))
                self.put(_when(self.rng, self.day(start + offset)), text, planted)
        return planted

    def peaks(self) -> list[Planted]:
        """Add themes that come only on paydays, weekends and before holidays."""
        out = []
        for kind, tests in (("payday", _read("decoys")["payday"]), ("season", _read("decoys")["season"])):
            for test in tests:
                planted = Planted(test["words"][0], kind, tuple(test["words"]))
                for number in range(self.days):
                    rate = 0.3 + 3.0 * max(0.0, _peak(test.get("day", "payday"), self.day(number)) - 1)
                    for _ in range(self.count(rate)):
                        text = self.writer.text(self.rng.choice(test["texts"]))
                        self.put(_when(self.rng, self.day(number)), text, planted)
                out.append(planted)
        return out


def make(seed: int, *, texts: int = TEXTS, days: int = DAYS) -> Stream:
    """Return the stream of a seed."""
    maker = _Maker(seed, texts, days)
    rng = maker.rng
    old, new = rng.choice(_read("decoys")["rename"])
    renamed = rng.randint(18, days - 15)
    maker.background({"renamed": (old, new, renamed)})
    starts = sorted(rng.sample(range(12, days - 9), len(SHAPES)))
    shapes = rng.sample(SHAPES, len(SHAPES))
    together = [i for i, shape in enumerate(shapes) if shape == "two"]
    starts[together[1]] = starts[together[0]]
    names = rng.sample(sorted(_read("topics")), len(SHAPES))
    topics = [maker.topic(*each) for each in zip(names, shapes, starts, strict=True)]
    decoys = [
        maker.flood(rng.randint(12, days - 6)),
        maker.flood_told_anew(rng.randint(12, days - 9)),
        maker.renamed_same_matter(rng.randint(18, days - 12)),
        maker.marketing(rng.randint(12, days - 4)),
        *maker.peaks(),
        maker.flood_unsigned(rng.randint(12, days - 9)),
    ]
    renaming = Planted(new, "rename", (new,))
    made = _ordered(maker, topics, [*decoys, renaming])
    renaming.ids += [t.id for t in made.texts if new in t.text]
    return made


def _ordered(maker: _Maker, topics: list[Planted], decoys: list[Planted]) -> Stream:
    """Put the texts in time order and give them their ids."""
    end = maker.day(maker.days)
    rows = sorted((row for row in maker.out if row[0] < end), key=lambda row: row[0])
    out = []
    for number, (at, channel, text, planted, author) in enumerate(rows):
        identity = f"T{number:06d}"
        out.append(Text(identity, at, text, channel, author))
        if planted is not None:
            planted.ids.append(identity)
            planted.times.append(at)
    return Stream(out, topics, decoys)


def lines(stream: Stream) -> Iterator[dict[str, str]]:
    """Yield the texts as the lines that `xiaobao trends` reads."""
    for text in stream.texts:
        yield {"id": text.id, "ts": text.at.isoformat(), "channel": text.channel, "text": text.text}


def main() -> None:
    """Write the stream of a seed; its topics go to standard error."""
    stream = make(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    for line in lines(stream):
        sys.stdout.buffer.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    for planted in (*stream.topics, *stream.decoys):
        print(planted.shape, planted.name, len(planted.ids), planted.visible(), file=sys.stderr)
    print(Counter(t.channel for t in stream.texts), file=sys.stderr)


if __name__ == "__main__":
    main()
