"""The command `servanda compare`: all plans side by side."""

from __future__ import annotations

from servanda.cli._pipeline import Answer, Run, on_agreement


@on_agreement("solve")
def compare(run: Run) -> Answer:
    """Compare all plans of an agreement, side by side."""
    from servanda.assessment.comparison import compare as solve_all

    comparison = solve_all(run.agreement, progress=run.progress)
    return Answer((comparison,), comparison.to_json)
