"""“Is this approved?”: the same content, the same words, nearly the same; and what differs."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from drawing import picture, upload
from PIL import Image

from xiaobao_web.kernel.errors import BadUpload, BadValue
from xiaobao_web.materials import difference, hashing, lookup, reading, registry, services

TEXT = (
    "【江城银行】稳健成长一号，风险等级R2（中低风险），业绩比较基准2.8%-3.6%，起购金额1万元，产品期限180天。"
    "理财非存款、产品有风险、投资须谨慎。过往业绩不预示未来表现，详情请咨询网点或致电客服热线。"
)


def _approved(bank: Any, *, text: str = "", file: Any = None, **facts: Any) -> Any:
    material = services.add_material(title="理财短信", kind="sms", unit=bank.units["retail"], by=bank["submitter"])
    version = services.add_version(material, by=bank["submitter"], text=text, upload=file)
    reading.read(version)
    facts.setdefault("valid_until", timezone.localdate() + timedelta(days=90))
    return registry.approve(version, by=bank["reviewer"], **facts)


def test_the_same_words_whatever_their_layout(bank: Any) -> None:
    row = _approved(bank, text=TEXT)
    reply = lookup.ask(lookup.of_text(TEXT))
    assert (reply.verdict, reply.matches[0].how, reply.matches[0].approved) == ("approved", "file", row)
    spread = TEXT.replace("，", "，\n ")
    reply = lookup.ask(lookup.of_text(spread))
    assert (reply.verdict, reply.matches[0].how) == ("approved", "words")


def test_a_changed_figure_is_not_approved_and_shown(bank: Any) -> None:
    _approved(bank, text=TEXT)
    reply = lookup.ask(lookup.of_text(TEXT.replace("3.6%", "5.6%")))
    assert reply.verdict == "near"
    match = reply.matches[0]
    assert match.how == "text"
    assert 0.9 < match.likeness < 1
    assert [(p.old, p.new) for p in match.pieces if p.kind == "change"] == [("3.6%", "5.6%")]


def test_the_version_before_the_approved_one_is_named_as_such(bank: Any) -> None:
    first = "稳健成长一号，保本保收益，稳赚不赔，先到先得，名额有限。"
    material = services.add_material(title="理财短信", kind="sms", unit=bank.units["retail"], by=bank["submitter"])
    services.add_version(material, by=bank["submitter"], text=first)
    version = services.add_version(material, by=bank["submitter"], text=TEXT)
    reading.read(version)
    row = registry.approve(version, by=bank["reviewer"], valid_until=timezone.localdate() + timedelta(days=90))
    reply = lookup.ask(lookup.of_text(first))
    assert (reply.verdict, reply.matches[0].how, reply.matches[0].approved) == ("near", "version", row)
    assert "没有获得批准" in reply.sentence
    assert "第 2 版" in reply.sentence


def test_a_decimal_point_makes_other_words() -> None:
    assert hashing.text_hash("年化3.5%") != hashing.text_hash("年化35%")
    assert hashing.text_hash("年化３.5％") == hashing.text_hash("年化 3.5%")


def test_validity_channel_and_withdrawal(bank: Any) -> None:
    row = _approved(bank, text=TEXT, channels=["短信"])
    assert lookup.ask(lookup.of_text(TEXT), channel="短信").verdict == "approved"
    other = lookup.ask(lookup.of_text(TEXT), channel="户外")
    assert other.verdict == "not_usable"
    assert "户外" in other.matches[0].why_not
    late = lookup.ask(lookup.of_text(TEXT), on=row.valid_until + timedelta(days=1))
    assert "有效期" in late.sentence
    registry.withdraw(row, by=bank["office"], reason="停售")
    assert "停售" in lookup.ask(lookup.of_text(TEXT)).sentence


def test_a_picture_made_smaller_or_changed_a_little_is_nearly_it(bank: Any) -> None:
    row = _approved(bank, file=upload(picture()))
    assert row.perceptual_hash
    assert lookup.ask(lookup.of_upload(upload(picture()))).verdict == "approved"
    small = io.BytesIO()
    Image.open(io.BytesIO(picture())).resize((270, 360)).convert("RGB").save(small, "JPEG", quality=70)
    reply = lookup.ask(lookup.of_upload(upload(small.getvalue(), "x.jpg", "image/jpeg")))
    assert (reply.verdict, reply.matches[0].how) == ("near", "picture")
    assert reply.matches[0].regions == []
    changed = picture((240, 200, 300, 230))
    reply = lookup.ask(lookup.of_upload(upload(changed)))
    assert reply.verdict == "near"
    (region,) = reply.matches[0].regions
    assert region[0] < 240 / 360 < 300 / 360 < region[2] + 0.05
    assert reply.matches[0].picture.startswith("data:image/jpeg;base64,")


def test_something_else_is_unknown(bank: Any) -> None:
    _approved(bank, text=TEXT)
    _approved(bank, file=upload(picture()))
    assert (
        lookup.ask(lookup.of_text("五一期间网点照常营业，欢迎光临，请携带有效身份证件办理业务。")).verdict == "unknown"
    )
    blank = io.BytesIO()
    Image.new("RGB", (100, 100), (255, 255, 255)).save(blank, "PNG")
    assert lookup.ask(lookup.of_upload(upload(blank.getvalue()))).verdict == "unknown"


def test_ugly_questions_get_a_sentence(bank: Any) -> None:
    with pytest.raises(BadValue, match="粘贴"):
        lookup.of_text("  ")
    with pytest.raises(BadUpload, match="空"):
        lookup.of_upload(upload(b""))
    with pytest.raises(BadUpload, match="PNG 图片打不开"):
        lookup.of_upload(upload(b"\x89PNG\r\n\x1a\nbroken"))
    with pytest.raises(BadUpload, match="PDF打不开"):
        lookup.of_upload(upload(b"%PDF-1.4 broken", "x.pdf", "application/pdf"))


def test_bands_find_up_to_seven_bits() -> None:
    mark = "a5c3f00f12345678"
    other = f"{int(mark, 16) ^ 0b1001001000000001 ^ (0b101 << 33) ^ (1 << 63):016x}"
    assert hashing.image_distance(mark, other) == 7
    assert set(hashing.image_bands(other)) & set(hashing.near_bands(mark))


def test_differences_keep_numbers_whole() -> None:
    pieces = difference.of_texts("利率3.65%起，期限12个月", "利率3.85%起，期限24个月")
    assert [(p.old, p.new) for p in pieces if p.kind == "change"] == [("3.65%", "3.85%"), ("12", "24")]
    assert difference.of_texts("相同", "相同") == [difference.Piece("equal", "相同", "相同")]


EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + b"\xb8" + b"\0" * 47 + b"\x80\0\0\0" + b"\0" * 900


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("海报.png", EXE, "可执行程序"),
        ("海报.exe", EXE, "程序"),
        ("海报.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 400, "损坏"),
        ("海报.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x11" * 300, "损坏"),
        ("海报.png", b"%PDF-1.7\n1 0 obj\n", "扩展名"),
        ("合同.pdf", b"%PDF-1.7\n1 0 obj\nbroken", "损坏"),
        ("说明.docx", b"PK\x03\x04" + b"\0" * 200, "损坏"),
        ("无名", bytes(range(256)) * 4, "认不出"),
    ],
)
def test_what_is_no_readable_file_is_refused_with_its_reason(bank: Any, name: str, data: bytes, told: str) -> None:
    with pytest.raises(BadUpload, match=told):
        lookup.of_upload(upload(data, name))


def test_a_cut_picture_is_refused_not_answered(bank: Any) -> None:
    whole = picture()
    with pytest.raises(BadUpload, match="损坏"):
        lookup.of_upload(upload(whole[: len(whole) // 3]))
    assert lookup.of_upload(upload(whole)).perceptual_hash
