"""Late plans worked out history by history: every path with its chance, and what it pays along a time line.

Precision is 0, so that each chance is a habit and known beforehand; values still test every payoff. The last case has
one party that minds, and is solved backward.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from support.building import day, gives, party, ratify, review, situation, stake, turnover

from servanda.agreement.dates import years_between
from servanda.agreement.format.agreement import Agreement
from servanda.assessment.outcomes import Walk, choices
from servanda.assessment.summary import summarise
from servanda.game.compiler import compile
from servanda.solver.equilibrium import Equilibrium, solve
from servanda.solver.reach_probabilities import fates

HABITS = {"stumbles": 0.2, "falls_behind": 0.1, "catches_up": 0.5, "suspends": 0.3, "leaves": 0.05, "conceals": 0.25}
T = 8.0
YEAR = 365 / 365.25  # of a look


def at(date: str) -> float:
    return years_between(day("2020-01-01"), day(date))


FIRST, SECOND, THIRD = at("2021-01-01"), at("2022-01-01"), at("2023-01-01")


@dataclass(frozen=True)
class Path:
    """One history so far. `away`: share of a stake truly not with its holder, from when to when."""

    chance: float = 1.0
    away: tuple[tuple[str, float, float], ...] = ()
    paid: tuple[tuple[str, float, str], ...] = ()  # who, when, which lump sum
    idle: tuple[tuple[str, float, float], ...] = ()  # who is behind, from when to when
    outcome: str = ""

    @property
    def lasts(self) -> float:
        """Years in force."""
        return min((when for _, when, which in self.paid if which == "breakdown"), default=T)

    def by(self, chance: float) -> Path:
        return replace(self, chance=self.chance * chance)

    def gone(self, stake: str, since: float, until: float = T) -> Path:
        return replace(self, away=(*self.away, (stake, since, min(until, T)))) if until > since else self

    def pays(self, when: float, which: str, *who: str) -> Path:
        return replace(self, paid=self.paid + tuple((name, when, which) for name in who))

    def waits(self, since: float, until: float, *who: str) -> Path:
        return replace(self, idle=self.idle + tuple((name, since, until) for name in who))

    def ends(self, outcome: str) -> Path:
        return replace(self, outcome=outcome)


def total(agreement: Agreement, name: str, path: Path) -> float:
    """What a path pays a party, valued at the start: integrals over the times at which it lacks something."""
    own = agreement.parties[name]
    r = own.discount.likely

    def span(since: float, until: float) -> float:
        return (math.exp(-r * since) - math.exp(-r * until)) / r

    def worth(key: str) -> float:
        return agreement.stakes[key].worth[name].likely

    value = sum(worth(key) * span(0, T) for key in agreement.stakes)
    value -= sum(worth(key) * span(since, until) for key, since, until in path.away)
    value -= sum(
        getattr(own.costs, which).likely * math.exp(-r * when) for who, when, which in path.paid if who == name
    )
    return value - own.costs.delaying.likely * sum(span(*times) for who, *times in path.idle if who == name)


def leaves(since: float, habits: dict[str, float] = HABITS) -> float:
    return 1 - math.exp(-habits["leaves"] * since)


def made(parties: Any, stakes: Any, entries: Any, measures: Any = None, **plan: Any) -> Agreement:
    data: dict[str, Any] = situation(parties, stakes, entries, measures)
    data["plans"]["plan"] |= plan
    return Agreement.model_validate(data)


def ends(found: Equilibrium) -> dict[str, float]:
    walk = Walk(found)
    each = {name: chance for name, chance in walk.outcomes().items() if not name.startswith("held:")}
    for name, (clean, concealed) in fates(found.game, walk.found, walk.truthful[None]).items():
        each |= {f"{name}:clean": float(clean[0]), f"{name}:concealed": float(concealed[0])}
    return {name: chance for name, chance in each.items() if chance > 1e-15}


def assert_as_by_hand(agreement: Agreement, paths: list[Path], for_good: bool = True) -> None:
    """`for_good`: whatever is taken back stays so, in every path."""
    found = solve(compile(agreement, "plan"))
    expected: dict[str, float] = {}
    for path in paths:
        expected[path.outcome] = expected.get(path.outcome, 0.0) + path.chance
    assert math.fsum(expected.values()) == pytest.approx(1.0, abs=1e-14)
    assert ends(found) == pytest.approx({name: each for name, each in expected.items() if each > 1e-15}, abs=1e-13)
    late = summarise(found).late
    assert late is not None
    years = math.fsum(path.chance * path.lasts for path in paths)
    assert late.expected_years == pytest.approx(years, abs=1e-12)
    for p, name in enumerate(agreement.parties):
        value = math.fsum(path.chance * total(agreement, name, path) for path in paths)
        assert float(found.game.prior(p) @ found.signing[p]) == pytest.approx(value, abs=1e-12), name
        behind = math.fsum(path.chance * (b - a) for path in paths for who, a, b in path.idle if who == name)
        assert late.parties[name].behind == pytest.approx(behind / years, abs=1e-13), name
        if for_good:
            taken = math.fsum(
                path.chance * (path.lasts - t)
                for path in paths
                for who, t, which in path.paid
                if (who, which) == (name, "suspending")
            )
            assert late.parties[name].suspended == pytest.approx(taken / years, abs=1e-13), name


# ------------------------------------------------------------------------ a finding stalls, and both may conceal

PROMPT = HABITS | {"stumbles": 0.0, "falls_behind": 0.0}  # never late at a step, so that only findings stall
FOUND = {"a": 0.3, "b": 0.5}  # per year
RESTORE = {"A": 1.0, "B": 2.0}


def both_conceal() -> Agreement:
    costs = {"breakdown": 0.7, "withdrawing": 0.4, "found": 0.9, "delaying": 0.25}
    return made(
        {"a": party(0.0, 0.05, **costs) | {"habits": PROMPT}, "b": party(0.0, 0.1, **costs) | {"habits": PROMPT}},
        {"A": stake("a", "1 year", True, a=1.0, b=-1.5), "B": stake("b", "2 years", True, a=-2.0, b=0.5)},
        [
            gives("first", "2021-01-01", "b", "B"),
            gives("second", "2022-01-01", "a", "A") | {"needs": ["first"]},
            review("b", date="2023-01-01"),
        ],
        {name: {"covers": [name.upper()], "finds": rate} for name, rate in FOUND.items()},
        late={"looks": ["365 days"], "stalls": 1},
        found="stall",
    )


@dataclass(frozen=True)
class Standing:
    """Of the case above: since when each has given, who hides, who is exposed, and when each decided last."""

    gave: dict[str, float]
    hides: frozenset[str]
    exposed: frozenset[str]
    last: dict[str, float]
    late: bool = False
    struck: bool = False

    def broken(self, path: Path, when: float, outcome: str, **costs: str) -> Path:
        path = path.pays(when, "breakdown", "a", "b").ends(outcome)
        for name, which in costs.items():
            for who in name.split("_"):
                path = path.pays(when, which, who)
        for name, since in self.gave.items():
            if name not in self.hides:
                path = path.gone(name.upper(), since, when + RESTORE[name.upper()])
        return path

    def in_force(self, path: Path, stalls: bool = False) -> Path:
        how = "stalled" if stalls or self.struck else "complete_late" if self.late else "complete_on_time"
        for name, since in self.gave.items():
            path = path if name in self.hides else path.gone(name.upper(), since)
        return path.ends(f"{how}:{'concealed' if self.hides else 'clean'}")

    def report(self, path: Path, since: float, until: float) -> Iterator[tuple[Path, tuple[str, ...]]]:
        seen = {n: 1 - math.exp(-FOUND[n] * (until - since)) for n in sorted(self.hides - self.exposed)}
        for who in itertools.chain.from_iterable(itertools.combinations(seen, n) for n in range(len(seen) + 1)):
            yield path.by(math.prod(seen[n] if n in who else 1 - seen[n] for n in seen)), who


def test_a_finding_stalls_while_the_other_conceals_too() -> None:
    paths: list[Path] = []

    def until_the_end(path: Path, s: Standing, since: float, used: bool) -> None:
        for then, who in s.report(path, since, T):
            if len(who) == 2:
                paths.append(s.broken(then, T, "found:both", a_b="found"))
            elif who:  # exposed on the last day: a stall begins if one is left, and nothing mends it
                paths.append(s.in_force(then.pays(T, "found", *who), stalls=not used))
            else:
                paths.append(s.in_force(then))

    def meeting(path: Path, s: Standing, used: bool) -> None:
        out = leaves(THIRD - s.last["b"], PROMPT)
        paths.append(s.broken(path.by(out), THIRD, "withdrew:b", b="withdrawing"))
        until_the_end(path.by(1 - out), s, THIRD, used)

    def second(path: Path, s: Standing, when: float, used: bool) -> None:
        out = leaves(when - s.last["a"], PROMPT)
        paths.append(s.broken(path.by(out), when, "withdrew:a", a="withdrawing"))
        done = replace(s, gave=s.gave | {"a": when}, last=s.last | {"a": when}, late=when > SECOND)
        for hidden, share in ((False, 0.75), (True, 0.25)):
            new = replace(done, hides=done.hides | {"a"}) if hidden else done
            now = path.by((1 - out) * share)
            if when > SECOND:  # on the day of the meeting, which follows at once
                meeting(now, new, used)
                continue
            for then, who in new.report(now, SECOND, THIRD):
                if len(who) == 2:
                    paths.append(new.broken(then, THIRD, "found:both", a_b="found"))
                elif who:
                    stall(then, new, who[0], THIRD)
                else:
                    meeting(then, new, used)

    def stall(path: Path, s: Standing, who: str, start: float) -> None:
        look, other = start + YEAR, "b" if who == "a" else "a"
        path = path.pays(start, "found", who).waits(start, look, who)
        s = replace(s, exposed=s.exposed | {who})
        for then, seen in s.report(path, start, look):
            if seen:  # while a stall runs, a finding breaks the agreement
                paths.append(s.broken(then, look, f"found:{other}", **{other: "found"}))
                continue
            out, mends = leaves(look - s.last[who], PROMPT), 1 - math.exp(-0.5 * YEAR)
            paths.append(s.broken(then.by(out), look, f"withdrew:{who}", **{who: "withdrawing"}))
            decided = replace(s, last=s.last | {who: look})
            clean = replace(
                decided, hides=s.hides - {who}, exposed=frozenset[str](), gave=decided.gave | {who: look}
            )  # what it gave in show it gives truly from now on
            onward(then.by((1 - out) * mends), clean, look)
            still = then.by((1 - out) * (1 - mends))
            out = leaves(look - s.last[other], PROMPT)
            paths.append(decided.broken(still.by(out), look, f"withdrew:{other}", **{other: "withdrawing"}))
            answered = replace(decided, last=decided.last | {other: look}, struck="a" not in s.gave)
            onward(still.by(1 - out), answered, look)

    def onward(path: Path, s: Standing, now: float) -> None:
        if now > THIRD:
            until_the_end(path, s, now, True)
        elif "a" in s.gave or s.struck:
            meeting(path, s, True)
        else:
            second(path, s, now, True)

    out = leaves(FIRST, PROMPT)
    nothing = Standing({}, frozenset(), frozenset(), {"a": 0.0, "b": 0.0})
    paths.append(nothing.broken(Path(out), FIRST, "withdrew:b", b="withdrawing"))
    for hides, share in ((frozenset[str](), 0.75), (frozenset({"b"}), 0.25)):
        s = replace(nothing, gave={"b": FIRST}, hides=hides, last={"a": 0.0, "b": FIRST})
        for path, who in s.report(Path((1 - out) * share), FIRST, SECOND):
            if who:
                stall(path, s, "b", SECOND)
            else:
                second(path, s, SECOND, False)
    assert_as_by_hand(both_conceal(), paths)


# ------------------------------------------------------------- an exchange, in secret by one and late by the other


def test_an_exchange_performed_in_secret_by_one_and_late_by_the_other() -> None:
    costs = {"breakdown": 0.7, "withdrawing": 0.4, "found": 0.9, "delaying": 0.25, "suspending": 0.15}
    given = at("2020-07-01")
    agreement = made(
        {"a": party(0.0, 0.05, **costs) | {"habits": HABITS}, "b": party(0.0, 0.1, **costs) | {"habits": HABITS}},
        {
            "A": stake("a", "1 year", True, a=1.0, b=-1.5),
            "B": stake("b", "2 years", a=-2.0, b=0.5),
            "early": stake("b", "3 years", a=-0.6, b=0.8) | {"suspendable": True},
        },
        [
            gives("opening", "2020-07-01", "b", "early", automatic=True),
            {
                "id": "swap",
                "date": day("2021-01-01"),
                "exchange": [{"by": "a", "gives": ["A"]}, {"by": "b", "gives": ["B"]}],
            },
        ],
        {"eyes": {"covers": ["A"], "finds": 0.4}},
        late={"looks": ["365 days"], "stalls": 1},
    )
    paths: list[Path] = []
    look = FIRST + YEAR

    def broken(path: Path, when: float, outcome: str, *who: str, swapped: float = T, secret: bool = False) -> None:
        path = path.gone("early", given, when + 3).gone("B", swapped, when + 2)
        path = path if secret else path.gone("A", swapped, when + 1)
        cost = "found" if outcome == "found:a" else "withdrawing"
        paths.append(path.pays(when, "breakdown", "a", "b").pays(when, cost, *who).ends(outcome))

    def done(path: Path, when: float, secret: bool, how: str) -> None:
        seen = 1 - math.exp(-0.4 * (T - when)) if secret else 0.0
        broken(path.by(seen), T, "found:a", "a", swapped=when, secret=True)
        held = path.by(1 - seen).gone("early", given).gone("B", when)
        held = held if secret else held.gone("A", when)
        paths.append(held.ends(f"{how}:{'concealed' if secret else 'clean'}"))

    def struck(path: Path, suspended: bool = False) -> None:
        if suspended:  # for good; three years later it is with b again
            path = path.pays(look, "suspending", "b").gone("early", given, look + 3).ends("suspended:clean")
        else:
            path = path.gone("early", given).ends("stalled:clean")
        paths.append(path)

    def answers_of_b(path: Path, decided: float) -> None:
        out, takes = leaves(look - decided), 1 - math.exp(-0.3 * YEAR)
        broken(path.by(out), look, "withdrew:b", "b")
        struck(path.by((1 - out) * takes), suspended=True)
        struck(path.by((1 - out) * (1 - takes)))

    acts = {"leave": leaves(FIRST), "hold": (1 - leaves(FIRST)) * (1 - 0.8 * math.exp(-0.1 * FIRST))}
    acts["keep"] = 1 - acts["leave"] - acts["hold"]
    out, idle = leaves(YEAR), math.exp(-0.5 * YEAR)
    mends, stays = (1 - out) * (1 - idle), (1 - out) * idle
    for mine, theirs in itertools.product(acts, acts):
        both = Path(acts[mine] * acts[theirs])
        if "leave" in (mine, theirs):
            who = [name for name, act in (("a", mine), ("b", theirs)) if act == "leave"]
            broken(both, FIRST, "withdrew:both" if len(who) == 2 else f"withdrew:{who[0]}", *who)
            continue
        for secret, share in ((False, 0.75), (True, 0.25)):
            path = both.by(share)  # how a performs, now or later
            if (mine, theirs) == ("keep", "keep"):
                done(path, FIRST, secret, "complete_on_time")
                continue
            path = path.waits(FIRST, look, *(name for name, act in (("a", mine), ("b", theirs)) if act == "hold"))
            if theirs == "keep":  # a is behind
                broken(path.by(out), look, "withdrew:a", "a")
                done(path.by(mends), look, secret, "complete_late")
                answers_of_b(path.by(stays), FIRST)
            elif mine == "keep":  # b is behind; a has nothing to take back
                broken(path.by(out), look, "withdrew:b", "b")
                done(path.by(mends), look, secret, "complete_late")
                broken(path.by(stays * out), look, "withdrew:a", "a")
                struck(path.by(stays * (1 - out)))
            else:  # a first, then b; who has decided on this very day does not think of leaving again
                broken(path.by(out), look, "withdrew:a", "a")
                broken(path.by((1 - out) * out), look, "withdrew:b", "b")
                done(path.by(mends * mends), look, secret, "complete_late")
                struck(path.by(mends * stays))
                answers_of_b(path.by(stays * mends), look)
                struck(path.by(stays * stays))
    assert_as_by_hand(agreement, paths)


# --------------------------------------------------------------------- suspended at the last look, back much later


def test_what_is_suspended_for_good_comes_back_on_its_own_date() -> None:
    costs = {"breakdown": 0.7, "withdrawing": 0.4, "delaying": 0.25, "suspending": 0.15}
    agreement = made(
        {"a": party(0.0, 0.05, **costs) | {"habits": HABITS}, "b": party(0.0, 0.1, **costs) | {"habits": HABITS}},
        {
            "A": stake("a", "3 years", a=1.0, b=-1.5) | {"suspendable": True},
            "B": stake("b", "6 months", a=-2.0, b=0.5),
        },
        [
            gives("opening", "2020-07-01", "a", "A", automatic=True),
            gives("reply", "2021-01-01", "b", "B"),
            review("a", date="2023-01-01"),
            review("b", date="2026-06-01") | {"id": "last"},
        ],
        late={"looks": ["365 days"], "stalls": 1},
    )
    given, look, last = at("2020-07-01"), FIRST + YEAR, at("2026-06-01")
    paths: list[Path] = []

    def broken(path: Path, when: float, who: str, taken: float | None = None, replied: float = T) -> None:
        path = path.gone("A", given, (when if taken is None else taken) + 3).gone("B", replied, when + 0.5)
        paths.append(path.pays(when, "breakdown", "a", "b").pays(when, "withdrawing", who).ends(f"withdrew:{who}"))

    def reviews(path: Path, a: float, b: float, how: str, taken: float | None = None, replied: float = T) -> None:
        for when, who, decided in ((THIRD, "a", a), (last, "b", b)):
            broken(path.by(leaves(when - decided)), when, who, taken, replied)
            path = path.by(1 - leaves(when - decided))
        path = path.gone("A", given, T if taken is None else taken + 3).gone("B", replied)
        paths.append(path.ends(how))

    out, prompt = leaves(FIRST), 0.8 * math.exp(-0.1 * FIRST)
    broken(Path(out), FIRST, "b")
    reviews(Path((1 - out) * prompt), 0.0, FIRST, "complete_on_time:clean", replied=FIRST)
    path = Path((1 - out) * (1 - prompt)).waits(FIRST, look, "b")
    out, idle, takes = leaves(YEAR), math.exp(-0.5 * YEAR), 1 - math.exp(-0.3 * YEAR)
    broken(path.by(out), look, "b")
    reviews(path.by((1 - out) * (1 - idle)), 0.0, look, "complete_late:clean", replied=look)
    path, out = path.by((1 - out) * idle), leaves(look)
    broken(path.by(out), look, "a")
    reviews(path.by((1 - out) * (1 - takes)), look, look, "stalled:clean")
    path = path.by((1 - out) * takes).pays(look, "suspending", "a")
    reviews(path, look, look, "suspended:clean", taken=look)  # back three years after the look, whatever breaks before
    assert_as_by_hand(agreement, paths)


# -------------------------------------------------------------------------- a vote put again, among three parties

Taken = dict[str, list[tuple[float, float | None]]]  # by stake, when it was taken back and given back


def test_a_vote_put_again_while_two_others_suspend() -> None:
    costs = {"breakdown": 0.7, "withdrawing": 0.4, "delaying": 9.0, "suspending": 0.15}
    agreement = made(
        {name: party(0.0, r, **costs) | {"habits": HABITS} for name, r in (("a", 0.05), ("b", 0.1), ("c", 0.02))},
        {
            "A": stake("a", "1 year", a=1.0, b=-1.5, c=-0.5),
            "B": stake("b", "3 years", a=-2.0, b=0.5, c=0.3) | {"suspendable": True},
            "C": stake("c", "6 months", a=-1.0, b=-0.2, c=0.7) | {"suspendable": True},
            "D": stake("a", "2 years", a=0.4, b=-0.8, c=-0.1),
        },
        [
            gives("b-opens", "2020-07-01", "b", "B", automatic=True),
            gives("c-opens", "2020-07-01", "c", "C", automatic=True),
            ratify("vote", "2021-01-01", "a", 0.6) | {"then": "delay"},
            gives("free", "2021-07-01", "a", "D", automatic=True),
            gives("bound", "2021-07-01", "a", "A", automatic=True) | {"needs": ["vote"]},
        ],
        late={"looks": ["365 days", "730 days"], "stalls": 1},
    )
    given, due, looks = at("2020-07-01"), at("2021-07-01"), (FIRST + YEAR, FIRST + 2 * YEAR)
    paths: list[Path] = []

    def held(path: Path, taken: Taken, broken: float = T) -> Path:
        """When B and C are away: until a suspension or breakdown has taken effect, and again once given back."""
        for key, restore in (("B", 3.0), ("C", 0.5)):
            since = given
            for start, back in taken[key]:
                path = path.gone(key, since, min(start + restore, T if back is None else back))
                since = T if back is None else back
            path = path.gone(key, since, broken + restore)
        return path

    def broken(path: Path, when: float, who: str, taken: Taken) -> None:
        path = held(path, taken, when).gone("D", due, when + 2)
        paths.append(path.pays(when, "breakdown", "a", "b", "c").pays(when, "withdrawing", who).ends(f"withdrew:{who}"))

    def passed(path: Path, when: float, taken: Taken) -> None:
        mended: Taken = {key: [(s, when if e is None else e) for s, e in spans] for key, spans in taken.items()}
        path = held(path, mended).gone("D", due).gone("A", max(due, when))
        paths.append(path.ends("complete_on_time:clean" if when == FIRST else "complete_late:clean"))

    def answers(path: Path, n: int, who: tuple[str, ...], taken: Taken, last: dict[str, float]) -> None:
        if not who:
            again(path, n + 1, taken, last)
            return
        name, key, when = who[0], who[0].upper(), looks[n]
        out = leaves(when - last[name])
        broken(path.by(out), when, name, taken)
        later = last | {name: when}
        if taken[key] and taken[key][-1][1] is None:  # gives back, or leaves it taken back
            back, since = 1 - math.exp(-0.5 * YEAR), taken[key][-1][0]
            given_back = taken | {key: [*taken[key][:-1], (since, when)]}
            answers(path.by((1 - out) * back), n, who[1:], given_back, later)
            answers(path.by((1 - out) * (1 - back)), n, who[1:], taken, later)
        else:
            takes = 1 - math.exp(-0.3 * YEAR)
            now = path.by((1 - out) * takes).pays(when, "suspending", name)
            answers(now, n, who[1:], taken | {key: [*taken[key], (when, None)]}, later)
            answers(path.by((1 - out) * (1 - takes)), n, who[1:], taken, later)

    def again(path: Path, n: int, taken: Taken, last: dict[str, float]) -> None:
        if n == 2:  # the vote is struck, and what needs it
            suspended = any(spans and spans[-1][1] is None for spans in taken.values())
            path = held(path, taken).gone("D", due)
            paths.append(path.ends("suspended:clean" if suspended else "stalled:clean"))
            return
        passed(path.by(0.6), looks[n], taken)
        answers(path.by(0.4), n, ("b", "c"), taken, last)

    nothing: Taken = {"B": [], "C": []}
    passed(Path(0.6), FIRST, nothing)
    again(Path(0.4), 0, nothing, {"b": 0.0, "c": 0.0})
    assert_as_by_hand(agreement, paths, for_good=False)


# ------------------------------------------------------------------------------ a new government while a stall runs


def test_a_turnover_in_a_stall_changes_who_decides_at_the_look() -> None:
    # At 4.0 the old government decides, at 5.0 a new one may come, at 6.0 somebody catches up or not.
    kinds = {"hard": 1.4, "soft": 0.3}
    shares = {"hard": 0.7, "soft": 0.3}
    types = {kind: {"chance": share, "worth": {"arms": kinds[kind]}} for kind, share in shares.items()}
    agreement = made(
        {"north": party(1.5, 0.1, types, breakdown=1.0, delaying=0.2) | {"habits": HABITS}},
        {"arms": stake("north", "0 days", north=1.0)},
        [
            gives("freeze", "2024-01-01", "north", "arms"),
            turnover("election", "2025-01-01", "north", 0.4, hard=0.25, soft=0.75),
        ],
        late={"looks": ["2 years"], "stalls": 1},
    )
    vote = at("2025-01-01")

    def span(length: float) -> float:
        return (1 - math.exp(-0.1 * length)) / 0.1

    def chosen(weight: tuple[float, ...], worth: tuple[float, ...]) -> np.ndarray:
        odds = np.array(weight) * np.exp(1.5 * np.array(worth))
        return odds / odds.sum()

    out, idle = leaves(2.0), math.exp(-0.5 * 2)
    look: dict[str, tuple[np.ndarray, float]] = {}
    for name, w in kinds.items():  # nothing is given yet: keeping gives up the arms for two years
        worth = (0.0, w * span(2) - 1.0, w * span(2))  # keep, withdraw, hold
        play = chosen(((1 - out) * (1 - idle), out, (1 - out) * idle), worth)
        look[name] = play, float(play @ np.array(worth))
    fresh = {"hard": 0.25, "soft": 0.75}
    out, prompt = leaves(4.0), 0.8 * math.exp(-0.1 * 4)
    due: dict[str, np.ndarray] = {}
    for name, w in kinds.items():
        # From the turnover on the government in office counts, flows included.
        after = {
            kind: (kinds[kind] - 0.2) * span(6 - vote) + math.exp(-0.1 * (6 - vote)) * look[kind][1] for kind in kinds
        }
        new = sum(fresh[kind] * after[kind] for kind in kinds)
        holds = (w - 0.2) * span(vote - 4) + math.exp(-0.1 * (vote - 4)) * (0.6 * after[name] + 0.4 * new)
        # Keeping: nothing flows any more, whoever is in office.
        due[name] = chosen(((1 - out) * prompt, out, (1 - out) * (1 - prompt)), (0.0, w * span(4) - 1.0, holds))
    seen = {
        (each.entry, each.branch, each.type): (each.keep, each.withdraw, each.hold)
        for each in choices(solve(compile(agreement, "plan")))
    }
    for name in kinds:
        assert seen["freeze", (), name] == pytest.approx(tuple(due[name]), abs=1e-13)
        for branch in ((), ("election",)):
            assert seen["freeze look 1 north", ("freeze: hold", *branch), name] == pytest.approx(
                tuple(look[name][0]), abs=1e-13
            )


def test_a_concealed_step_is_named_though_an_earlier_one_was_struck() -> None:
    # The first step struck after its look, the second done in secret: what is concealed at the review is the second.
    agreement = made(
        {"a": party(1.0, 0.0) | {"habits": HABITS}},
        {"A": stake("a", "1 year", True, a=1.0), "B": stake("a", "1 year", True, a=0.5)},
        [gives("one", "2021-01-01", "a", "A"), gives("two", "2024-01-01", "a", "B"), review("a", date="2026-01-01")],
        late={"looks": ["6 months"], "stalls": 1},
    )
    found = solve(compile(agreement, "plan"))
    late = found.game.late
    assert late is not None
    bit = [found.game.steps[e].id for e in late.entries]
    nodes = [v for v in range(len(found.game.node_step)) if found.game.tree.actor[v] >= 0]
    rows = iter(choices(found))
    named: set[tuple[bool, bool, frozenset[str]]] = set()
    for v in nodes:
        for _ in range(int(found.game.tables.sets[0, v])):
            row = next(rows)
            if row.entry == "review-1-a":
                done = {name: bool(late.did[v, i]) for i, name in enumerate(bit)}
                named.add((done["one"], done["two"], row.concealed))
    assert {concealed for one, two, concealed in named if two and not one} == {frozenset(), frozenset({"two"})}
    assert {concealed for one, two, concealed in named if one and not two} == {frozenset(), frozenset({"one"})}
