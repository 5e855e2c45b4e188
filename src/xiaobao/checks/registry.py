"""The registry of the kinds of check: a module registers its own."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from xiaobao.checks.model import Check

C = TypeVar("C", bound=type[Check])
_REGISTRY: dict[str, type[Check]] = {}


def check(kind: str) -> Callable[[C], C]:
    """Register a class as the kind of check with that name."""

    def register(cls: C) -> C:
        cls.kind = kind
        _REGISTRY[kind] = cls
        return cls

    return register


@cache
def _load_all() -> None:
    """Import every module of the package, each of which registers its kinds."""
    package = importlib.import_module("xiaobao.checks")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"xiaobao.checks.{module.name}")


def kinds() -> dict[str, type[Check]]:
    """Return every kind of check by name."""
    _load_all()
    return dict(_REGISTRY)
