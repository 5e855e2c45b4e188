"""Whom a warning is told, by rules that are data."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from pydantic import BaseModel, ConfigDict

from xiaobao_web.insights.models import EarlyWarning
from xiaobao_web.kernel.access import holders


class Rule(BaseModel):
    """One rule: of which kinds, from how many texts, in a region only, with which words; and which roles it tells."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kinds: tuple[str, ...]
    roles: tuple[str, ...]
    least: int = 0
    regional: bool = False
    any: str = ""

    def fits(self, warning: EarlyWarning, words: str) -> bool:
        """Tell whether a warning falls under the rule."""
        if warning.kind not in self.kinds or warning.count < self.least:
            return False
        if self.regional and warning.unit.parent_id is None:
            return False
        return not self.any or re.search(self.any, words) is not None


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules; raises pydantic.ValidationError for a rule that cannot be read."""
    found = yaml.safe_load((Path(__file__).parent / "telling.yaml").read_text(encoding="utf-8"))
    return tuple(Rule.model_validate(item) for item in found)


def people_for(warning: EarlyWarning, texts: list[str]) -> list[Any]:
    """Return the people a warning is told: of those who may see it, who hold a role that a rule names."""
    words = "\n".join([*warning.terms, *texts])
    roles = {role for rule in rules() if rule.fits(warning, words) for role in rule.roles}
    posts = apps.get_model("people", "Post").objects.filter(role__in=roles)
    return list(holders("insights.view", warning).filter(pk__in=posts.values("person")).distinct())
