"""Generated pairs of complaints: the same event told twice, or not, in all the ways that mislead.

    python -m evaluation.duplicates_pairs > pairs.jsonl

Kinds of the same event: another channel, an escalation, a chaser, a relative who tells it. Kinds of another event: the
same customer with another matter or the same matter again, other customers with the same matter, a template letter,
unrelated ones. Every third scene is held out: what measures was not seen when the weights were learnt.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

import orjson
import yaml

from xiaobao.insight import Index, facts_of
from xiaobao.intake.train_wishes import is_held_out

SCENES = Path(__file__).parent / "duplicates_texts" / "scenes.yaml"
SAME = ("other_channel", "other_channel", "escalation", "chaser", "family")
OTHER = (
    "other_event",
    "same_kind_again",
    "other_customer",
    "other_customer",
    "template",
    "unrelated",
    "stranger",
    "stranger",
)
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_BANKS = ("江岳银行", "澄海银行", "北岭银行", "金川银行", "云梦银行")
_BRANCHES = ("长乐路支行", "东湖支行", "文昌支行", "石桥支行", "南苑支行", "青年路支行", "海关支行", "城西支行")
_PRODUCTS = ("随享贷", "安盈九号", "福满年金", "惠农盈", "速用花", "稳健添金", "悦动宝")
_SURNAMES = "汤尹黎易常武乔贺赖龚文庞樊兰殷施洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅庄辛管祝左"
_GIVEN = (
    "建国",
    "秀英",
    "海燕",
    "志强",
    "雨桐",
    "俊杰",
    "丽娟",
    "德明",
    "小红",
    "文博",
    "春梅",
    "子轩",
    "桂兰",
    "永福",
    "晓雯",
    "立新",
)
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Event:
    """The facts of one event."""

    scene: str
    name: str
    phone: str
    bank: str
    branch: str
    product: str
    tail: str
    amount: int
    day: date
    details: tuple[int, ...] = ()


@cache
def scenes() -> dict[str, list[str]]:
    """Return the tellings of each scene."""
    read = yaml.safe_load(SCENES.read_text(encoding="utf-8"))
    return {name: scene["tellings"] for name, scene in read.items()}


@cache
def details() -> list[list[str]]:
    """Return circumstances, each in several wordings."""
    read: list[list[str]] = yaml.safe_load(SCENES.with_name("details.yaml").read_text(encoding="utf-8"))
    return read


def held_out(scene: str) -> bool:
    """Tell whether a scene measures and does not train."""
    return sorted(scenes()).index(scene) % 3 == 0


class Teller:
    """Tell events in many ways."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.vague = 0.15

    def event(self, scene: str) -> Event:
        """Return a new event of a scene."""
        rng = self.rng
        amount = rng.choice((
            rng.randint(2, 99) * 100, rng.randint(1, 80) * 10_000, rng.randint(1200, 98_000),
            rng.randint(101, 999) * 1000, rng.randint(1, 9) * 10_000,
        ))  # fmt: skip
        return Event(
            scene,
            rng.choice(_SURNAMES) + rng.choice(_GIVEN),
            f"1{rng.choice('3578')}{rng.randint(10**8, 10**9 - 1)}",
            rng.choice(_BANKS),
            rng.choice(_BRANCHES),
            rng.choice(_PRODUCTS),
            f"{rng.randint(0, 9999):04d}",
            amount,
            date(2025, 1, 1) + timedelta(days=rng.randint(0, 500)),
            tuple(rng.sample(range(len(details())), rng.randint(0, 3))),
        )

    def money(self, amount: int) -> str:
        """Return a sum as people write it."""
        rng = self.rng
        forms = [f"{amount}元", f"{amount}块", f"{amount:,}元"]
        if amount % 1000 == 0 and amount >= 10_000:
            forms += [f"{amount / 10000:g}万", f"{amount / 10000:g}w", f"{amount / 10000:g}万元"]
        if amount % 10_000 == 0 and amount < 100_000:
            forms.append("一二三四五六七八九"[amount // 10_000 - 1] + "万块")
        return rng.choice(forms)

    def when(self, day: date, told: datetime) -> str:
        """Return a day as people name it on the day they tell it."""
        rng, ago = self.rng, (told.date() - day).days
        forms = [
            f"{day.month}月{day.day}日",
            f"{day.month}月{day.day}号",
            f"{day.year}年{day.month}月{day.day}日",
            f"{day.month}.{day.day}",
        ]
        if ago in (1, 2):
            forms += [("昨天", "前天")[ago - 1]] * 3
        if 0 < ago < 27 and day.month == told.month:
            forms.append(f"{day.day}号")
        monday = told.date() - timedelta(days=told.weekday())
        if 0 < (monday - day).days <= 7:
            forms.append(f"上周{_WEEKDAYS[day.weekday()]}")
        return rng.choice(forms)

    def body(self, event: Event, told: datetime, telling: str | None = None) -> str:
        """Return the facts told; now and then one is left out."""
        rng = self.rng
        text = telling or rng.choice(scenes()[event.scene])
        while match := _CHOICE.search(text):
            text = text[: match.start()] + rng.choice(match[1].split("|")) + text[match.end() :]
        told_more = [rng.choice(details()[n]) for n in event.details if rng.random() < 0.75]
        text = "，".join([text, *told_more])
        return text.format(
            day=self.when(event.day, told) if rng.random() >= self.vague else "前阵子",
            amt=self.money(event.amount) if rng.random() >= self.vague else "这笔钱",
            tail=event.tail if rng.random() >= self.vague else "那张",
            bank=event.bank, branch=event.branch, prod=event.product,
        )  # fmt: skip

    def complaint(
        self, event: Event, told: datetime, *, channel: str = "", relative: str = "", telling: str | None = None
    ) -> dict[str, Any]:
        """Return a complaint of an event, told by the customer or by a relative."""
        rng = self.rng
        channel = channel or rng.choice(("web", "call", "chat", "letter", "regulator_transfer"))
        text = self.body(event, told, telling)
        name, surname = event.name, event.name[0]
        if relative and rng.random() < 0.5:
            other = rng.choice(_SURNAMES) + rng.choice(_GIVEN)
            text = f"{text}。{other} {event.phone}"
            return {"channel": channel, "received_at": told.isoformat(), "text": f"{relative}的事，{text}"}
        sign = rng.random() + self.vague
        if relative:
            text = f"我是{name}的[女儿|儿子|爱人]，替[他|她|家里]来反映。{text}"
            text = _CHOICE.sub(lambda m: rng.choice(m[1].split("|")), text)
        elif channel == "call":
            ask = rng.choice(("您好，请讲", f"您好{event.bank}客服", "请问有什么可以帮您"))
            own = rng.choice((name, "先不说了", f"我姓{surname}", f"我姓{surname}", f"{name} {event.phone}"))
            text = f"坐席：{ask}\n客户：{text}\n坐席：请问您贵姓\n客户：{own}"
        elif channel == "regulator_transfer":
            text = f"【转办】消费者{name}（联系电话{event.phone}）反映：{text}。请贵单位依法处理。"
        elif sign < 0.4:
            text = f"{text}。{name} {event.phone}"
        elif sign < 0.7:
            text = f"{text}。联系电话{event.phone}"
        elif sign < 0.9:
            text = f"我是{name}，{text}"
        if event.bank not in text and rng.random() < 0.5:
            text = f"{event.bank}：{text}"
        return {"channel": channel, "received_at": told.isoformat(), "text": text}

    def told(self, event: Event, least: int = 1, most: int = 20) -> datetime:
        """Return when an event is told."""
        day = datetime.combine(event.day, datetime.min.time())
        return day + timedelta(
            days=self.rng.randint(least, most), hours=self.rng.randint(8, 20), minutes=self.rng.randint(0, 59)
        )


def _same(teller: Teller, kind: str, scene: str) -> tuple[dict[str, Any], dict[str, Any]]:
    rng, event = teller.rng, teller.event(scene)
    first = teller.told(event)
    later = first + timedelta(days=rng.choice((rng.randint(0, 25), rng.randint(0, 60))), hours=rng.randint(1, 9))
    tellings = scenes()[scene]
    one, two = rng.sample(tellings, 2)
    a = teller.complaint(event, first, telling=one)
    if rng.random() < 0.12:
        # The second time people name another figure: with interest, or what is left of it.
        event = replace(event, amount=round(event.amount * rng.choice((0.4, 0.9, 1.05, 1.3))))
    if rng.random() < 0.12:
        # Or another day: when they noticed, when they first called.
        event = replace(event, day=min(event.day + timedelta(days=rng.randint(2, 6)), first.date()))
    if kind == "escalation":
        b = teller.complaint(event, later, channel="regulator_transfer", telling=two)
    elif kind == "chaser":
        b = teller.complaint(event, later, telling=two)
        head = rng.choice(("上次投诉过的事，", "第二次反映了，", "再次投诉，之前的单子没人管，", "催办："))
        b["text"] = head + b["text"]
    elif kind == "family":
        b = teller.complaint(event, later, channel="web", relative=rng.choice(("家里", "客户")), telling=two)
    else:
        b = teller.complaint(event, later, telling=two)
    return (a, b) if rng.random() < 0.7 else (b, a)


Pair = tuple[dict[str, Any], dict[str, Any]]


def _letters(teller: Teller, event: Event, other: Event) -> Pair:
    """Return two letters of one template."""
    telling = teller.rng.choice(scenes()[event.scene])
    demand = (
        "现依据相关规定要求贵行在收到本函之日起七个工作日内书面答复，退还全部费用并出具情况说明，逾期将向监管部门举报"
    )

    def letter(each: Event) -> dict[str, Any]:
        told = teller.told(each)
        text = f"本人{each.name}，{teller.body(each, told, telling)}。{demand}。联系电话{each.phone}"
        return {"channel": "letter", "received_at": told.isoformat(), "text": text}

    return letter(event), letter(other)


def _strangers(teller: Teller, event: Event, other: Event, tellings: list[str]) -> Pair:
    """Return two who say little of themselves, days apart; half of the time in one short clause."""
    rng = teller.rng
    teller.vague = 0.6
    near = event.day + timedelta(days=rng.randint(-9, 9))
    other = replace(other, bank=event.bank, branch=event.branch, day=near)

    def short(each: Event) -> dict[str, Any]:
        told = teller.told(each)
        clauses = teller.body(replace(each, details=()), told, tellings[0]).split("，")
        return {"channel": "web", "received_at": told.isoformat(), "text": clauses[rng.choice((0, -1))]}

    if rng.random() < 0.5:
        return short(event), short(other)
    one, two = (teller.complaint(e, teller.told(e), telling=t) for e, t in zip((event, other), tellings, strict=True))
    return one, two


def _related(teller: Teller, kind: str, event: Event, other: Event, pool: list[str]) -> Event:
    """Return another event that shares with the first what its kind says."""
    rng = teller.rng
    if kind == "other_event":
        other = replace(
            teller.event(rng.choice([s for s in pool if s != event.scene])), name=event.name, phone=event.phone
        )
        return replace(other, bank=event.bank if rng.random() < 0.7 else other.bank)
    if kind == "same_kind_again":
        shift = timedelta(days=rng.randint(50, 300))
        return replace(other, name=event.name, phone=event.phone, bank=event.bank, day=event.day + shift)
    if kind == "unrelated":
        return teller.event(rng.choice(pool))
    near = event.day + timedelta(days=rng.randint(-20, 20))
    branch = event.branch if rng.random() < 0.4 else other.branch
    product = event.product if rng.random() < 0.3 else other.product
    amount = event.amount if rng.random() < 0.15 else other.amount
    return replace(other, bank=event.bank, branch=branch, product=product, amount=amount, day=near)


def _other(teller: Teller, kind: str, scene: str, pool: list[str]) -> Pair:
    event, other = teller.event(scene), teller.event(scene)
    tellings = teller.rng.sample(scenes()[scene], 2)
    if kind == "template":
        return _letters(teller, event, other)
    if kind == "stranger":
        return _strangers(teller, event, other, tellings)
    other = _related(teller, kind, event, other, pool)
    again = tellings[1] if other.scene == scene else None
    one = teller.complaint(event, teller.told(event), telling=tellings[0])
    return one, teller.complaint(other, teller.told(other), telling=again)


def pairs(count: int, seed: int, *, held: bool) -> Iterator[dict[str, Any]]:
    """Yield labelled pairs of scenes that are held out, or of the others."""
    teller = Teller(seed)
    pool = [s for s in scenes() if held_out(s) == held]
    for number in range(count):
        scene = teller.rng.choice(pool)
        same = number % 2 == 0
        teller.vague = teller.rng.choice((0.1, 0.25, 0.4))
        kind = teller.rng.choice(SAME if same else OTHER)
        a, b = _same(teller, kind, scene) if same else _other(teller, kind, scene, pool)
        yield {"pair_id": f"G{seed}-{number:04d}", "a": a, "b": b, "label": int(same), "kind": kind, "scene": scene}


def matters(count: int, seed: int, *, held: bool) -> Iterator[dict[str, Any]]:
    """Yield pairs of a customer who says who it is and hardly says when and how much: the same matter, or another."""
    teller = Teller(seed)
    pool = [s for s in scenes() if held_out(s) == held]
    for number in range(count):
        rng, same = teller.rng, number % 2 == 0
        scene, elsewhere = rng.sample(pool, 2)
        again = not same and rng.random() < 0.25
        event = teller.event(scene)
        other = event if same else teller.event(scene if again else elsewhere)
        other = replace(other, name=event.name, phone=event.phone, bank=event.bank)
        if not same:
            other = replace(other, day=event.day + timedelta(days=rng.randint(20 if again else 2, 90)))
        # Who has the same trouble again is told apart by day and sum alone.
        teller.vague = 0.1 if again else rng.choice((0.6, 0.95))
        one, two = rng.sample(scenes()[scene], 2)
        two = two if other.scene == scene else rng.choice(scenes()[elsewhere])
        a, b = (_signed(teller, each, telling) for each, telling in ((event, one), (other, two)))
        kind = "same_matter" if same else "same_trouble_again" if again else "other_matter"
        yield {"pair_id": f"M{seed}-{number:04d}", "a": a, "b": b, "label": int(same), "kind": kind, "scene": scene}


def told(part: Literal["building", "held", "fresh"]) -> Iterator[dict[str, Any]]:
    """Yield the pairs of complaints that were written one by one, all of a group: what learns, or what measures."""
    path = SCENES.with_name(f"told_{part}.yaml")
    for group, lines in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        for one, two in combinations([_written(line) for line in lines], 2):
            same = one["event"] == two["event"]
            if same:
                kind = "told_again"
            elif one["who"] == two["who"]:
                kind = "same_trouble_again" if one["trouble"] == two["trouble"] else "other_matter"
            else:
                kind = "other_customer" if one["trouble"] == two["trouble"] else "stranger"
            name = f"{group}-{one['event']}{two['event']}"
            yield {"pair_id": name, "a": one["told"], "b": two["told"], "label": int(same), "kind": kind}


_NARRATIVES = Path(__file__).parent / "intake"
_TOLD = ("channel", "text", "turns")
_CROSSED = ("w5.jsonl", "w7.jsonl", "w10.jsonl", "w11.jsonl")
_CROSSED_HELD = ("w13.jsonl", "w14.jsonl", "w15.jsonl", "heldout.jsonl")
_CROWD = ("w1.jsonl", "w2.jsonl", "w7.jsonl", "w10.jsonl", "w14.jsonl")
_CROWD_HELD = ("w3.jsonl", "w5.jsonl", "w11.jsonl", "w13.jsonl", "w15.jsonl")


def crossed(count: int, seed: int, *, held: bool) -> Iterator[dict[str, Any]]:
    """Yield pairs of narratives of other authors, one of them put into the other's name: two matters of one customer.

    Only narratives that the classes of tickets have not learnt; measured is with other authors than learnt.
    """
    pool = []
    for name in _CROSSED_HELD if held else _CROSSED:
        rows = [orjson.loads(line) for line in (_NARRATIVES / name).read_bytes().splitlines()]
        kept = (row for row in rows if name == "heldout.jsonl" or is_held_out(name, row["id"]))
        pool += [row for row in kept if len(row["gold"].get("customer_name") or "") > 1]
    rng = random.Random(seed)
    for number in range(count):
        one, two = rng.sample(pool, 2)
        a, b = ({key: row[key] for key in (*_TOLD, "received_at") if key in row} for row in (one, two))
        for key in ("customer_name", "phone"):
            b = _renamed(b, two["gold"].get(key), one["gold"].get(key))
        if "text" in b and rng.random() < 0.7:
            b["text"] += f" {one['gold']['customer_name']} {one['gold'].get('phone') or ''}"
        yield {"pair_id": f"C{seed}-{number:04d}", "a": a, "b": b, "label": 0, "kind": "crossed_matter"}


def crowd(count: int, seed: int, *, held: bool) -> Iterator[dict[str, Any]]:
    """Yield pairs of narratives by many authors that share keys, as a platform meets them: all are other events.

    About twenty complaints come a day, all of one bank; each is paired with candidates that the index finds among the
    earlier ones.
    """
    rows = []
    for name in _CROWD_HELD if held else _CROWD:
        read = [orjson.loads(line) for line in (_NARRATIVES / name).read_bytes().splitlines()]
        rows += [row for row in read if is_held_out(name, row["id"])]
    rng = random.Random(seed)
    rng.shuffle(rows)
    index, told, out = Index(), list[dict[str, Any]](), list[tuple[int, int]]()
    for number, row in enumerate(rows):
        day = date(2025, 6, 1) + timedelta(days=number // 20)
        kept = {key: row[key] for key in _TOLD if key in row} | {"received_at": f"{day}T10:00:00"}
        for bank in facts_of(kept).banks:
            kept = _renamed(kept, bank, _BANKS[0])
        told.append(kept)
        facts = facts_of(told[-1])
        out += [(int(earlier), number) for earlier in index.candidates(facts, most=60)]
        index.add(str(number), facts)
    for number, (one, two) in enumerate(rng.sample(out, min(count, len(out)))):
        yield {"pair_id": f"K{seed}-{number:04d}", "a": told[one], "b": told[two], "label": 0, "kind": "crowd"}


def _renamed(told: dict[str, Any], old: str | None, new: str | None) -> dict[str, Any]:
    """Return a complaint with one name or number in place of another."""
    if not old:
        return told
    if "turns" in told:
        return {**told, "turns": [{**t, "text": t["text"].replace(old, new or "")} for t in told["turns"]]}
    return {**told, "text": told["text"].replace(old, new or "")}


def _written(line: str) -> dict[str, Any]:
    """Return a line "event who trouble channel day | words" as its parts; "／" parts the turns of a call."""
    head, _, words = line.partition(" | ")
    event, who, trouble, channel, day = head.split()
    out: dict[str, Any] = {"channel": channel, "received_at": f"{day}T10:00:00"}
    if channel == "call":
        roles = {"坐席": "agent", "客户": "customer"}
        turns = [turn.split("：", 1) for turn in words.split("／")]
        out["turns"] = [{"role": roles[role], "text": text} for role, text in turns]
    else:
        out["text"] = words
    return {"event": event, "who": who, "trouble": trouble, "told": out}


def _signed(teller: Teller, event: Event, telling: str) -> dict[str, Any]:
    """Return a complaint with name and telephone."""
    told = teller.told(event, most=40)
    text = teller.body(event, told, telling)
    who = teller.rng.choice(("{t}。{n} {p}", "我是{n}，电话{p}，{t}", "{t}，联系人{n}，{p}"))
    return {"channel": "web", "received_at": told.isoformat(), "text": who.format(t=text, n=event.name, p=event.phone)}


if __name__ == "__main__":
    for line in pairs(200, 1, held=False):
        sys.stdout.buffer.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
