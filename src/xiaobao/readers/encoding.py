"""Bytes to Chinese text: byte order marks first, then the encoding whose result reads most like Chinese."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

SAMPLE = 65_536

_FREQUENT = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方"
    "多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日者意无力它与长把机十民第公此已工使情明性"
    "知全三又关点正业外将两高间由问很最重并物手应向头文体政美相见被利什二等产或新己制身果加西月话合回特代内信表化老给世位次度门"
    "任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活更别打女变四神总何电数安少报才结反受目太量再感建务做接"
    "必场件计管期市直资命山金指克许统区保至形社便空决治展科司五基书非则听白却界达光放强即像难且权思完设式色路记南品住告类求据程"
    "北边张该交规万取格望领共确传师观清今切院让识候带导争运风险投银款户费额率息单卡客服产品"
    "這個們來為國說時會對於著過發後裡種經麼學現當沒動還進樣開從實軍無與長機關點業將兩間問並應戰頭體見產話內給門兒東聲員論處義"
    "幾認條氣題爾別變總電數報結務場計資許統區隊決馬書則聽卻達強難權設記類據邊張該規萬覺術領確傳師觀讓識帶導爭運風險銀戶費額"
)
_HAN = re.compile("[\u3400-\u9fff]")
_ODD = re.compile("[\ue000-\uf8ff\ufffd\u0080-\u009f\u0100-\u02af\u0400-\u1fff\ua000-\ud7ff\U00010000-\U0010ffff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the encoding it was read in, and how many characters could not be decoded."""

    text: str
    encoding: str
    broken: int = 0


def encoding_of(data: bytes, declared: str | None = None) -> str | None:
    """Return the encoding of a text's first bytes, or None where they are no text.

    declared is what the text says of itself; it counts only where it decodes.
    """
    sample = data[:SAMPLE]
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    if not _CONTROL.search(sample.decode("latin-1")) and _decodes(sample, "utf-8"):
        return "utf-8"
    if declared and _known(declared) and _decodes(sample, declared):
        return "gb18030" if _known(declared) in ("gb2312", "gbk") else _known(declared)
    rated = [(_plausible(sample, name), -rank, name) for rank, name in enumerate(_CANDIDATES)]
    best, _, name = max(rated)
    return name if best > 0.12 else None


_CANDIDATES = ("utf-8", "gb18030", "big5hkscs", "utf-16-le", "utf-16-be")


def decode(data: bytes, declared: str | None = None) -> Decoded | None:
    """Return bytes as text in the encoding that reads most like Chinese; None where they are no text."""
    name = encoding_of(data, declared)
    if name is None:
        return None
    for mark, _ in _MARKS:
        if data.startswith(mark) and name in dict(_MARKS).values():
            data = data[len(mark) :]
            break
    # A text cut at a limit ends within a character; that rest is no error.
    text = codecs.getincrementaldecoder(name)("replace").decode(data, final=False)
    return Decoded(
        text, name, text.count("\ufffd") - data.count("\ufffd".encode()) if name == "utf-8" else text.count("\ufffd")
    )


def _known(name: str) -> str:
    try:
        return codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        return ""


def _decodes(sample: bytes, name: str) -> bool:
    try:
        codecs.getincrementaldecoder(name)("strict").decode(sample, final=len(sample) < SAMPLE)
    except (UnicodeDecodeError, UnicodeError, LookupError):
        return False
    return True


def _plausible(sample: bytes, name: str) -> float:
    """Rate a decoding: the share of frequent Chinese characters, less what no text contains; plain ASCII rates too."""
    wide = name.startswith("utf-16")
    text = sample[: len(sample) // 2 * 2 if wide else None].decode(name, errors="replace")
    if not text:
        return 0.0
    length = len(text)
    control, broken = len(_CONTROL.findall(text)), text.count("\ufffd")
    if control > 0.01 * length + (0 if wide else 2) or broken > 0.03 * length + 1:
        return 0.0
    han = _HAN.findall(text)
    odd = len(_ODD.findall(text))
    plain = sum(1 for ch in text if " " <= ch <= "~" or ch in "\t\r\n\f") / length
    frequent = sum(1 for ch in han if ch in _FREQUENT)
    chinese = frequent / len(han) * (len(han) / length) if han else 0.0
    return chinese + 0.9 * plain - 3.0 * odd / length - 2.0 * control / length
