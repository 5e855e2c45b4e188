"""Give earlier contacts the keys by which the same event is found."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from xiaobao_web.complaints.services import similar


class Command(BaseCommand):
    """Store the keys of contacts that came in before such keys were kept, in batches; may be stopped and begun anew."""

    help = "为早先的来件补建“同一事件”的比对键；可随时中断，再次运行接着补"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how many at once, and how many in all."""
        parser.add_argument("--batch", type=int, default=500, help="每批件数，默认 500")
        parser.add_argument("--limit", type=int, default=0, help="最多补建件数，默认全部")

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill batch after batch and say how far it is."""
        left, done, after = options["limit"] or similar.unremembered().count(), 0, 0
        while left > 0:
            count, after = similar.fill(most=min(max(1, options["batch"]), left), after=after)
            if not count:
                break
            done, left = done + count, left - count
            self.stdout.write(f"已补建 {done} 件，还有 {similar.unremembered().filter(pk__gt=after).count()} 件")
        self.stdout.write("没有需要补建的来件" if not done else f"完成：{done} 件")
