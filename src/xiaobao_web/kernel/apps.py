"""Load what each app declares: permissions, events, jobs, navigation, searchable models."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps

from xiaobao_web.kernel import choosing

DECLARING = (
    "access",
    "permissions",
    "events",
    "jobs",
    "tasks",
    "nav",
    "indexing",
    "webhook_events",
    "exports",
    "entries",
    "signing_in",
    "workdesk",
    "panels",
)


class KernelConfig(AppConfig):
    """The kernel."""

    name = "xiaobao_web.kernel"
    label = "kernel"
    verbose_name = "基础"

    def ready(self) -> None:
        """Import every app's declaring modules, so that one place to add is enough."""
        choosing.speak()
        for config in apps.get_app_configs():
            if config.name.startswith("xiaobao_web."):
                for module in DECLARING:
                    name = f"{config.name}.{module}"
                    if find_spec(name):
                        import_module(name)
