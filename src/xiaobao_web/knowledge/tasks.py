"""Background work of knowledge: shadow runs, comparisons, figures, what follows a publication, ends of allow-lists."""

from __future__ import annotations

from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from xiaobao.errors import XiaobaoError
from xiaobao_web.kernel.errors import PlatformError
from xiaobao_web.kernel.jobs import job
from xiaobao_web.kernel.models.jobs import JobRun, RunState
from xiaobao_web.kernel.schedule import every
from xiaobao_web.knowledge import allowances, backtesting, figures, mirror, shadow
from xiaobao_web.knowledge.models import Backtest, BacktestState


@job(queue="screening", title=_("规则试运行"))
def run_shadow(screening_id: int) -> int:
    """Run the drafts in shadow with a finished screening."""
    return shadow.run(screening_id)


@job(queue="default", title=_("规则回测"), retries=2)
def run_backtest(backtest_id: int) -> str:
    """Do a comparison; what a rule of ours refuses is told and not tried again."""
    try:
        return backtesting.run(backtest_id)
    except (PlatformError, XiaobaoError) as error:
        backtesting.fail(backtest_id, error.message)
        raise


@job(queue="default", title=_("更新规则清单"))
def follow_rulebook() -> str:
    """Make lists and search follow the rulebook in use."""
    return mirror.refresh()


@every("*/20 * * * *", title=_("统计规则准确率"))
def count_figures() -> str:
    """Count hits and decisions of every rule, and follow the rulebook where it changed."""
    mirror.fresh()
    return _g("%d 条规则有命中") % figures.count()


@every("*/5 * * * *", title=_("接续中断的回测"))
def resume_backtests() -> int:
    """Tell comparisons whose work failed for good; return how many."""
    moved = 0
    for row in Backtest.objects.filter(state__in=[BacktestState.QUEUED.value, BacktestState.RUNNING.value]):
        work = JobRun.objects.filter(name=run_backtest.name, key=f"backtest:{row.pk}").first()
        if work is not None and work.state == RunState.FAILED.value:
            backtesting.fail(row.pk, work.reason or _g("回测没有完成，请重试。"))
            moved += 1
    return moved


@every("20 7 * * *", title=_("白名单到期提醒"))
def watch_allowances() -> str:
    """Remind of allow-list entries that end soon, and end those past their day."""
    reminded, expired = allowances.watch()
    return _g("提醒 %(r)d 条，到期 %(e)d 条") % {"r": reminded, "e": expired}
