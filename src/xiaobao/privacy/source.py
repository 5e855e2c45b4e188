"""The text under examination in views of equal length, so that every offset is an offset of the original."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import rjieba

from xiaobao.privacy.anchored import Anchored

_SPOKEN = dict(
    zip("〇零洞幺一两二三四五六七八九拐勾壹贰叁肆伍陆柒捌玖", "00011223456789" + "79" + "123456789", strict=True)
)
_FOLD: dict[str, str] = {
    **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    "\u3000": " ",
    "\u00a0": " ",
    "￥": "¥",
    "￡": "£",
    **dict.fromkeys("‐‑‒–—―−﹣", "-"),
    **dict.fromkeys("•‧・∙⋅･", "·"),
}


def _fold_digits() -> None:
    for code in [
        *range(0x2460, 0x2469),
        *range(0x2776, 0x277F),
        *range(0x1D7CE, 0x1D800),
        0x24EA,
        *range(0x2070, 0x208A),
    ]:
        digit = unicodedata.digit(chr(code), None)
        if digit is not None:
            _FOLD[chr(code)] = str(digit)


_fold_digits()


def _translated(text: str, forms: dict[str, str]) -> str:
    """Return a text in which some characters have become others, one for one."""
    for character in set(text) & forms.keys():
        text = text.replace(character, forms[character])
    return text


GAP = "[ \\t\\r\\n\\-.·•_\\u200b-\\u200d\\ufeff\\ufe0f\\u20e3]{0,3}"
"""What people, forms and OCR put between the digits of one number, as a regular expression of bounded length."""

_HALVES = re.compile("[\ud800-\udfff]")
_GAPS = re.compile("[ \\t\\r\\n\\-.·•_\\u200b-\\u200d\\ufeff\\ufe0f\\u20e3]+")
_SERIAL = re.compile(
    r"(?:(?:订单|流水|保单|合同|交易|业务|受理|工单|快递|运单|凭证|单据|批次|终端|商户|序列|产品|编|案|发票|设备|申请|回执"
    r"|参考|授权|会员|机构|网点|案件|登记|备案|许可证|物流|单证|协议|借据|贷款|投诉|工|型|批|(?<!证)件|票据|批单|赔案|报案|条形|基金"
    r"|资产|招标|项目|学|考试|准考证|车架|发动机)(?:号码|编号|代码|单号|号|码|ID|id)|订单|流水|保单|工单|编号|编码|单号|条码"
    r"|(?i:order(?:[_ ]?(?:no|id))?|serial|trace|sn|(?<![a-z])no|policy|version))"
    r"[\"']?[ :为是=#.(\[\"']{0,4}(?:[A-Za-z]{0,4})$"
)
_MONEY_AFTER = re.compile(r" ?(?:[万亿千百]?(?:元|块|圆|股|份|美元|韩元|日元|港币|韩币)|万|亿|%|分(?![钟行期局公]))")
_MONEY_BEFORE = re.compile(
    r"(?:[¥$€£]|人民币|RMB|累计|共计|合计|本金|还款|金额[为:]?|余额[为:]?|总额[为:]?|价格[为:]?) ?$"
)


@dataclass(frozen=True)
class Source:
    """A text with its views: folded (full width, dashes), spoken (Chinese digits too) and tagged words."""

    text: str

    @cached_property
    def folded(self) -> str:
        """Return the text with full-width and stylised characters folded one to one."""
        return _translated(self.text, _FOLD)

    @cached_property
    def spoken(self) -> str:
        """Return the folded text with Chinese digits as digits, one to one."""
        return _translated(self.folded, _SPOKEN)

    @cached_property
    def views(self) -> tuple[str, ...]:
        """Return the views in which numbers are sought: folded, and spoken where it differs."""
        return (self.folded,) if self.spoken == self.folded else (self.folded, self.spoken)

    @cached_property
    def words(self) -> list[tuple[str, str]]:
        """Return the words of the whole text, each with its part of speech."""
        # The tagger is of UTF-8 and cannot be given halves of surrogate pairs.
        return list(rjieba.tag(_HALVES.sub("\ufffd", self.text)))

    @cached_property
    def word_starts(self) -> list[int]:
        """Return the offset at which each word begins."""
        lengths = [len(word) for word, _ in self.words]
        if sum(lengths) == len(self.text):
            return list(accumulate(lengths[:-1], initial=0)) if lengths else []
        out, at, text = [], 0, _HALVES.sub("\ufffd", self.text)
        for word, _ in self.words:
            if not text.startswith(word, at):
                at = max(text.find(word, at), at)
            out.append(at)
            at += len(word)
        return out

    def before(self, start: int, width: int) -> str:
        """Return up to `width` folded characters that stand before an offset."""
        return self.folded[max(0, start - width) : start]

    def after(self, end: int, width: int) -> str:
        """Return up to `width` folded characters that stand after an offset."""
        return self.folded[end : end + width]

    def is_serial(self, start: int, end: int) -> bool:
        """Tell whether the words around call a number an order, serial, policy or contract number."""
        if _SERIAL.search(self.before(start, 24)):
            return True
        return re.match(r"号?(?:的)?(?:工单|订单|保单|批次|案件)", self.after(end, 6)) is not None

    def is_money(self, start: int, end: int) -> bool:
        """Tell whether a number is a sum of money or a count by what stands next to it."""
        if _MONEY_AFTER.match(self.after(end, 4)):
            return True
        return _MONEY_BEFORE.search(self.before(start, 6)) is not None

    @cached_property
    def _possible(self) -> dict[Anchored, bool]:
        return {}

    def has_before(self, start: int, pattern: Anchored, width: int = 16) -> bool:
        """Tell whether a pattern occurs shortly before an offset, within the same line or the line above."""
        possible = self._possible.get(pattern)
        if possible is None:
            possible = self._possible[pattern] = pattern.is_possible(self.folded)
        return possible and pattern.search(self.before(start, width)) is not None


def bare(number: str) -> str:
    """Return a number without what stands between its digits."""
    return _GAPS.sub("", number)


def well_grouped(number: str) -> bool:
    """Tell whether gaps split a number as people do: into a few groups, or evenly after each character."""
    gaps = _GAPS.findall(number)
    if len(gaps) <= 1:
        return True
    groups = [len(part) for part in _GAPS.split(number) if part]
    if max(groups) == 1:
        return len(set(gaps)) == 1
    return len(gaps) <= 5 and min(groups[:-1]) >= 2
