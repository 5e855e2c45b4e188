"""Where materials come from: named files, folders walked, lines of the `screen` interface."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiaobao.errors import InputError, UnreadableFile, XiaobaoError
from xiaobao.model import Material
from xiaobao.report.words import DIALOGUE_SCENARIOS, PRODUCT_WORDS, ROLE_WORDS
from xiaobao.rulebook.model import PRODUCTS, SCENARIOS
from xiaobao.screening.pieces import moment
from xiaobao.screening.screen import material_of

if TYPE_CHECKING:
    from xiaobao.ocr import OcrEngine

KNOWN = frozenset({"id", "scenario", "role", "product", "channel", "at", "text", "turns", "facts"})
"""Keys of an input line that the command understands; all others are carried under `extra`."""

ALLOWED = (*SCENARIOS, *DIALOGUE_SCENARIOS)
ROLES = ("none", *ROLE_WORDS)
_PRODUCTS_BY_WORD = {word: name for name, word in PRODUCT_WORDS.items()}
_OTHERS = re.compile("third|第三|家属|亲友|联系人|同事|旁人|其他")
_SHOWN = 40
"""Characters of a wrong value repeated in its message."""

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

    Hidden files, pipes, sockets and the litter of desktops inside folders are passed over; links to folders are not
    followed.
    """
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                found = os.path.join(folder, name)
                # A pipe or a socket that lies among the files would be waited for without end.
                odd = os.path.exists(found) and not os.path.isfile(found)
                if not odd and not name.startswith((".", "~$")) and name not in _LITTER:
                    yield found


def from_line(data: Mapping[str, Any], given: Given) -> Material:
    """Return the material of one line; raise InputError that names the key and what is allowed."""
    for key in ("scenario", "role", "product", "channel", "at"):
        if data.get(key) is not None and not isinstance(data[key], str):
            raise InputError(f"字段“{key}”应为文本", code="input.type")
    for key, kind, said in (("text", str, "文本"), ("turns", list, "数组")):
        if data.get(key) is not None and not isinstance(data[key], kind):
            raise InputError(f"字段“{key}”应为{said}", code="input.type")
    scenario = data.get("scenario")
    if scenario and scenario not in ALLOWED:
        raise InputError(f"没有“{scenario[:_SHOWN]}”这个场景；可用：{'、'.join(ALLOWED)}", code="input.scenario")
    material = material_of(_named(data), defaults=given.as_dict())
    if material.at:
        checked_moment(material.at)
    return material


def checked_moment(at: str) -> None:
    """Raise InputError where a time cannot be read; its message repeats no more than the beginning."""
    moment(at if len(at) <= _SHOWN else f"{at[:_SHOWN]}…")


def _named(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line whose roles and product carry the names that rules know.

    An unknown name would put the text outside every rule's scope: a silent all-clear.
    """
    out = dict(data)
    if out.get("role"):
        role = role_of(out["role"])
        if not role:
            raise InputError(f"没有“{out['role'][:_SHOWN]}”这个角色；可用：{'、'.join(ROLES)}", code="input.role")
        out["role"] = role
    if out.get("product"):
        out["product"] = _product(out["product"])
    turns = out.get("turns")
    if isinstance(turns, list):
        out["turns"] = [_turn(turn) for turn in turns]
        if not turns and isinstance(out.get("text"), str):
            del out["turns"]
        elif isinstance(out.get("text"), str) and out["text"].strip():
            raise InputError("text（文字）与 turns（对话轮次）只能给一种", code="input.both")
    return out


def _turn(turn: Any) -> Any:
    if not isinstance(turn, Mapping) or not isinstance(turn.get("role"), str) or not turn["role"]:
        return turn
    # A conversation may have any people in it: who is no one known is screened as someone unknown.
    return {**turn, "role": role_of(turn["role"])}


def role_of(name: str) -> str:
    """Return the role that a name or a label such as 坐席 means; empty where it means none."""
    folded = name.strip().lower()
    if folded in ROLES:
        return folded
    if _OTHERS.search(folded):
        return "other"
    for role, word in ROLE_WORDS.items():
        if folded == word:
            return role
    # The readers may not be installed where only lines are screened.
    with suppress(ImportError):
        from xiaobao.readers.dialogue import speaker_of

        spoken = speaker_of(folded)
        return "" if spoken == "other" else spoken
    return ""


def _product(name: str) -> str:
    folded = _PRODUCTS_BY_WORD.get(name.strip(), name.strip().lower())
    if folded not in PRODUCTS:
        raise InputError(f"没有“{name[:_SHOWN]}”这个产品；可用：{'、'.join(PRODUCTS)}", code="input.product")
    return folded


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
