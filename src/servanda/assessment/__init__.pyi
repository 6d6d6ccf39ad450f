from .audits import audit as audit
from .comparison import Comparison as Comparison
from .comparison import compare as compare
from .critical import CriticalValue as CriticalValue
from .critical import critical_values as critical_values
from .other_equilibria import search as search
from .scorecards import Scorecard as Scorecard
from .scorecards import scorecard as scorecard
from .summary import Summary as Summary
from .summary import choices as choices
from .summary import summarise as summarise

__all__ = [
    "Comparison",
    "CriticalValue",
    "Scorecard",
    "Summary",
    "audit",
    "choices",
    "compare",
    "critical_values",
    "scorecard",
    "search",
    "summarise",
]
