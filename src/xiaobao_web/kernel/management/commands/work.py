"""Do background work: tasks, the timetable and the sweep, in one process that ends cleanly on SIGTERM."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django_tasks import task_backends
from django_tasks_db.backend import DatabaseBackend

from xiaobao_web.kernel.worker import Worker


class Command(BaseCommand):
    """Run one worker until it is stopped."""

    help = "运行后台任务：任务、定时与失联任务的接管；可同时运行多个，SIGTERM 后做完手上的任务再退出"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take which queues to serve and whether to stop when nothing waits."""
        parser.add_argument("--queues", default="*", help="只处理这些队列，用逗号分隔；默认全部")
        parser.add_argument("--once", action="store_true", help="处理完等待中的任务后退出")
        parser.add_argument("--interval", type=float, default=1.0, help="没有任务时隔几秒再看，默认 1")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work."""
        if not isinstance(task_backends["default"], DatabaseBackend):
            raise CommandError("当前配置的任务在请求中立即执行，不需要后台进程")
        queues = [name.strip() for name in options["queues"].split(",") if name.strip()]
        worker = Worker(queues=queues, batch=options["once"], interval=options["interval"])
        worker.configure_signals()
        worker.run()
