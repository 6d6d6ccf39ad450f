"""The command `servanda compare`: all plans side by side."""

from __future__ import annotations

from servanda.cli._pipeline import Answer, Run, on_agreement


@on_agreement("solve")
def compare(run: Run) -> Answer:
    """Compare all plans of an agreement, side by side."""
    from servanda.assessment.comparison import compare as solve_all
    from servanda.presentation import _terminal_tables as tables
    from servanda.presentation._export import compared

    names = list(run.agreement.plans)
    comparison = solve_all(
        run.agreement,
        progress=lambda name, share: run.progress(f"solving {name}", (names.index(name) + share) / len(names)),
    )
    return Answer((comparison,), lambda: compared(comparison), show=lambda: tables.compare(comparison))
