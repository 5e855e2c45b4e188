"""What the engine keeps between runs: whole or not at all, and never a reason to fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from xiaobao import cache


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XIAOBAO_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_content_comes_back_as_it_was_written(kept: Path) -> None:
    assert cache.read("a/one.bin") is None
    cache.write("a/one.bin", b"words")
    assert cache.read("a/one.bin") == b"words"
    (kept / "a" / "one.bin").write_bytes(b"x" * 40)
    assert cache.read("a/one.bin") is None


def test_only_the_newest_are_kept(kept: Path) -> None:
    for name in "abc":
        cache.write(f"{name}.bin", b"words", keep=2)
    assert len(list(kept.iterdir())) == 2
    assert cache.read("c.bin") == b"words"


def test_what_cannot_be_written_leaves_nothing_behind(kept: Path) -> None:
    (kept / "one.bin").mkdir(parents=True)
    cache.write("one.bin", b"words")
    assert [p.name for p in kept.iterdir()] == ["one.bin"]
    assert cache.read("one.bin") is None


def test_a_user_without_a_home_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XIAOBAO_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    cache.write("one.bin", b"words")
    assert cache.read("one.bin") is None
