"""Hear the whole of what customers say: topics as they emerge, phrases, clusters, limits, events told twice."""

from xiaobao.insight.agents import AgentSign, agent_signs
from xiaobao.insight.clustering import clusters
from xiaobao.insight.duplicates import Match, compare
from xiaobao.insight.facts import Facts, facts_of
from xiaobao.insight.index import Index, keys
from xiaobao.insight.judge import Bars
from xiaobao.insight.phrases import hot, rising
from xiaobao.insight.statistics import Limits, control_limits, wilson
from xiaobao.insight.trend import Trends, trends
from xiaobao.insight.values import Alert, Cluster, Phrase, Text, text_of

__all__ = [
    "AgentSign",
    "Alert",
    "Bars",
    "Cluster",
    "Facts",
    "Index",
    "Limits",
    "Match",
    "Phrase",
    "Text",
    "Trends",
    "agent_signs",
    "clusters",
    "compare",
    "control_limits",
    "facts_of",
    "hot",
    "keys",
    "rising",
    "text_of",
    "trends",
    "wilson",
]
