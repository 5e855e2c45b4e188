"""Background work of insights: the looks, four a day, soon after each six hours' end."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.insights import counting, services, sums
from xiaobao_web.kernel import retention
from xiaobao_web.kernel.jobs import job
from xiaobao_web.kernel.schedule import every


@every("10 0,6,12,18 * * *", title=_("投诉预警计算"))
def watch() -> None:
    """Look at what came in."""
    services.look()


@every("*/10 * * * *", title=_("短语计数"))
def count_new() -> None:
    """Count what new contacts say."""
    counting.count_new()


@every("40 1 * * *", title=_("短语计数核对"))
def count_all() -> None:
    """Count the days whose complaints are others than when they were counted."""
    counting.count_all()


@every("*/5 * * * *", title=_("投诉统计汇总"))
def add_up() -> int:
    """Add up the days whose complaints changed, and return how many."""
    return sums.add_up()


@job(title=_("投诉预警计算（手动）"))
def look_now() -> None:
    """Look at once."""
    services.look()


retention.purges(str(_("投诉预警")), services.purge_due)
