"""Storm, which reads a Markov chain in the language of PRISM and knows nothing about agreements."""

from __future__ import annotations

from pathlib import Path

import stormpy
from stormpy import environments


def storm(program: str, wanted: list[str], folder: Path) -> dict[str, float]:
    """Chance of ever getting to each label, by Storm's solver for chains without cycles: one pass, no iteration."""
    path = folder / "plan.prism"
    path.write_text(program, "utf-8")
    parsed = stormpy.parse_prism_program(str(path))
    questions = stormpy.parse_properties(";".join(f'P=? [F "{label}"]' for label in wanted), parsed)
    model = stormpy.build_model(parsed, questions)
    how = stormpy.Environment()
    how.solver().set_linear_equation_solver_type(environments.EquationSolverType.ACYCLIC)
    (start,) = model.initial_states
    answers = (stormpy.model_checking(model, question, environment=how) for question in questions)
    return {label: answer.get_value(start) for label, answer in zip(wanted, answers, strict=True)}
