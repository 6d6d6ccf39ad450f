"""The messages that several rooms raise."""

from __future__ import annotations

from servanda.errors import MOST_NAMES, no_such


def test_a_wrong_name_among_many_lists_the_nearest() -> None:
    known = [f"parties.p{i}.discount" for i in range(40)] + ["parties.usa.precision"]
    message = str(no_such("number", "parties.usa.precison", known))
    assert message.startswith("There is no number 'parties.usa.precison'. The numbers are: parties.usa.precision, ")
    assert message.endswith(f" and {len(known) - MOST_NAMES} more. Did you mean parties.usa.precision?")
    assert message.count("parties.p") == MOST_NAMES - 1


def test_a_wrong_name_among_twelve_lists_all() -> None:
    known = [f"plan-{i}" for i in range(MOST_NAMES)]
    assert str(no_such("plan", "x", known)) == f"There is no plan 'x'. The plans are: {', '.join(known)}."


def test_a_wrong_name_among_none() -> None:
    assert str(no_such("body", "x", [], "bodies")) == "There is no body 'x'. There are no bodies."


def test_a_name_with_a_line_break_stays_on_one_line() -> None:
    assert str(no_such("plan", "p\nq\x1b[31m", ["p"])).startswith(
        "There is no plan 'p\\nq\\x1b[31m'. The plans are: p."
    )
