"""What happens to findings and issues."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.journal import event_type

event_type("findings.decided", _("{actor} 对“{subject}”的处理：{decision}"))
event_type("findings.added", _("{actor} 手工添加意见“{subject}”"))
