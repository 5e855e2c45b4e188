"""The one REST interface: every app's router, and its OpenAPI document."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from django.apps import apps

from xiaobao_web.kernel.rest import api

for _config in apps.get_app_configs():
    if _config.name.startswith("xiaobao_web.") and find_spec(f"{_config.name}.api"):
        _module = import_module(f"{_config.name}.api")
        for _found in sorted(item.name for item in iter_modules([_config.path])):
            if _found.startswith("api_"):  # more operations of the same router
                _more = import_module(f"{_config.name}.{_found}")
                if hasattr(_more, "PREFIX"):  # a router of its own
                    api.add_router(_more.PREFIX, _more.router)
        api.add_router(_module.PREFIX, _module.router)

__all__ = ["api"]
