"""Harder seeded streams: every text has a writer with habits, topics come in more sizes, decoys are subtler.

    python -m evaluation.streams_harder SEED > stream.jsonl

Beside what `streams` plants: topics within one branch and of other sizes and speeds, matters that were always there and
grow; writers who flood in ever new words with and without name, opening or closing; products renamed over days;
campaigns of several days; month's, bills' and quarter's ends; letters of agents in many names; old texts come again.
Seeds from 1000 on draw stories that no seed below 1000 has.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from evaluation.streams import (
    _CITIES,
    _PLACES,
    _SURNAMES,
    CHANNELS,
    DAYS,
    TEXTS,
    Planted,
    Stream,
    _Maker,
    _ordered,
    _read,
    _when,
    lines,
)

HELD_FROM = 1000
SHAPES = ("sudden", "slow", "small", "branch", "regional", "rephrased", "short", "two", "two", "risen")
_TOPICS = 8
_SEPARATORS = ("，", "，", "，", "，", "，", " ", "。", ",", "；")
_ENDINGS = ("", "", "。", "。", "！", "！！", "！！！", "……", "~", "？？")
_OPENINGS = (("又是我", "还是我", "我再说一次", "第几遍了", "领导看看"), ("，", "：", "。", "——"))
_CLOSINGS = (
    ("一个", "盼", "请", "我这个", "等着"),
    ("寒心的", "较真的", "说真话的", "睡不着的", "不服气的", "贵行"),
    ("老客户", "退休工人", "普通市民", "储户", "领导给句话", "拿出态度", "外地人"),
)


@dataclass(frozen=True)
class Hand:
    """One writer's habits: marks, what they open and close with and how often, where and when they write."""

    name: str
    separator: str
    ending: str
    opening: str
    closing: str
    habit: float
    channel: str
    hour: int

    @classmethod
    def drawn(cls, rng: random.Random, name: str, habit: float | None = None) -> Hand:
        """Return a writer; one in eight has words of their own to open or close with unless `habit` says how often."""
        own = habit if habit is not None else rng.choice((0.0,) * 7 + (rng.uniform(0.3, 0.9),))
        opens = rng.random() < 0.4
        opening = "".join(rng.choice(part) for part in _OPENINGS) if opens else ""
        closing = "".join(rng.choice(part) for part in _CLOSINGS) if not opens or rng.random() < 0.3 else ""
        return cls(
            name, rng.choice(_SEPARATORS), rng.choice(_ENDINGS), opening, closing, own, rng.choice(CHANNELS),
            rng.choice((6, 9, 11, 14, 16, 20, 22)),
        )  # fmt: skip

    def write(self, rng: random.Random, text: str) -> str:
        """Return a text as this writer puts it."""
        body = text.rstrip("。！!？?")
        if rng.random() < 0.85:
            body = body.replace("，", self.separator)
        if self.habit and rng.random() < self.habit:
            body = f"{self.opening}{body}{'，' + self.closing if self.closing else ''}"
        return body + (self.ending if rng.random() < 0.8 else rng.choice(_ENDINGS))

    def when(self, rng: random.Random, day: datetime) -> datetime:
        """Return a moment of a day, mostly about this writer's hour."""
        if rng.random() < 0.2:
            return _when(rng, day)
        return day + timedelta(hours=self.hour, seconds=rng.randrange(7_200))


