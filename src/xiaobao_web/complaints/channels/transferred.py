"""Regulators' sheets as pasted text: what stands behind each label, with the words it stands on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from unicodedata import normalize

import yaml
from django.utils import timezone

from xiaobao_web.complaints.channels.registry import plain
from xiaobao_web.complaints.models import Source
from xiaobao_web.kernel.deadlines import calendar

LABELS: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parents[1] / "data" / "transfer_labels.yaml").read_text(encoding="utf-8")
)
"""What each label means, in the words of bureaus' sheets; the first of a field is as it is shown."""
LONG = ("text", "wish", "opinion")
BY_LABEL = {label: name for name, labels in LABELS.items() for label in labels}
_WORDS = "|".join(sorted(map(re.escape, BY_LABEL), key=len, reverse=True))
MARK = re.compile(
    rf"【[ 　]*(?P<boxed>{_WORDS})[ 　]*】[ 　]*[:：]?[ 　]*"
    rf"|(?:^|(?<=[\n\t|｜，,；;。 　（(、]))[ 　]*(?:\d{{1,2}}[.、．][ ]*)?(?P<label>{_WORDS})[ 　]*[）)]?"
    r"(?:[ 　]*[:：][ 　]*|\t+|[ 　]*[|｜][ 　]*|[ 　]*\n(?=[^\n]))"
)
DATE = re.compile(
    r"(?P<y>20\d\d) ?[年\-/.] ?(?P<m>\d{1,2}) ?[月\-/.] ?(?P<d>\d{1,2})|(?P<m2>\d{1,2}) ?月 ?(?P<d2>\d{1,2}) ?日"
    r"|(?<!\d)(?P<y3>20\d\d)(?P<m3>\d\d)(?P<d3>\d\d)(?!\d)"
)
WRITTEN = re.compile(
    "(?P<y>二[〇○零Oo0][一二三四五六七八九〇○零]{2})年"
    "(?P<m>[一二三四五六七八九]|十[一二]?)月(?P<d>[一二三四五六七八九]|[二三]?十[一二三四五六七八九]?)日"
)
SERIAL = re.compile(r"4[0-9]{4}|5[0-5][0-9]{3}")
"""A day as a sheet's program counts it, where the cell lost its form."""
DIGITS = {**{sign: place for place, sign in enumerate("〇一二三四五六七八九")}, "○": 0, "零": 0, "O": 0, "o": 0, "0": 0}
DAYS = re.compile(r"(?P<n>\d{1,3}) ?个?(?P<work>工作日|日|天)(?:内|之内|以内)")
SPAN = re.compile(r"(?P<n>\d{1,3}) ?个?(?P<work>工作日|日|天)")
"""What a deadline's own label may say without 内."""
BY_DAY = re.compile(
    rf"(?P<asked>(?:请|须|应|务必)[^，,。；;\n]{{0,8}}?)?(?:于|在)?[ 　]*(?P<day>{DATE.pattern})[ 　]*日?[ 　]*"
    r"(?:\d{1,2}[:：时点](?:\d{1,2}分?)?|下班)?[ 　]*(?:之前|以前|前)"
    r"(?P<wanted>[^。；;\n未没]{0,30}?(?:反馈|答复|回复|报送|办结|上报|报告))?"
)
"""A day before which something is asked for; complainants too write that things happened before a day."""
NUMBER = re.compile(r"(?:编号|单号|文号)(?:为|是)?[ 　]*(?P<n>[0-9A-Za-z][0-9A-Za-z〔〕\-_/]{2,40})")
DOCUMENT = re.compile(r"[\u4e00-\u9fa5]{2,12}[〔\[（(【]20\d\d[〕\]）)】][ 　]*第?[ 　]*\d+[ 　]*号")
"""A document's number as it stands under the title of a letter."""
GAPS = re.compile(r"(?<=[〕\]）)】])[ 　]+(?=[第\d])|(?<=第)[ 　]+(?=\d)|(?<=\d)[ 　]+(?=号)")
ADDRESSEE = re.compile(r"^[ 　]*(?P<unit>[^\s，,。；;:：]{2,40}(?:行|公司|中心|部))[ 　]*[:：][ 　]*$", re.MULTILINE)
_TOOK = r"[ 　]*(?:收到|接到|受理|接收)"
_WE = "(?:我|本)(?:分?局|办|会|中心|行)"
RECEIVED = re.compile(
    rf"{_WE}(?:于|在)?[ 　]*(?P<day>{DATE.pattern})[ 　]*日?{_TOOK}"
    rf"|(?P<day_before>{DATE.pattern.replace('?P<', '?P<b_')})[ 　]*日?[，,]?[ 　]*{_WE}{_TOOK}"
)
SIGNED = re.compile(rf"^[ 　\t]*(?P<day>{DATE.pattern})[ 　]*日?[ 　]*$", re.MULTILINE)
COMPLAINANT = re.compile(
    r"(?:消费者|投诉人|来电人|来信人|信访人|客户|市民|群众)[ 　]*(?P<n>[\u4e00-\u9fa5·]{2,4}?)(?:女士|先生|同志)?"
    r"(?=[（(，,、。 　]|来[电信访函]|[向反称投于])"
)
LETTER = 40
"""Characters from which a line is what somebody tells, and not a label with its value."""
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)")
BUREAU = re.compile(
    "[\u4e00-\u9fa5]{0,10}(?:金融监督管理总局[\u4e00-\u9fa5]{0,8}?监管(?:分局|局|支局)|监管分局|监管局|银保监[\u4e00-\u9fa5]{0,6}局"
    "|(?:中国)?人民银行[\u4e00-\u9fa5]{2,8}?(?:分行|支行|中心支行)|证监局|市场监督管理局|信访局|消费者(?:权益保护)?(?:协会|委员会)"
    "|政务服务(?:便民)?热线)"
)
SOURCES: tuple[tuple[str, str], ...] = (
    (r"12363|人民银行", Source.PBOC), (r"12386|证监", Source.CSRC), (r"12315|市场监督", Source.MARKET),
    (r"12345|政务服务|市长热线|市民热线", Source.CITY),
    (r"消费者(?:权益保护)?(?:协会|委员会)|消协|消委会", Source.ASSOCIATION),
    (r"12378|金融监督管理|金融监管|银保监|监管分?局", Source.NFRA), (r"信访", Source.PETITION),
    (r"日报|晚报|电视台|记者|媒体", Source.MEDIA),
)  # fmt: skip
URGED, SENT_BACK = "urge", "send_back"
KINDS = ((r"督办|催办", URGED), (r"退回补正|退回重办|补正通知|退回整改", SENT_BACK))


