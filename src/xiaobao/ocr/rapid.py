"""The embedded engine: PP-OCRv6 small by way of RapidOCR, whose wheel brings the models."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from xiaobao.errors import ModelUnavailable
from xiaobao.model import Box
from xiaobao.ocr.engine import OcrLine, Pixels, in_reading_order, overlap

THREADS = 1
"""Threads of one step: a second one waits for the first wherever another process has its core, and costs half again."""
LINES_AT_ONCE = 1
"""Lines recognised together: all are padded to the longest, which costs more than it saves."""
DETECTOR_SIDE = 2000


class RapidEngine:
    """Read pictures with RapidOCR; sessions are made at the first reading and shared by all threads."""

    name = "rapidocr-ppocrv6-small"

    def __init__(self, *, detector: Path | None = None, recogniser: Path | None = None, threads: int = THREADS) -> None:
        if find_spec("rapidocr") is None or find_spec("onnxruntime") is None:
            raise ModelUnavailable("未安装文字识别组件，请执行：pip install 'xiaobao[ocr]'")
        for path in (detector, recogniser):
            if path is not None and not path.is_file():
                raise ModelUnavailable(f"文字识别模型文件不存在：{path}")
        self._paths = {"Det.model_path": detector, "Rec.model_path": recogniser}
        self._threads = threads
        self._lock = threading.Lock()
        self._engine: Any = None
        if recogniser is not None:
            self.name = f"rapidocr-{recogniser.stem}"

    def read(self, image: Pixels, known: Sequence[Box] = (), most: int | None = None) -> list[OcrLine]:
        """Return the lines of an RGB picture; boxes covered by `known` are not recognised again."""
        bgr = np.ascontiguousarray(image[:, :, ::-1])
        with self._lock:
            engine = self._session()
            small, zoom = _fit(bgr, DETECTOR_SIDE)
            found = engine._load_det_model()(small)
            if found.boxes is None:
                return []
            rated = sorted(zip(found.scores, found.boxes / zoom, strict=True), key=lambda item: -item[0])
            quads = [quad for _, quad in rated if not _is_known(_bounds(quad), known)][:most]
            if not quads:
                return []
            # Recognise from the picture as given: the detector's smaller copy loses strokes of small print.
            crops = engine.crop_text_regions(bgr, [q.astype(np.float32) for q in quads])
            kept = [(quad, crop) for quad, crop in zip(quads, crops, strict=True) if min(crop.shape[:2]) >= 3]
            if not kept:
                return []
            result = engine.recognize_txt([crop for _, crop in kept])
        lines = [
            _line(quad, text, float(score))
            for (quad, _), text, score in zip(kept, result.txts, result.scores, strict=True)
            if text.strip()
        ]
        return in_reading_order(lines)

    def _session(self) -> Any:
        if self._engine is None:
            from rapidocr import RapidOCR

            params: dict[str, Any] = {
                "EngineConfig.onnxruntime.intra_op_num_threads": self._threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "Rec.rec_batch_num": LINES_AT_ONCE,
                "Global.log_level": "error",
                "Global.use_cls": False,
            }
            params |= {key: str(path) for key, path in self._paths.items() if path is not None}
            self._engine = RapidOCR(params=params)
        return self._engine


@lru_cache(maxsize=1)
def default_engine() -> RapidEngine:
    """Return the one embedded engine of this process; raise ModelUnavailable where it is not installed."""
    return RapidEngine()


def _fit(image: Pixels, side: int) -> tuple[Pixels, float]:
    longest = max(image.shape[:2])
    if longest <= side:
        return image, 1.0
    import cv2

    zoom = side / longest
    size = (max(1, round(image.shape[1] * zoom)), max(1, round(image.shape[0] * zoom)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8), zoom


def _bounds(quad: Any) -> Box:
    xs, ys = quad[:, 0], quad[:, 1]
    return float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())


def _is_known(box: Box, known: Sequence[Box]) -> bool:
    return any(overlap(box, other) > 0.6 for other in known)


def _line(quad: Any, text: str, score: float) -> OcrLine:
    along = quad[1] - quad[0]
    across = quad[3] - quad[0]
    width, height = float(np.hypot(*along)), float(np.hypot(*across))
    angle = math.degrees(math.atan2(float(along[1]), float(along[0])))
    marks: frozenset[str] = frozenset()
    if height >= 1.5 * width and len(text) > 1:
        width, height, marks = height, width, frozenset({"vertical"})
    return OcrLine(text.strip(), _bounds(quad), score, height, round(angle, 1), marks)