class _Harder(_Maker):
    """Make one harder stream."""

    def __init__(self, seed: int, texts: int, days: int, *, authors: bool) -> None:
        super().__init__(seed, texts, days)
        self.part = "held" if seed >= HELD_FROM else "dev"
        self.known = authors
        self.hands: list[Hand] = []

    def stories(self, kind: str) -> list[dict[str, Any]]:
        """Return the stories of a kind that this seed draws from."""
        found: list[dict[str, Any]] = _read("harder")[kind][self.part]
        return found

    def hand(self) -> Hand:
        """Return the writer of a text: mostly a new one, one in ten has written before."""
        if self.hands and self.rng.random() < 0.1:
            return self.rng.choice(self.hands)
        self.hands.append(Hand.drawn(self.rng, f"C{len(self.hands):06d}"))
        return self.hands[-1]

    def put(self, at: datetime, text: str, planted: Planted | None = None, channel: str = "") -> None:
        """Add one text of somebody."""
        hand = self.hand()
        own = channel or (hand.channel if self.rng.random() < 0.8 else self.rng.choice(CHANNELS))
        self.keep(at, own, hand.write(self.rng, text), planted, hand.name)

    def keep(self, at: datetime, channel: str, text: str, planted: Planted | None, author: str) -> None:
        """Add one text as it stands."""
        self.out.append((at, channel, text, planted, author if self.known else ""))

    def rates(self, shape: str) -> list[float]:
        """Return the texts a day of a topic, from its start."""
        rng = self.rng
        if shape == "sudden":
            most, fade = rng.uniform(6, 22), rng.uniform(0.75, 0.92)
            return [most * fade**i for i in range(12)]
        if shape == "slow":
            slope = rng.uniform(0.35, 0.9)
            return [0.4 + i * slope for i in range(18)]
        if shape == "small":
            return [rng.uniform(1.6, 2.6)] * 18
        if shape == "risen":
            return [rng.uniform(6, 9)] * 9
        if shape == "short":
            return [rng.uniform(9, 14), rng.uniform(7, 12), rng.uniform(0, 3)]
        return [rng.uniform(3, 6)] * rng.randint(6, 10)

    def topic(self, name: str, shape: str, start: int) -> Planted:
        """Add a topic."""
        known = {**_read("topics"), **_read("harder")["topics"]["held"]}[name]
        planted = Planted(name, shape, tuple(known["words"]))
        city, branch = self.rng.choice(_CITIES), self.rng.choice(_PLACES) + "支行"
        places = {
            "regional": (f"{city}这边，{{}}", f"{{}}（{city}分行）", f"我在{city}，{{}}"),
            "branch": (f"{branch}，{{}}", f"在{branch}，{{}}", f"{{}}，{branch}的事", "{}"),
        }.get(shape, ("{}",))
        rates = self.rates(shape)
        if shape == "risen":
            rates = [0.5] * start + rates
        for offset, rate in enumerate(rates):
            number = offset if shape == "risen" else start + offset
            for _ in range(self.count(rate)):
                text = self.rng.choice(places).format(self.writer.text(self.rng.choice(known["texts"])))
                risen = shape != "risen" or number >= start
                self.put(_when(self.rng, self.day(number)), text, planted if risen else None)
        return planted

    def flooding(self, story: dict[str, Any], start: int) -> Planted:
        """Add one writer's flood in ever new words: signed or not, with or without a habit."""
        rng = self.rng
        hand = Hand.drawn(rng, f"F{start}", rng.choice((0.0, 0.5, 0.9)))
        planted = Planted(story["words"][0], "flood", tuple(story["words"]))
        signed = rng.choice((0.0, 0.0, 0.3, 0.7))
        name = rng.choice(_SURNAMES) + rng.choice(("建国", "桂香", "志远", "秀英", "永强"))
        phone = f"13{rng.randrange(10**9):09d}"
        for offset in range(rng.randint(2, 9)):
            for _ in range(rng.randint(2, 9)):
                text = hand.write(rng, self.writer.fill(rng.choice(story["texts"])))
                if rng.random() < signed:
                    text += rng.choice((name, f"{name}{phone}", f"电话{phone}"))
                channel = hand.channel if rng.random() < 0.85 else rng.choice(CHANNELS)
                self.keep(hand.when(rng, self.day(start + offset)), channel, text, planted, hand.name)
        return planted

    def letters(self, start: int) -> Planted:
        """Add letters that agents send in many names."""
        story = self.rng.choice(self.stories("letters"))
        planted = Planted(story["words"][0], "letters", tuple(story["words"]))
        for offset in range(self.rng.randint(2, 6)):
            for _ in range(self.rng.randint(4, 10)):
                text = self.writer.fill(self.rng.choice(story["texts"]))
                self.keep(_when(self.rng, self.day(start + offset)), "email", text, planted, self.hand().name)
        return planted

    def campaign(self, start: int) -> Planted:
        """Add a campaign of one to five days: questions, thanks and some trouble with its pages."""
        story = self.rng.choice(self.stories("marketing"))
        planted = Planted(story["words"][0], "marketing", tuple(story["words"]))
        days = self.rng.randint(1, 5)
        for rate in enumerate([self.rng.uniform(10, 60)] * days + [4.0, 1.5, 0.5]):
            for _ in range(self.count(rate[1])):
                text = self.writer.fill(self.rng.choice(story["texts"]))
                self.put(_when(self.rng, self.day(start + rate[0])), text, planted)
        return planted

    def calendar(self) -> list[Planted]:
        """Add matters of the month's, bills' and quarter's ends, new to the stream when their first day comes."""
        out = []
        for story in self.stories("calendar"):
            planted = Planted(story["words"][0], story["day"], tuple(story["words"]))
            for number in range(self.days):
                for _ in range(self.count(7.0 if _falls(story["day"], self.day(number)) else 0.15)):
                    text = self.writer.text(self.rng.choice(story["texts"]))
                    self.put(_when(self.rng, self.day(number)), text, planted)
            out.append(planted)
        return out

    def renaming(self, at: int) -> Planted:
        """Add a product complained of for the usual reasons whose new name replaces the old over some days."""
        names = self.rng.choice(self.stories("rename"))
        planted = Planted(names["new"], "rename", (names["new"],))
        over, themes = self.rng.choice((0, 2, 5, 8)), _read("background")
        reasons = self.rng.sample([n for n in themes if "peak" not in themes[n]], self.rng.randint(2, 6))
        for number in range(self.days):
            part = (number - at) / over if over else float(number >= at)
            for _ in range(self.count(5.0)):
                new = self.rng.random() < part
                text = self.writer.text(self.rng.choice(themes[self.rng.choice(reasons)]["texts"]))
                name = names["new"] if new else names["old"]
                text = self.rng.choice((f"{name}的问题：{text}", f"{text}，我用的是{name}", f"{name}，{text}"))
                self.put(_when(self.rng, self.day(number)), text, planted if new else None)
        return planted

    def imported_again(self, start: int, of: Planted) -> Planted:
        """Add texts of something planted again, weeks later and within an hour or two, as an import does."""
        planted = Planted(f"again {of.name}", "again", of.words)
        at = self.day(start) + timedelta(hours=self.rng.choice((2, 9, 18)))
        for when, channel, text, _mine, author in [row for row in self.out if row[3] is of]:
            if when < at - timedelta(days=4):
                self.keep(at + timedelta(seconds=self.rng.randrange(5_400)), channel, text, planted, author)
        return planted


