from .report.study import Study as Study
from .report.study import study as study

__all__ = [
    "Study",
    "study",
]
