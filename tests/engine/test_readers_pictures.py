"""Pictures through OCR: turned, transparent, deep, damaged, pale, stamped; and what is not read is said."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz import samples
from xiaobao.errors import LimitExceeded, ModelUnavailable
from xiaobao.model import Box
from xiaobao.ocr import CachedEngine, OcrLine, default_engine, read_picture
from xiaobao.ocr.engine import joined, overlap
from xiaobao.ocr.passes import _turned_back, enhanced
from xiaobao.ocr.selftest import self_test
from xiaobao.readers import Limits, read
from xiaobao.readers.pictures import picture


def drawn(
    lines: list[tuple[tuple[int, int], str, int, str]], size: tuple[int, int] = (700, 400), ground: str = "white"
) -> Image.Image:
    image = Image.new("RGB", size, ground)
    for place, text, height, colour in lines:
        ImageDraw.Draw(image).text(place, text, font=ImageFont.load_default(size=height), fill=colour)
    return image


def bytes_of(image: Image.Image, kind: str = "PNG", **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.fixture(scope="module")
def poster() -> Image.Image:
    return drawn([((40, 40), "SAVINGS 8.88%", 80, "black"), ((40, 330), "terms and conditions apply", 24, "black")])


def bare(text: str) -> str:
    return "".join(ch for ch in text.lower() if ch.isalnum())


def test_lines_with_boxes_sizes_and_confidence(poster: Image.Image) -> None:
    material = read(bytes_of(poster))
    assert [bare(p.text) for p in material.passages] == ["savings888", "termsandconditionsapply"]
    large, small = material.passages
    assert large.size is not None
    assert small.size is not None
    assert large.size > 2 * small.size
    assert large.anchor.scale == 1
    assert large.anchor.box is not None
    assert overlap(large.anchor.box, (40, 55, 600, 115)) > 0.8
    assert large.confidence > 0.9
    assert material.issues == ()


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_picture_is_read_and_its_boxes_lie_on_the_picture_as_given(poster: Image.Image, turns: int) -> None:
    turned = poster.rotate(-90 * turns, expand=True)
    material = read(bytes_of(turned))
    assert [bare(p.text) for p in material.passages] == ["savings888", "termsandconditionsapply"]
    assert [issue.code for issue in material.issues] == ["read.rotated"]
    expected = _turned_back((40, 55, 600, 115), 4 - turns, turned.width, turned.height)
    box = material.passages[0].anchor.box
    assert box is not None
    assert overlap(box, expected) > 0.8


def test_exif_orientation(poster: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    pixels = picture(bytes_of(poster.rotate(90, expand=True), "JPEG", exif=exif), 10_000_000)
    assert pixels.shape == (400, 700, 3)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "CMYK", "I;16"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    image = drawn([((20, 20), "8.88%", 80, "black")], (300, 140))
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    elif mode == "RGBA":
        image = image.convert("RGBA")
        image.putalpha(Image.fromarray(255 - np.asarray(image.convert("L"))))
    else:
        image = image.convert(mode)
    pixels = picture(bytes_of(image, "TIFF"), 1_000_000)
    assert pixels.shape == (140, 300, 3)
    assert pixels[0, 0].min() > 240
    assert pixels.min() < 30


def test_pages_of_a_tiff() -> None:
    first, second = (drawn([((20, 30), text, 60, "black")], (400, 140)) for text in ("PAGE 11", "PAGE 22"))
    material = read(bytes_of(first, "TIFF", save_all=True, append_images=[second]))
    assert [(bare(p.text), p.anchor.page) for p in material.passages] == [("page11", 1), ("page22", 2)]


def test_pale_print_is_found_by_the_second_pass_and_marked() -> None:
    image = drawn(
        [((40, 40), "SAVINGS 8.88%", 80, "white"), ((40, 320), "terms and conditions apply here", 22, "#be2a28")],
        ground="#c81e1e",
    )
    material = read(bytes_of(image))
    found = [p for p in material.passages if "terms" in p.text]
    assert len(found) == 1
    assert found[0].marks >= {"pale"}


def test_print_beneath_a_seal_is_read() -> None:
    image = drawn([((40, 60 + 70 * i), f"Clause {i} fee 10{i} per year", 36, "black") for i in range(4)], (700, 400))
    ImageDraw.Draw(image, "RGBA").ellipse((150, 110, 420, 255), outline=(220, 30, 30, 140), width=6)
    words = [bare(line.text) for line in read_picture(default_engine(), np.asarray(image)).lines]
    assert [f"clause{i}fee10{i}" for i in range(4)] == [w[:13] for w in words if w.startswith("clause")]


def test_a_scanned_pdf_is_read_in_points(poster: Image.Image) -> None:
    material = read(bytes_of(poster, "PDF", resolution=144))
    assert [bare(p.text) for p in material.passages] == ["savings888", "termsandconditionsapply"]
    anchor = material.passages[0].anchor
    assert (anchor.page, anchor.scale) == (1, 1)
    assert anchor.box is not None
    assert overlap(anchor.box, (20, 27, 300, 58)) > 0.8


def test_silence_is_a_finding(poster: Image.Image) -> None:
    blank = read(bytes_of(Image.new("RGB", (300, 300), "white")))
    assert [issue.code for issue in blank.issues] == ["read.blank"]
    rng = np.random.default_rng(3)
    blobs = Image.fromarray(rng.integers(0, 255, (6, 6, 3), dtype=np.uint8)).resize(
        (300, 300), Image.Resampling.NEAREST
    )
    assert "read.nothing_found" in {issue.code for issue in read(bytes_of(blobs)).issues}
    assert [issue.code for issue in read(bytes_of(poster), ocr=None).issues] == ["read.ocr_missing"]


def test_low_confidence_is_kept_and_said() -> None:
    class Unsure:
        name = "unsure"

        def read(self, image: object, known: object = (), most: int | None = None) -> list[OcrLine]:
            return [OcrLine("年化收毓率", (10, 10, 200, 40), 0.55, 30)]

    material = read(samples.picture(), ocr=Unsure())
    assert [p.confidence for p in material.passages] == [0.55]
    assert [issue.code for issue in material.issues] == ["read.low_confidence"]


def test_too_many_pixels_are_refused() -> None:
    with pytest.raises(LimitExceeded, match="像素"):
        read(samples.picture(), limits=Limits(max_pixels=1000))


def test_cache_reads_once(tmp_path: Path) -> None:
    class Counting:
        name = "counting"
        times = 0

        def read(self, image: object, known: object = (), most: int | None = None) -> list[OcrLine]:
            self.times += 1
            return [OcrLine("收益", (0, 0, 9, 9), 0.9, 9, marks=frozenset({"pale"}))]

    engine, pixels = Counting(), np.zeros((20, 20, 3), np.uint8)
    cached = CachedEngine(engine, tmp_path)
    assert cached.read(pixels) == cached.read(pixels) == engine.read(pixels)
    assert engine.times == 2
    for path in tmp_path.rglob("*.json"):
        path.write_text("{")
    assert cached.read(pixels)[0].text == "收益"


def test_self_test_tells_a_garbling_engine() -> None:
    assert self_test(default_engine()) > 0.9

    class Garbling:
        name = "garbling"

        def read(self, image: object, known: object = (), most: int | None = None) -> list[OcrLine]:
            return [OcrLine("的一是了不在", (0, 0, 9, 9), 0.99, 9)]

    with pytest.raises(ModelUnavailable, match="自检"):
        self_test(Garbling())


def test_fragments_of_one_line_are_joined_and_columns_are_not() -> None:
    def line(text: str, box: Box) -> OcrLine:
        return OcrLine(text, box, 0.9, box[3] - box[1])

    lines = [line("还款", (104, 0, 200, 40)), line("提前", (0, 1, 114, 41)), line("每月", (260, 0, 360, 40))]
    assert [item.text for item in joined(lines)] == ["提前还款", "每月"]


def test_enhancing_brings_out_light_and_dark_print_alike() -> None:
    image = drawn([((10, 10), "MMMM", 40, "#c8c8c8"), ((10, 80), "MMMM", 40, "#f0f0f0")], (240, 150), "#dcdcdc")
    result = enhanced(np.asarray(image))
    assert result[15:50, 10:150].min() < 40
    assert result[85:120, 10:150].min() < 40
    assert np.median(result) > 240
