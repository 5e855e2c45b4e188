"""Work beside: what it returns, what it raises, that it really runs meanwhile."""

from __future__ import annotations

from threading import Event, get_ident

import pytest

from xiaobao.intake import threads


def test_work_goes_on_meanwhile_and_is_waited_for() -> None:
    begun, go_on = Event(), Event()

    def work() -> int:
        begun.set()
        assert go_on.wait(10)
        return get_ident()

    wait = threads.beside(work)
    assert begun.wait(10)  # it runs before anybody waits
    go_on.set()
    assert wait() != get_ident()


def test_what_failed_beside_is_raised_where_it_is_waited_for() -> None:
    def work() -> None:
        raise ValueError("坏了")

    wait = threads.beside(work)
    with pytest.raises(ValueError, match="坏了"):
        wait()
