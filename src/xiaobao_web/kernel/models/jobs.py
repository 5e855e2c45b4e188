"""Work done in the background: each piece a row that outlives processes, the workers' leases, the timetable."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.choices import TonedChoices


class RunState(TonedChoices):
    """Where a piece of work stands."""

    WAITING = "waiting", "grey", _("等待")
    RUNNING = "running", "blue", _("进行中")
    DONE = "done", "green", _("完成")
    FAILED = "failed", "red", _("失败")


class JobRun(models.Model):
    """One piece of work; `fence` counts its claims, so that a worker that lost it can no longer finish it."""

    State = RunState

    name = models.CharField(max_length=160)
    title = models.CharField(_("工作"), max_length=120)
    queue = models.CharField(_("队列"), max_length=32)
    key = models.CharField(max_length=160, blank=True)
    arguments = models.JSONField(default=dict)
    state = models.CharField(_("状态"), max_length=10, choices=RunState.choices, default=RunState.WAITING.value)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发起人")
    )
    enqueued_at = models.DateTimeField(_("登记时间"), default=timezone.now)
    next_at = models.DateTimeField(_("最早开始"), default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    message = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    worker = models.CharField(max_length=64, blank=True)
    fence = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(_("失败次数"), default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    note = models.CharField(_("进展"), max_length=200, blank=True)
    reason = models.CharField(_("失败原因"), max_length=300, blank=True)
    traceback = models.TextField(blank=True)
    result = models.JSONField(null=True, blank=True)

    scope_people = ("by",)

    class Meta:
        verbose_name = verbose_name_plural = _("后台任务")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["name", "key"], condition=~Q(key=""), name="one_run_a_key"),
        ]
        indexes = [
            models.Index(fields=["state", "-id"]),
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="runs_waiting"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def finished(self) -> bool:
        """Tell whether nothing more will happen by itself."""
        return self.state in (RunState.DONE.value, RunState.FAILED.value)


class WorkerLease(models.Model):
    """A worker that says it is alive; one that has not said so for a lease's time is gone, and its work is given on."""

    name = models.CharField(max_length=64, unique=True)
    host = models.CharField(_("主机"), max_length=100)
    pid = models.PositiveIntegerField()
    queues = models.CharField(_("队列"), max_length=200)
    started_at = models.DateTimeField(_("启动时间"), default=timezone.now)
    beat_at = models.DateTimeField(_("最近心跳"), default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = _("工作进程")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"


class Schedule(models.Model):
    """When a periodic job runs next; its row is the lock, so that several workers start it once."""

    name = models.CharField(max_length=160, unique=True)
    cron = models.CharField(_("时间表"), max_length=60)
    next_at = models.DateTimeField(_("下次"))
    last_at = models.DateTimeField(_("上次"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("定时任务")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
