"""Measure one text and one file at a time against the targets, as the ratio of what was measured to the target.

    python benchmarks/bench_single.py [--texts 400] [--rounds 5] [--judge src/xiaobao/judge/judge.npz]

Nothing is asserted: a ratio below 1 meets its target. Times are CPU seconds of the process; files are read and screened
in this process once it is warm; the start of a process is measured on its own line.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from results import Section, table, versions, write

from xiaobao.errors import ModelUnavailable
from xiaobao.judge.model import PACKAGED, TextJudge, read_weights
from xiaobao.model import Material, Passage
from xiaobao.screening.screen import Screener

ROOT = Path(__file__).resolve().parents[1]
TARGETS = {"rules": 0.001, "judge": 0.005, "compile": 2.0, "pdf": 5.0, "poster": 6.0}
PAGES = 40
POSTERS = ("samples/wealth-poster.png", "samples/loan-poster.png")
COMPILE = """
import json, time
began, cpu = time.perf_counter(), time.process_time()
from xiaobao.screening.engine import Row, default_engine
default_engine().scan_rows([Row("您好")])
print(json.dumps([time.process_time() - cpu, time.perf_counter() - began]))
"""
LINES = (
    "第{n}条 本合同项下的借款用于{use}，借款期限为十二个月，年利率为百分之七点二，按月还款。",
    "乙方应当在每月二十日前足额存入当期应还款项，逾期的，甲方按约定的罚息利率计收罚息。",
    "甲方应当以足以引起乙方注意的方式提示与乙方有重大利害关系的条款，并按照乙方的要求予以说明。",
    "乙方有权自收到本合同之日起查询与本次借款有关的全部费用，甲方不得拒绝。",
    "因履行本合同发生的争议，双方应当协商解决；协商不成的，任何一方可以向有管辖权的人民法院起诉。",
    "本合同的最终解释权归甲方所有。" ,
)  # fmt: skip


def corpus_texts(count: int) -> list[Material]:
    """Return texts of the evaluation corpus, evenly from all its files, as materials."""
    lines = [
        x for path in sorted((ROOT / "evaluation/corpus").glob("*.jsonl")) for x in path.read_text("utf-8").splitlines()
    ]
    chosen = [json.loads(line) for line in lines[:: max(1, len(lines) // count)][:count]]
    return [Material(str(i), (Passage(o["text"]),), scenario=o.get("scenario")) for i, o in enumerate(chosen)]


def each(screener: Screener, materials: list[Material], rounds: int) -> tuple[float, float]:
    """Return the mean CPU seconds a text, median of the rounds, and those of the slowest twentieth."""
    for material in materials:
        screener.screen(material)
    means, tails = [], []
    for _ in range(rounds):
        times = []
        for material in materials:
            began = time.thread_time()
            screener.screen(material)
            times.append(time.thread_time() - began)
        means.append(sum(times) / len(times))
        tails.append(sorted(times)[int(len(times) * 0.95)])
    return median(means), median(tails)


def fresh_compile(cache: str) -> tuple[float, float]:
    """Return CPU and wall seconds until a fresh process can screen, rules read and compiled, with a cache folder."""
    given = {**os.environ, "XIAOBAO_CACHE": cache}
    done = subprocess.run([sys.executable, "-c", COMPILE], capture_output=True, text=True, check=True, env=given)
    cpu, wall = json.loads(done.stdout)
    return float(cpu), float(wall)


def contract(pages: int) -> bytes:
    """Return a born-digital contract of so many pages."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = Canvas(out)
    for page in range(pages):
        canvas.setFont("STSong-Light", 10.5)
        for row in range(36):
            text = LINES[(page + row) % len(LINES)].format(n=page * 36 + row + 1, use=("购车", "装修", "进货")[row % 3])
            canvas.drawString(60, 780 - row * 20, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def read_and_screen(data: bytes, name: str, screener: Screener, *, ocr: bool) -> tuple[float, float, int, int]:
    """Return CPU and wall seconds of reading and screening a file, its passages and findings."""
    from xiaobao.readers import read

    began, cpu = time.perf_counter(), time.process_time()
    material = read(data, name=name) if ocr else read(data, name=name, ocr=None)
    verdict = screener.screen(material)
    return time.process_time() - cpu, time.perf_counter() - began, len(material.passages), len(verdict.findings)


def row(what: str, measured: float, target: str, note: str = "") -> list[str]:
    """Return a line of the table; seconds below 0.1 are shown in milliseconds."""
    limit = TARGETS[target]
    shown = f"{measured * 1e3:.2f} ms" if limit < 0.1 else f"{measured:.2f} s"
    aim = f"{limit * 1e3:g} ms" if limit < 0.1 else f"{limit:g} s"
    line = [what, shown, aim, f"{measured / limit:.2f}", note]
    print("  ".join(line), flush=True)
    return line


def main() -> None:
    """Measure, print and write the page."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--texts", type=int, default=400)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--judge", type=Path, default=PACKAGED)
    given = arguments.parse_args()
    screener = Screener()
    materials = corpus_texts(given.texts)
    size = sum(len(m.text) for m in materials) / len(materials)
    rows = []
    mean, tail = each(screener, materials, given.rounds)
    rows.append(
        row(
            "one text, rules alone", mean, "rules", f"mean {size:.0f} characters; slowest twentieth {tail * 1e3:.2f} ms"
        )
    )
    judged = screener
    try:
        judged = Screener(judge=TextJudge(read_weights(given.judge)))
        mean, tail = each(judged, materials, given.rounds)
        rows.append(row("one text, with the judge", mean, "judge", f"slowest twentieth {tail * 1e3:.2f} ms"))
    except ModelUnavailable as error:
        rows.append(["one text, with the judge", "not measured", "5 ms", "", error.message])
        print("  ".join(rows[-1]))
    with tempfile.TemporaryDirectory() as folder:
        cold = [fresh_compile(f"{folder}/{number}") for number in range(3)]
    cpu, wall = median(c for c, _ in cold), median(w for _, w in cold)
    rows.append(
        row("fresh process, empty cache, until the first text is screened", cpu, "compile", f"wall {wall:.2f} s")
    )
    cpu, wall, passages, found = median_of(contract(PAGES), "contract.pdf", judged, given.rounds, ocr=False)
    rows.append(
        row(
            f"PDF of {PAGES} pages, read and screened",
            cpu,
            "pdf",
            f"wall {wall:.2f} s, {passages} lines, {found} findings",
        )
    )
    for name in POSTERS:
        path = ROOT / name
        cpu, wall, passages, found = median_of(path.read_bytes(), path.name, judged, 2, ocr=True)
        note = f"CPU {cpu:.2f} s, {passages} lines, {found} findings; target is wall time"
        rows.append(row(f"{path.name}, read with OCR and screened", wall, "poster", note))
    heads = ["what", "measured", "target", "measured / target", "note"]
    intro = versions("hyperscan", "numpy", "google-re2", "pypdfium2", "rapidocr", "onnxruntime", "reportlab")
    write("single", "One text, one file", intro, [Section("Against the targets", table(heads, rows))])


def median_of(data: bytes, name: str, screener: Screener, rounds: int, *, ocr: bool) -> tuple[float, float, int, int]:
    """Return the medians over rounds of `read_and_screen`, after a first one that loads what it needs."""
    runs = [read_and_screen(data, name, screener, ocr=ocr) for _ in range(rounds + 1)][1:]
    return median(r[0] for r in runs), median(r[1] for r in runs), runs[0][2], runs[0][3]


if __name__ == "__main__":
    main()
