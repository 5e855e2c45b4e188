"""Write the search index anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from xiaobao_web.kernel import search
from xiaobao_web.kernel.errors import Undeclared


class Command(BaseCommand):
    """Write all search entries anew, of all kinds or of one."""

    help = "重建全文搜索索引"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the kind, `app.model`."""
        parser.add_argument("kind", nargs="?", help="只重建这一类，如 reviews.review")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reindex and say how many entries each kind has."""
        name = options["kind"]
        if name is not None and name not in search.REGISTERED:
            raise Undeclared(f"{name} 没有登记搜索；已登记：{'、'.join(search.REGISTERED) or '无'}")
        for kind, count in search.reindex(name):
            self.stdout.write(f"{kind.label}：{count} 条")
