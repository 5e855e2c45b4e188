"""The addresses of the demonstration."""

from __future__ import annotations

from django.urls import path

from xiaobao_web.demo import views

PREFIX = "demo/"
urlpatterns = [path("sign-in/", views.sign_in, name="demo_sign_in")]
