"""Count anew what became of the machine's values by day, field and channel."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from xiaobao_web.complaints import check_counts

SHOWN = 20


class Command(BaseCommand):
    """Count all checks anew and say what had been kept otherwise; harmless at any time."""

    help = "按逐条核对记录重建填单准确率的按日汇总，并列出原来不一致的；随时可运行"

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild and tell."""
        differed = check_counts.rebuild()
        self.stdout.write(f"已重建，共 {len(check_counts.kept())} 组；原来不一致 {len(differed)} 组")
        for day, field, channel in differed[:SHOWN]:
            self.stdout.write(f"  {day} {field} {channel}")
