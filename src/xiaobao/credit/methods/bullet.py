"""到期一次还本付息: nothing until the end, then principal and simple interest together."""

from __future__ import annotations

from xiaobao.credit.methods.interest_first import principal_due
from xiaobao.credit.methods.method import Method, register, unchanged

register(Method("bullet", "一次性还本付息／到期一次还本付息", principal_due, unchanged, settles_at_end=True))
