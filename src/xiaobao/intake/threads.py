"""How many threads numpy's matrix products take while a ticket is filled: one."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController


def one() -> AbstractContextManager[object]:
    """Return a context in which products take one thread.

    The matrices are small: threads would wait for each other longer than they gain, the more so beside other work.
    """
    limited: AbstractContextManager[object] = _controller().limit(limits=1, user_api="blas")
    return limited


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
