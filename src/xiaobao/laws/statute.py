"""Read an official text: decode it, find the norms it holds, and cut each into articles and items."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from xiaobao.errors import UnreadableFile
from xiaobao.laws.numbering import article_order, fold, numeral_value

_NUMERAL = "[零〇○一二三四五六七八九十百千]{1,9}"
_HEADER = re.compile(
    rf"^[\s#*>　]*第[ 　]*(?P<number>{_NUMERAL}|\d{{1,4}})[ 　]*[条條](?:之(?P<extra>[一二三四五六七八九十]+))?"
    r"\**(?P<gap>[\s　:：]*)(?P<excerpt>[（(]节[^）)]*[）)])?[\s　]*(?P<rest>.*)$"
)
_DIVISION = re.compile(rf"^[\s#*　]*第[ 　]*(?:{_NUMERAL}|\d{{1,3}})[ 　]*(?:分?编|[章节])(?P<name>[\s　].*|$)")
_ITEM = re.compile(r"[（(](?P<number>[一二三四五六七八九十]{1,3})[）)]")
_TITLE = re.compile(r"(?:法|条例|办法|规定|规则|细则|准则|指引|指南|通知|意见|解释|批复|决定|公告|规范)$")
_DATE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_REMARK = re.compile(r"^\s*[（(【\[].*(?:来源|要点|从略|编者|摘录者|整理者).*[）)】\]]\s*$")
_NOT_WORDING = re.compile(r"要点|非原文")
_ENCODINGS = ("utf-8", "gb18030", "big5hkscs", "utf-16-le", "utf-16-be")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_COMMON = frozenset("的第一条條不是在有人之十二三应應当當为為和或")


@dataclass(slots=True)
class ArticleText:
    """The wording of one article, its items by Chinese number, and the chapter it stands in."""

    text: str
    items: dict[str, str] = field(default_factory=dict)
    chapter: str = ""


@dataclass(slots=True)
class Statute:
    """One norm found in a file: under which heading, of which version (year), with which articles."""

    heading: str
    norm: str | None
    version: int | None
    wording: bool = True
    body: str = ""
    articles: dict[str, ArticleText] = field(default_factory=dict)
    duplicates: list[str] = field(default_factory=list)

    def gaps(self) -> list[str]:
        """Return the article numbers missing between 1 (or the first of a later part) and the last."""
        numbers = {article_order(n)[0] for n in self.articles if n != "*"}
        if not numbers:
            return []
        first = 1 if min(numbers) < 100 else min(numbers)
        return [str(n) for n in range(first, max(numbers)) if n not in numbers]


def decode(data: bytes) -> tuple[str, str]:
    """Return a Chinese text and the name of its encoding; UnreadableFile when no encoding gives Chinese.

    Big5 texts come back in simplified characters, in which norms are cited.
    """
    if not data.strip():
        raise UnreadableFile("文件为空，没有内容")
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace"), encoding
    best: tuple[float, str, str] = (0.0, "", "")
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        score = sum(c in _COMMON for c in text[:20000]) / max(1, min(len(text), 20000))
        if score > best[0]:
            best = (score, encoding, text)
    if best[0] < 0.02:
        raise UnreadableFile("认不出中文文本（可能不是文本文件，或编码已损坏）")
    text = best[2]
    if best[1] == "big5hkscs":
        from opencc import OpenCC

        text = OpenCC("t2s").convert(text)
    return text, best[1]


def read_statutes(text: str, name_of: Callable[[str], str | None], file_year: int | None = None) -> list[Statute]:
    """Return the norms that a text holds; name_of gives the register's key for a heading, None where it knows none.

    The first heading (or first line) titles the file; a later heading starts another norm only when name_of knows it.
    """
    lines = _COMMENT.sub("", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    out = [
        _statute(heading, known, body, file_year if index == 0 else None)
        for index, (heading, known, body) in enumerate(_sections(lines, name_of))
    ]
    return [s for s in out if s.articles or s.norm] or out


def _sections(lines: list[str], name_of: Callable[[str], str | None]) -> Iterator[tuple[str, str | None, list[str]]]:
    heading, known, body = "", None, list[str]()
    for line in lines:
        bare = line.strip().strip("#*　 ").strip()
        titled = line.lstrip().startswith("#") or not heading
        found = name_of(bare) if bare and titled and not _HEADER.match(bare) else None
        foreign = titled and not found and _is_title(bare)
        same_norm = found is not None and found == known and not _HEADER.search(_after_title(bare))
        if bare and (not heading or foreign or (found and not same_norm)):
            if heading:
                yield heading, known, body
            heading, known, body = bare, found, []
            tail = re.search(rf"第(?:{_NUMERAL}|\d+)[条條](?:之[一二三四五六七八九十]+)?", bare)
            if found and tail:
                body.append(f"{tail[0]}　")
        else:
            body.append(line)
    yield heading, known, body


def _is_title(bare: str) -> bool:
    # Articles below the heading of a norm we do not know must not fall to the norm before it.
    folded = re.sub(r"第.{1,9}条.*$", "", folded_title(bare))
    return len(folded) >= 7 and bool(_TITLE.search(folded)) and not _DIVISION.match(bare)


def _after_title(bare: str) -> str:
    at = bare.find("第")
    return bare[at:] if at > 0 else ""


def _statute(heading: str, known: str | None, body: list[str], file_year: int | None) -> Statute:
    start = next((i for i, line in enumerate(body) if _HEADER.match(line)), len(body))
    found = Statute(heading, known, _version([heading, *body[:start]]) or file_year, not _NOT_WORDING.search(heading))
    if start == len(body):
        found.body = "\n".join(line.strip() for line in body if line.strip())
    number, chapter = "", ""
    pieces: dict[str, list[str]] = {}
    chapters: dict[str, str] = {}
    last = 0
    for line in body:
        header = _HEADER.match(line)
        if header and _starts_article(header, last):
            last = numeral_value(header["number"])
            number = str(last) + (f"之{header['extra']}" if header["extra"] else "")
            if number in pieces:
                found.duplicates.append(number)
                number = f"{number} "
            pieces[number], chapters[number] = [header["rest"].strip()], chapter
        elif _DIVISION.match(line):
            chapter, number = line.strip(" #*　"), ""
        elif number and not line.lstrip().startswith("#") and not _REMARK.match(line):
            pieces[number].append(line.strip(" 　\t"))
    for number, parts in pieces.items():
        text = "\n".join(p for p in parts if p)
        if text and not number.endswith(" "):
            found.articles[number] = ArticleText(text, _items(text), chapters[number])
    return found


def _starts_article(header: re.Match[str], last: int) -> bool:
    # A sentence may begin with 第五十条; a header stands apart, or carries the number that is due.
    if header["gap"] or header["excerpt"] or not header["rest"]:
        return True
    return numeral_value(header["number"]) in (last + 1, last) and not re.match(r"[的规第、和至或]", header["rest"])


def _items(text: str) -> dict[str, str]:
    marks: list[re.Match[str]] = []
    last, partial = 0, False
    for match in _ITEM.finditer(text):
        value = numeral_value(match["number"])
        before = text[max(0, match.start() - 1) : match.start()]
        if before not in ("", "\n", "：", ":", "；", ";", "。", "…", " "):
            continue
        # Excerpts leave items out: at an ellipsis, or by beginning with a later item.
        since = text[marks[-1].end() if marks else 0 : match.start()]
        partial = partial or "…" in since or (not marks and match.start() == 0)
        if value == last + 1 or (partial and value > last):
            marks.append(match)
            last = value
    out: dict[str, str] = {}
    for index, mark in enumerate(marks):
        end = marks[index + 1].start() if index + 1 < len(marks) else len(text)
        piece = text[mark.end() : end].strip()
        out[mark["number"]] = piece if index + 1 < len(marks) else piece.split("\n", 1)[0]
    return out


def _version(head: list[str]) -> int | None:
    years = []
    for line in head:
        for match in _DATE.finditer(line):
            before, after = line[max(0, match.start() - 4) : match.start()], line[match.end() : match.end() + 4]
            if "施行" not in after and not re.search(r"施行[：:]?\s*$|自\s*$", before):
                years.append(int(match[1]))
    return max(years, default=None)


def folded_title(text: str) -> str:
    """Return a heading without brackets' content, remarks and 条文摘录, folded for comparing with titles."""
    marked = re.search(r"《([^》]{4,80})》", text)
    bare = marked[1] if marked and re.match(r"^(?:条文)?(?:摘录|节选)[：:]", text) else text
    folded, previous = fold(bare), ""
    while folded != previous:
        folded, previous = re.sub(r"\([^()]*\)", "", folded), folded
    return folded
