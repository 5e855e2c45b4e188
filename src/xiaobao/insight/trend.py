"""Watch a stream of texts and tell topics as they emerge, from the past alone.

    for alert in trends(texts): ...

Each six hours' end leads to one look, when the first text after it arrives; that text itself is not counted. So the
alerts of a prefix of a stream are a prefix of the stream's alerts, and nothing is told for the last, unfinished hours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from xiaobao.errors import InputError
from xiaobao.insight import again, decoys
from xiaobao.insight.judge import Bars, Judgement, judge, onset
from xiaobao.insight.kept import VERSION, Read, pack, unpack
from xiaobao.insight.memory import BINS_A_DAY, DAYS, Bin, Hits, Memory, bin_of
from xiaobao.insight.phrases import best_terms
from xiaobao.insight.renamed import bag_of, likeness
from xiaobao.insight.topics import Member, Namer, Topic, members, series, topics
from xiaobao.insight.values import Alert, Text, TrendKind

WARM_UP_DAYS = 7
FORGET_DAYS = 30
EXAMPLES = 5
HEART = 8
MOST_HEART = 24
HOT_DAYS = 7
HOT_TEXTS = 20
HOT_TIMES = 3
REWORDED = (0.3, 0.12, 0.1)
"""How alike the texts of two topics are (cosine) from which they are one, by how many terms they share: 0, 1, 2."""
LEAP = timedelta(days=30)
_SAMPLED = 8


@dataclass
class _Told:
    """A topic that was told: its features and those at its heart, when, and how many texts it had then."""

    topic: Topic
    features: set[int]
    terms: tuple[str, ...]
    at: datetime
    count: int
    hot: bool = False
    heart: set[int] = field(default_factory=set)
    bag: dict[int, float] = field(default_factory=dict)
    """What its texts say, by the share of them that holds each feature."""

    def __post_init__(self) -> None:
        self.take(self.topic)

    def head(self) -> dict[str, Any]:
        """Return it in values of JSON."""
        return {
            "weights": [[n, weight] for n, weight in self.topic.features.items()],
            "words": [[n, *parts] for n, parts in self.topic.words.items()],
            "features": sorted(self.features), "heart": sorted(self.heart), "terms": list(self.terms),
            "at": self.at.isoformat(), "count": self.count, "hot": self.hot,
            "bag": [[n, share] for n, share in self.bag.items()],
        }  # fmt: skip

    @classmethod
    def of(cls, head: Mapping[str, Any]) -> _Told:
        """Return what `head` gave."""
        topic = Topic(dict(head["weights"]), {n: tuple(parts) for n, *parts in head["words"]})
        made = cls(topic, set(), tuple(head["terms"]), datetime.fromisoformat(head["at"]), head["count"], head["hot"])
        made.features, made.heart = set(head["features"]), set(head["heart"])
        made.bag = dict(head["bag"])
        return made

    def names(self, member: Member) -> bool:
        """Tell whether a text names two things at its heart."""
        return len(self.heart & member.features) >= 2

    def take(self, topic: Topic) -> None:
        """Count the features of a topic that continues this one as its own."""
        first = sorted(topic.features, key=lambda n: -topic.features[n])[:HEART]
        if len(self.heart) < MOST_HEART:
            self.heart |= set(first)
            self.features |= set(first)


class Trends:
    """Take texts in time order and return alerts; memory does not grow with the stream."""

    def __init__(
        self, bars: Bars | None = None, *, warm_up_days: int = WARM_UP_DAYS,
        turned: Callable[[Trends], None] | None = None,
    ) -> None:  # fmt: skip
        """Begin a watch.

        turned: called after each six hours' end, before the text that led to it counts; what `head` and `newest` then
        give goes on from that text.
        """
        self._turned = turned
        self._bars = bars or Bars()
        self._warm_up = timedelta(days=warm_up_days)
        self._memory = Memory()
        self._namer = Namer()
        self._pending: list[Text] = []
        self._bin: int | None = None
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._leapt = False
        self._told: list[_Told] = []
        self._complaints, self._sampled, self._seen = 0, 0, 0
        self.refused: list[tuple[datetime, str, tuple[str, ...]]] = []
        """The newest candidates that were not told, with the reason and their words; at most 200."""
        self.late, self.doubted = 0, 0
        """How many texts counted as now because they came late, or lay weeks away with nothing beside them."""

    def add(self, text: Text) -> list[Alert]:
        """Take one text and return the alerts that its arrival leads to; a text from before the last counts as now."""
        at = self._believed(text.at)
        if at != text.at:
            far = abs(at - text.at) > LEAP
            self.late, self.doubted = self.late + (not far), self.doubted + far
        alerts: list[Alert] = []
        now = bin_of(at)
        if self._bin is None:
            self._first = at
        elif now > self._bin:
            alerts = self._look(at)
        turned = self._bin is None or now > self._bin
        self._bin, self._last = now, at
        if turned and self._turned is not None:
            self._turned(self)
        self._seen += 1
        if self._seen % _SAMPLED == 0:
            self._sampled += 1
            self._complaints += decoys.COMPLAINT.search(text.text) is not None
        self._pending.append(text if text.at == at else Text(text.id, at, text.text, text.channel, text.author))
        return alerts

    @property
    def bin(self) -> int:
        """Return the number of the six hours that are being heard."""
        return self._bin or 0

    def newest(self) -> tuple[int, bytes] | None:
        """Return the number of the newest six hours that were looked at and what is to be kept of them."""
        if not self._memory.bins:
            return None
        last = self._memory.bins[-1]
        return last.index, pack(last.features, last.texts)

    def head(self) -> dict[str, Any]:
        """Return what is to be kept besides the bins, in values of JSON; without the texts of the unfinished hours."""
        return {
            "version": VERSION, "bin": self._bin, "first": _iso(self._first), "last": _iso(self._last),
            "leapt": self._leapt, "complaints": self._complaints, "sampled": self._sampled, "seen": self._seen,
            "told": [told.head() for told in self._told],
        }  # fmt: skip

    def go_on(self, head: Mapping[str, Any], bins: Iterable[tuple[int, bytes]], read: Read) -> None:
        """Go on from what a watch kept when it turned; bins: those of before, in their order.

        The texts of the six hours it had come to are added again, from the first. Raises InputError for what another
        version kept.
        """
        if head.get("version") != VERSION:
            raise InputError("保存的预警状态属于其他版本，须从头计算", code="input.version")
        self._bin, self._leapt = head["bin"], head["leapt"]
        self._first, self._last = _moment(head["first"]), _moment(head["last"])
        self._complaints, self._sampled, self._seen = head["complaints"], head["sampled"], head["seen"]
        self._told = [_Told.of(told) for told in head["told"]]
        made = ((index, unpack(data, read)) for index, data in _within(list(bins)))
        self._memory.take_back(Bin(index, held, texts, len(held)) for index, (held, texts) in made)

    def _believed(self, at: datetime) -> datetime:
        """Return the time a text counts at: never before the last; a leap of weeks only once a second text makes it.

        One wrong year would otherwise make every later text late, and the watch deaf for ever.
        """
        if self._last is None:
            return at
        far = abs(at - self._last) > LEAP
        doubted, self._leapt = far and not self._leapt, far
        if far and not doubted and at < self._last:
            self._begin()
            return at
        return self._last if doubted else max(at, self._last)

    def _begin(self) -> None:
        """Forget what was heard: the stream begins anew, earlier."""
        self._memory, self._pending = Memory(), []
        self._bin, self._first, self._last, self._leapt = None, None, None, False

    def _look(self, at: datetime) -> list[Alert]:
        assert self._bin is not None
        assert self._first is not None
        new_day = self._last is not None and at.date() > self._last.date()
        self._memory.add(self._bin, self._pending)
        self._pending = []
        if at - self._first < self._warm_up:
            return []
        self._told = [t for t in self._told if at - t.at < timedelta(days=FORGET_DAYS)]
        alerts = self._hotter(at) if new_day else []
        found, hits = topics(self._memory, self._namer, [t.features for t in self._told])
        for topic in found:
            alert = self._judged(at, topic, hits)
            if alert is not None:
                alerts.append(alert)
        return alerts

    def _hotter(self, at: datetime) -> list[Alert]:
        """Return an alert for each topic told at least two days ago that has since grown to three times its texts."""
        out = []
        for told in self._told:
            if told.hot or at - told.at < timedelta(days=2):
                continue
            hits = self._memory.hits(told.topic.features)
            by_age = series(self._memory, told.topic, hits)
            count = int(by_age[:HOT_DAYS].sum())
            if count < max(HOT_TEXTS, HOT_TIMES * told.count) or by_age[:2].sum() < HOT_TEXTS / HOT_DAYS:
                continue
            held = members(self._memory, hits, 2)
            mine = [m for m in held if told.topic.covers(m.features) >= 2]
            count -= again.imported(self._memory, told.topic, mine)
            if count < max(HOT_TEXTS, HOT_TIMES * told.count):
                continue
            now = Judgement(count / told.count, count, 0.0, HOT_DAYS, members=mine)
            now.voices = decoys.voices(now.members)
            told.hot = True
            out.append(_alert(at, "hot", told.terms, told.topic, now))
        return out

    def _judged(self, at: datetime, topic: Topic, hits: Hits) -> Alert | None:
        same = self._same(topic)
        if same is not None:
            same.take(topic)
            return None
        background = self._complaints / max(1, self._sampled)
        topic, found = judge(self._memory, topic, hits, background, self._bars)
        if found.refused:
            self.refused = [*self.refused[-199:], (at, found.refused, tuple(topic.vocabulary())[:8])]
            return None
        terms = best_terms(topic, [m.text.text for m in found.members])
        bag = bag_of(self._memory, topic.members)
        other = self._reworded(terms, bag)
        if other is not None:
            other.take(topic)
            self.refused = [*self.refused[-199:], (at, "同一主题的另一种说法", terms)]
            return None
        topic.members = []
        self._told.append(_Told(topic, set(topic.features), terms, at, found.count, bag=bag))
        return _alert(at, "emerging" if found.emerging else "rising", terms, topic, found)

    def _reworded(self, terms: tuple[str, ...], bag: dict[int, float]) -> _Told | None:
        """Return the topic told before that this one says in other words: their texts are alike, and name the same."""
        for told in self._told:
            shared = {other for other in told.terms if any(term in other or other in term for term in terms)}
            roots = [term for term in shared if not any(other != term and other in term for other in shared)]
            least = REWORDED[min(len(roots), len(REWORDED) - 1)]
            if likeness(self._memory, bag, told.bag) >= least:
                return told
        return None

    def _same(self, topic: Topic) -> _Told | None:
        """Return the topic told before that this one continues: half of its texts name two things at its heart."""
        own, said = set(topic.features), set().union(*(m.features for m in topic.members))
        for told in self._told:
            shared = len(told.features & own)
            named = sum(map(told.names, topic.members)) if len(told.heart & said) >= 2 else 0
            if shared >= 0.3 * min(len(told.features), len(topic.features)) or 2 * named >= max(1, len(topic.members)):
                return told
        return None


def _within(bins: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """Return the bins that a memory holds beside the newest."""
    return [each for each in bins if bins[-1][0] - each[0] < DAYS * BINS_A_DAY]


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None


def _alert(at: datetime, kind: TrendKind, terms: tuple[str, ...], topic: Topic, found: Judgement) -> Alert:
    return Alert(
        at=at,
        kind=kind,
        terms=terms,
        strength=found.strength,
        count=found.count,
        examples=_examples(topic, found),
        expected=found.expected,
        days=found.days,
        onset=onset(found.members),
        why=_why(kind, found),
    )


def _why(kind: TrendKind, found: Judgement) -> str:
    wordings = found.voices.wordings if found.voices else 0
    if kind == "hot":
        return f"预警之后继续升温：近 {found.days} 天 {found.count} 件，为预警时的 {found.strength:.1f} 倍"
    head = "此前几乎没有" if kind == "emerging" else f"此前约每天 {found.before:.1f} 件"
    return f"{head}，近 {found.days} 天 {found.count} 件（预期 {found.expected:.1f} 件），{wordings} 种不同写法"


def _examples(topic: Topic, found: Judgement) -> tuple[str, ...]:
    """Return the ids of the texts that name most of the topic, one of each wording."""
    assert found.voices is not None
    chosen = [found.members[i] for i in found.voices.first]
    chosen.sort(key=lambda m: -topic.covers(m.features))
    return tuple(m.text.id for m in chosen[:EXAMPLES])


def trends(stream: Iterable[Text], bars: Bars | None = None) -> Iterator[Alert]:
    """Yield the alerts of a stream of texts in time order, each when the text that leads to it has been read."""
    watch = Trends(bars)
    for text in stream:
        yield from watch.add(text)
