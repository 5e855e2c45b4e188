"""Look into files before people may have them: what they really are, and whether they would act when opened."""

from xiaobao_web.kernel.scanning.kinds import Kind, kind_named, sniff, suffix_of
from xiaobao_web.kernel.scanning.outcome import Budget, Outcome, Remark
from xiaobao_web.kernel.scanning.structural import scan

__all__ = ["Budget", "Kind", "Outcome", "Remark", "kind_named", "scan", "sniff", "suffix_of"]
