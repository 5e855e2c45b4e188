"""The official wordings that an operator imported: one JSON file a norm, kept outside the package."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from xiaobao.errors import LawError
from xiaobao.laws.numbering import Locus


def store_directory() -> Path:
    """Return the folder of imported wordings: $XIAOBAO_HOME/laws, else xiaobao/laws in the user's data folder.

    That is $XDG_DATA_HOME or ~/.local/share, the same whatever the working directory; for a user without a home
    var/laws below the working directory.
    """
    home = os.environ.get("XIAOBAO_HOME")
    if home:
        return Path(home) / "laws"
    try:
        return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "xiaobao" / "laws"
    except RuntimeError:
        return Path("var") / "laws"


class TextStore:
    """Give the imported wording of articles; a norm without an imported file has no wording."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._cache: dict[str, tuple[int, Mapping[str, Any]]] = {}

    def path(self, norm_key: str) -> Path:
        """Return the file that holds the wording of a norm."""
        return self.directory / f"{norm_key.replace('/', '-')}.json"

    def record(self, norm_key: str) -> Mapping[str, Any]:
        """Return what was imported for a norm (sources, articles), else an empty record; LawError on a broken file."""
        path = self.path(norm_key)
        try:
            stamp = path.stat().st_mtime_ns
        except OSError:
            return {}
        cached = self._cache.get(norm_key)
        if cached and cached[0] == stamp:
            return cached[1]
        try:
            data = orjson.loads(path.read_bytes())
        except (OSError, orjson.JSONDecodeError) as error:
            raise LawError(f"{path}：已导入的条文文件损坏，请重新导入：{error}") from error
        if not isinstance(data, dict) or not isinstance(data.get("articles"), dict):
            raise LawError(f"{path}：已导入的条文文件缺少 articles，请重新导入")
        self._cache[norm_key] = (stamp, data)
        return data

    def text(self, norm_key: str, locus: Locus) -> str:
        """Return the wording of an article, or of its item where that stands apart; empty when not imported."""
        article = self.record(norm_key).get("articles", {}).get(locus.number)
        if not article:
            return ""
        if locus.item:
            return str(article.get("items", {}).get(locus.item) or article["text"])
        return str(article["text"])

    def write(self, norm_key: str, data: Mapping[str, Any]) -> Path:
        """Write the record of a norm in one step and return its path."""
        path = self.path(norm_key)
        self.directory.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.part")
        partial.write_bytes(orjson.dumps(data, option=orjson.OPT_INDENT_2))
        partial.replace(path)
        return path
