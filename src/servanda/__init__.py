"""servanda: will a phased agreement between parties who distrust each other be kept?

    >>> import servanda
    >>> agreement = servanda.read("singapore-2018")
    >>> game = servanda.compile(agreement, plan="phased")
    >>> equilibrium = servanda.solve(game)
    >>> summary = servanda.summarise(equilibrium)

Data are frozen objects; verbs are functions. Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servanda._version import __version__

if TYPE_CHECKING:
    from servanda._sequence import SequentialInspection, sequential_inspection
    from servanda.agreement import Agreement, AgreementError, Number
    from servanda.allocation import Allocation
    from servanda.auditing import audit
    from servanda.batching import Batch, results, solve_draws
    from servanda.checking import Finding, Findings, check
    from servanda.comparison import Comparison, compare
    from servanda.critical import CriticalValue, critical_values
    from servanda.designing import Design, design
    from servanda.drawing import Draws, draw
    from servanda.equilibrium import Equilibrium, NotConverged, solve
    from servanda.evaluating import Evaluated, evaluate
    from servanda.failing import FailureRules, explain_failure
    from servanda.flips import HeatMap, Reached, Tips
    from servanda.game import Game, GameTooLarge, compile
    from servanda.inspecting import where_to_inspect
    from servanda.mapping import heat
    from servanda.outcomes import choices, summarise
    from servanda.plan_writing import write_plans
    from servanda.posing import QuestionRefused
    from servanda.reaching import reach
    from servanda.reading import catalog, loads, read
    from servanda.scores import Scorecard
    from servanda.scoring import scorecard
    from servanda.searching import search
    from servanda.sensing import Sensitivity, sensitivity
    from servanda.starter import new
    from servanda.studying import Study, study
    from servanda.summary import Summary
    from servanda.sweeping import Sweep, read_sweep, sweep
    from servanda.swings import Tornado, tornado
    from servanda.tipping import tip
    from servanda.uncertainty import Uncertainty, within_ranges
    from servanda.wording import headline, verdict
    from servanda.writing import write_rates

_HOME = {
    "Agreement": "agreement",
    "AgreementError": "agreement",
    "Batch": "batching",
    "Allocation": "allocation",
    "Comparison": "comparison",
    "CriticalValue": "critical",
    "Design": "designing",
    "Draws": "drawing",
    "Equilibrium": "equilibrium",
    "Evaluated": "evaluating",
    "Finding": "checking",
    "Findings": "checking",
    "Game": "game",
    "GameTooLarge": "game",
    "HeatMap": "flips",
    "NotConverged": "equilibrium",
    "Number": "agreement",
    "Reached": "flips",
    "Scorecard": "scores",
    "SequentialInspection": "_sequence",
    "Study": "studying",
    "Summary": "summary",
    "Tips": "flips",
    "Sweep": "sweeping",
    "Uncertainty": "uncertainty",
    "within_ranges": "uncertainty",
    "audit": "auditing",
    "catalog": "reading",
    "check": "checking",
    "choices": "outcomes",
    "compare": "comparison",
    "compile": "game",
    "critical_values": "critical",
    "design": "designing",
    "draw": "drawing",
    "evaluate": "evaluating",
    "headline": "wording",
    "heat": "mapping",
    "loads": "reading",
    "new": "starter",
    "reach": "reaching",
    "read": "reading",
    "read_sweep": "sweeping",
    "results": "batching",
    "scorecard": "scoring",
    "search": "searching",
    "sequential_inspection": "_sequence",
    "solve": "equilibrium",
    "solve_draws": "batching",
    "study": "studying",
    "summarise": "outcomes",
    "tip": "tipping",
    "sweep": "sweeping",
    "verdict": "wording",
    "where_to_inspect": "inspecting",
    "write_plans": "plan_writing",
    "write_rates": "writing",
    "FailureRules": "failing",
    "explain_failure": "failing",
    "QuestionRefused": "posing",
    "Sensitivity": "sensing",
    "sensitivity": "sensing",
    "Tornado": "swings",
    "tornado": "swings",
}

__all__ = [
    "Agreement",
    "AgreementError",
    "Allocation",
    "Batch",
    "Comparison",
    "CriticalValue",
    "Design",
    "Draws",
    "Equilibrium",
    "Evaluated",
    "FailureRules",
    "Finding",
    "Findings",
    "Game",
    "GameTooLarge",
    "HeatMap",
    "NotConverged",
    "Number",
    "QuestionRefused",
    "Reached",
    "Scorecard",
    "Sensitivity",
    "SequentialInspection",
    "Study",
    "Summary",
    "Sweep",
    "Tips",
    "Tornado",
    "Uncertainty",
    "__version__",
    "audit",
    "catalog",
    "check",
    "choices",
    "compare",
    "compile",
    "critical_values",
    "design",
    "draw",
    "evaluate",
    "explain_failure",
    "headline",
    "heat",
    "loads",
    "new",
    "reach",
    "read",
    "read_sweep",
    "results",
    "scorecard",
    "search",
    "sensitivity",
    "sequential_inspection",
    "solve",
    "solve_draws",
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


def __getattr__(name: str) -> Any:
    if name in _HOME:
        from importlib import import_module

        value = getattr(import_module(f"servanda.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'servanda' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
