"""The threads of a ticket: one for numpy's matrix products, one beside for the model that reads the whole."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from threading import Thread
from typing import TypeVar

from threadpoolctl import ThreadpoolController

T = TypeVar("T")


def one() -> AbstractContextManager[object]:
    """Return a context in which products take one thread.

    The matrices are small: threads would wait for each other longer than they gain, the more so beside other work.
    """
    limited: AbstractContextManager[object] = _controller().limit(limits=1, user_api="blas")
    return limited


def beside(work: Callable[[], T]) -> Callable[[], T]:
    """Begin work on a thread of its own; return what waits for its end and gives what it returned or raised.

    It gains where the work leaves Python (a session of ONNX Runtime) and a second core is free. A thread a call, no
    pool: a pool's threads are missing in a process that was forked.
    """
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:  # whoever waits raises it
            failed.append(error)

    thread = Thread(target=run, name="beside", daemon=True)
    thread.start()

    def wait() -> T:
        thread.join()
        if failed:
            raise failed[0]
        return done[0]

    return wait


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
