"""When does a plan fail? Rules on a few numbers, found on draws and checked on others."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.values import Years
from servanda.agreement.labels import label
from servanda.agreement.numbers import Uncertain
from servanda.agreement.plan_names import plan_name
from servanda.arrays import Floats
from servanda.columns import Columns
from servanda.errors import MOST_DRAWS, counted, expect, need, seeded, whole
from servanda.parallel import Progress, Where
from servanda.result import About, Result, about
from servanda.uncertainty.questions import Question, answers, enough, from_sweep, numbers_of
from servanda.uncertainty.sampling import draw
from servanda.uncertainty.scenario_discovery import condition
from servanda.uncertainty.scenario_discovery._prim import COVERED, Box, Flags, find_box, inside, worth_telling
from servanda.uncertainty.sweeps.sweep import Sweep

if TYPE_CHECKING:
    import polars

ASIDE = 4  # every fourth draw is kept aside for the check
LEAST = 20  # failing draws, and others, without which there is nothing to learn from


@dataclass(frozen=True)
class Limit:
    """What a rule says of one number.

    Attributes
    ----------
    name, what : str
        The number, and the same in words.
    low, high, likely : float
        Its range in the file.
    at_least, at_most : float or None
        The plan fails where the number lies between these; None where that side is open.
    quasi_p : float
        How likely so many failures inside would be if this limit did not matter, as if nothing had been searched for
        (Bryant and Lempert 2010).
    duration : bool
        Whether the number is a duration, in years.
    """

    name: str
    what: str
    low: float
    high: float
    likely: float
    at_least: float | None
    at_most: float | None
    quasi_p: float
    duration: bool


@dataclass(frozen=True)
class Rule:
    """A box in the space of the uncertain numbers in which a plan fails more often than elsewhere.

    Attributes
    ----------
    limits : tuple[Limit, ...]
        All of them hold in the box; the least likely chance find first.
    coverage : float
        Share of all failing draws that lie in this box and in none before it.
    density : float
        Share of the draws in this box, and in none before it, that fail.
    mass : float
        Share of all draws that lie there.
    checked_coverage, checked_density : float or None
        The same on the draws kept aside, which had no part in finding the box; None where none of them fails, or lies
        in it.
    """

    limits: tuple[Limit, ...]
    coverage: float
    density: float
    mass: float
    checked_coverage: float | None
    checked_density: float | None


@dataclass(frozen=True, repr=False)
class FailureRules(Result):
    """When a plan fails, as far as a few numbers tell.

    Attributes
    ----------
    agreement : Agreement
    plan : str
    when, words : str
        What counts as failing: as asked, and in words with the value that it came to.
    bound : float
        That value.
    draws, aside : int
        Draws with an answer, and how many of them were kept aside for the check.
    unanswered : int
        Draws without an answer, left out.
    share : float
        Share of the draws that fail.
    worst, best : float
        Least and largest value of the metric.
    rules : tuple[Rule, ...]
        None if nothing can be told; `why` says then why.
    why : {'', 'all fail', 'none fails', 'few others', 'few fail', 'no rule'}
    table : Columns
        A row for each limit of each rule: `rule`, and the columns of `Limit`.
    trajectory : Columns
        How the first box was peeled: `coverage`, `density`, `mass`, `numbers` (restricted), and `chosen`.
    seed : int
    about : About or None
    """

    agreement: Agreement = field(repr=False, compare=False)
    plan: str
    when: str
    words: str
    bound: float
    draws: int
    aside: int
    unanswered: int
    share: float
    worst: float
    best: float
    rules: tuple[Rule, ...]
    why: str
    table: Columns
    trajectory: Columns
    seed: int
    about: About | None = field(default=None, compare=False, repr=False)

    def __repr__(self) -> str:
        return (
            f"<FailureRules of {self.plan!r} when {self.when}: {100 * self.share:.0f}% fail, {len(self.rules)} rules>"
        )


def explain_failure(
    agreement: Agreement,
    plan: str | None = None,
    when: str = condition.USUAL,
    *,
    draws: int = 1024,
    seed: int = 0,
    most: int = 3,
    rules: int = 2,
    sweep: Sweep | Columns | polars.DataFrame | None = None,
    workers: int | None = None,
    cluster: Where = None,
    progress: Progress | None = None,
) -> FailureRules:
    """Find rules that say where in the ranges of its numbers a plan fails.

    Three quarters of the draws are searched for boxes (PRIM), the others check them.

    Parameters
    ----------
    plan : str, optional
        By default the only plan of the file.
    when : str
        What counts as failing: a metric, one of < <= > >=, and a number, a percentage, or a quantile of the draws. By
        default the quarter of the draws with the fewest expected years in force.
    seed : int
        Of the draws, and of the choice of those that check.
    most : int
        Numbers in a rule, at most.
    rules : int
        At most.
    sweep : Sweep, Columns or polars DataFrame, optional
        Draws already made (see `from_sweep`); nothing is solved then.
    workers, cluster, progress
        As `evaluate`.

    Raises
    ------
    NoSuchName
        If there is no such plan or metric.
    QuestionRefused
        If the condition cannot be read, nothing is uncertain, too many draws have no
        answer, or the EMA workbench is missing.
    NoCluster
        If the cluster cannot be used.

    References
    ----------
    Bryant, B. P. and Lempert, R. J. (2010). Thinking inside the box. Technological Forecasting and Social Change 77,
    34-49. Friedman, J. H. and Fisher, N. I. (1999). Bump hunting in high-dimensional data. Statistics and Computing 9,
    123-143.

    Examples
    --------
    >>> import servanda
    >>> from servanda import starter_text
    >>> found = servanda.explain_failure(servanda.loads(starter_text()), "phased", draws=256, seed=1)
    >>> [limit.name for limit in found.rules[0].limits]
    ['stakes.programme.worth.north']
    """
    need("sensitivity", "Rules of failure", "ema_workbench", "matplotlib")
    began = time.perf_counter()
    expect(agreement, Agreement, "explain_failure")
    draws, seed, workers = whole("draws", draws, 1, MOST_DRAWS), seeded(seed), counted(workers)
    most, rules = whole("most", most, 1), whole("rules", rules, 1)
    asked = condition.parse(agreement, when)
    question = Question((plan_name(agreement, plan),), asked.metric)
    numbers = numbers_of(agreement, question)
    if sweep is not None:
        values, outcome = from_sweep(agreement, question, sweep)
    else:
        drawn = draw(agreement, draws, seed)
        columns = [[one.name for one in drawn.numbers].index(one.name) for one in numbers]
        values = drawn.values[:, columns]
        outcome = answers(agreement, question, drawn, workers=workers, cluster=cluster, progress=progress)
    there = np.isfinite(outcome)
    unanswered = int((~there).sum())
    enough(unanswered, outcome.size)
    values, outcome = values[there], outcome[there]
    bound = condition.bound_of(asked, outcome)
    fails = condition.meets(asked.sign, bound, outcome)
    aside = np.zeros(len(fails), dtype=bool)
    aside[np.random.default_rng(seed).permutation(len(fails))[: len(fails) // ASIDE]] = True
    why = _nothing_to_learn(fails)
    found = () if why else _boxes(values, fails, aside, most, rules)
    told = tuple(_rule(agreement, numbers, box, scores, question) for box, scores in found)
    return FailureRules(
        agreement=agreement,
        plan=question.plans[0],
        when=str(asked),
        words=condition.words(asked, bound),
        bound=bound,
        draws=len(fails),
        aside=int(aside.sum()),
        unanswered=unanswered,
        share=float(fails.mean()),
        worst=float(outcome.min()),
        best=float(outcome.max()),
        rules=told,
        why=why or ("" if told else "no rule"),
        table=_table(told),
        trajectory=_trajectory(found[0][0] if found else None),
        seed=seed,
        about=about(agreement, time.perf_counter() - began, seed, "ema-workbench", "polars"),
    )


def _nothing_to_learn(fails: Flags) -> str:
    failing, others = int(fails.sum()), int((~fails).sum())
    if failing == 0:
        return "none fails"
    if others == 0:
        return "all fail"
    if failing < LEAST:
        return "few fail"
    return "few others" if others < LEAST else ""


Scores = tuple[float, float, float, float | None, float | None]


def _boxes(values: Floats, fails: Flags, aside: Flags, most: int, count: int) -> tuple[tuple[Box, Scores], ...]:
    found: list[tuple[Box, Scores]] = []
    left = np.ones(len(fails), dtype=bool)
    for _ in range(count):
        search = left & ~aside
        if not (0 < int(fails[search].sum()) < int(search.sum())):
            break
        one = next((one for share in COVERED if (one := _box(values, fails, aside, left, most, share))), None)
        if one is None:
            break
        found.append(one)
        left &= ~inside(one[0].limits, values)
    return tuple(found)


def _box(
    values: Floats, fails: Flags, aside: Flags, left: Flags, most: int, covered: float
) -> tuple[Box, Scores] | None:
    """A box among the draws that are left, if it says enough, in draws kept aside too."""
    search = left & ~aside
    box = find_box(values[search], fails[search], most, covered)
    if box is None:
        return None
    held, base = inside(box.limits, values) & left, float(fails.mean())
    (coverage, density), checked = _scores(held, fails, ~aside), _scores(held, fails, aside)
    for one in ((coverage, density), checked):
        if one[0] is None or one[1] is None or not worth_telling(one[0], one[1], base):
            return None
    if coverage is None or density is None:
        return None
    return box, (coverage, density, float((held & ~aside).sum() / (~aside).sum()), *checked)


def _scores(held: Flags, fails: Flags, among: Flags) -> tuple[float | None, float | None]:
    """Coverage and density of a box among some of the draws."""
    both, failing, size = (int((flags & among).sum()) for flags in (held & fails, fails, held))
    return (both / failing if failing else None), (both / size if size else None)


def _rule(agreement: Agreement, numbers: tuple[Uncertain, ...], box: Box, scores: Scores, question: Question) -> Rule:
    limits: list[Limit] = []
    for column, (least, greatest, quasi) in sorted(box.limits.items(), key=lambda item: item[1][2]):
        one = numbers[column]
        low, high = one.number.low, one.number.high
        if low is None or high is None:
            continue
        duration = isinstance(one.number, Years)
        limits.append(
            Limit(
                one.name,
                label(agreement, one, question.two),
                low,
                high,
                one.number.likely,
                least,
                greatest,
                quasi,
                duration,
            )
        )
    return Rule(tuple(limits), *scores)


def _table(rules: tuple[Rule, ...]) -> Columns:
    kinds = {"float": float, "float | None": float, "bool": bool, "str": str}
    rows = [{"rule": i, **asdict(limit)} for i, rule in enumerate(rules, 1) for limit in rule.limits]
    return Columns.of_rows(rows, {"rule": int, **{each.name: kinds[str(each.type)] for each in fields(Limit)}})


def _trajectory(box: Box | None) -> Columns:
    kinds = {"coverage": float, "density": float, "mass": float, "numbers": int, "chosen": bool}
    course = box.trajectory if box is not None else ()
    chosen = [box is not None and i == box.chosen for i in range(len(course))]
    rows = [dict(zip(kinds, (*row, one), strict=True)) for row, one in zip(course, chosen, strict=True)]
    return Columns.of_rows(rows, kinds)
