"""The addresses of insights."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiaobao_web.insights.tables import RectificationList, StatementList, WarningList
from xiaobao_web.insights.views import graph, listening, rectifying, statements, warnings

PREFIX = "insights/"

urlpatterns: list[URLPattern] = [
    WarningList.at("warnings/"),
    path("warnings/look/", warnings.look, name="insight_look"),
    path("warnings/<int:pk>/", warnings.show, name="insight_warning"),
    path("warnings/<int:pk>/act/", warnings.act, name="insight_warning_act"),
    path("words/", listening.words, name="insight_words"),
    path("clusters/", listening.clusters, name="insight_clusters"),
    path("places/", listening.map_of_places, name="insight_places"),
    path("map/", listening.heat, name="insight_map"),
    path("control/", listening.control, name="insight_control"),
    path("rows/", listening.rows, name="insight_rows"),
    path("sheets/<slug:page>/", listening.sheet, name="insight_sheet"),
    RectificationList.at("rectifications/"),
    path("rectifications/new/", rectifying.new, name="insight_rectification_new"),
    path("rectifications/<int:pk>/", rectifying.show, name="insight_rectification"),
    path("rectifications/<int:pk>/act/", rectifying.act, name="insight_rectification_act"),
    path("graph/<int:pk>/", graph.show, name="insight_graph"),
    path("graph/<int:pk>/act/", graph.act, name="insight_graph_act"),
    path("figures/", statements.figures, name="insight_figures"),
    path("figures/sheet/", statements.sheet, name="insight_figures_sheet"),
    path("figures/bulletin/", statements.bulletin, name="insight_bulletin"),
    StatementList.at("statements/"),
    path("statements/freeze/", statements.freeze, name="insight_freeze"),
    path("statements/bases/", statements.bases, name="insight_bases"),
    path("statements/<int:pk>/", statements.show, name="insight_statement"),
    path("statements/<int:pk>/sheet/", statements.frozen_sheet, name="insight_statement_sheet"),
]
