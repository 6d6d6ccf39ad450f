from .findings import Finding as Finding
from .findings import Findings as Findings
from .findings import check as check

__all__ = [
    "Finding",
    "Findings",
    "check",
]