@dataclass(frozen=True)
class Said:
    """A value of the sheet and the words it stands on."""

    value: Any
    words: str


@dataclass
class Told:
    """What a sheet says: values by field, what kind of message it is ("" a new transfer), what is unclear."""

    fields: dict[str, Said] = field(default_factory=dict)
    kind: str = ""
    unclear: list[str] = field(default_factory=list)

    def value(self, name: str) -> Any:
        """Return the value of a field, None where the sheet has none."""
        found = self.fields.get(name)
        return found.value if found is not None else None


def read_pasted(text: str, *, received_at: datetime | None = None) -> Told:
    """Return what a pasted sheet says; `received_at` (now) gives the year of dates and the start of "10个工作日内"."""
    lines = plain(text).strip()
    clean = lines.replace("：\n", "：")
    day = timezone.localdate(received_at or timezone.now())
    told = Told()
    title, labelled = _labelled(clean, told)
    number = NUMBER.search(clean) or DOCUMENT.search(clean[:200]) if "number" not in told.fields else None
    if number is not None:
        told.fields["number"] = Said(GAPS.sub("", number["n"] if "n" in number.groupdict() else number[0]), number[0])
    _in_prose(WRITTEN.sub(_in_digits, lines), told)
    for name in ("forwarded_on", "received_by_bureau", "due_on"):
        _as_day(told, name, day)
    if "due_on" not in told.fields:
        _due_in_words(clean, told, day)
    if "phone" in told.fields:
        found = PHONE.search(re.sub(r"(?<=\d)[ \-](?=\d)", "", told.fields["phone"].value))
        said = told.fields["phone"]
        told.fields["phone"] = Said(found[0], found[0]) if found else Said(said.value[:40], said.words)
    _name_alone(told)
    _bureau_and_source(clean, told)
    _text(clean, lines, labelled, told)
    head = title[:60] + "".join(said.words for name, said in told.fields.items() if name == "opinion")
    told.kind = next((kind for pattern, kind in KINDS if re.search(pattern, head)), "")
    return told


def _labelled(clean: str, told: Told) -> tuple[str, int]:
    """Take up what stands behind labels; return what stands before them and how many they are."""
    marks = list(MARK.finditer(clean))
    for place, mark in enumerate(marks):
        label = mark["boxed"] or mark["label"]
        name = BY_LABEL[label]
        end = marks[place + 1].start() if place + 1 < len(marks) else len(clean)
        value = clean[mark.end() : end]
        if name not in LONG:
            value = re.split(r"[\n\t|｜；;]|[ 　]{2,}", value.strip(), maxsplit=1)[0]
            if name == "number":
                value = re.split(r"[\s，,。]", GAPS.sub("", value), maxsplit=1)[0]
        value = value.strip(" \n\t|｜，,；;。、　【（(" if name not in LONG else " \n\t|｜　【（")
        if value and name not in told.fields:
            told.fields[name] = Said(value, f"{label}：{value}"[:120])
    return clean[: marks[0].start()] if marks else clean, len(marks)


def _name_alone(told: Told) -> None:
    """Leave of what stands behind a complainant's label the name; a number beside it is the telephone."""
    said = told.fields.get("customer_name")
    if said is None:
        return
    found = PHONE.search(said.value)
    if found is not None:
        told.fields.setdefault("phone", Said(found[0], found[0]))
    name = re.split(r"[,，、（(：:\d]|(?:联系)?(?:电话|方式)|手机", said.value, maxsplit=1)[0].strip()
    if name:
        told.fields["customer_name"] = Said(name, said.words)


