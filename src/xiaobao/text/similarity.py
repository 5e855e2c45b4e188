"""How alike two short texts are in wording, without a model.

Both texts are normalised, the commonest ways to ask the same thing (能不能, 可否, 可以吗) become one, and the mean of
three views is taken: single characters, pairs of characters, and order (edit ratio; of texts beyond LONGEST characters
runs of five, for an edit ratio costs their product). It knows wording, not meaning: for paraphrases without shared
words use an embedding.
"""

from __future__ import annotations

import re
from collections import Counter
from math import sqrt

from rapidfuzz import fuzz

from xiaobao.text.normalise import normalise

LONGEST = 10_000
"""Characters of a text up to which order is compared by edits."""
_SAME = {
    "为什么": "为啥 为何 干嘛 怎么会 怎么还 怎么没 什么原因 怎么回事",
    "怎么": "怎样 如何 怎么样 咋 咋样 怎么办",
    "可以": "可否 能否 能不能 可不可以 是否可以 是不是可以 能够 行不行",
    "多久": "多长时间 几天 什么时候 何时 啥时候 多少天 几时",
    "多少": "几多 多高 多大",
    "没有": "没 未 无法 不能 不了 不可以 不可 不到 不",
    "什么": "啥",
    "我": "我们 俺 本人 咱",
    "借": "借款 贷款 借钱 借贷 贷",
    "还": "还款 还钱 归还 偿还",
    "开通": "启用 激活 申请 办理",
    "手机号": "手机号码 电话号码 电话 手机 号码",
    "银行卡": "卡 储蓄卡 借记卡",
    "改": "更改 修改 更换 变更 换 改成 换成",
    "利率": "利息",
    "提前": "提早",
    "额度": "授信",
    "查": "查询 查看",
    "关闭": "注销 取消 停用",
    "钱": "资金 款项 款 现金",
    "到账": "收到 入账 打款 放款",
    "扣": "扣款 扣钱 划扣",
    "再": "再次 重新",
}
_FORM = {other: form for form, others in _SAME.items() for other in others.split()}
# The canonical words are in the pattern as well: 手机号 must not be read as 手机 and 号.
_WORDS = re.compile("|".join(map(re.escape, sorted([*_FORM, *_SAME], key=lambda w: (-len(w), w)))))


def canonical(text: str) -> str:
    """Return the letters, digits and Han of normalised text with common synonyms made one."""
    plain = "".join(c for c in normalise(text).text if c.isalnum())
    return _WORDS.sub(lambda m: _FORM.get(m.group(), m.group()), plain)


def grams(text: str, sizes: tuple[int, ...] = (1, 2, 3)) -> Counter[str]:
    """Count the character n-grams of a text."""
    return Counter(text[i : i + n] for n in sizes for i in range(len(text) - n + 1))


def cosine(a: Counter[str], b: Counter[str]) -> float:
    """Return the cosine of two count vectors, 0..1; 0 when either is empty."""
    shared = sum(n * b[g] for g, n in a.items() if g in b)
    if not shared:
        return 0.0
    return min(1.0, shared / sqrt(sum(n * n for n in a.values()) * sum(n * n for n in b.values())))


def similarity(a: str, b: str) -> float:
    """Return how alike the wording of two texts is, 0..1; equal texts give 1, an empty one 0."""
    first, second = canonical(a), canonical(b)
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    characters = cosine(grams(first, (1,)), grams(second, (1,)))
    pairs = cosine(grams(first, (1, 2)), grams(second, (1, 2)))
    long = max(len(first), len(second)) > LONGEST
    order = cosine(grams(first, (5,)), grams(second, (5,))) if long else fuzz.ratio(first, second) / 100
    return (characters + pairs + order) / 3
