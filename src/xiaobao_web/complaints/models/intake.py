"""What intake keeps: each arrival as it came, how right the machine was, tables and their headings, cursors, keys."""

from __future__ import annotations

import zlib

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from xiaobao_web.complaints.models.contact import Channel


class InboundState(models.TextChoices):
    """How far an arrival has come."""

    WAITING = "waiting", _("待处理")
    DONE = "done", _("已登记")
    FAILED = "failed", _("未能登记")


class Inbound(models.Model):
    """One arrival, byte for byte, written before anything is made of it; the same bytes under a key are one row."""

    channel = models.CharField(_("渠道"), max_length=30, choices=Channel)
    key = models.CharField(max_length=200, db_index=True)
    digest = models.CharField(max_length=64)
    packed = models.BinaryField()
    size = models.PositiveIntegerField(_("字节"))
    facts = models.JSONField(default=dict)
    """What the way in knows besides the bytes: {"source_number", "received_at", "files": [[sha256, name]], …}"""
    unit = models.ForeignKey("people.Organisation", models.PROTECT, null=True, related_name="+", verbose_name=_("机构"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    contact = models.ForeignKey(
        "complaints.Contact", models.PROTECT, null=True, related_name="arrivals", verbose_name=_("来件")
    )
    state = models.CharField(_("状态"), max_length=10, choices=InboundState, default=InboundState.WAITING)
    error = models.CharField(_("原因"), max_length=300, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    times = models.PositiveIntegerField(_("收到次数"), default=1)
    arrived_at = models.DateTimeField(_("到达时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("收件")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["key", "digest"], name="one_arrival_a_content")]
        indexes = [models.Index(fields=["state", "id"])]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.key[:40]}"

    @property
    def raw(self) -> bytes:
        """Return the bytes as they came."""
        return zlib.decompress(bytes(self.packed))


class FieldCheck(models.Model):
    """What a person made of one field that the machine had filled or left empty; no value is kept, only its fate."""

    class Fate(models.TextChoices):
        """What became of the machine's value."""

        KEPT = "kept", _("采纳")
        CHANGED = "changed", _("改正")
        CLEARED = "cleared", _("删除")
        ADDED = "added", _("补填")
        EMPTY = "empty", _("同为空")

    contact = models.ForeignKey("complaints.Contact", models.CASCADE, related_name="field_checks")
    field = models.CharField(_("字段"), max_length=30)
    fate = models.CharField(_("结果"), max_length=10, choices=Fate)
    confidence = models.FloatField(_("把握"), null=True)
    channel = models.CharField(_("渠道"), max_length=30, choices=Channel)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"), auto_now_add=True)
    corrected_at = models.DateTimeField(_("立案后更正时间"), null=True)
    """When it was found on the case, later than by the intake form, what became of the value"""

    class Meta:
        verbose_name = verbose_name_plural = _("填单核对")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["contact", "field"], name="one_check_a_field")]
        indexes = [models.Index(fields=["at", "field"]), models.Index(fields=["field", "at"], name="checks_of_a_field")]

    def __str__(self) -> str:
        return f"{self.field} {self.fate}"


class CheckCount(models.Model):
    """What became of values on a day, by field and channel: the database adds rows, less than none among them.

    Only their sums say something; see `xiaobao_web.complaints.check_counts`.
    """

    day = models.DateField()
    field = models.CharField(max_length=30)
    channel = models.CharField(max_length=30)
    kept = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    cleared = models.IntegerField(default=0)
    added = models.IntegerField(default=0)
    empty = models.IntegerField(default=0)
    sure = models.IntegerField(default=0)
    """Values that were read so and looked at; below how many of them stood"""
    sure_right = models.IntegerField(default=0)
    likely = models.IntegerField(default=0)
    likely_right = models.IntegerField(default=0)
    doubtful = models.IntegerField(default=0)
    doubtful_right = models.IntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("填单核对汇总")
        indexes = [models.Index(fields=["day", "field", "channel"], name="check_counts_by_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.field} {self.channel}"


class HeadingMap(models.Model):
    """Which heading of a source system's table means which field; asked once, remembered."""

    system = models.CharField(_("来源系统"), max_length=60, unique=True)
    headings = models.JSONField(_("列名对应"), default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"), auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = _("列名对应")

    def __str__(self) -> str:
        return self.system


class ImportPurpose(models.TextChoices):
    """What the rows of a table are."""

    CONTACTS = "contacts", _("来件")
    TRANSFERS = "transfers", _("转办件")


class CaseImport(models.Model):
    """One table that was imported: what became of its rows, and how its figures agree with the old report."""

    purpose = models.CharField(_("内容"), max_length=10, choices=ImportPurpose, default=ImportPurpose.CONTACTS.value)
    system = models.CharField(_("来源系统"), max_length=60)
    name = models.CharField(_("文件"), max_length=200)
    stored = models.ForeignKey("kernel.StoredFile", models.PROTECT, related_name="+")
    rows = models.PositiveIntegerField(_("行数"))
    done = models.PositiveIntegerField(default=0)
    made = models.PositiveIntegerField(_("新登记"), default=0)
    changed = models.PositiveIntegerField(_("更新"), default=0)
    kept = models.PositiveIntegerField(_("未变"), default=0)
    faults = models.JSONField(_("未导入"), default=list)
    """[{"row", "faults"}]"""
    numbers = models.JSONField(default=dict)
    """{source number: [contact number, fate]}, for the file that is written back"""
    report = models.JSONField(_("旧报表数"), default=dict)
    """{"total": 120, …} as people give it"""
    finished_at = models.DateTimeField(_("完成时间"), null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("导入人"))
    at = models.DateTimeField(_("导入时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("投诉导入")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.system} {self.name}"


class ChannelCursor(models.Model):
    """How far a source that is asked has been read, and what went wrong last."""

    name = models.CharField(max_length=120, unique=True)
    place = models.CharField(max_length=300, blank=True)
    read_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("读取位置")

    def __str__(self) -> str:
        return self.name


class CitizenFile(models.Model):
    """A file that a citizen put into a draft: gone with the draft, or kept by the contact it was handed in with."""

    sha256 = models.CharField(max_length=64)
    session = models.CharField(max_length=64)
    """A digest of the draft's token"""
    touched_at = models.DateTimeField(_("最后使用"), db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("草稿附件")
        constraints = [models.UniqueConstraint(fields=["sha256", "session"], name="one_citizen_file_a_draft")]

    def __str__(self) -> str:
        return self.sha256[:12]


class ContactKey(models.Model):
    """A key of `xiaobao.insight.keys` by which contacts of one event, or of one template, meet."""

    contact = models.ForeignKey("complaints.Contact", models.CASCADE, related_name="keys")
    key = models.BigIntegerField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("比对键")

    def __str__(self) -> str:
        return f"{self.key}"


class NearKey(models.Model):
    """A rare word or matter by which contacts of about the same time meet; forgotten after some months."""

    contact = models.ForeignKey("complaints.Contact", models.CASCADE, related_name="near_keys")
    span = models.IntegerField()
    """Months of 30 days since the year 1, of the day of receipt"""
    key = models.BigIntegerField()

    class Meta:
        verbose_name = verbose_name_plural = _("近期比对键")
        indexes = [models.Index(fields=["key", "span"])]

    def __str__(self) -> str:
        return f"{self.span} {self.key}"
