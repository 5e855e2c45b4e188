"""Transcripts and chat exports: from lines to turns with speaker and second."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Speaker = Literal["agent", "customer", "other"]

_CLOCK = r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:[.,]\d{1,3})?"
_DAY = r"(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?\s{1,3})?"
_TIME = rf"[\[【(（]?\s?{_DAY}(?P<start>{_CLOCK})(?:\s?(?:-->|-|—|~|至|到)\s?(?P<end>{_CLOCK}))?\s?[\]】)）]?"
_LABEL = (
    r"[\[【(（]?(?P<label>[^\s:：,，。;；!！?？\[\]【】()（）\"“”]{1,16}(?:[(（][^()（）:：]{1,16}[)）])?)[\]】)）]?"
)
_BEFORE = re.compile(rf"^\s{{0,8}}{_TIME}\s{{0,4}}{_LABEL}\s{{0,3}}[:：]\s{{0,4}}(?P<text>.*)$", re.S)
_PLAIN = re.compile(rf"^\s{{0,8}}{_LABEL}\s{{0,3}}[:：]\s{{0,4}}(?P<text>.*)$", re.S)
_AFTER = re.compile(rf"^\s{{0,8}}{_LABEL}\s{{0,4}}{_TIME}\s{{0,3}}[:：]?\s{{0,4}}(?P<text>.*)$", re.S)
_HEAD = re.compile(rf"^\s{{0,8}}{_TIME}\s{{1,4}}{_LABEL}\s{{0,3}}$", re.S)
_PATTERNS = (_BEFORE, _HEAD, _AFTER, _PLAIN)
_WORD = re.compile(r"[^\W\d_]")

_AGENT = re.compile(
    "客服|坐席|座席|客户经理|理财经理|理财师|销售|业务员|代理人|经纪人|催收|顾问|柜员|大堂|专员|工作人员|员工|机器人|助手|助理|"
    r"保险公司|银行|银保|录音员|双录员|经办|主管|工号|agent|staff|advisor|teller|assistant|(?:^|[^a-z])bot",
    re.I,
)
_CUSTOMER = re.compile(
    "客户|用户|消费者|投保人|被保险人|借款人|来电|持卡人|投资者|投资人|投诉人|当事人|债务人|欠款人|市民|本人|先生|女士|"
    "customer|client|user|caller|borrower",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: who speaks, the label as written, from and to which second, and the index of its first line."""

    text: str
    speaker: Speaker
    label: str
    start: float | None
    end: float | None
    line: int


def speaker_of(label: str) -> Speaker:
    """Return who a label means."""
    # 客户经理 holds 客户: what names staff is looked for first.
    if _AGENT.search(label):
        return "agent"
    return "customer" if _CUSTOMER.search(label) else "other"


def turns_of(lines: Sequence[str]) -> list[Turn] | None:
    """Return the turns of a transcript; None where the lines are no conversation."""
    parsed = [_parse(line) for line in lines]
    filled = sum(1 for line in lines if line.strip())
    speakers = {p[0] for p in parsed if p is not None and speaker_of(p[0]) != "other"}
    named = [p for p in parsed if p is not None and p[0] in speakers]
    timed = [p for p in parsed if p is not None and p[1] is not None]
    if not _is_conversation(named, timed, filled):
        return None
    allowed = speakers | {p[0] for p in timed}
    return _joined(lines, parsed, allowed)


_Parsed = tuple[str, float | None, float | None, str]


def _is_conversation(named: list[_Parsed], timed: list[_Parsed], filled: int) -> bool:
    if len(timed) >= 2 and len(timed) >= 0.3 * filled and len({p[0] for p in timed}) >= 2:
        return True
    if len(named) < 2 or len(named) < 0.3 * filled:
        return False
    sides = {speaker_of(p[0]) for p in named}
    labels = [p[0] for p in named]
    words = sum(len(p[3]) for p in named) / len(named)
    # A form has each label once and short values; people who talk come back or say whole sentences.
    return words >= 4 and (len(labels) > len(set(labels)) or (len(sides) == 2 and words >= 8))


def _parse(line: str) -> _Parsed | None:
    head = line[:160]
    for pattern in _PATTERNS:
        match = pattern.match(head)
        if match is None:
            continue
        parts = match.groupdict()
        label = parts["label"]
        if not _WORD.search(label) or (parts.get("start") is None and speaker_of(label) == "other"):
            continue
        rest = (parts.get("text") or "") + line[160:]
        return label, seconds(parts.get("start")), seconds(parts.get("end")), rest.strip()
    return None


def _joined(lines: Sequence[str], parsed: list[_Parsed | None], allowed: set[str]) -> list[Turn]:
    out: list[Turn] = []
    for index, (line, found) in enumerate(zip(lines, parsed, strict=True)):
        if found is not None and found[0] in allowed:
            label, start, end, text = found
            out.append(Turn(text, speaker_of(label), label, start, end, index))
        elif line.strip() and out:
            last = out[-1]
            text = f"{last.text}\n{line.strip()}" if last.text else line.strip()
            out[-1] = Turn(text, last.speaker, last.label, last.start, last.end, last.line)
        elif line.strip():
            out.append(Turn(line.strip(), "other", "", None, None, index))
    return [turn for turn in out if turn.text]


def seconds(clock: str | None) -> float | None:
    """Return minutes:seconds or hours:minutes:seconds in seconds."""
    if not clock:
        return None
    total = 0.0
    for part in clock.replace("：", ":").replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return total
