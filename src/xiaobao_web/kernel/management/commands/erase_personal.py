"""Erase the personal values that the journal keeps of a person or thing, as the law or the person asks for."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from xiaobao_web.kernel import journal
from xiaobao_web.kernel.models import Event


class Command(BaseCommand):
    """Tell what would be erased; with --yes erase it. The chain of the journal stays sound."""

    help = "删除留痕中的个人信息：先列出会删除多少，加 --yes 才删除；删除以后留痕仍可核对"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whose values, why, and who asks for it."""
        parser.add_argument("subjects", nargs="+", metavar="对象", help="如 people.person:12，可写多个")
        parser.add_argument("--reason", required=True, help="依据或理由，写入留痕")
        parser.add_argument("--by", required=True, help="办理人账号，须是在岗的系统管理员")
        parser.add_argument("--yes", action="store_true", help="确认删除，不能恢复")

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase; raises CommandError for an unknown account or one without the right."""
        by = get_user_model()._default_manager.filter(username=options["by"], is_active=True).first()
        if by is None or "admin" not in by.roles_now():
            raise CommandError(f"{options['by']} 不是在岗的系统管理员。")
        if not options["reason"].strip():
            raise CommandError("请写明依据或理由。")
        events = [number for subject in options["subjects"] for number in self._events(subject)]
        rows = Event.objects.filter(pk__in=events, personal_values__isnull=False)
        if not options["yes"]:
            self.stdout.write(f"共 {rows.count()} 条留痕存有个人信息；加 --yes 删除，删除后不能恢复。")
            return
        gone = journal.erase_personal(rows, by=by, reason=options["reason"].strip())
        self.stdout.write(f"已删除 {gone} 条留痕中的个人信息。")

    def _events(self, subject: str) -> list[int]:
        label, _mark, number = subject.partition(":")
        if not label or not number:
            raise CommandError(f"“{subject}”应写作 应用.对象:编号，如 people.person:12。")
        found = Event.objects.filter(subject_type=label.lower(), subject_id=number)
        return list(found.values_list("pk", flat=True))
