"""The tables of knowledge, one module a topic."""

from xiaobao_web.knowledge.models.allow import AllowEntry, AllowState
from xiaobao_web.knowledge.models.draft import DraftKind, DraftState, RuleDraft
from xiaobao_web.knowledge.models.mirror import (
    ArticleEntry,
    Lifecycle,
    Mirror,
    NormEntry,
    RuleEntry,
    Severity,
)
from xiaobao_web.knowledge.models.reconsidering import (
    Cause,
    ImportState,
    Reconsideration,
    ReconsiderItem,
    ReconsiderState,
    TextImport,
)
from xiaobao_web.knowledge.models.trial import (
    Backtest,
    BacktestChange,
    BacktestState,
    ChangeKind,
    Judged,
    ShadowHit,
    ShadowRun,
)
from xiaobao_web.knowledge.models.version import RuleVersion

__all__ = [
    "AllowEntry",
    "AllowState",
    "ArticleEntry",
    "Backtest",
    "BacktestChange",
    "BacktestState",
    "Cause",
    "ChangeKind",
    "DraftKind",
    "DraftState",
    "ImportState",
    "Judged",
    "Lifecycle",
    "Mirror",
    "NormEntry",
    "ReconsiderItem",
    "ReconsiderState",
    "Reconsideration",
    "RuleDraft",
    "RuleEntry",
    "RuleVersion",
    "Severity",
    "ShadowHit",
    "ShadowRun",
    "TextImport",
]
