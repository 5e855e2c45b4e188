"""What the web server loads: the application, with its code set aside from the search for garbage."""

from __future__ import annotations

import os
import subprocess
import sys

ASK = """
import gc
from xiaobao_web.wsgi import application
assert gc.get_freeze_count() > 100_000, gc.get_freeze_count()
told = []
environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/nowhere/", "SERVER_NAME": "localhost", "SERVER_PORT": "80"}
import io
environ |= {"wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(), "wsgi.url_scheme": "http"}
b"".join(application(environ, lambda status, heads: told.append(status)))
print(told[0])
"""


def test_a_fresh_server_answers_with_its_code_set_aside(tmp_path):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "xiaobao_web.settings", "XIAOBAO_VAR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}", "XIAOBAO_HOSTS": "localhost",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split()[0] in {"302", "404"}
