"""Complaints at each stage, made through the services."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from complaint_words import GOOD, WORDS
from django.utils import timezone

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import Case, Letter

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""A Monday, ten in the morning in Beijing."""


class Flow:
    """Walk a complaint through its stages, at the clock of the test."""

    def __init__(self, bank: Any, clock: Any) -> None:
        self.bank = bank
        self.clock = clock

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.clock.move_to(timezone.now() + timedelta(**span))

    def to(self, year: int, month: int, day: int, hour: int = 10) -> None:
        """Go to an hour of a day in Beijing."""
        self.clock.move_to(datetime(year, month, day, hour, tzinfo=timezone.get_default_timezone()))

    def opened(self, **values: Any) -> Case:
        """File a complaint about the branch, taken down by its liaison."""
        values = {
            "channel": "call", "text": WORDS, "by": self.bank["liaison"], "unit": self.bank.units["branch"],
            "customer_name": "周可欣", "phone": "13800001234", "business_type": "信用卡", "cause": "信息披露与告知不足",
            "demands": ["退款退费"], **values,
        }  # fmt: skip
        return services.open_directly(**values)

    def handled(self, handler: str = "liaison", **values: Any) -> Case:
        """Accept and assign."""
        case = services.accept(self.opened(**values), by=self.bank["complaints"])
        return services.assign(case, by=self.bank["complaints"], handler=self.bank[handler])

    def written(self, case: Case | None = None, parts: dict[str, str] | None = None, **values: Any) -> Letter:
        """Write a letter with all its elements."""
        case = case or self.handled(**values)
        return services.write_letter(case, by=case.handler, parts=parts or GOOD)

    def answered(self, case: Case | None = None, **values: Any) -> Case:
        """Send the letter by post; a second person looks at it where it needs one."""
        letter = self.written(case, **values)
        letter = services.submit_letter(letter, by=letter.written_by)
        if letter.state == "checking":
            letter = services.check_letter(letter, by=self.bank["office"], approve=True)
        return services.send_letter(letter, by=letter.written_by, mode="post", proof="EMS 1234567890")

    def found(self, case: Case, fault: str = "full") -> Any:
        """Find responsibility as the head."""
        return services.find_responsibility(
            case,
            by=self.bank["complaints"],
            fault=fault,
            unit=case.unit,
            cause="办理时没有说明费用",
            reason="录音显示没有说明手续费。",
        )

    def closed(self, **values: Any) -> Case:
        """Answer, find responsibility, close."""
        case = self.answered(**values)
        self.found(case)
        return services.close(case, by=case.handler, outcome="met")


@pytest.fixture
def flow(request: pytest.FixtureRequest) -> Any:
    with time_machine.travel(START, tick=False) as clock:
        yield Flow(request.getfixturevalue("bank"), clock)  # its people take their posts on that day


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud that the mailbox was not tried on a real server, which a count of skipped tests hides."""
    reasons = {str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])}
    for sentence in {reason for reason in reasons if "dovecot" in reason}:
        terminalreporter.write_line(sentence, yellow=True)