def _falls(kind: str, day: datetime) -> bool:
    """Tell whether a day of the calendar falls on a date."""
    if kind == "monthend":
        return (day + timedelta(days=3)).day <= 3
    if kind == "bill":
        return day.day in (5, 20)
    return day.month % 3 == 0 and day.day in (20, 21, 22)


def _starts(rng: random.Random, shapes: Sequence[str], days: int) -> list[int]:
    out = rng.sample(range(12, days - 9), len(shapes))
    two = [i for i, shape in enumerate(shapes) if shape == "two"]
    for i in two[1:]:
        out[i] = out[two[0]]
    return out


def make_harder(seed: int, *, texts: int = TEXTS, days: int = DAYS, authors: bool = False) -> Stream:
    """Return the harder stream of a seed; its texts name their writers where `authors` is true."""
    maker = _Harder(seed, texts, days, authors=authors)
    rng = maker.rng
    maker.background({})
    shapes = rng.sample(SHAPES, _TOPICS)
    own = sorted(_read("harder")["topics"]["held"]) if maker.part == "held" else []
    names = [*own, *rng.sample(sorted(_read("topics")), _TOPICS - len(own))]
    rng.shuffle(names)
    topics = [maker.topic(*each) for each in zip(names, shapes, _starts(rng, shapes, days), strict=True)]
    floods = rng.sample(maker.stories("floods"), 2)
    decoys = [
        *(maker.flooding(story, rng.randint(12, days - 10)) for story in floods),
        maker.letters(rng.randint(12, days - 8)),
        maker.campaign(rng.randint(12, days - 6)),
        maker.renaming(rng.randint(18, days - 12)),
        *maker.calendar(),
    ]
    decoys.append(maker.imported_again(rng.randint(days - 14, days - 4), rng.choice((*topics, *decoys))))
    return _ordered(maker, topics, decoys)


def main() -> None:
    """Write the harder stream of a seed; its topics go to standard error."""
    stream = make_harder(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    for line in lines(stream):
        sys.stdout.buffer.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    for planted in (*stream.topics, *stream.decoys):
        print(planted.shape, planted.name, len(planted.ids), planted.visible(), file=sys.stderr)


if __name__ == "__main__":
    main()
