"""Settings of all tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A busy machine draws slowly; that says nothing about the code.
settings.register_profile("xiaobao", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("xiaobao")
