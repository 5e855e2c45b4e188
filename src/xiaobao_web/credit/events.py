"""What happens to costings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.journal import event_type

event_type("credit.saved", _("{actor} 保存成本测算 {subject}：单利 {nominal}%，复利 {effective}%"))
event_type("credit.revised", _("{actor} 更新成本测算 {subject} 到第 {version} 版：单利 {nominal}%，复利 {effective}%"))
event_type("credit.statement_made", _("{actor} 下载综合融资成本明示表（本金 {principal} 元，单利 {nominal}%）"))
