"""Background work of intake: what could not be taken in is tried again, filed contacts find those like them."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xiaobao_web.complaints import check_counts
from xiaobao_web.complaints.models import Contact
from xiaobao_web.complaints.services import agents, asked, drafts, intake, mailbox, platforms, scans, similar
from xiaobao_web.kernel import journal, retention
from xiaobao_web.kernel.schedule import every

LOOK_BACK = timedelta(days=3)
KEYS_A_NIGHT, KEYS_AT_ONCE = 5_000, 500
retention.purges(str(_("放弃的投诉草稿附件")), drafts.sweep)
retention.purges(str(_("过时的近期比对键")), similar.forget)
retention.purges(str(_("过时的黑产线索")), agents.purge_due)
retention.purges(str(_("已销毁来信的页面图片")), scans.forget)
journal.listeners.append(asked.on_event)


@every("*/5 * * * *", title=_("重新登记未处理的来件"))
def take_in_again() -> int:
    """Take in what is kept and could not be registered; return how many were."""
    return intake.sweep()


@every("*/10 * * * *", title=_("关联相同的投诉"))
def link_similar() -> int:
    """Propose links between the cases of contacts that belong together; return how many were looked at."""
    rows = Contact.objects.filter(case__isnull=False, created_at__gte=timezone.now() - LOOK_BACK)
    return sum(similar.link_case(row) for row in rows.select_related("case").order_by("pk").iterator(200))


@every("40 3 * * *", title=_("补建来件的比对键"))
def fill_keys() -> int:
    """Store the keys of contacts that came before they were kept, some thousands a night; return how many."""
    done, after = 0, 0
    while done < KEYS_A_NIGHT:
        count, after = similar.fill(most=KEYS_AT_ONCE, after=after)
        done += count
        if count < KEYS_AT_ONCE:
            break
    return done


@every("*/5 * * * *", title=_("汇总填单核对"))
def add_up_checks() -> int:
    """Add up what became of the machine's values; return how many days it was."""
    return check_counts.add_up()


@every("4-59/10 * * * *", title=_("比对黑产线索"))
def look_for_agents() -> int:
    """Put the contacts that came since into the groups they belong to; return how many were looked at."""
    return agents.look_on()


@every("20 4 * * *", title=_("核对黑产线索"))
def look_for_agents_again() -> int:
    """Look again at the contacts of the last days and count the groups that lost some; return how many did."""
    return agents.look_again()


@every("*/2 * * * *", title=_("收取投诉邮箱"))
def read_mailbox() -> int:
    """Read the mailbox of complaints, where the installation has one; return how many mails were new."""
    return mailbox.read_new()


@every("*/2 * * * *", title=_("接续来信扫描件的识别"))
def read_letters() -> int:
    """Read letters whose files waited for their check or whose reading was cut short; return how many."""
    return scans.resume()


@every("*/3 * * * *", title=_("收取支付平台的投诉"))
def pull_platforms() -> int:
    """Take in what payment platforms have since they were read last; return how many were new."""
    return platforms.pull_all()


@every("*/5 * * * *", title=_("送出支付平台回复"))
def reply_to_platforms() -> int:
    """Hand over the answers that platforms have not taken yet; return how many went."""
    return platforms.send_waiting()
