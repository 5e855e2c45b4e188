"""Make every file of samples/ again from scripts/sample_sources.

Needs the Debian packages chromium and fonts-noto-cjk besides `make setup`. All institutions, products, people and
numbers are invented.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import typst
from PIL import Image, ImageFilter

sys.path.insert(0, str(Path(__file__).parent))

from sample_deck import marketing_deck
from sample_office import MADE, marketing_sms, sales_script

SOURCES = Path(__file__).parent / "sample_sources"
SAMPLES = Path(__file__).parents[1] / "samples"
FONTS = ["/usr/share/fonts/opentype/noto"]
POSTER = (900, 1600)
CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)


def poster(name: str) -> None:
    """Photograph an HTML poster at 900 x 1600 pixels and shrink its palette."""
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "shot.png"
        size = f"--window-size={POSTER[0]},{POSTER[1]}"
        page = (SOURCES / f"{name}.html").as_uri()
        command = ["chromium", *CHROMIUM_FLAGS, size, f"--screenshot={shot}", page]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        with Image.open(shot) as image:
            picture = image.convert("RGB").crop((0, 0, *POSTER))
    picture.save(SAMPLES / f"{name}.png", optimize=True)


def contract(name: str) -> None:
    """Typeset a contract with a text layer."""
    (SAMPLES / f"{name}.pdf").write_bytes(typst.compile(str(SOURCES / f"{name}.typ"), font_paths=FONTS))


def scan(source: str, name: str, *, pixels_per_inch: int = 150) -> None:
    """Typeset a document, then print and scan it: slight skew, paper tone, uneven light, grain, JPEG pages."""
    rendered = typst.compile(str(SOURCES / f"{source}.typ"), format="png", ppi=pixels_per_inch, font_paths=FONTS)
    sheets = rendered if isinstance(rendered, list) else [rendered]
    random = np.random.default_rng(20260318)
    pages = []
    for sheet, angle in zip(sheets, (0.7, -0.9, 0.4), strict=True):
        image = Image.open(io.BytesIO(sheet)).convert("RGB")
        image = image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255)).filter(
            ImageFilter.GaussianBlur(0.55)
        )
        pixels = np.asarray(image).astype(np.float32)
        height, width = pixels.shape[:2]
        light = np.linspace(1.0, 0.9, width)[None, :] * np.linspace(0.99, 0.95, height)[:, None]
        paper = np.array([250, 247, 240], np.float32) / 255
        pixels = (pixels * 0.86 + 30) * light[..., None] * paper + random.normal(0, 3.5, (height, width, 1))
        pages.append(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)))
    target = SAMPLES / f"{name}.pdf"
    pages[0].save(
        target,
        save_all=True,
        append_images=pages[1:],
        resolution=pixels_per_inch,
        quality=52,
        creationDate=MADE.timetuple(),
        modDate=MADE.timetuple(),
    )


def main() -> None:
    """Write every sample."""
    os.environ["SOURCE_DATE_EPOCH"] = "1772355600"
    SAMPLES.mkdir(exist_ok=True)
    for name in ("wealth-poster", "loan-poster"):
        poster(name)
    contract("loan-contract")
    scan("authorisation", "scanned-authorisation")
    sales_script(SAMPLES / "sales-script.docx")
    marketing_deck(SAMPLES / "marketing-deck.pptx")
    marketing_sms(SAMPLES / "marketing-sms.xlsx", SOURCES / "marketing-sms.tsv")
    for name in ("landing-page.html", "collection-call.txt", "sales-call.txt"):
        shutil.copyfile(SOURCES / name, SAMPLES / name)
    chat = (SOURCES / "service-chat.txt").read_text(encoding="utf-8")
    (SAMPLES / "service-chat.txt").write_bytes(chat.encode("gb18030"))
    for path in sorted(SAMPLES.iterdir()):
        print(f"{path.stat().st_size:>9,}  {path.name}")


if __name__ == "__main__":
    main()
