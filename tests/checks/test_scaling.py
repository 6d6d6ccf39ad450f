"""Reading and checking grow no faster than the text: four times the text takes four times the steps, and a bit.

Calls of functions are counted, which a busy machine does not change. What takes long within one call (to look for a
name in a long list) is not seen by the count, so the processor time of long texts has a limit too, far above what they
need.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import pytest

from servanda.agreement.format.agreement import AgreementError
from servanda.agreement.reading.reader import loads
from servanda.checks.findings import check

HEAD = "servanda: 1\ntitle: T\nstart: 2020-01-01\ndisputes: c\nparties: {a: {}, b: {}}\n"


def _entries(row: Callable[[int], str]) -> Callable[[int], str]:
    return lambda n: HEAD + "plans:\n  t:\n    entries:\n" + "".join(f"      {row(i)}\n" for i in range(n))


TEXTS: dict[str, Callable[[int], str]] = {
    "a chain of needs": _entries(lambda i: f"- {{id: e{i}, by: a, does: x{i}, needs: [e{max(0, i - 1)}]}}"),
    "a chain of due dates": _entries(
        lambda i: f"- {{id: e{i}, by: a, does: x{i}, due: {{within: 0 days, after: {f'e{i - 1}' if i else 'start'}}}}}"
    ),
    "a chain that ends nowhere": _entries(
        lambda i: f"- {{id: e{i}, by: a, does: x{i}, due: {{same_day: e{max(0, i - 1)}}}}}"
    ),
    "needs of one": _entries(lambda i: f"- {{id: e{i}, by: a, does: x{i}, needs: [e0]}}"),
    "pairs": _entries(lambda i: f"- {{id: e{i}, by: {'ab'[i % 2]}, does: x{i}, pairs: [e{i - i % 2}]}}"),
    "comments that ignore": _entries(lambda i: f"- {{id: e{i}, by: a, does: x{i}}}  # servanda: ignore SV102 why"),
    "comments above each other": lambda n: (
        HEAD + "# servanda: ignore SV102 why\n" * n
        + _entries(lambda i: f"- {{id: e{i}, by: a, does: x}}")(1)[len(HEAD) :]
    ),
    "terms": lambda n: (
        HEAD + "terms:\n" + "".join(f"  t{i}: means\n" for i in range(n))
        + _entries(lambda i: f"- {{id: e{i}, by: a, does: x{i}, uses: [t{i}]}}")(n)[len(HEAD) :]
    ),
    "stakes and measures": lambda n: (
        HEAD + "stakes:\n" + "".join(f"  s{i}: {{holder: a, concealable: true}}\n" for i in range(n))
        + "measures:\n" + "".join(f"  m{i}: {{covers: [s{i}]}}\n" for i in range(n))
        + _entries(lambda i: f"- {{id: e{i}, date: 2020-02-01, by: a, gives: [s{i}]}}")(n)[len(HEAD) :]
    ),
    "plans": lambda n: (
        HEAD + "plans:\n" + "".join(f"  t{i}: {{entries: [{{id: e, by: a, does: x{i}}}]}}\n" for i in range(n))
    ),
    "entries that are not there": _entries(lambda i: f"- {{id: e{i}, by: a, does: x{i}, needs: [q{i}]}}"),
    "parties that are not there": _entries(lambda i: f"- {{id: e{i}, by: q{i}, does: x{i}}}"),
    "unknown keys": _entries(lambda i: f"- {{id: e{i}, by: a, does: x{i}, k{i}: 3}}"),
    "commas in words": lambda n: _entries(lambda i: f"- {{id: e{i}, by: a, does: x{', w' * n}}}")(1),
    "correlations": lambda n: (
        HEAD.replace("b: {}", "b: {}" + "".join(f", p{i}: {{discount: {{low: 0.1, high: 0.2}}}}" for i in range(n)))
        + "correlations:\n"
        + "".join(
            f"  - {{between: [parties.p{i}.discount, parties.p{i + 1}.discount], rank: 0.1}}\n"
            for i in range(0, n - 1, 2)
        )
        + _entries(lambda i: f"- {{id: e{i}, by: a, does: x}}")(1)[len(HEAD) :]
    ),
}  # fmt: skip


def _look(text: str) -> None:
    said = 0
    try:
        check(loads(text))
    except AgreementError as error:
        said = len(str(error))
    assert said < 100 * len(text)  # messages do not list all names again and again


def _calls(text: str) -> int:
    count = 0

    def see(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(see)
    try:
        _look(text)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("make", TEXTS.values(), ids=TEXTS.keys())
def test_four_times_the_text_takes_four_times_the_steps(make: Callable[[int], str]) -> None:
    _look(make(4))  # what is loaded once
    # From 50 on what is said to be "12 and more" is, and all names are suggested that may be.
    assert _calls(make(280)) < 4.6 * _calls(make(70)) + 20_000


@pytest.mark.parametrize("name", ["a chain of needs", "comments that ignore", "stakes and measures"])
def test_long_texts_take_seconds(name: str) -> None:
    text = TEXTS[name](1200)
    once = time.process_time()
    _look(text)
    assert time.process_time() - once < 10  # two seconds at most were measured


def test_a_long_circle_is_told_in_a_few_lines():
    text = TEXTS["a chain of needs"](500).replace("needs: [e0]", "needs: [e499]", 1)
    (told,) = [each.what for each in check(loads(text)) if each.code == "SV101"]
    assert told.startswith("500 steps wait for one another in a circle")
    assert "so on over 488 more steps and e1 needs e0" in told
    assert len(told) < 500
