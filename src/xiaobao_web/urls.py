"""The addresses of the platform: each app's under its own word."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path

from xiaobao_web.api import api
from xiaobao_web.kernel.rest import unknown_address

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("allauth.urls")),
    path("api/", api.urls),
    path("api/<path:rest>", unknown_address),
]

for config in apps.get_app_configs():
    if config.name.startswith("xiaobao_web.") and find_spec(f"{config.name}.urls"):
        prefix = import_module(f"{config.name}.urls").PREFIX
        urlpatterns.append(path(prefix, include(f"{config.name}.urls")))

handler400 = "xiaobao_web.kernel.pages.bad_request"
handler403 = "xiaobao_web.kernel.pages.forbidden"
handler404 = "xiaobao_web.kernel.pages.not_found"
handler500 = "xiaobao_web.kernel.pages.server_error"
