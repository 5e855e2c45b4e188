"""Language models of a few hundred kilobytes, written here and served by a real llama.cpp on loopback.

`write_random` knows nothing; `write_saying` says one sentence to every question. Run as a program, this module serves
a file, prints the address on one line and stops when its standard input closes.
"""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

WIDTH, HIDDEN, HEADS, LAYERS, CONTEXT = 64, 128, 4, 1, 2048
SPECIAL = ("<unk>", "<s>", "</s>")
BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))
END = SPECIAL.index("</s>")
TEMPLATE = "{% for message in messages %}{{ message['content'] }}\n{% endfor %}"
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6
"""Kinds of token in the GGUF format."""
ALIGNMENT = 32
INT32 = 5

Arrays = dict[str, np.ndarray[Any, np.dtype[np.float32]]]


def write_random(path: Path, *, closes: bool, seed: int = 7) -> Path:
    """Write a model with a tokeniser of bytes and random weights, and return its path.

    It writes ASCII, and puts a quotation mark either wherever one may stand or only where nothing else may: then no
    text it begins comes to an end.
    """
    draw = np.random.default_rng(seed)
    vocabulary = (*SPECIAL, *BYTES)
    weights = {name: draw.normal(0, 0.1, shape) for name, shape in _shapes(len(vocabulary)).items()}
    printable = [len(SPECIAL) + byte for byte in range(0x20, 0x7F)]
    # Every token carries the first axis, so that a row of the output on it is a bias.
    weights["token_embd.weight"][:, 0] = 1
    weights["output.weight"][:, 0] = -9
    weights["output.weight"][printable, 0] = 0
    weights["output.weight"][len(SPECIAL) + ord('"'), 0] = 9 if closes else -9
    return _write(path, vocabulary, weights)


def write_saying(path: Path, sentence: str) -> Path:
    """Write a model that answers everything with one sentence, itself a token, and then stops; return its path."""
    vocabulary = (*SPECIAL, *BYTES, sentence)
    said = len(vocabulary) - 1
    weights = {name: np.zeros(shape) for name, shape in _shapes(len(vocabulary)).items()}
    # The layers add nothing: after any other token the first axis speaks, after the sentence the second.
    weights["token_embd.weight"][:, 0] = 1
    weights["token_embd.weight"][said, :2] = 0, 1
    weights["output.weight"][said, 0] = weights["output.weight"][END, 1] = 9
    return _write(path, vocabulary, weights)


def _shapes(vocabulary: int) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the weights of a llama, rows first."""
    shapes: dict[str, tuple[int, ...]] = {
        "token_embd.weight": (vocabulary, WIDTH),
        "output.weight": (vocabulary, WIDTH),
        "output_norm.weight": (WIDTH,),
    }
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        shapes |= {f"{block}{name}_norm.weight": (WIDTH,) for name in ("attn", "ffn")}
        shapes |= {f"{block}attn_{name}.weight": (WIDTH, WIDTH) for name in ("q", "k", "v", "output")}
        shapes |= {f"{block}ffn_{name}.weight": (HIDDEN, WIDTH) for name in ("gate", "up")}
        shapes[f"{block}ffn_down.weight"] = (WIDTH, HIDDEN)
    return shapes


def _metadata(vocabulary: tuple[str, ...]) -> dict[str, Any]:
    kinds = [UNKNOWN, CONTROL, CONTROL] + [BYTE] * len(BYTES)
    return {
        "general.architecture": "llama",
        "general.name": "tiny",
        "llama.context_length": CONTEXT,
        "llama.embedding_length": WIDTH,
        "llama.block_count": LAYERS,
        "llama.feed_forward_length": HIDDEN,
        "llama.attention.head_count": HEADS,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": WIDTH // HEADS,
        "llama.vocab_size": len(vocabulary),
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": list(vocabulary),
        "tokenizer.ggml.scores": [0.0] * len(vocabulary),
        "tokenizer.ggml.token_type": kinds + [NORMAL] * (len(vocabulary) - len(kinds)),
        "tokenizer.ggml.unknown_token_id": SPECIAL.index("<unk>"),
        "tokenizer.ggml.bos_token_id": SPECIAL.index("<s>"),
        "tokenizer.ggml.eos_token_id": END,
        "tokenizer.ggml.add_space_prefix": False,
        "tokenizer.chat_template": TEMPLATE,
    }


def _write(path: Path, vocabulary: tuple[str, ...], weights: dict[str, Any]) -> Path:
    """Write a GGUF file, version 3: header, metadata, where the tensors lie, the tensors."""
    arrays: Arrays = {
        name: np.ones_like(array, "<f4") if name.endswith("norm.weight") else array.astype("<f4")
        for name, array in weights.items()
    }
    metadata = _metadata(vocabulary)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(arrays), len(metadata))
    head += b"".join(_text(key) + _value(value) for key, value in metadata.items())
    body = b""
    for name, array in arrays.items():
        sizes = array.shape[::-1]
        head += _text(name) + struct.pack(f"<I{len(sizes)}QIQ", len(sizes), *sizes, 0, len(body))
        body += _padded(array.tobytes())
    path.write_bytes(_padded(head) + body)
    return path


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % ALIGNMENT)


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _value(value: Any) -> bytes:
    """Return a value after the number of its type in the GGUF format."""
    if isinstance(value, list):
        # Kinds of token, the only list of integers here, must be signed.
        kind = INT32 if isinstance(value[0], int) else struct.unpack("<I", _value(value[0])[:4])[0]
        return struct.pack("<IIQ", 9, kind, len(value)) + b"".join(_value(item)[4:] for item in value)
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    return struct.pack("<I", 8) + _text(value)


@contextmanager
def served(path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Yield the base address of a server of a model on loopback, and its process."""
    # A process of its own: it can be killed as a server is, and native code cannot end the tests.
    with subprocess.Popen(
        [sys.executable, __file__, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            address = next((line for line in process.stdout if line.startswith("http://127.0.0.1:")), "")
            assert address, "the server did not start"
            yield f"{address.strip()}/v1", process
        finally:
            process.kill()


def main() -> None:
    """Serve the model named on the command line until standard input closes."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = sys.argv[1]
    parameters.n_ctx = CONTEXT
    parameters.cpuparams.n_threads = parameters.n_parallel = 1
    parameters.n_gpu_layers = 0
    parameters.warmup = False
    server = xllamacpp.Server(parameters)
    print(f"\n{server.listening_address}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
