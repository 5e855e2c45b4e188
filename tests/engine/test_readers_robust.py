"""Broken files of every kind: one of our errors or a material, in time, nothing left open."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz import fuzz_readers, samples
from xiaobao.readers import read
from xiaobao.readers.reading import load_readers
from xiaobao.readers.registry import READERS


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_three_hundred_broken_files() -> None:
    tally = fuzz_readers.run(0, 300, 7, argparse.Namespace())
    assert tally.failures == []
    assert tally.left_open <= 0
    assert sum(tally.outcomes.values()) == 300


def test_a_contract_of_forty_pages_takes_less_than_five_seconds() -> None:
    data = samples.pdf(40)
    began = time.process_time()
    assert len(read(data, ocr=None).passages) == 160
    assert time.process_time() - began < 5


def test_a_reader_is_one_module_with_a_decorator() -> None:
    assert load_readers() == len(READERS)
    suffixes = [suffix for item in READERS for suffix in item.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert {".txt", ".docx", ".pptx", ".xlsx", ".csv", ".html", ".pdf", ".png", ".zip"} <= set(suffixes)
