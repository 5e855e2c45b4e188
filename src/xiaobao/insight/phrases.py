"""Phrases that mean something: words that hold together, and which of them tell a set of texts from another.

New-word discovery: neighbouring words are one phrase where they come together far more often than chance has it
(pointwise mutual information) and where what stands on either side varies (branching entropy).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from math import log

import rjieba

from xiaobao.insight.bounds import Bounds
from xiaobao.insight.statistics import poisson_ratio
from xiaobao.insight.terms import is_content, tokens
from xiaobao.insight.topics import Topic
from xiaobao.insight.values import Phrase

LONGEST = 4
"""Words in a phrase."""
LEAST_PMI = 2.0
LEAST_ENTROPY = 0.6
MOST_TERMS = 10
_EDGE = "\x00"
_LETTER = re.compile("[一-鿿㐀-䶿]")
_NEARLY_ALWAYS = 0.9
_LEAST_HELD = 3
_GLUED = frozenset("能的了着也就都又才说把让在是和跟")
_MOST_CUT = 2
"""Letters of a word that the dictionary may have cut off."""


_PLEA = re.compile(
    r"(?:要求|请求|希望|麻烦|尽快|马上|立即|处理|解决|解释|说明|答复|回复|回电|回话|给个|要个|说法|找|监管|投诉|反映|举报|失望|生气|气愤|再不|一直|没人|你们|贵行"
    r"|客户|来电|银行|分行|支行|网点|客服|柜台|柜面|电话|工作人员|问题|事情|情况|时间|今天|昨天)+"
)


def is_plea(phrase: str) -> bool:
    """Tell whether a phrase says only that somebody complains, and to whom: what every complaint says names none."""
    return _PLEA.fullmatch(phrase) is not None


def runs(text: str) -> Iterator[list[str]]:
    """Yield runs of content words that stand next to each other."""
    run: list[str] = []
    for word in tokens(text):
        if is_content(word):
            run.append(word)
        elif run:
            yield run
            run = []
    if run:
        yield run


@lru_cache(maxsize=20_000)
def pieces(word: str) -> tuple[str, ...]:
    """Return a word that the dictionary lacks without the function words that the cutter glued to it (券能: 券, 能).

    Others stay where they are: 关不掉, 没到账 and 年费 say something.
    """
    parts = rjieba.cut(word, False) if len(word) > 1 else [word]
    return tuple(parts) if len(parts) > 1 and _GLUED & set(parts) else (word,)


def _unglued(text: str) -> Iterator[list[str]]:
    """Yield runs of content words with glued function words cut off."""
    for run in runs(text):
        own: list[str] = []
        for word in (piece for glued in run for piece in pieces(glued)):
            if is_content(word):
                own.append(word)
            elif own:
                yield own
                own = []
        if own:
            yield own


def _entropy(counts: Counter[str]) -> float:
    """Return the entropy in nats; the edge of a run varies by itself, each time anew."""
    edges = counts.get(_EDGE, 0)
    parts = [n for word, n in counts.items() if word != _EDGE] + [1] * edges
    total = sum(parts)
    return -sum(n / total * log(n / total) for n in parts) if total else 0.0


class Grams:
    """Counts runs of one to LONGEST words with their neighbours, and the texts that hold them."""

    def __init__(self, texts: Iterable[str], least: int = 1) -> None:
        """Count what at least `least` texts hold; runs that fewer hold may be missing, and their neighbours are."""
        self.texts: Counter[tuple[str, ...]] = Counter()
        self.left: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        self.right: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        self._least = least
        held = [list(_unglued(text)) for text in texts]
        self.total = len(held)
        for size in range(1, LONGEST + 1):
            for own in held:
                self.texts.update({gram for run in own for _, gram in self._longer(run, size)})
        for run in (run for own in held for run in own):
            for size in range(1, LONGEST + 1):
                for at, gram in self._longer(run, size):
                    if self.texts[gram] >= least:
                        self.left[gram][run[at - 1] if at else _EDGE] += 1
                        self.right[gram][run[at + size] if at + size < len(run) else _EDGE] += 1

    def _longer(self, run: list[str], size: int) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield the runs of a size with their places; none that has a part which too few texts hold."""
        for at in range(len(run) - size + 1):
            gram = tuple(run[at : at + size])
            if size == 1 or (self.texts[gram[:-1]] >= self._least and self.texts[gram[1:]] >= self._least):
                yield at, gram

    def holds_together(self, gram: tuple[str, ...]) -> bool:
        """Tell whether a run of words is one phrase."""
        if len(gram) == 1:
            return len(gram[0]) > 1
        together = self.texts[gram]
        weakest = min(
            log(together * self.total / (self.texts[gram[:cut]] * self.texts[gram[cut:]]))
            for cut in range(1, len(gram))
        )
        # In few texts on one thing every word is common, and mutual information is low for all.
        bound = min(LEAST_PMI, log(max(1.0, self.total / together)) * 0.8)
        free = min(_entropy(self.left[gram]), _entropy(self.right[gram]))
        return weakest >= bound and free >= LEAST_ENTROPY


