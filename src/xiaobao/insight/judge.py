"""Decide whether a group of growing features is a topic worth an alert, and why not where it is none."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np

from xiaobao.insight import decoys
from xiaobao.insight.memory import DAYS, Hits, Memory
from xiaobao.insight.renamed import old_name
from xiaobao.insight.statistics import Floats, dispersion, share_ratio
from xiaobao.insight.topics import Member, Topic, series

WINDOWS = (1, 2, 3, 5, 7, 10, 14)
LEAST_BASE_DAYS = 5
_BESIDE = 400


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
    suspect_days: int = 4
    one_hand: float = 0.6


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


def judge(memory: Memory, topic: Topic, hits: Hits, background: float, bars: Bars) -> Judgement:
    """Return the judgement of a topic; hits: of its features; background: the share of all texts that complain."""
    if len(topic.members) < bars.texts:
        return Judgement(refused="太少")
    counts, sizes = series(memory, topic, hits), memory.sizes()
    out = _window(counts, sizes, _dates(memory), bars)
    if out.strength < bars.strength:
        out.refused = "未超出预期"
        return out
    out.members = [m for m in topic.members if memory.now - m.bin < out.days * 4]
    out.refused = _refused(topic, out, background, bars) or _thin(out, counts, sizes, _dates(memory), bars)
    if not out.refused and (kind := _seasonal(out)):
        out.refused = _on_ordinary_days(out, counts, sizes, _dates(memory), bars, kind)
    if not out.refused and decoys.one_writer(out.members) > 0.5:
        out.refused = "同一人反复来件"
    if not out.refused and decoys.one_hand(out.members, _beside(memory, topic)) > bars.one_hand:
        out.refused = "同一口吻的反复来件"
    if not out.refused and old_name(memory, topic, out.members, out.days) is not None:
        out.refused = "只是名称变了"
    return out


def _beside(memory: Memory, topic: Topic) -> list[str]:
    """Return newest texts that are none of a topic's, at most _BESIDE."""
    own = {m.text.id for m in topic.members}
    out: list[str] = []
    for each in reversed(memory.bins):
        if each.texts is None or len(out) >= _BESIDE:
            break
        places = [place for place, identity in enumerate(each.texts.ids) if identity not in own]
        out += [text.text for text in each.texts.get(places[len(out) - _BESIDE :])]
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
    if one_day and (complaining < 0.5 * background or decoys.share(decoys.INQUIRY, out.members) > 0.5):
        return "只在一天，且少有不满"
    return ""


def _seasonal(out: Judgement) -> str:
    """Return why the calendar may explain a topic by what its texts name, "" where they name nothing of it."""
    if decoys.share(decoys.SALARY, out.members) > 0.5:
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
    risen = (counts[: out.days] >= 1.5 * expected[: out.days] + 1) & plain
    # Much more than ever before, and on a day that the calendar does not explain, is as good as new.
    high = counts[: out.days] >= 0.25 * counts[: out.days].max()
    leapt = out.count >= bars.leap * out.expected and out.strength >= bars.leap_strength and (risen & high).any()
    if out.emerging or leapt:
        if len(days) >= 2 and _without_best(out, counts, expected) >= bars.without_best_day:
            return ""
        sure = out.strength >= bars.one_day_strength and out.voices.wordings >= bars.one_day_texts
        return "" if sure and out.emerging and out.count >= bars.one_day_texts else "只见于一天"
    if out.strength < bars.rising_strength or risen.sum() < bars.rising_days:
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
