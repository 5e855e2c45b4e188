"""The ways principal is repaid: one module each, registered by name. Adding one is one module and one import here."""

from xiaobao.credit.methods import bullet, equal_instalment, equal_principal, flat, free, interest_first
from xiaobao.credit.methods.method import METHODS, Method, State, method

__all__ = [
    "METHODS", "Method", "State", "bullet", "equal_instalment", "equal_principal", "flat", "free", "interest_first",
    "method",
]  # fmt: skip