def hot(texts: Sequence[str], *, background: Sequence[str] = (), top: int = 20) -> list[Phrase]:
    """Return the phrases that most texts hold, meaningful ones: weighted by texts and by length, parts left out.

    background (texts from before) takes weight from what people always say.
    """
    grams = Grams(texts, 2)
    usual = Counter[str]()
    for text in background:
        usual.update({"".join(run[a:b]) for run in _unglued(text) for a in range(len(run))
                      for b in range(a + 1, min(len(run), a + LONGEST) + 1)})  # fmt: skip
    found = []
    for gram, count in grams.texts.items():
        if count < 2 or not grams.holds_together(gram):
            continue
        word = "".join(gram)
        before = usual[word]
        expected = (before + 0.5) / (len(background) + 1) * len(texts) if background else 0.0
        score = poisson_ratio(count, expected) if background else count * log(1 + len(word))
        if len(gram) == 1:
            score *= 0.5
        found.append(Phrase(word, count, before, round(score, 3)))
    return _counted(_whole(without_parts(found, top), texts), texts, background)


def _whole(found: list[Phrase], texts: Sequence[str]) -> list[Phrase]:
    """Return phrases with what the dictionary cut off put back, each once and in their order."""
    lowered = [t.lower() for t in texts]
    out: dict[str, Phrase] = {}
    for phrase in found:
        text = whole(phrase.text, lowered)
        out.setdefault(text, replace(phrase, text=text))
    return mended(out.values(), Bounds(texts if out else ()))


def mended(found: Collection[Phrase], bounds: Bounds) -> list[Phrase]:
    """Return phrases by names that begin and end with words, in their order; one that is half a word is left out."""
    out: dict[str, Phrase] = {}
    for phrase in found:
        text = bounds.whole(phrase.text)
        if text:
            out.setdefault(text, replace(phrase, text=text))
    return list(out.values())


def whole(phrase: str, texts: Sequence[str]) -> str:
    """Return a phrase with the one or two letters on either side that stand there nearly always; else itself.

    The dictionary cuts what it does not know, so that half a word (种子 of 种子券) may pass for a phrase. More letters
    than two are no cut word but a sentence that many copy.
    """
    return _grown(_grown(phrase, texts, 0), texts, 1)


def _grown(phrase: str, texts: Sequence[str], side: int) -> str:
    held, grown = [t for t in texts if phrase in t], phrase
    for _ in range(_MOST_CUT + 1):
        if len(held) < _LEAST_HELD:
            return grown
        letter, count = Counter(_beside(text, grown, side) for text in held).most_common(1)[0]
        if not _LETTER.fullmatch(letter) or count < _NEARLY_ALWAYS * len(held):
            return grown
        if not is_content(letter):
            return phrase
        grown = grown + letter if side else letter + grown
        held = [t for t in held if grown in t]
    return phrase


