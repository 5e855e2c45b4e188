"""Verify the journal's chain: exit 0 when it is sound, 1 when it is broken, with every fault listed."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from xiaobao_web.kernel import journal


class Command(BaseCommand):
    """Walk the whole chain and say what was changed, removed or inserted."""

    help = "核对留痕：逐条核对指纹链，列出被改动、删除或插入的记录"

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify, print the faults, and exit with 1 when there are any."""
        found = journal.verify()
        for number, fault in found.faults:
            self.stdout.write(f"第 {number} 号：{fault}" if number else fault)
        told = f"共 {found.events} 条，其中 {found.erased} 条的个人信息已依法删除；链头 {found.head[:16]}…"
        if not found.sound:
            self.stdout.write(f"留痕不完整：{len(found.faults)} 处。{told}")
            sys.exit(1)
        self.stdout.write(f"留痕完整。{told}")
