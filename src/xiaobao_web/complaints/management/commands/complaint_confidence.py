"""Put right what was asked in confidence before confidence followed contacts, merged cases and tasks."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from xiaobao_web.complaints.services.confided_before import put_right


class Command(BaseCommand):
    """Make confidential what records say was asked in confidence; once after an upgrade, harmless again."""

    help = "按来件和并入件自身的记载补设身份保密，并收回保密投诉中仍在合作机构的协办任务；升级后运行一次，可重复运行"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether only to say what would be done."""
        parser.add_argument("--dry-run", action="store_true", help="只列出，不改动")

    def handle(self, *args: Any, **options: Any) -> None:
        """Put it right and say which cases it was."""
        found = put_right(dry=options["dry_run"])
        heads = (("补设身份保密", found.made), ("来件标记或协办任务跟上", found.followed),
                 ("有人解除过保密，未改动，请人工核对", found.left))  # fmt: skip
        for head, numbers in heads:
            self.stdout.write(f"{head}：{len(numbers)} 件{'：' if numbers else ''}{'、'.join(numbers)}")
        if options["dry_run"]:
            self.stdout.write("以上未作改动。")
