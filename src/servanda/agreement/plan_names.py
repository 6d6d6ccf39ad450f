"""Which plans of an agreement a question is about."""

from __future__ import annotations

from collections.abc import Iterable

from servanda.agreement.format.agreement import Agreement
from servanda.errors import UsageError, is_there, no_such, several


def plan_names(agreement: Agreement, plans: str | Iterable[str] | None = None) -> tuple[str, ...]:
    """The plans of these names, each once; a string is one name, and None stands for all plans of the file.

    Raises
    ------
    NoSuchName
        If there is no plan of such a name.
    """
    return tuple(
        dict.fromkeys(one_plan(agreement, name) for name in several(agreement.plans if plans is None else plans))
    )


def one_plan(agreement: Agreement, plan: object) -> str:
    """The plan of this name, which must be a text.

    Raises
    ------
    NoSuchName
        If there is no plan of such a name.
    """
    if not is_there(plan, agreement.plans):
        raise no_such("plan", plan, agreement.plans)
    return str(plan)


def plan_name(agreement: Agreement, plan: str | None = None) -> str:
    """The plan of this name; None stands for the only plan of the file.

    Raises
    ------
    UsageError
        If no plan is named, and the file has several.
    NoSuchName
        If there is no plan of such a name.
    """
    if plan is not None:
        return one_plan(agreement, plan)
    if len(agreement.plans) != 1:
        raise UsageError(f"Say which plan is meant. The plans are: {', '.join(agreement.plans)}")
    return next(iter(agreement.plans))


def two_plans(agreement: Agreement, between: Iterable[str]) -> tuple[str, str]:
    """Two different plans.

    Raises
    ------
    UsageError
        If these are not two different names.
    NoSuchName
        If there is no plan of such a name.
    """
    names = plan_names(agreement, between)
    if len(names) != 2:
        raise UsageError(f"Two different plans are needed. The plans are: {', '.join(agreement.plans)}")
    return names[0], names[1]
