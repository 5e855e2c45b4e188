"""Import the official codes of complaint classes from a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from xiaobao_web.complaints.services.codes import import_codes
from xiaobao_web.kernel.errors import PlatformError


class Command(BaseCommand):
    """Keep the codes of a table; rows that cannot be taken are listed."""

    help = "导入投诉分类的官方编码（JR/T 0169-2018）：表格含“项目、编码”和“类别”或“官方名称”列"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the table."""
        parser.add_argument("file", help="XLSX 或 CSV 文件")
        parser.add_argument("--version-name", default="", help="编码表的版本或发布日期")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import; raises CommandError for what cannot be read."""
        try:
            path = Path(options["file"])
            found = import_codes(path.read_bytes(), by=None, version=options["version_name"], name=path.name)
        except OSError as error:
            raise CommandError(f"打不开文件：{error.strerror}") from error
        except PlatformError as error:
            raise CommandError(error.message) from error
        for number, fault in found.faults:
            self.stdout.write(f"第 {number} 行：{fault}")
        self.stdout.write(f"已导入 {len(found.good)} 条，未导入 {len(found.faults)} 行。")
