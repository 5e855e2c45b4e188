"""Guess of what kind a whole document is, from its title, its marks and its format, where words alone mislead."""

from __future__ import annotations

import re
from collections import Counter

from xiaobao.model import Material, Passage
from xiaobao.screening.document import COLLECTION, SMS_SIGNATURE, Profile

TITLE = 8
"""Passages from the start among which a title stands."""
LINE = 60
"""Characters a title, a header or a footer has at most."""
AGREED = re.compile(r"合同|协议|授权书|申请书|申请表|承诺书|声明书|保函|章程|契约|条款$|条款[（(]|投保单|借据|签约须知")
INSIDE = re.compile(r"话术|脚本|应答(?:口径|手册)|口径|培训|内部(?:资料|使用|文件|材料)|操作(?:手册|规程|指引)|质检")
DISCLOSED = re.compile(
    r"说明书|公告|年报|季报|定期报告|信息披露|告知书|揭示书|服务价格|收费标准|(?<!签约)须知|清单|报告"
)
DEMANDED = re.compile(r"(?:催收|催告|催款|逾期)[^，。]{0,4}(?:函|通知书|告知书)")
DEMANDS = 3
"""Words of debt from which a document is taken for one that collects."""
NORM = re.compile(r"(?:法|条例|办法|规定|解释|细则|准则|规则|指引|公告)(?:[（(_].*)?$")
ARTICLE = re.compile(r"^\W*第[一二三四五六七八九十百千零〇0-9]+条")
ARTICLES = 5
"""Articles from which a text with such a title is taken for a norm."""
HEADS = (
    (re.compile("短信"), "marketing_sms"),
    (re.compile("话术|应答|口径"), "internal_script"),
    (re.compile("推文|朋友圈|帖"), "social_post"),
    (re.compile("条款"), "contract_clause"),
    (re.compile("海报"), "poster"),
)


def of_document(material: Material, seen: Profile) -> str:
    """Return the scenario of a file that came without one, or "" where its words are to decide."""
    if material.media_type.startswith("image/"):
        return "" if seen.scenario == "contract_clause" or seen.offer < 0.3 else "poster"
    if material.media_type == "text/html":
        return "" if seen.scenario == "contract_clause" or seen.offer < 0.3 else "web_page"
    titles = [p.text for p in _titles(material)]
    articles = sum(ARTICLE.match(p.text) is not None for p in material.passages)
    if articles >= ARTICLES and any(NORM.search(t.strip()) for t in titles):
        return "education"
    if any(INSIDE.search(t) for t in titles):
        return "internal_script"
    if any(DEMANDED.search(t) for t in titles):
        return "collection_call"
    if any(DISCLOSED.search(t) for t in titles):
        return "disclosure"
    if any(AGREED.search(t) for t in titles) and not re.search("通知|问答", " ".join(titles)):
        return "contract_clause"
    if seen.scenario == "collection_call" and (seen.offer >= 0.5 or len(COLLECTION.findall(material.text)) < DEMANDS):
        return "web_page"
    return ""


def _titles(material: Material) -> list[Passage]:
    """Return the lines a document names itself with: its first large ones, its headers and its footers."""
    short = [p for p in material.passages if _is_line(p)]
    said = Counter(p.text for p in short)
    first = [p for p in material.passages[:TITLE] if _is_line(p)]
    sizes = [p.size for p in first if p.size is not None]
    top = max(sizes, default=0.0)
    large = [p for p in first if p.size is None or p.size >= 0.8 * top] if sizes else first[:3]
    # Headers and footers are said on every page; each says as much once.
    repeated = {p.text: p for p in short if p.anchor.part in ("header", "footer") or said[p.text] >= 3}
    return large + list(repeated.values())


def _is_line(passage: Passage) -> bool:
    return 0 < len(passage.text.strip()) <= LINE and passage.anchor.cell is None


def column_heads(material: Material) -> dict[tuple[str, str], str]:
    """Return for each column of each sheet what its first cell says."""
    out: dict[tuple[str, str], str] = {}
    for passage in material.passages:
        out.setdefault(_column(passage), passage.text)
    return out


def of_cell(passage: Passage, heads: dict[tuple[str, str], str]) -> str:
    """Return the scenario of a table cell from its signature or the head of its column, or ""."""
    head = heads.get(_column(passage), "")
    if head != passage.text and len(head) <= LINE:
        for words, scenario in HEADS:
            if words.search(head):
                return scenario
    return "marketing_sms" if SMS_SIGNATURE.match(passage.text) else ""


def _column(passage: Passage) -> tuple[str, str]:
    return passage.anchor.sheet or "", (passage.anchor.cell or "").rstrip("0123456789")
