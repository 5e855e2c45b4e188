"""Settings of the platform's tests: an own folder, quick passwords, jobs at once, mail kept in memory."""

from __future__ import annotations

import os
import tempfile

os.environ["XIAOBAO_VAR"] = tempfile.mkdtemp(prefix="xiaobao-web-")
os.environ.setdefault("XIAOBAO_SECRET_KEY", "only-for-tests-only-for-tests-only-for-tests-only")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

from xiaobao_web.settings import *  # noqa: F403
from xiaobao_web.settings import TASKS as _TASKS

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {
    "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": _TASKS["default"]["QUEUES"]}
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
