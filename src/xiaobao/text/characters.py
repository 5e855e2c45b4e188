"""The character table: what each code point becomes, and how it behaves between its neighbours.

Rules, in this order, per code point (never per string, so that a row can be done with one table look-up):

1. Compatibility forms become plain (Unicode NFKC): full width, circled, mathematical and superscript forms.
   Parenthesised, dotted and negative-circled numbers and letters (⑴ ⒈ ❶ 🅐) become the bare number or letter.
2. Accents go (bǎo → bao) and letters become lower case; Cyrillic and Greek look-alikes become Latin.
3. Traditional becomes simplified (OpenCC t2s, one character at a time); `EQUIVALENT` adds what OpenCC keeps
   apart (帐/账) and printed variants (戸/户, 欵/款).
4. Punctuation has one form: ASCII for comma, colon, semicolon, question, exclamation, brackets, percent; 。 、 《》
   stay; all curly and corner quotes become “ ”; dashes become -, waves become ~, ellipses become ….
5. White space becomes one blank; line ends, tabs, bars and long dashes also leave a BREAK.
6. Classes decide about dropping: DROP always goes (zero width, marks, controls); SOFT goes when a side is CJK
   (blanks, emoji, symbols, bullets); HARD goes when both sides are CJK (. - / ~ + = < >); CJK and others stay.
7. A code point that becomes several characters is in `expansions`; none of them is a separator.

Code points beyond the BMP that have no plain form become U+FFFD, so that a normalised character is always one
16-bit unit.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from opencc import OpenCC

CJK, SOFT, HARD, DROP, BREAK, COLLAPSE, EXPAND, ROW = (1 << n for n in range(8))
SEPARATOR = SOFT | HARD
UNKNOWN = 0xFFFD
LAST = 0x110000

_BREAKS = "\n\r\t\v\f\x85\u2028\u2029\x1c\x1d\x1e"
_HARD = ".-/~+=<>丨丶"
_SOFT = "*·•‧・∙⋅_|\\^`#@※†‡¶¨´¯¸˙˚꞉"
_COLLAPSE = "!?~…。 "
_FILLERS = "\u115f\u1160\u3164\uffa0\u17b4\u17b5"

_PUNCTUATION = {
    "…": "‥…⋯︙⋮",
    "“": "“‘「『﹁﹃〝｢‟‛",
    "”": "”’」』﹂﹄〞｣〟",
    "-": "—–−‒―‐‑⸺⸻﹣－﹘",
    "~": "～〜∼˜〰∽⁓",
    ":": "∶︰꞉ː",
    "《": "︽",
    "》": "︾",
    "(": "❨❪",
    ")": "❩❫",
    "!": "❗❕❢¡",
    "?": "❓❔",
    ",": "، ⸴".replace(" ", ""),
    "|": "│┃｜︱¦❘",
    "·": "・·•‧∙⋅●",
    "/": "⁄∕╱",
    "\\": "＼╲",
    "+": "➕＋",
    "*": "＊∗✱﹡",
    "。": "｡︒",
}

EQUIVALENT = {
    "账": "帐帳", "干": "乾幹榦", "里": "裡裏", "于": "於", "你": "妳", "它": "牠", "周": "週", "布": "佈", "占": "佔",
    "系": "係繫", "家": "傢", "只": "衹祇隻", "借": "藉", "升": "昇陞", "注": "註", "赞": "讚", "巨": "鉅", "欲": "慾",
    "款": "欵", "即": "卽", "考": "攷", "秘": "祕", "阔": "濶", "总": "縂総", "户": "戶戸", "群": "羣", "线": "綫",
    "回": "囬廻迴", "值": "値", "步": "歩", "册": "冊", "杯": "盃", "症": "癥", "本": "夲", "万": "卍", "价": "価",
    "经": "経", "济": "済", "实": "実", "发": "発", "卖": "売", "对": "対", "图": "図", "单": "単", "气": "気",
    "转": "転", "变": "変", "钱": "銭", "续": "続", "证": "証", "险": "険", "额": "額", "团": "団", "应": "応",
    "产": "産", "查": "査", "戏": "戯", "宝": "寳", "荐": "薦", "才": "纔", "台": "臺檯颱", "征": "徵", "托": "託",
    "收": "収", "稳": "穏", "权": "権", "归": "帰", "两": "両", "亿": "億", "贰": "弐貳", "叁": "叄", "真": "眞",
    "众": "衆", "奖": "奨", "尽": "儘", "余": "馀餘", "佣": "傭", "汇": "彙匯", "合": "閤", "炼": "鍊", "钟": "锺鍾",
    "鉴": "鑑", "韧": "靭", "略": "畧", "闲": "閒", "同": "仝",
}  # fmt: skip

_LATIN_LOOKALIKES = dict(
    zip(
        "авеікмнорстухѕјԁԛԝбαβγεικνορτυχωℓıɑɡᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ",
        "abeikmhopctyxsjdqw6abyeiknoptuxwliagabcdeghijklmnoprstuvwyz",
        strict=True,
    )
)


@dataclass(frozen=True)
class CharacterTable:
    """Hold one entry a code point: the unit in the low 16 bits, the class flags above them."""

    entries: NDArray[np.uint32]
    expansions: dict[int, NDArray[np.uint32]]


def is_cjk(code: int) -> bool:
    """Tell whether a code point of the BMP is written without blanks: Han, kana, bopomofo, Hangul."""
    return (
        0x4E00 <= code <= 0x9FFF
        or 0x3400 <= code <= 0x4DBF
        or 0x3041 <= code <= 0x30FA
        or code in (0x3005, 0x3006, 0x3007, 0x30FC)
        or 0x3105 <= code <= 0x312F
        or 0x2E80 <= code <= 0x2FD5
        or 0xAC00 <= code <= 0xD7A3
        or 0xF900 <= code <= 0xFAFF
    )


def _styled() -> dict[str, str]:
    """List the stylised digits and letters that NFKC leaves alone or wraps."""
    out: dict[str, str] = {}
    for first, count, value in (
        (0x2474, 20, 1), (0x2488, 20, 1), (0x24EB, 10, 11), (0x24F5, 10, 1), (0x2776, 10, 1), (0x2780, 10, 1),
        (0x278A, 10, 1), (0x1F101, 10, 0),
    ):  # fmt: skip
        out.update({chr(first + i): str(value + i) for i in range(count)})
    out.update({"\u24ff": "0", "\U0001f100": "0", "\U0001f10b": "0", "\U0001f10c": "0", "🔟": "10", "💯": "100"})
    for first in (0x249C, 0x1F110, 0x1F150, 0x1F170):
        out.update({chr(first + i): chr(ord("a") + i) for i in range(26)})
    out.update({chr(0x3220 + i): c for i, c in enumerate("一二三四五六七八九十月火水木金土日株有社名特财祝劳")})
    return out


def _overrides() -> dict[str, str]:
    out = _styled()
    for form, variants in _PUNCTUATION.items():
        out.update(dict.fromkeys(variants, form))
    out.update(dict.fromkeys(_BREAKS + "\u2800", " "))
    out.update({c: c for c in "™®©℠"})
    return out


def _simplified(characters: list[str]) -> dict[str, str]:
    """Convert single characters with OpenCC, then with the table of equivalents."""
    convert = OpenCC("t2s").convert
    # Twice: 薴 becomes 苧, and 苧 itself becomes 苎.
    joined = convert(convert("\n".join(characters))).split("\n")
    same = {c: form for form, variants in EQUIVALENT.items() if len(form) == 1 for c in variants}
    # A rare simplified form beyond the BMP would become U+FFFD: then the traditional one is kept.
    pairs = ((c, s if ord(s) < 0x10000 else c) for c, s in zip(characters, joined, strict=True))
    return {c: same.get(c, same.get(s, s)) for c, s in pairs}


def _unaccented(text: str) -> str:
    if text.isascii() or not any(ord(c) < 0x590 or 0x1D00 <= ord(c) <= 0x1FFF for c in text):
        return text
    parts = unicodedata.normalize("NFKD", text)
    return "".join(_LATIN_LOOKALIKES.get(c, c) for c in parts if not unicodedata.combining(c))


def _forms(codes: list[int]) -> list[str]:
    """Return what each code point becomes, as a string of zero or more characters."""
    characters = [chr(c) for c in codes]
    plain = unicodedata.normalize("NFKC", "\n".join(characters)).lower().split("\n")
    overrides = _overrides()
    forms = [overrides.get(c) or overrides.get(p, p) for c, p in zip(characters, plain, strict=True)]
    han = sorted({c for f in forms for c in f if ord(c) >= 0x2E80 and unicodedata.category(c) == "Lo"})
    simple = _simplified(han)
    return [
        form if form.isascii() else "".join(simple.get(c, c) for c in _unaccented(form)).replace("\u2044", "/")
        for form in forms
    ]


def _flags(source: str, unit: str) -> int:
    """Return the class flags of a code point that becomes one unit."""
    category = unicodedata.category(source)
    if source in _BREAKS:
        return SOFT | BREAK | COLLAPSE
    if category in ("Mn", "Me", "Cf", "Cc") or source in _FILLERS:
        return DROP
    if unit == " ":
        return SOFT | COLLAPSE
    flags = COLLAPSE if unit in _COLLAPSE else 0
    if unit in _HARD:
        return flags | HARD | (BREAK if source in "—⸺⸻" else 0)
    if unit in _SOFT:
        return flags | SOFT | (BREAK if unit == "|" else 0)
    if is_cjk(ord(unit)):
        return flags | CJK
    if unicodedata.category(unit) in ("So", "Sk") or 0x2190 <= ord(unit) <= 0x21FF or unit in "\ufe0f▪▸◂":
        return flags | SOFT
    return flags


def _fill(entries: NDArray[np.uint32], expansions: dict[int, NDArray[np.uint32]], codes: list[int]) -> None:
    for code, form in zip(codes, _forms(codes), strict=True):
        units = [ord(c) if ord(c) < 0x10000 else UNKNOWN for c in form if not unicodedata.combining(c)]
        if len(units) == 1:
            entries[code] = units[0] | _flags(chr(code), chr(units[0])) << 16
        elif units:
            entries[code] = units[0] | EXPAND << 16
            expansions[code] = np.array([u | (CJK << 16 if is_cjk(u) else 0) for u in units], np.uint32)
        else:
            entries[code] = DROP << 16


@lru_cache(maxsize=1)
def character_table() -> CharacterTable:
    """Build the table once: 1,114,112 entries of which the BMP and the known astral blocks are filled one by one."""
    entries = np.full(LAST, UNKNOWN, np.uint32)
    entries[0x1F000:0x20000] = UNKNOWN | SOFT << 16
    entries[0x20000:0x40000] = UNKNOWN | CJK << 16
    entries[0xE0000:0xE1000] = DROP << 16
    expansions: dict[int, NDArray[np.uint32]] = {}
    codes = [
        *range(0x0A),
        *range(0x0B, 0x3400),
        *range(0x4DC0, 0x4E00),
        *range(0xA000, 0xAC00),
        *range(0xF900, 0x10000),
    ]
    codes += [ord(c) for c in "丨丶"]
    codes += [*range(0x1D400, 0x1D800), *range(0x1F100, 0x1F1A0), *range(0x1F200, 0x1F252), 0x1F4AF, 0x1F51F]
    codes += [*range(0x1FBF0, 0x1FBFA), *range(0x2F800, 0x2FA1E)]
    _fill_han(entries)
    _fill(entries, expansions, codes)
    entries[0x0A] = ord(" ") | (SOFT | BREAK | COLLAPSE) << 16
    entries[0xAC00:0xD7A4] = np.arange(0xAC00, 0xD7A4, dtype=np.uint32) | CJK << 16
    entries[0xE000:0xF900] = np.arange(0xE000, 0xF900, dtype=np.uint32)
    entries.setflags(write=False)
    return CharacterTable(entries, expansions)


def _fill_han(entries: NDArray[np.uint32]) -> None:
    """Fill the Han of the BMP in one go, and the astral Han that have a form there (𠮷 is 吉)."""
    for first, beyond in ((0x3400, 0x4DC0), (0x4E00, 0xA000)):
        simple = "".join(_simplified([chr(c) for c in range(first, beyond)]).values())
        units = np.frombuffer(simple.encode("utf-16-le"), np.uint16)
        entries[first:beyond] = units.astype(np.uint32) | CJK << 16
    rare = {"𠮷": "吉", "𡈽": "土", "𥝱": "株", "𠀋": "丈", "𢦏": "哉", "𣏌": "杞", "𨳒": "屌"}
    for source, form in rare.items():
        entries[ord(source)] = ord(form) | CJK << 16
