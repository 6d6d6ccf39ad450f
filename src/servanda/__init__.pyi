"""The public names of servanda; each is loaded when it is first used."""

from ._version import __version__ as __version__
from .agreement.dates import DueDates as DueDates
from .agreement.dates import due_dates as due_dates
from .agreement.format.agreement import Agreement as Agreement
from .agreement.format.agreement import AgreementError as AgreementError
from .agreement.format.values import Number as Number
from .agreement.reading.reader import catalog as catalog
from .agreement.reading.reader import loads as loads
from .agreement.reading.reader import read as read
from .agreement.starter import new as new
from .agreement.starter import starter_text as starter_text
from .agreement.writing.plans import write_plans as write_plans
from .agreement.writing.whole import dumps as dumps
from .assessment.audits import audit as audit
from .assessment.comparison import Comparison as Comparison
from .assessment.comparison import compare as compare
from .assessment.critical import CriticalValue as CriticalValue
from .assessment.critical import critical_values as critical_values
from .assessment.other_equilibria import search as search
from .assessment.outcomes import choices as choices
from .assessment.scorecards import Scorecard as Scorecard
from .assessment.scorecards import scorecard as scorecard
from .assessment.summary import Summary as Summary
from .assessment.summary import summarise as summarise
from .checks.findings import Finding as Finding
from .checks.findings import Findings as Findings
from .checks.findings import check as check
from .crosscheck.explicit_tree import Tree as Tree
from .crosscheck.explicit_tree import game_tree as game_tree
from .crosscheck.gambit_file import efg as efg
from .crosscheck.markov_chain import prism as prism
from .crosscheck.simulation import Plays as Plays
from .crosscheck.simulation import play as play
from .errors import MissingExtra as MissingExtra
from .errors import NoSuchName as NoSuchName
from .errors import ServandaError as ServandaError
from .errors import UsageError as UsageError
from .game.calendar import Step as Step
from .game.calendar import calendar_of as calendar_of
from .game.compiler import Game as Game
from .game.compiler import GameTooLarge as GameTooLarge
from .game.compiler import compile as compile
from .inspection.allocation import Allocation as Allocation
from .inspection.allocation import where_to_inspect as where_to_inspect
from .inspection.rate_writing import write_rates as write_rates
from .inspection.sequential_game import SequentialInspection as SequentialInspection
from .inspection.sequential_game import sequential_inspection as sequential_inspection
from .optimisation.pareto import Design as Design
from .optimisation.pareto import design as design
from .presentation.figures.gallery import figures as figures
from .presentation.report.study import Study as Study
from .presentation.report.study import study as study
from .presentation.views.comparison import verdict as verdict
from .presentation.views.plan import headline as headline
from .result import About as About
from .result import Result as Result
from .solver.batch import Batch as Batch
from .solver.batch import results as results
from .solver.batch import solve_draws as solve_draws
from .solver.equilibrium import Equilibrium as Equilibrium
from .solver.equilibrium import NotConverged as NotConverged
from .solver.equilibrium import solve as solve
from .uncertainty.evaluation import Evaluated as Evaluated
from .uncertainty.evaluation import evaluate as evaluate
from .uncertainty.overview import Uncertainty as Uncertainty
from .uncertainty.overview import within_ranges as within_ranges
from .uncertainty.questions import QuestionRefused as QuestionRefused
from .uncertainty.sampling import Draws as Draws
from .uncertainty.sampling import draw as draw
from .uncertainty.scenario_discovery.failure_rules import FailureRules as FailureRules
from .uncertainty.scenario_discovery.failure_rules import explain_failure as explain_failure
from .uncertainty.sensitivity_analysis.sensitivity import Sensitivity as Sensitivity
from .uncertainty.sensitivity_analysis.sensitivity import sensitivity as sensitivity
from .uncertainty.sensitivity_analysis.sobol import sobol_indices as sobol_indices
from .uncertainty.sensitivity_analysis.tornado import Tornado as Tornado
from .uncertainty.sensitivity_analysis.tornado import tornado as tornado
from .uncertainty.sweeps.sweep import Sweep as Sweep
from .uncertainty.sweeps.sweep import read_sweep as read_sweep
from .uncertainty.sweeps.sweep import sweep as sweep
from .uncertainty.tipping_points.heat_map import HeatMap as HeatMap
from .uncertainty.tipping_points.heat_map import heat as heat
from .uncertainty.tipping_points.targets import Reached as Reached
from .uncertainty.tipping_points.targets import reach as reach
from .uncertainty.tipping_points.tips import Tips as Tips
from .uncertainty.tipping_points.tips import tip as tip

__all__ = [
    "About",
    "Agreement",
    "AgreementError",
    "Allocation",
    "Batch",
    "Comparison",
    "CriticalValue",
    "Design",
    "Draws",
    "DueDates",
    "Equilibrium",
    "Evaluated",
    "FailureRules",
    "Finding",
    "Findings",
    "Game",
    "GameTooLarge",
    "HeatMap",
    "MissingExtra",
    "NoSuchName",
    "NotConverged",
    "Number",
    "Plays",
    "QuestionRefused",
    "Reached",
    "Result",
    "Scorecard",
    "Sensitivity",
    "SequentialInspection",
    "ServandaError",
    "Step",
    "Study",
    "Summary",
    "Sweep",
    "Tips",
    "Tornado",
    "Tree",
    "Uncertainty",
    "UsageError",
    "__version__",
    "audit",
    "calendar_of",
    "catalog",
    "check",
    "choices",
    "compare",
    "compile",
    "critical_values",
    "design",
    "draw",
    "due_dates",
    "dumps",
    "efg",
    "evaluate",
    "explain_failure",
    "figures",
    "game_tree",
    "headline",
    "heat",
    "loads",
    "new",
    "play",
    "prism",
    "reach",
    "read",
    "read_sweep",
    "results",
    "scorecard",
    "search",
    "sensitivity",
    "sequential_inspection",
    "sobol_indices",
    "solve",
    "solve_draws",
    "starter_text",
    "study",
    "summarise",
    "sweep",
    "tip",
    "tornado",
    "verdict",
    "where_to_inspect",
    "within_ranges",
    "write_plans",
    "write_rates",
]
