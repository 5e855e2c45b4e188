"""The addresses of the work-desk and of the figures."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiaobao_web.reports import views

PREFIX = ""

urlpatterns: list[URLPattern] = [
    path("", views.desk, name="desk"),
    path("figures/", views.figures, name="review_figures"),
    path("figures/sheet/", views.sheet, name="review_figures_sheet"),
]
