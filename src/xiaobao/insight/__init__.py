"""Hear the whole of what customers say: topics as they emerge, phrases, clusters, limits, events told twice."""

from xiaobao.insight.clusters import clusters
from xiaobao.insight.judge import Bars
from xiaobao.insight.phrases import hot, rising
from xiaobao.insight.statistics import Limits, control_limits, wilson
from xiaobao.insight.trend import Trends, trends
from xiaobao.insight.values import Alert, Cluster, Phrase, Text, text_of

__all__ = [
    "Alert",
    "Bars",
    "Cluster",
    "Limits",
    "Phrase",
    "Text",
    "Trends",
    "clusters",
    "control_limits",
    "hot",
    "rising",
    "text_of",
    "trends",
    "wilson",
]
