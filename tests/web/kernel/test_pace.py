"""What strangers try is counted for all processes together, and forgotten when its time is over."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing

import pytest
import time_machine
from django.test import RequestFactory
from test_jobs_killed import Place

from xiaobao_web.kernel import pace
from xiaobao_web.kernel.errors import TooMany
from xiaobao_web.kernel.models import Pace

TRIES = 40
COUNT = f"""
import json, django; django.setup()
from django.test import RequestFactory
from xiaobao_web.complaints.services import guesses
from xiaobao_web.kernel import pace
from xiaobao_web.kernel.errors import TooMany
told = [pace.tally("a door", per=10**9) for _ in range({TRIES})]
request, let = RequestFactory().get("/"), 0
for _ in range(8):
    try:
        guesses.check(request, "LX2026-00001")
    except TooMany:
        break
    guesses.wrong(request, "LX2026-00001")
    let += 1
print(json.dumps([told, let]))
"""


@pytest.mark.django_db(transaction=True)
def test_two_processes_count_as_one(tmp_path):
    with closing(Place(tmp_path)) as place:
        place.fill()
        sent = [sys.executable, "-c", COUNT]
        both = [
            subprocess.Popen(sent, env=place.environment, stdout=subprocess.PIPE, stderr=place.log) for _ in range(2)
        ]
        found = [json.loads(one.communicate(timeout=60)[0].splitlines()[-1]) for one in both]
        doors = place.ask("SELECT count FROM kernel_pace WHERE count > 20")
    assert doors == 2 * TRIES
    assert sorted([*found[0][0], *found[1][0]]) == list(range(1, 2 * TRIES + 1)), "no try is counted twice or not"
    assert 10 <= found[0][1] + found[1][1] <= 11, "ten wrong codes, and one that was on its way"


@pytest.mark.django_db
def test_the_span_ends_and_is_forgotten():
    request = RequestFactory().get("/")
    with time_machine.travel("2026-03-02 10:00:00+08:00", tick=False) as clock:
        pace.slow_down(request, "door", most=2)
        pace.slow_down(request, "door", most=2)
        with pytest.raises(TooMany):
            pace.slow_down(request, "door", most=2)
        pace.slow_down(request, "another door", most=2)
        assert pace.counted("door:127.0.0.1", per=60) == 3
        clock.shift(60)
        pace.slow_down(request, "door", most=2)
        assert pace.sweep() == 0, "kept a little longer than the span"
        clock.shift(60)
        assert pace.sweep() == 2
        assert Pace.objects.count() == 1
