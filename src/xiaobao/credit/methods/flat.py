"""等本等息: card instalments and flat-rate loans, where each period pays the same part and the same charge.

The charge is reckoned on all that was lent, however much is already repaid: the true rate is nearly twice the quoted.
"""

from __future__ import annotations

from xiaobao.credit.methods.equal_principal import periods_left, principal_due
from xiaobao.credit.methods.method import Method, register

register(Method("flat", "等本等息／信用卡分期", principal_due, periods_left, on_drawn=True))
