"""The full-text index of search entries: FTS5 on SQLite, a weighted tsvector with GIN on PostgreSQL."""

from __future__ import annotations

from typing import Any

from django.db import migrations

SQLITE = (
    """
    CREATE VIRTUAL TABLE kernel_search_words USING fts5(
        title, body, parts, kind, tokenize = 'unicode61 remove_diacritics 0', prefix = '1'
    )
    """,
    """
    CREATE TRIGGER kernel_searchentry_gone AFTER DELETE ON kernel_searchentry
    BEGIN DELETE FROM kernel_search_words WHERE rowid = OLD.id; END
    """,
)
SQLITE_BACK = ("DROP TRIGGER kernel_searchentry_gone", "DROP TABLE kernel_search_words")
POSTGRESQL = (
    "ALTER TABLE kernel_searchentry ADD COLUMN words tsvector",
    "CREATE INDEX kernel_searchentry_words ON kernel_searchentry USING gin (words) WITH (fastupdate = off)",
)
POSTGRESQL_BACK = ("ALTER TABLE kernel_searchentry DROP COLUMN words",)


def _run(sqlite: tuple[str, ...], postgresql: tuple[str, ...]) -> Any:
    def run(apps: Any, schema_editor: Any) -> None:
        for statement in sqlite if schema_editor.connection.vendor == "sqlite" else postgresql:
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    """Make the index."""

    dependencies = [("kernel", "0100_journal_triggers")]
    operations = [migrations.RunPython(_run(SQLITE, POSTGRESQL), _run(SQLITE_BACK, POSTGRESQL_BACK))]
