"""What differs between two texts, and between two pictures, so that people see it at a glance."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(r"[0-9０-９]+(?:[.,][0-9]+)*%?|[A-Za-z]+|\s+|.", re.DOTALL)
MOST_TOKENS = 60_000
NEAR = 24
"""Characters of what is equal that are shown beside a change."""
BRIDGE = 1
"""Equal tokens between two changes that are too few to keep them apart."""
SIDE = 720
CELL = 12
STRENGTH = 26.0
"""Mean difference (0 to 255) from which a cell of a picture counts as changed."""


@dataclass(frozen=True)
class Piece:
    """A stretch of a comparison: equal, or what was (old) and what is now (new)."""

    kind: str
    old: str
    new: str

    @property
    def brief(self) -> str:
        """Return an equal stretch with its middle left out."""
        return self.new if len(self.new) <= 2 * NEAR + 6 else f"{self.new[:NEAR]} …… {self.new[-NEAR:]}"


def of_texts(old: str, new: str) -> list[Piece]:
    """Return how one text became another, in order; numbers and words change as a whole."""
    from rapidfuzz.distance import Indel

    before, after = _TOKEN.findall(old)[:MOST_TOKENS], _TOKEN.findall(new)[:MOST_TOKENS]
    pieces: list[Piece] = []
    for code in Indel.opcodes(before, after):
        was, now = "".join(before[code.src_start : code.src_end]), "".join(after[code.dest_start : code.dest_end])
        pieces.append(Piece("equal" if code.tag == "equal" else "change", was, now))
    return _joined(pieces)


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Make neighbouring changes one, and those that only a sign of equal text keeps apart."""
    out: list[Piece] = []
    for i, piece in enumerate(pieces):
        inner = 0 < i < len(pieces) - 1
        if piece.kind == "equal" and inner and len(_TOKEN.findall(piece.new)) <= BRIDGE and out[-1:]:
            piece = Piece("change", piece.old, piece.new)
        if out and out[-1].kind == piece.kind:
            out[-1] = Piece(piece.kind, out[-1].old + piece.old, out[-1].new + piece.new)
        else:
            out.append(piece)
    return [Piece("equal", p.old, p.new) if p.kind == "change" and p.old == p.new else p for p in out]


def likeness(old: str, new: str) -> float:
    """Return how alike two texts are, 0..1, blanks aside."""
    from rapidfuzz.distance import Indel

    return float(Indel.normalized_similarity(re.sub(r"\s", "", old), re.sub(r"\s", "", new)))


@dataclass(frozen=True)
class PictureDifference:
    """The regions in which two pictures differ, as shares (0..1) of the new one (x0, y0, x1, y1); its changed share."""

    regions: list[tuple[float, float, float, float]]
    changed: float


def of_pictures(old: bytes, new: bytes) -> PictureDifference:
    """Return where two pictures differ; both are made the same size first, small shifts and noise do not count."""
    import numpy as np
    from PIL import Image, ImageFilter
    from scipy import ndimage

    with Image.open(io.BytesIO(new)) as opened:
        fresh = opened.convert("RGB")
    scale = SIDE / max(fresh.size)
    size = max(CELL, round(fresh.width * scale)), max(CELL, round(fresh.height * scale))
    with Image.open(io.BytesIO(old)) as opened:
        stale = opened.convert("RGB").resize(size, Image.Resampling.BILINEAR)
    fresh = fresh.resize(size, Image.Resampling.BILINEAR)
    blur = ImageFilter.GaussianBlur(1.2)
    one, two = (np.asarray(item.filter(blur), dtype=np.float32) for item in (stale, fresh))
    differs = np.abs(one - two).max(axis=2)
    rows, columns = -(-size[1] // CELL), -(-size[0] // CELL)
    padded = np.zeros((rows * CELL, columns * CELL), np.float32)
    padded[: size[1], : size[0]] = differs
    cells = padded.reshape(rows, CELL, columns, CELL).mean(axis=(1, 3)) > STRENGTH
    labels, _count = ndimage.label(ndimage.binary_dilation(cells, iterations=1))
    regions = []
    for part in ndimage.find_objects(labels):
        box = (part[1].start * CELL, part[0].start * CELL, part[1].stop * CELL, part[0].stop * CELL)
        regions.append(tuple(round(min(1.0, v / size[i % 2]), 4) for i, v in enumerate(box)))
    return PictureDifference(regions, round(float(cells.mean()), 4))


def drawn(picture: bytes, found: PictureDifference, *, longest: int = 900) -> bytes:
    """Return a picture (JPEG) with boxes around its changed regions."""
    from PIL import Image, ImageDraw

    with Image.open(io.BytesIO(picture)) as opened:
        image = opened.convert("RGB")
    image.thumbnail((longest, longest))
    pen = ImageDraw.Draw(image)
    for x0, y0, x1, y1 in found.regions:
        box = (x0 * image.width, y0 * image.height, x1 * image.width - 1, y1 * image.height - 1)
        pen.rectangle(box, outline=(179, 38, 30), width=max(2, image.width // 300))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()


def as_plain(pieces: list[Piece]) -> list[dict[str, Any]]:
    """Return a comparison as plain values, long equal stretches shortened."""
    return [
        {"kind": p.kind, "text": p.brief} if p.kind == "equal" else {"kind": p.kind, "old": p.old, "new": p.new}
        for p in pieces
    ]
