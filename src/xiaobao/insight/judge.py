"""Decide whether a group of growing features is a topic worth an alert, and why not where it is none."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np

from xiaobao.insight import again, decoys, writers
from xiaobao.insight.memory import BINS_A_DAY, DAYS, Hits, Memory
from xiaobao.insight.renamed import old_name
from xiaobao.insight.statistics import Floats, dispersion, share_ratio
from xiaobao.insight.topics import Member, Topic, series, sharper
from xiaobao.insight.values import Text

WINDOWS = (1, 2, 3, 5, 7, 10, 14)
LEAST_BASE_DAYS = 5
_BESIDE = 400
_HEART = 4
_FEW, _DOUBTFUL = 10, 8
_HIDDEN = ("未超出预期", "只在少数日子上升", "只见于一天")


@dataclass(frozen=True)
class Bars:
    """The bars a topic must pass; the defaults hold for streams of some hundred to some thousand texts a day."""

    strength: float = 11.0
    lift: float = 2.5
    texts: int = 5
    wordings: int = 3
    without_best_day: float = 4.0
    one_day_strength: float = 25.0
    one_day_texts: int = 8
    leap: float = 8.0
    leap_strength: float = 20.0
    beyond_name: float = 0.34
    rising_strength: float = 15.0
    rising_days: int = 3
    rising_anyway: float = 30.0
    suspect_days: int = 4
    one_hand: float = 0.45
    one_hand_of_few: float = 0.6
    one_source: float = 0.25
    one_source_of_few: float = -0.4
    one_source_of_part: float = 0.7
    friendly: float = 0.35
    pleased: float = 0.2


@dataclass
class Judgement:
    """What a look at a topic found; `refused` is "" where it deserves an alert, else the reason in Chinese."""

    strength: float = 0.0
    count: int = 0
    expected: float = 0.0
    days: int = 0
    before: float = 0.0
    refused: str = ""
    members: list[Member] = field(default_factory=list)
    voices: decoys.Voices | None = None

    @property
    def emerging(self) -> bool:
        """Tell whether hardly anything of it was there before: less than one text in five days."""
        return self.before < 0.2


def judge(
    memory: Memory, topic: Topic, hits: Hits, background: float, bars: Bars
) -> tuple[Topic, Judgement]:  # fmt: skip
    """Return the judgement of a topic, and the topic; hits: of its features; background: the share that complains.

    What many texts say anyway, such as the branch where it happens, hides a topic: it is then judged without that.
    """
    found = _judged(memory, topic, hits, background, bars)
    if found.refused in _HIDDEN and (sharp := sharper(memory, topic)) is not None:
        again = _judged(memory, sharp, hits, background, bars)
        if not again.refused:
            return sharp, again
    return topic, found


def _judged(memory: Memory, topic: Topic, hits: Hits, background: float, bars: Bars) -> Judgement:
    if len(topic.members) < bars.texts:
        return Judgement(refused="太少")
    counts, sizes, dates = series(memory, topic, hits), memory.sizes(), _dates(memory)
    out = _window(counts, sizes, dates, bars)
    if out.strength < bars.strength:
        out.refused = "未超出预期"
        return out
    out.members = [m for m in topic.members if memory.now - m.bin < out.days * 4]
    out.refused = _refused(topic, out, background, bars) or _thin(out, counts, sizes, dates, bars)
    if not out.refused and (kind := _seasonal(out)):
        out.refused = _on_ordinary_days(out, counts, sizes, dates, bars, kind)
    if not out.refused:
        expected = expectation(counts, sizes, dates, out.days)
        out.refused = _of_few(memory, topic, out, counts, _exposure(expected, out.days), bars)
    if not out.refused:
        out.refused = _of_one(topic, out, _beside(memory, topic), bars)
    if not out.refused and old_name(memory, topic, out.members, out.days) is not None:
        out.refused = "只是名称变了"
    return out


def _of_few(
    memory: Memory, topic: Topic, out: Judgement, counts: Floats, exposure: float, bars: Bars
) -> str:  # fmt: skip
    """Return why the writers speak against a topic: it must stand out with each counted once, and without old texts."""
    if writers.one_writer(out.members) > 0.5:
        return "同一人反复来件"
    independent = out.count * writers.sources(out.members) / len(out.members)
    fresh = out.count - again.imported(memory, topic, out.members)
    for left, reason in ((independent, "少数人反复来件"), (fresh, "旧来件重新导入")):
        if left < bars.texts or share_ratio(left, counts[out.days :].sum(), exposure) < bars.strength:
            return reason
    return ""


def _of_one(topic: Topic, out: Judgement, beside: list[Text], bars: Bars) -> str:
    """Return why habits speak for one writer, "" where they do not.

    The texts that hold one of the topic's heaviest features are looked at alone as well: one writer's flood gathers
    texts of others that share lesser words.
    """
    few = len(out.members) < _FEW
    hand = writers.one_hand(out.members, [t.text for t in beside])
    source = writers.one_source(out.members, beside)
    if hand > (bars.one_hand_of_few if few else bars.one_hand) or source > bars.one_source:
        return "同一口吻的反复来件"
    if len(out.members) < _DOUBTFUL and source > bars.one_source_of_few:
        return "口吻相近，再等几件"
    for number in sorted(topic.features, key=lambda n: -topic.features[n])[:_HEART]:
        own = [m for m in out.members if number in m.features]
        part = max(bars.texts, 0.3 * len(out.members)) <= len(own) < len(out.members)
        if part and writers.one_source(own, beside) > bars.one_source_of_part:
            return "同一口吻的反复来件"
    return ""


def _beside(memory: Memory, topic: Topic) -> list[Text]:
    """Return about _BESIDE texts of the last week that are none of a topic's, evenly from all hours of the day."""
    own = {m.text.id for m in topic.members}
    week = [each for each in memory.bins if each.texts is not None and memory.now - each.index < 7 * BINS_A_DAY]
    step = max(1, sum(each.size for each in week) // _BESIDE)
    out: list[Text] = []
    for each in week:
        assert each.texts is not None
        places = [place for place, identity in enumerate(each.texts.ids) if identity not in own]
        out += each.texts.get(places[each.index % step :: step])
    return out


def _dates(memory: Memory) -> list[date]:
    """Return the date of each age in days."""
    last = memory.bins[-1].texts
    today = max(last.ats).date() if last and last.ats else date(2000, 1, 1)
    return [today - timedelta(days=n) for n in range(DAYS)]


def expectation(counts: Floats, sizes: Floats, dates: list[date], days: int) -> Floats:
    """Return the expected count of each age under the share that held before the last `days`, weekdays considered.

    A weekday's factor is shrunk towards 1 by one week's worth of the average.
    """
    base = np.arange(len(counts)) >= days
    total, texts = counts[base].sum(), sizes[base].sum()
    plain = (total + 0.5) / (texts + 1.0) * sizes
    weekdays = np.array([d.weekday() for d in dates])
    prior = plain[base].mean() if base.any() else 1.0
    seen = np.bincount(weekdays, weights=counts * base, minlength=7)
    usual = np.bincount(weekdays, weights=plain * base, minlength=7)
    factors = (seen + prior) / np.maximum(usual + prior, 1e-9)
    return np.asarray(plain * factors[weekdays])


def _window(counts: Floats, sizes: Floats, dates: list[date], bars: Bars) -> Judgement:
    """Return the window in which a topic stands out most."""
    best = Judgement()
    for days in WINDOWS:
        if np.count_nonzero(sizes[days:]) < LEAST_BASE_DAYS:
            continue
        expected = expectation(counts, sizes, dates, days)
        count, foretold = counts[:days].sum(), float(expected[:days].sum())
        if count < bars.texts or count < bars.lift * foretold:
            continue
        spread = dispersion(counts[days:], expected[days:])
        strength = share_ratio(count, counts[days:].sum(), _exposure(expected, days)) / spread
        if strength > best.strength:
            past = np.count_nonzero(sizes[days:])
            best = Judgement(strength, int(count), foretold, days, float(counts[days:].sum()) / past)
    return best


def _exposure(expected: Floats, days: int) -> float:
    return float(expected[:days].sum() / max(expected.sum(), 1e-9))


def _refused(topic: Topic, out: Judgement, background: float, bars: Bars) -> str:
    """Return why the texts themselves speak against a topic, "" where they do not."""
    if len(out.members) < bars.texts:
        return "太少"
    seen = decoys.voices(out.members)
    out.voices = seen
    if seen.wordings < bars.wordings or seen.commonest > 0.65:
        return "多为雷同文本"
    if decoys.beyond_name(topic) < bars.beyond_name:
        return "只是名称变了"
    complaining = decoys.share(decoys.COMPLAINT, out.members)
    promotion = decoys.share(decoys.PROMOTION, out.members)
    one_day = max(Counter(m.text.at.date() for m in out.members).values()) > 0.6 * len(out.members)
    if promotion > 0.5 and (one_day or complaining < 0.8 * background):
        return "营销活动的咨询与好评"
    pleased = decoys.friendly(out.members)
    mild = complaining < 0.75 * background or pleased > 0.5
    if pleased > max(bars.friendly, 3 / len(out.members)) and mild:
        return "营销活动的咨询与好评"
    asking = decoys.share(decoys.INQUIRY, out.members) > 0.5
    if one_day and (asking or (complaining < 0.5 * background and pleased > bars.pleased)):
        return "只在一天，且少有不满"
    return ""


def _seasonal(out: Judgement) -> str:
    """Return why the calendar may explain a topic by what its texts name, "" where they name nothing of it."""
    closing = sum(decoys.closes(m.text.at.date()) for m in out.members) > 0.5 * len(out.members)
    if decoys.share(decoys.SALARY, out.members) > (0.15 if closing else 0.4):
        return "发薪日前后的高峰"
    near = sum(decoys.near_holiday(m.text.at.date()) for m in out.members) > 0.5 * len(out.members)
    if decoys.share(decoys.SEASON, out.members) > (0.15 if near else 0.4):
        return "节假日与周几的高峰"
    return ""


def _on_ordinary_days(out: Judgement, counts: Floats, sizes: Floats, dates: list[date], bars: Bars, reason: str) -> str:
    """Return the reason unless the topic stands out on ordinary days alone, at least `suspect_days` of them."""
    plain = np.array([not decoys.is_special(d) for d in dates], dtype=np.float64)
    kept, base = counts * plain, sizes * plain
    recent, all_texts = base[: out.days].sum(), base.sum()
    if np.count_nonzero(kept[: out.days]) < bars.suspect_days or all_texts == 0:
        return reason
    strength = share_ratio(kept[: out.days].sum(), kept[out.days :].sum(), float(recent / all_texts))
    return "" if strength >= bars.strength else reason


def _thin(out: Judgement, counts: Floats, sizes: Floats, dates: list[date], bars: Bars) -> str:
    """Return why the days speak against a topic: its evidence must not rest on one day, nor on days of the calendar."""
    assert out.voices is not None
    days = {m.text.at.date() for m in out.members}
    expected = expectation(counts, sizes, dates, out.days)
    ages = np.arange(out.days)
    plain = np.array([not decoys.is_special(dates[age]) for age in ages], dtype=np.bool_)
    more = counts[: out.days] >= 1.5 * expected[: out.days] + 1
    risen = more & plain
    sure_days = more.sum() if out.strength >= bars.rising_anyway else 0
    # Much more than ever before, and on a day that the calendar does not explain, is as good as new.
    high = counts[: out.days] >= 0.25 * counts[: out.days].max()
    leapt = out.count >= bars.leap * out.expected and out.strength >= bars.leap_strength and (risen & high).any()
    if out.emerging or leapt:
        if len(days) >= 2 and _without_best(out, counts, expected) >= bars.without_best_day:
            return ""
        sure = out.strength >= bars.one_day_strength and out.voices.wordings >= bars.one_day_texts
        return "" if sure and out.emerging and out.count >= bars.one_day_texts else "只见于一天"
    if out.strength < bars.rising_strength or max(risen.sum(), sure_days) < bars.rising_days:
        return "只在少数日子上升"
    if _without_best(out, counts, expected) < bars.without_best_day:
        return "只见于一天"
    return ""


def _without_best(out: Judgement, counts: Floats, expected: Floats) -> float:
    """Return the strength that is left without the day that has most texts."""
    most = max(Counter(m.text.at.date() for m in out.members).values(), default=0)
    rest = out.count - most
    return share_ratio(rest, counts[out.days :].sum(), _exposure(expected, out.days)) if rest >= 2 else 0.0


def onset(members: list[Member]) -> datetime | None:
    """Return when the first text of a topic came."""
    return min((m.text.at for m in members), default=None)
