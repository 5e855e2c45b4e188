"""Where materials come from: named files, folders walked, lines of the `screen` interface."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiaobao.errors import InputError, UnreadableFile, XiaobaoError
from xiaobao.model import Material
from xiaobao.report.words import DIALOGUE_SCENARIOS, ROLE_WORDS
from xiaobao.rulebook.model import SCENARIOS
from xiaobao.screening.pieces import moment
from xiaobao.screening.screen import material_of

if TYPE_CHECKING:
    from xiaobao.ocr import OcrEngine

KNOWN = frozenset({"id", "scenario", "role", "product", "channel", "at", "text", "turns", "facts"})
"""Keys of an input line that the command understands; all others are carried under `extra`."""

ALLOWED = (*SCENARIOS, *DIALOGUE_SCENARIOS)
ROLES = ("none", *ROLE_WORDS)
_LITTER = ("Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Given:
    """What options say of every material whose line does not say otherwise; empty means not given."""

    scenario: str = ""
    role: str = ""
    product: str = ""
    channel: str = ""
    at: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return what was given."""
        return {name: value for name, value in vars(self).items() if value}


def walked(paths: Iterable[str]) -> Iterator[str]:
    """Yield each file named, and in its place the files of each folder named, in order of their paths.

    Hidden files and the litter of desktops inside folders are passed over; links to folders are not followed.
    """
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                if not name.startswith((".", "~$")) and name not in _LITTER:
                    yield os.path.join(folder, name)


def from_line(data: Mapping[str, Any], given: Given) -> Material:
    """Return the material of one line; raise InputError that names the key and what is allowed."""
    for key in ("scenario", "role", "product", "channel", "at"):
        if data.get(key) is not None and not isinstance(data[key], str):
            raise InputError(f"字段“{key}”应为文本", code="input.type")
    scenario = data.get("scenario")
    if scenario and scenario not in ALLOWED:
        raise InputError(f"没有“{scenario[:40]}”这个场景；可用：{'、'.join(ALLOWED)}", code="input.scenario")
    material = material_of(data, defaults=given.as_dict())
    moment(material.at)
    return material


def from_file(path: str, given: Given, ocr: OcrEngine | None) -> Material:
    """Return the material of one file, its id the path as given; raise InputError where nothing can be read."""
    # Lines of text need no reader: those who only screen lines need not install what files need.
    from xiaobao.readers import read

    try:
        material = read(path, id=path, ocr=ocr)
    except InputError:
        raise
    except XiaobaoError as error:
        raise UnreadableFile(error.message) from error
    except Exception as error:
        raise UnreadableFile(f"无法读取（{type(error).__name__}）") from error
    told = material_of({"text": ""}, defaults=given.as_dict())
    return replace(
        material, scenario=told.scenario, role=told.role, product=told.product, channel=told.channel, at=told.at
    )


def recogniser(cache: Path | None) -> OcrEngine | None:
    """Return the engine that reads pictures, its readings kept in a folder where one is given; None without one."""
    from xiaobao.readers.reading import engine_of

    engine = engine_of("default")
    if engine is None or cache is None:
        return engine
    from xiaobao.ocr.cache import CachedEngine

    return CachedEngine(engine, cache)
