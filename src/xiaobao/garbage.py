"""Keep the collector of cycles from walking what a long text yields again and again while the text is worked on."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

LONG = 100_000
"""Characters from which so much may be found that the collector would take up to a quarter of the time."""


@contextmanager
def uncollected(size: int) -> Iterator[None]:
    """Pause the collector while a text of that many characters is worked on, unless it is short or paused already."""
    pause = size >= LONG and gc.isenabled()
    if pause:
        gc.disable()
    try:
        yield
    finally:
        if pause:
            gc.enable()
