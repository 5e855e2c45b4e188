"""The addresses of organisations and staff."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiaobao_web.people import views, views_delegations, views_organisations
from xiaobao_web.people.lists import StaffList

PREFIX = ""

urlpatterns: list[URLPattern] = [
    path("organisations/", views_organisations.index, name="organisations"),
    path("organisations/new/", views_organisations.new, name="organisation_new"),
    path("organisations/<int:pk>/", views_organisations.detail, name="organisation"),
    path("organisations/<int:pk>/change/", views_organisations.change, name="organisation_change"),
    StaffList.at("people/"),
    path("people/new/", views.new, name="person_new"),
    path("people/<int:pk>/", views.detail, name="person"),
    path("people/<int:pk>/change/", views.change, name="person_change"),
    path("people/<int:pk>/appoint/", views.appoint, name="person_appoint"),
    path("people/<int:pk>/hand-over/", views.hand_over, name="person_hand_over"),
    path("posts/<int:pk>/relieve/", views.relieve, name="post_relieve"),
    path("delegations/", views_delegations.index, name="delegations"),
    path("delegations/<int:pk>/revoke/", views_delegations.revoke, name="delegation_revoke"),
]