def _as_day(told: Told, name: str, today: date) -> None:
    said = told.fields.get(name)
    if said is None:
        return
    found = day_of(said.value, today)
    if found is None and name == "due_on":
        found = _after(said.value, told, today)
    if found is None:
        told.unclear.append(said.words)
        del told.fields[name]
    else:
        told.fields[name] = Said(found, said.words)


def day_of(words: str, today: date) -> date | None:
    """Return the first day that words name; one without a year is of the year that is nearest."""
    plainly = normalize("NFKC", WRITTEN.sub(_in_digits, words))
    found = DATE.search(plainly)
    if found is None:
        serial = SERIAL.fullmatch(plainly.strip())
        return date(1899, 12, 30) + timedelta(days=int(serial[0])) if serial else None
    try:
        if found["y"] or found["y3"]:
            return date(*(int(found[name] or found[f"{name}3"]) for name in "ymd"))
        near = [date(today.year + step, int(found["m2"]), int(found["d2"])) for step in (-1, 0, 1)]
    except ValueError:
        return None
    return min(near, key=lambda day: abs(day - today))


def _in_digits(found: re.Match[str]) -> str:
    """Return a day written out (二〇二六年十一月三十日) in digits."""
    year = "".join(str(DIGITS[sign]) for sign in found["y"])
    return f"{year}年{_number(found['m'])}月{_number(found['d'])}日"


def _number(words: str) -> int:
    """Return what 三, 十一, 二十 or 三十一 stand for."""
    tens, ten, ones = words.rpartition("十")
    return (DIGITS[tens] if tens else 1) * 10 * bool(ten) + (DIGITS[ones] if ones else 0)


def _after(words: str, told: Told, today: date) -> date | None:
    """Return the day that many days after the transfer, or its receipt, are over."""
    found = DAYS.search(words) or SPAN.fullmatch(words.strip())
    if found is None:
        return None
    start = told.value("forwarded_on")
    first = start if isinstance(start, date) else today
    if found["work"] == "工作日":
        return calendar().add_working_days(first, int(found["n"])).date
    return first + timedelta(days=int(found["n"]))


def _in_prose(lines: str, told: Told) -> None:
    """Take up what a letter says in sentences and no label said: to whom, of whom, when it came in, when it left."""
    if (found := ADDRESSEE.search(lines)) is not None:
        told.fields.setdefault("unit", Said(found["unit"], found[0].strip()))
    if (found := RECEIVED.search(lines)) is not None:
        told.fields.setdefault("received_by_bureau", Said(found["day"] or found["day_before"], found[0]))
    if (signed := list(SIGNED.finditer(lines))) and not lines[signed[-1].end() :].strip():
        told.fields.setdefault("forwarded_on", Said(signed[-1]["day"], signed[-1][0].strip()))
    if (found := COMPLAINANT.search(lines)) is not None:
        told.fields.setdefault("customer_name", Said(found["n"], found[0]))


def _due_in_words(clean: str, told: Told, today: date) -> None:
    found = None
    for mark in BY_DAY.finditer(WRITTEN.sub(_in_digits, clean)):
        if mark["wanted"]:
            found = mark
            break
        found = found or (mark if mark["asked"] else None)
    day = day_of(found["day"], today) if found else None
    if found is not None and day is not None:
        told.fields["due_on"] = Said(day, found[0].strip())
        return
    lines = [line for line in re.split(r"[\n。；]", clean) if DAYS.search(line)]
    line = next((line for line in lines if re.search("反馈|答复|办结|报送", line)), "")
    day = _after(line, told, today) if line else None
    if day is not None:
        told.fields["due_on"] = Said(day, line.strip()[:120])


def _bureau_and_source(clean: str, told: Told) -> None:
    if "bureau" not in told.fields:
        found = BUREAU.search(clean)
        if found is not None:
            told.fields["bureau"] = Said(re.sub("^(?:根据|按照|由|来自|转发)", "", found[0])[:80], found[0])
    said = told.fields.get("bureau")
    for words in (said.value if said else "", clean[:200], clean):
        for pattern, source in SOURCES:
            hit = re.search(pattern, words)
            if hit is not None:
                told.fields["source"] = Said(str(source), hit[0] if said is None else said.words)
                return


def _text(clean: str, lines: str, labelled: int, told: Told) -> None:
    """Put together what the complainant says; a sheet without labels is all of it, a letter its sentences."""
    parts = [told.fields[name].value for name in ("text", "wish") if name in told.fields]
    if parts:
        words = "\n诉求：".join(parts) if "text" in told.fields and "wish" in told.fields else parts[0]
        told.fields["text"] = Said(words, parts[0][:60])
    elif labelled < 2 and clean:
        told.fields["text"] = Said(clean, clean[:60])
    elif story := [line.strip(" \t　") for line in lines.split("\n") if len(line.strip()) >= LETTER]:
        told.fields["text"] = Said("\n".join(story), story[0][:60])
    else:
        told.unclear.append("没有找到投诉内容")
    told.fields.pop("wish", None)