def _beside(text: str, phrase: str, side: int) -> str:
    at = text.index(phrase)
    return text[at + len(phrase) : at + len(phrase) + 1] if side else text[max(0, at - 1) : at]


def _counted(found: list[Phrase], texts: Sequence[str], background: Sequence[str]) -> list[Phrase]:
    """Count phrases as they are written: the dictionary cuts some of them in two where another word precedes."""
    now, then = [t.lower() for t in texts], [t.lower() for t in background]
    return [
        replace(p, count=sum(p.text in t for t in now), before=sum(p.text in t for t in then)) for p in found
    ]  # fmt: skip


def rising(now: Sequence[str], before: Sequence[str], *, top: int = 20, least: int = 3) -> list[Phrase]:
    """Return the phrases that rose fastest from one set of texts to a later, by likelihood ratio of their shares."""
    found = hot(now, background=before or ("",), top=10 * top)
    return [p for p in found if p.count >= least and p.score > 0][:top]


def without_parts(found: list[Phrase], top: int) -> list[Phrase]:
    """Leave out phrases that stand within a chosen longer one nearly as often, and longer ones of a chosen part."""
    kept: list[Phrase] = []
    for phrase in sorted(found, key=lambda p: (-p.score, -len(p.text), p.text)):
        if any(phrase.text in k.text and phrase.count <= 1.5 * k.count for k in kept):
            continue
        if any(k.text in phrase.text and phrase.count < 0.7 * k.count for k in kept):
            continue
        kept = [k for k in kept if not (k.text in phrase.text and k.count <= 1.2 * phrase.count)]
        kept.append(phrase)
        if len(kept) >= top:
            break
    return kept


def best_terms(topic: Topic, texts: Sequence[str], most: int = MOST_TERMS) -> tuple[str, ...]:
    """Return phrases and words that name a topic: up to three phrases, then its words, the most telling first."""
    words = _words(topic, texts)
    least = max(2, len(texts) // 6)
    grams = Grams(texts, least)
    chosen = set(topic.vocabulary())
    phrases = [
        (count * len(gram), "".join(gram))
        for gram, count in grams.texts.items()
        if len(gram) > 1
        and count >= least
        and chosen & set(gram)
        and grams.holds_together(gram)
        and not is_plea("".join(gram))
    ]
    phrases.sort(key=lambda p: (-p[0], p[1]))
    heads: list[str] = []
    for _, phrase in phrases:
        if not any(phrase in h or h in phrase for h in heads):
            heads.append(phrase)
        if len(heads) == 3:
            break
    telling = [word for word in words if not is_plea(word)]
    lowered = [text.lower() for text in texts]
    heads = [head if head in telling else whole(head, lowered) for head in heads]
    named = list(dict.fromkeys([*heads, *telling]))[: 2 * most] or words[:most]
    return tuple(Bounds(texts).mended(named))[:most] or tuple(words[:most])


def _words(topic: Topic, texts: Sequence[str]) -> list[str]:
    """Return the words of a topic, and pairs of which one part means nothing alone (刷、掌), heaviest first.

    Weight counts as far as the texts hold the word; a pair is a word where its parts mostly stand side by side.
    """
    weights: dict[str, float] = defaultdict(float)
    for number, parts in topic.words.items():
        whole = "".join(parts)
        held = sum(whole in text.lower() for text in texts)
        alone = len(parts) == 1 or min(map(len, parts)) == 1
        if alone and len(whole) > 1 and 2 * held >= sum(all(p in text.lower() for p in parts) for text in texts):
            weights[whole] += topic.features[number] * (0.2 + held / max(1, len(texts)))
        for part in parts:
            if len(parts) == 2 and len(part) > 1:
                held = sum(part in text.lower() for text in texts)
                weights[part] = max(weights[part], 0.3 * topic.features[number] * (0.2 + held / max(1, len(texts))))
    return sorted(weights, key=lambda w: (-weights[w], w))
