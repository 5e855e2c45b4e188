"""The addresses of insights."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiaobao_web.insights.tables import WarningList
from xiaobao_web.insights.views import warnings

PREFIX = "insights/"

urlpatterns: list[URLPattern] = [
    WarningList.at("warnings/"),
    path("warnings/look/", warnings.look, name="insight_look"),
    path("warnings/<int:pk>/", warnings.show, name="insight_warning"),
    path("warnings/<int:pk>/act/", warnings.act, name="insight_warning_act"),
]
