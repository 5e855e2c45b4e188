"""Screen a pasted text at once: no review, nothing kept but the fact that it was done."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.materials import engine

MOST = 20_000


@dataclass(frozen=True)
class Found:
    """A finding as the page shows it."""

    pk: int
    title: str
    severity: str
    start: int | None
    end: int | None
    text: str
    basis: list[dict[str, str]]
    message: str
    remedy: str
    sure: str
    rule: str
    version: int


@dataclass(frozen=True)
class Checked:
    """What a check of a text gave."""

    text: str
    findings: list[Found]
    rulebook: str
    milliseconds: int

    @property
    def spans(self) -> list[Found]:
        """Return the findings that have a place in the text."""
        return [item for item in self.findings if item.start is not None]


def sureness(decision: str, confidence: float) -> str:
    """Return how sure a finding is, in words."""
    if decision != "violation":
        return _("疑似，需人工判断")
    return _("确定") if confidence >= 0.8 else _("较确定")


def check(*, text: str, by: Any, kind: str = "", product: str = "") -> Checked:
    """Return what the rulebook finds in a text of at most 20,000 characters; journalled without the text."""
    require(by, "materials.check")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise BadValue(_("请粘贴要检查的文字。"), fields={"text": _("必填")})
    if len(text) > MOST:
        raise BadValue(_("一次不超过 2 万字，更长的请以材料提交。"), fields={"text": _("过长")})
    began = time.perf_counter()
    version, verdict = engine.screen_text(text, kind=kind, product=product)
    taken = round((time.perf_counter() - began) * 1000)
    found = sorted(verdict.findings, key=lambda f: (f.start is None, f.start or 0))
    rows = [
        Found(
            number, f.title, f.severity, f.start, f.end, f.text, engine.basis_of(f.basis), f.message, f.remedy,
            sureness(f.decision, f.confidence), f.rule, f.version,
        )
        for number, f in enumerate(found, 1)
    ]  # fmt: skip
    journal.record(
        "materials.text_checked", by=by, facts={"findings": len(rows), "length": len(text), "rulebook": version}
    )
    return Checked(text, rows, version, taken)
