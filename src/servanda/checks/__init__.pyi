from .baseline import Baseline as Baseline
from .baseline import read_baseline as read_baseline
from .findings import Finding as Finding
from .findings import Findings as Findings
from .findings import check as check

__all__ = [
    "Baseline",
    "Finding",
    "Findings",
    "check",
    "read_baseline",
]
