"""The addresses of material."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiaobao_web.materials import tables, views, views_checks, views_registry

PREFIX = "materials/"

urlpatterns: list[URLPattern] = [
    tables.MaterialList.at(""),
    path("add/", views.add, name="material_add"),
    path("<int:number>/", views.show, name="material"),
    path("<int:number>/versions/", views.add_version, name="material_version_add"),
    path("versions/<int:number>/screen/", views.screen, name="material_screen"),
    path("versions/<int:number>/file/", views.file, name="material_file"),
    path("versions/<int:number>/pages/<int:page>.png", views.page, name="material_page"),
    path("check-text/", views_checks.check_text, name="material_check_text"),
    path("ask/", views_checks.ask, name="material_ask"),
    tables.RegistryList.at("registry/"),
    path("registry/calendar/", views_registry.calendar, name="registry_calendar"),
    path("registry/<int:number>/", views_registry.show, name="approved"),
    path("registry/<int:number>/place/", views_registry.place, name="approved_place"),
    path("registry/<int:number>/withdraw/", views_registry.withdraw, name="approved_withdraw"),
    tables.PlacementList.at("placements/"),
    path("placements/<int:number>/take-down/", views_registry.take_down, name="placement_take_down"),
]
