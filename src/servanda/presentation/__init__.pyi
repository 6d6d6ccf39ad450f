from . import figures as figures
from .report.study import Study as Study
from .report.study import study as study

__all__ = [
    "Study",
    "figures",
    "study",
]
