"""Where words begin and end in a set of texts, so that no name is half a word.

The dictionary cuts each text by itself and takes 对手|机|银行 for what others write as 手机|银行. Read together the
texts tell which words stand on their own: beside a word letters vary, beside a part of one they do not. Where two words
claim a letter, the one that stands in more company has it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import rjieba

from xiaobao.insight.terms import LONGEST, is_content, tokens

LONGEST_WORD, LONGEST_NAME = 4, 10
"""Letters of a word that is learnt, and of a name that a part is made whole to."""
NEARLY_ALL, MOSTLY = 0.9, 0.7
"""Shares of the texts that hold a part, from which its whole is as frequent, and stands for it."""
_LEAST = 2
"""Neighbours that a word the dictionary lacks has on either side."""
_ENOUGH = 5
"""Neighbours beyond which more of them tell nothing."""
_MOST_TEXTS = 60
"""Texts in which one name is looked at."""
_STEPS = 3
_LETTERS = re.compile(r"[一-鿿㐀-䶿a-z0-9]+")
_HAN = re.compile("[一-鿿㐀-䶿]+")
_GLUED = frozenset("的了着也就都又才把让在是和跟里后")
"""What the cutter glues to words it does not know."""
_DENIALS = frozenset("没不未无")
Span = tuple[int, int]


class Bounds:
    """Words of some texts that belong together, and names mended by them."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Learn the words of texts."""
        self._texts = [text[:LONGEST].lower() for text in texts]
        self._own: set[str] = set()
        tails: dict[str, Counter[str]] = defaultdict(Counter)
        for text in self._texts:
            found = tokens(text)
            self._own.update(word for word in found if 1 < len(word) <= LONGEST_WORD and _is_plain(word))
            for before, word in zip(["", *found], found, strict=False):
                if len(word) == 1 and is_content(word):
                    tails[word][before] += 1
        self._own.update(filter(_is_plain, _tailed(tails)))
        self._company = self._counted()
        self._cut: dict[int, list[Span]] = {}

    def _counted(self) -> dict[str, int]:
        """Return in how much company each word stands: the different letters on its poorer side."""
        beside: tuple[dict[str, set[str]], dict[str, set[str]]] = (defaultdict(set), defaultdict(set))
        for number, text in enumerate(self._texts):
            for start, end in self._places(text):
                word = text[start:end]
                for side, at in ((0, start - 1), (1, end)):
                    letter = text[at : at + 1] if at >= 0 else ""
                    # A mark or an edge is the word's own each time.
                    beside[side][word].add(letter if _HAN.fullmatch(letter) else f"{number} {at}")
        return {word: min(len(left), len(beside[1][word])) for word, left in beside[0].items()}

    def _places(self, text: str) -> Iterator[Span]:
        """Yield where words stand in a text, those that overlap others too."""
        for run in _LETTERS.finditer(text):
            for start in range(run.start(), run.end()):
                for end in range(start + 2, min(run.end(), start + LONGEST_WORD) + 1):
                    if self._may_be(text[start:end]):
                        yield start, end

    def _may_be(self, word: str) -> bool:
        return word in self._own or (rjieba.has_word(word) and _HAN.fullmatch(word) is not None)

    def is_word(self, word: str) -> bool:
        """Tell whether letters are a word of these texts: known to the dictionary, or often enough on their own."""
        return word in self._company and (self._company[word] >= _LEAST or rjieba.has_word(word))

    def _spans(self, number: int) -> list[Span]:
        """Return the words of a text that claim no letter of a better one, in order."""
        if number not in self._cut:
            text = self._texts[number]
            found = [span for span in self._places(text) if self.is_word(text[slice(*span)])]
            found.sort(key=lambda s: (-min(_ENOUGH, self._company[text[slice(*s)]]), s[0] - s[1], s))
            kept: list[Span] = []
            for start, end in found:
                if not any(a < start < b < end or start < a < end < b for a, b in kept):
                    kept.append((start, end))
            self._cut[number] = sorted(kept)
        return self._cut[number]

    def _held(self, name: str) -> list[tuple[int, int]]:
        """Return some texts that hold a name, with its first place there."""
        out = []
        for number, text in enumerate(self._texts):
            at = text.find(name)
            if at >= 0:
                out.append((number, at))
                if len(out) == _MOST_TEXTS:
                    break
        return out

    def _out(self, number: int, start: int, end: int) -> Span:
        """Return a place with the words that its ends cut in two put back."""
        spans = self._spans(number)
        if any((start, end) == span for span in spans):
            return start, end
        return (
            min([a for a, b in spans if a < start < b], default=start),
            max([b for a, b in spans if a < end < b], default=end),
        )

    def whole(self, name: str) -> str:
        """Return a name that begins and ends with words: itself, what stands for it, or nothing."""
        held = self._held(name)
        if not held:
            return name
        found = Counter(self._texts[n][slice(*self._out(n, at, at + len(name)))] for n, at in held)
        if 2 * found[name] < len(held):
            full, count = found.most_common(1)[0]
            if count < MOSTLY * len(held) or len(full) > LONGEST_NAME or not _LETTERS.fullmatch(full):
                return ""
            name = full
        return self._longer(self._trimmed(name))

    def _pieces(self, number: int, start: int, end: int) -> list[Span]:
        """Return the words of a part of a text, the longest, and what lies between them letter by letter."""
        out, at = [], start
        while at < end:
            stop = max([b for a, b in self._spans(number) if a == at and b <= end], default=at + 1)
            out.append((at, stop))
            at = stop
        return out

    def _trimmed(self, name: str) -> str:
        """Return a name without the function words that it begins or ends with, nothing where one letter is left."""
        number, at = self._held(name)[0]
        text = self._texts[number]
        words = [text[slice(*span)] for span in self._pieces(number, at, at + len(name))]
        while words and words[-1] in _GLUED:
            words.pop()
        while words and words[0] in _GLUED:
            words.pop(0)
        left = "".join(words)
        return left if len(left) > 1 else ""

    def _longer(self, name: str) -> str:
        """Return a name that begins or ends with a single letter with what stands beside it nearly always."""
        if not name or self.is_word(name):
            return name
        number, at = self._held(name)[0]
        pieces = self._pieces(number, at, at + len(name))
        if all(end - start > 1 for start, end in (pieces[0], pieces[-1])):
            return name
        return self._grown(self._grown(name, 1), 0)

    def _grown(self, name: str, side: int) -> str:
        """Return a name with the words on a side that stand there nearly always: up to one that is no single letter."""
        grown = whole = name
        total = self.count(name)
        for _ in range(_STEPS):
            found = Counter(self._beside(n, at, at + len(grown), side) for n, at in self._held(grown))
            piece, count = found.most_common(1)[0]
            content = is_content(piece)
            if total <= _LEAST or count < NEARLY_ALL * sum(found.values()) or not _HAN.fullmatch(piece):
                return whole
            if len(grown) + len(piece) > LONGEST_NAME or not (content or piece in _DENIALS):
                return whole
            grown = grown + piece if side else piece + grown
            if content:
                whole = grown
            if content and len(piece) > 1:
                return whole
        return name

    def _beside(self, number: int, start: int, end: int, side: int) -> str:
        """Return the word, or else the letter, before or after a place of a text."""
        text, spans = self._texts[number], self._spans(number)
        if side:
            return text[end : max([b for a, b in spans if a == end], default=end + 1)]
        return text[min([a for a, b in spans if b == start], default=max(0, start - 1)) : start]

    def count(self, name: str) -> int:
        """Return how many texts hold a name."""
        return sum(name in text for text in self._texts)

    def mended(self, names: Iterable[str]) -> list[str]:
        """Return names made whole, each once; none that is but a part of another that is as frequent."""
        found = list(dict.fromkeys(full for full in map(self.whole, names) if full))
        return [name for name in found if not any(self._stands_for(other, name) for other in found)]

    def _stands_for(self, whole: str, part: str) -> bool:
        """Tell whether a name is to be heard instead of a part of it; a word that is part of a phrase stays."""
        if part == whole or part not in whole or (self.is_word(part) and not self.is_word(whole)):
            return False
        return self.count(whole) >= NEARLY_ALL * self.count(part)


def _tailed(tails: dict[str, Counter[str]]) -> Iterator[str]:
    """Yield the words that a single letter ends, as 码 ends 乘车码: it hardly stands behind anything else."""
    for letter, before in tails.items():
        word, count = before.most_common(1)[0]
        if count > _LEAST and count >= 0.8 * before.total() and len(word) < LONGEST_WORD:
            yield word + letter


def _is_plain(word: str) -> bool:
    """Tell whether letters may be a word that the dictionary lacks: nothing is glued to them."""
    return is_content(word) and not {word[0], word[-1]} & (_GLUED | _DENIALS)
