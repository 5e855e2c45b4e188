"""Vectors from any endpoint that speaks the OpenAI protocol; it only ever sees masked texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import openai
from numpy.typing import NDArray

from xiaobao.errors import ModelUnavailable
from xiaobao.privacy import mask

_BATCH = 64


class Endpoint:
    """Ask an endpoint for vectors of texts whose personal data has become labels (【姓名】)."""

    def __init__(
        self, base_url: str, model: str, *, api_key: str = "none", timeout: float = 30.0, http_client: Any = None
    ) -> None:
        self._client = openai.OpenAI(
            base_url=base_url, api_key=api_key, timeout=timeout, max_retries=2, http_client=http_client
        )
        self._model, self._dim = model, 0

    @property
    def id(self) -> str:
        """Return the name of the model, with what marks it as an endpoint's."""
        return f"endpoint-{self._model}"

    @property
    def dim(self) -> int:
        """Return the length of a vector; the first call asks the endpoint."""
        return self._dim or self.embed(["维度"]).shape[1]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an (n, dim) float32 array of unit rows; raise ModelUnavailable where the endpoint fails."""
        masked = [mask(text, style="label").text or " " for text in texts]
        rows: list[list[float]] = []
        for start in range(0, len(masked), _BATCH):
            rows += self._ask(masked[start : start + _BATCH])
        out = np.asarray(rows, dtype=np.float32).reshape(len(rows), -1 if rows else self._dim)
        if rows:
            self._dim = out.shape[1]
        lengths = np.linalg.norm(out, axis=1, keepdims=True)
        return np.divide(out, np.where(lengths == 0, 1, lengths), dtype=np.float32)

    def _ask(self, texts: list[str]) -> list[list[float]]:
        try:
            answer = self._client.embeddings.create(model=self._model, input=texts, encoding_format="float")
        except openai.OpenAIError as error:
            kind = type(error).__name__
            raise ModelUnavailable(
                f"向量接口调用失败（{kind}），请检查地址、模型名与密钥", code="model.endpoint"
            ) from error
        rows = [item.embedding for item in sorted(answer.data, key=lambda item: item.index)]
        if len(rows) != len(texts) or len({len(row) for row in rows}) != 1:
            raise ModelUnavailable("向量接口返回的条数或维度不符", code="model.endpoint")
        return rows
