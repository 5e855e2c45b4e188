"""Try an engine on a picture whose text is known, before its readings are believed."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont
from rapidfuzz.distance import Levenshtein

from xiaobao.errors import ModelUnavailable
from xiaobao.ocr.engine import OcrEngine, as_pixels

KNOWN = "2025-0317 4.35% 0689"
LEAST = 0.8


def self_test(engine: OcrEngine) -> float:
    """Return how much of a known line an engine reads, 0..1; raise ModelUnavailable below 0.8.

    A wrong dictionary reads every character as another without an error, digits too.
    """
    image = Image.new("RGB", (560, 100), "white")
    ImageDraw.Draw(image).text((30, 25), KNOWN, font=ImageFont.load_default(size=44), fill="black")
    said = "".join(line.text for line in engine.read(as_pixels(image)))
    share = 1 - Levenshtein.normalized_distance(KNOWN.replace(" ", ""), said.replace(" ", ""))
    if share < LEAST:
        raise ModelUnavailable(f"文字识别模型“{engine.name}”自检未通过：应读出“{KNOWN}”，实为“{said[:40]}”")
    return share
