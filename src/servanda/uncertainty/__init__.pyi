from .evaluation import Evaluated as Evaluated
from .evaluation import evaluate as evaluate
from .overview import Uncertainty as Uncertainty
from .overview import within_ranges as within_ranges
from .sampling import Draws as Draws
from .sampling import draw as draw
from .scenario_discovery.failure_rules import FailureRules as FailureRules
from .scenario_discovery.failure_rules import explain_failure as explain_failure
from .sensitivity_analysis.sensitivity import Sensitivity as Sensitivity
from .sensitivity_analysis.sensitivity import sensitivity as sensitivity
from .sensitivity_analysis.tornado import Tornado as Tornado
from .sensitivity_analysis.tornado import tornado as tornado
from .sweeps.sweep import Sweep as Sweep
from .sweeps.sweep import read_sweep as read_sweep
from .sweeps.sweep import sweep as sweep
from .tipping_points.heat_map import HeatMap as HeatMap
from .tipping_points.heat_map import heat as heat
from .tipping_points.targets import Reached as Reached
from .tipping_points.targets import reach as reach
from .tipping_points.tips import Tips as Tips
from .tipping_points.tips import tip as tip

__all__ = [
    "Draws",
    "Evaluated",
    "FailureRules",
    "HeatMap",
    "Reached",
    "Sensitivity",
    "Sweep",
    "Tips",
    "Tornado",
    "Uncertainty",
    "draw",
    "evaluate",
    "explain_failure",
    "heat",
    "reach",
    "read_sweep",
    "sensitivity",
    "sweep",
    "tip",
    "tornado",
    "within_ranges",
]
