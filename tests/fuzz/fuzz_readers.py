"""Throw broken files at the readers: each must give a material or one of our errors, in time, leaving nothing open.

    python tests/fuzz/fuzz_readers.py [--cases 10000] [--seed 1]

Time is CPU time. OCR is off: it sees pixels only, which the picture readers have decoded before.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import sys
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[2] / "src"))
sys.path.insert(0, str(HERE.parents[1]))

from fuzz.harness import Tally, main, open_files  # noqa: E402
from fuzz.samples import archive, everything  # noqa: E402
from xiaobao.errors import XiaobaoError  # noqa: E402
from xiaobao.readers import Limits, read  # noqa: E402

LIMITS = Limits(max_seconds=5, max_bytes=120_000_000, max_chars=1_000_000)
SLOW = 10.0
"""CPU seconds, of all threads, after which a case counts as too slow: twice its limit."""
HANGING = 60.0
"""Seconds of the clock after which a case counts as hanging, whatever else the machine does."""
HOSTILE = (
    "客服" * 50_000, "（" * 20_000, "[00:" * 20_000, "a" * 300_000, "：" * 100_000, " \t" * 100_000, "<" * 50_000,
    "<div>" * 30_000, "客服：" * 30_000, "1:" * 60_000, "2025-01-01 " * 20_000, '"' * 50_001, "{" * 50_000,
    "<style>" + "a{" * 20_000, "/*" * 50_000, "&#x41;" * 30_000, "\u202e" * 10_000, "\ud7ff\U0010ffff" * 10_000,
)  # fmt: skip
Make = Callable[[random.Random, dict[str, bytes]], tuple[str, bytes]]


def random_bytes(rng: random.Random, files: dict[str, bytes]) -> tuple[str, bytes]:
    """Return rubbish under a name that promises something."""
    return rng.choice(list(files)), rng.randbytes(rng.choice((0, 1, 3, 16, 300, 5_000, 60_000)))


def truncated(rng: random.Random, files: dict[str, bytes]) -> tuple[str, bytes]:
    """Return the beginning of a file."""
    name, data = rng.choice(list(files.items()))
    return name, data[: rng.randrange(len(data))]


def flipped(rng: random.Random, files: dict[str, bytes]) -> tuple[str, bytes]:
    """Return a file with some bytes changed."""
    name, data = rng.choice(list(files.items()))
    out = bytearray(data)
    for _ in range(rng.choice((1, 4, 30, 300))):
        out[rng.randrange(len(out))] = rng.randrange(256)
    return name, bytes(out)


def spliced(rng: random.Random, files: dict[str, bytes]) -> tuple[str, bytes]:
    """Return the head of one file with the tail of another."""
    name, head = rng.choice(list(files.items()))
    tail = rng.choice(list(files.values()))
    return name, head[: rng.randrange(1, len(head))] + tail[rng.randrange(len(tail)) :]


def broken_member(rng: random.Random, files: dict[str, bytes]) -> tuple[str, bytes]:
    """Return an office file whose container is whole and one of whose parts is not."""
    name = rng.choice([n for n in files if n.endswith((".docx", ".pptx", ".xlsx"))])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(files[name])) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        victims = set(rng.sample(old.namelist(), 2))
        for member in old.namelist():
            data = old.read(member)
            if member in victims:
                if rng.random() < 0.2:
                    continue
                data = _broken_text(rng, data)
            new.writestr(member, data)
    return name, out.getvalue()


def _broken_text(rng: random.Random, data: bytes) -> bytes:
    if not data:
        return rng.randbytes(40)
    at = rng.randrange(len(data))
    kind = rng.randrange(5)
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + rng.randbytes(8) + data[at:]
    if kind == 2:
        return data.replace(b'"1"', b'"99999999999999999999"').replace(b'val="', b'val="x')
    if kind == 3:
        entities = "".join(f'<!ENTITY e{i} "' + f"&e{i - 1};" * 10 + '">' for i in range(1, 9))
        return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><x>&e8;</x>'.encode()
    half = len(data) // 2
    return data[:half] + b"<a:deep>" * 400 + data[half:]


def nested(rng: random.Random, files: dict[str, bytes]) -> tuple[str, bytes]:
    """Return archives within archives, some of them bombs."""
    name, data = rng.choice(list(files.items()))
    if rng.random() < 0.1:
        name, data = "bomb.txt", b"0" * rng.choice((1_000_000, 30_000_000))
    for depth in range(rng.randrange(1, 7)):
        data = archive({f"{depth}/{name}": data, "旁.txt": b"\xd6\xd0\xb9\xfa"})
        name = "x.zip"
    return "n.zip", data


def hostile_text(rng: random.Random, _: dict[str, bytes]) -> tuple[str, bytes]:
    """Return text made to slow down regular expressions and parsers."""
    name = rng.choice(("a.txt", "a.html", "a.csv"))
    pieces = [rng.choice(HOSTILE) for _ in range(rng.randrange(1, 3))]
    text = ("\n" if rng.random() < 0.5 else "").join(pieces)
    if name == "a.html":
        text = f"<!doctype html><html><body>{text}"
    return name, text.encode(rng.choice(("utf-8", "utf-16", "gb18030")), "replace")


def huge_text(rng: random.Random, _: dict[str, bytes]) -> tuple[str, bytes]:
    """Return a hundred megabytes of text, in lines or in one."""
    return "a.txt", ("保本保息" + rng.choice(("\n", ""))).encode() * (100_000_000 // 13)


MAKERS: tuple[tuple[Make, int], ...] = (
    (random_bytes, 20), (truncated, 22), (flipped, 22), (spliced, 8), (broken_member, 16), (nested, 8),
    (hostile_text, 4),
)  # fmt: skip


def case(number: int, seed: int, files: dict[str, bytes]) -> tuple[str, str, bytes]:
    """Return kind, name and bytes of a case; the same for the same number and seed."""
    rng = random.Random(seed * 1_000_003 + number)
    if number % 2_500 == 1_249:
        return ("huge_text", *huge_text(rng, files))
    maker = rng.choices([m for m, _ in MAKERS], [w for _, w in MAKERS])[0]
    return (maker.__name__, *maker(rng, files))


def run(first: int, count: int, seed: int, _: argparse.Namespace) -> Tally:
    """Read the cases of a block."""
    files = everything()
    tally = Tally()
    read(files["g.pdf"], ocr=None)
    before = open_files()
    for number in range(first, first + count):
        kind, name, data = case(number, seed, files)
        called = f"case {number} ({kind}, {name})"
        began, clock = time.process_time(), time.perf_counter()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", ResourceWarning)
                material = read(data, name=name, limits=LIMITS, ocr=None)
            json.dumps([p.text for p in material.passages[:50]]).encode()
            tally.outcomes[f"{kind}: read"] += 1
        except XiaobaoError as error:
            tally.told(kind, error)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            tally.failures.append(f"{called}: {type(error).__name__}: {str(error)[:200]!a}")
        tally.took(called, time.process_time() - began, SLOW)
        tally.hung(called, time.perf_counter() - clock, HANGING)
    tally.left_open = open_files() - before
    return tally


if __name__ == "__main__":
    raise SystemExit(main(__file__, run))
