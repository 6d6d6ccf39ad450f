"""The audit against plans worked out by hand, and against every course of action tried on the explicit game tree."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import pytest
from support.building import gives, party, review, situation, stake, turnover
from support.cases import cases
from support.paths import SINGAPORE_V1
from support.random_agreements import random_agreement

from servanda import audit, compile, read
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.entries import Turnover
from servanda.assessment.audits import Course, Deviation, TypeAudit, in_office
from servanda.crosscheck.explicit_tree import Tree, TreeTooLarge, game_tree

CLOSE = 1e-10  # both sums run over at most a few hundred terms of size 100
MOST = 6  # decisions of a type in a case whose courses are all tried: 3^6 courses

# ------------------------------------------------------------------------------- every course, on the explicit tree

Spot = tuple[str, tuple[str, ...]]  # a decision: entry, and the turnovers that brought a new government


@dataclass
class Referee:
    """One type's values of any course of action, everyone else keeping for certain, by the explicit tree alone."""

    grown: Tree
    party: str
    type: str
    successors: frozenset[str]  # the party's own turnovers: the new government keeps
    spots: dict[Spot, tuple[str, ...]] = field(default_factory=dict)  # its decisions: acts on offer
    first: dict[str, int] = field(default_factory=dict)  # a node of each entry at which nothing is concealed

    def decides(self, node: int) -> bool:
        info = self.grown.nodes[node].infoset
        return (
            info is not None
            and self.grown.nodes[node].player == self.party
            and info.type == self.type
            and not self.successors & set(info.branch)
        )

    def explore(self) -> None:
        pending = [0]
        while pending:
            node = self.grown.nodes[here := pending.pop()]
            edges = node.edges
            if self.decides(here):
                assert node.infoset
                info = node.infoset
                self.spots[info.entry, info.branch] = tuple(edge.label for edge in edges)
                if not info.concealed:
                    self.first.setdefault(info.entry, here)
            elif node.kind == "decision":
                edges = edges[:1]
            pending.extend(edge.child for edge in edges)

    def value(self, here: int, course: dict[Spot, str]) -> float:
        """Present value at a node; entries that the course does not mention are kept."""
        node, p = self.grown.nodes[here], self.grown.parties.index(self.party)
        if node.kind == "terminal":
            return node.payoff[p]
        act = "keep"
        if self.decides(here):
            assert node.infoset
            act = course.get((node.infoset.entry, node.infoset.branch), "keep")
        total = 0.0
        for edge in node.edges:
            weight = edge.chance if node.kind == "chance" else float(edge.label == act)
            if weight:
                total += weight * (edge.flow[p] + edge.factor[p] * self.value(edge.child, course))
        return total

    def courses(self, spots: list[Spot]) -> list[dict[Spot, str]]:
        return [
            dict(zip(spots, acts, strict=True)) for acts in itertools.product(*(self.spots[spot] for spot in spots))
        ]


def referees(agreement: Agreement, plan: str) -> dict[tuple[str, str], tuple[Referee, float]]:
    """By party and type that can be in office at the start: the referee, and the type's prior chance."""
    grown = game_tree(agreement, plan, max_nodes=3_000)
    found: dict[tuple[str, str], tuple[Referee, float]] = {}
    for name, of in agreement.parties.items():
        own = frozenset(e.id for e in agreement.plans[plan].entries if isinstance(e, Turnover) and e.turnover == name)
        for kind, prior in ({k: t.chance.likely for k, t in of.types.items()} or {"only": 1.0}).items():
            if prior > 0:
                found[name, kind] = Referee(grown, name, kind, own), prior
                found[name, kind][0].explore()
    return found


def compare(agreement: Agreement, plan: str = "plan") -> int:
    """Hold an audit against the referees; returns how many types could be compared."""
    rows = {(row.party, row.type): row for row in audit(compile(agreement, plan))}
    compared = 0
    for who, (referee, prior) in referees(agreement, plan).items():
        if not 0 < len(referee.spots) <= MOST:
            continue
        compared += 1
        row, keeping = rows[who], referee.value(0, {})
        gains = [(referee.value(0, course) - keeping) / prior for course in referee.courses(list(referee.spots))]
        assert row.best_course == pytest.approx(max(gains), abs=CLOSE)
        assert row.course is not None
        assert row.course.since is None
        assert row.course.gain == row.best_course
        acts = {act.entry: act.act for act in row.course.acts}
        followed = {spot: acts.get(spot[0], "keep") for spot in referee.spots}
        assert (referee.value(0, followed) - keeping) / prior == pytest.approx(row.course.gain, abs=1e-8)
        at = {d.entry: d for d in row.deviations}
        assert set(referee.first) <= set(at)
        for entry, here in referee.first.items():
            keeping_here = referee.value(here, {})
            single = [
                referee.value(here, dict.fromkeys(mine, act)) - keeping_here
                for act in ("conceal", "withdraw")
                if (mine := [spot for spot in referee.spots if spot[0] == entry and act in referee.spots[spot]])
            ]
            assert at[entry].gain == pytest.approx(max(single), abs=CLOSE)
            later = [spot for spot in referee.spots if list(at).index(spot[0]) >= list(at).index(entry)]
            every = [
                referee.value(here, course) - keeping_here
                for course in referee.courses(later)
                if all(course[spot] != "keep" for spot in later if spot[0] == entry)
            ]
            assert at[entry].best_gain == pytest.approx(max(every), abs=CLOSE)
    return compared


@pytest.mark.parametrize("name", cases())
def test_best_course_is_the_best_of_all_courses(name: str) -> None:
    assert compare(cases()[name]) > 0


def test_best_course_is_the_best_of_all_courses_on_random_agreements() -> None:
    compared = 0
    for seed in range(40):
        try:
            compared += compare(random_agreement(seed))
        except TreeTooLarge:
            continue
    assert compared > 20


# --------------------------------------------------------------------------------------------------- by hand


def two_steps(later: float, found: float = 0.0) -> Agreement:
    """North gives arms half by half, on day 0 and after 4 of 8 years; no discount.

    Arms are worth 1 a year and may be concealed; nobody looks for them, so a breakdown comes by withdrawal only, which
    costs 0.5. South gives relief without a choice after 4 years, on the same day before North's second half; relief is
    worth -`later` a year to North and back at once after a breakdown; arms are never restored.
    """
    return Agreement.model_validate(
        situation(
            {"north": party(discount=0.0, withdrawing=0.5, found=found), "south": party(discount=0.0)},
            {
                "arms": stake("north", "never", True, north=1.0),
                "relief": stake("south", "0 days", north=-later),
            },
            [
                gives("first", "2020-01-01", "north", arms=0.5),
                gives("lift", "2024-01-01", "south", "relief", automatic=True),
                gives("second", "2024-01-01", "north", arms=0.5),
            ],
        )
    )


def only(agreement: Agreement, name: str = "north", kind: str = "only") -> TypeAudit:
    return next(row for row in audit(compile(agreement, "plan")) if (row.party, row.type) == (name, kind))


def test_conceal_twice() -> None:
    """Concealing the first half gains 0.5·8 = 4, both halves 4 + 0.5·4 = 6; withdrawing would forgo relief worth 40."""
    row = only(two_steps(later=10.0))
    assert [d.gain for d in row.deviations] == pytest.approx([4.0, 2.0], abs=1e-12)
    assert [d.best_gain for d in row.deviations] == pytest.approx([6.0, 2.0], abs=1e-12)
    assert row.course is not None
    assert [(act.entry, act.act) for act in row.course.acts] == [("first", "conceal"), ("second", "conceal")]
    assert row.course.breaches == row.course.acts
    assert row.best_course == pytest.approx(6.0, abs=1e-12)
    assert not row.self_enforcing


def test_the_other_party_has_no_choice() -> None:
    row = only(two_steps(later=10.0), "south")
    assert (row.best, row.deviations, row.best_course) == (None, (), 0.0)
    assert row.course == Course(None, compile(two_steps(1.0), "plan").agreement.start, (), 0.0)
    assert row.self_enforcing


def combined() -> dict[str, Any]:
    """What only pays together: concealing `one` and concealing `two`, each worth 1 a year for 8 years.

    An inspection that is sure to find (rate 1000) reports after 4 years; being found costs 9. What was kept in secret
    stays. So each alone gains 8 - 9 = -1, both 16 - 9 = 7. Withdrawing costs 50.
    """
    return situation(
        {"north": party(discount=0.0, found=9.0, withdrawing=50.0)},
        {"one": stake("north", "never", True, north=1.0), "two": stake("north", "never", True, north=1.0)},
        [
            gives("one", "2020-01-01", "north", "one"),
            gives("two", "2020-01-01", "north", "two"),
            review("north", date="2024-01-01"),
        ],
        {"search": {"covers": ["one", "two"], "finds": 1000.0}},
    )


def test_a_pair_of_breaches_that_pays_only_together() -> None:
    """Withdrawing at `one` gains 16 - 50 = -34, at `two` 8 - 50, at the review 0 - 50."""
    row = only(Agreement.model_validate(combined()))
    assert [d.gain for d in row.deviations] == pytest.approx([-1.0, -1.0, -50.0], abs=1e-12)
    assert [d.best_gain for d in row.deviations] == pytest.approx([7.0, -1.0, -50.0], abs=1e-12)
    assert row.best_course == pytest.approx(7.0, abs=1e-12)
    assert row.course is not None
    assert [act.act for act in row.course.acts] == ["conceal", "conceal", "keep"]
    assert not row.self_enforcing


def test_a_new_government_is_audited_over_all_its_continuations() -> None:
    """The same pair, of a type that comes into office by a turnover on the first day, and never at the start."""
    data = combined()
    data["parties"]["north"]["types"] = {
        "loyal": {"chance": 1.0, "worth": {"one": 0.0, "two": 0.0}},
        "sly": {"chance": 0.0},
        "nobody": {"chance": 0.0},
    }
    data["plans"]["plan"]["entries"].insert(0, turnover("vote", "2020-01-01", "north", 0.5, loyal=0.6, sly=0.4))
    built = Agreement.model_validate(data)
    loyal, sly, nobody = (only(built, kind=kind) for kind in ("loyal", "sly", "nobody"))
    assert loyal.self_enforcing
    assert loyal.course is not None
    assert (loyal.course.since, loyal.course.breaches) == (None, ())
    assert max(d.gain for d in sly.deviations) == pytest.approx(-1.0, abs=1e-9)
    assert not sly.self_enforcing
    assert sly.course is not None
    assert sly.course.since == "vote"
    assert sly.course.gain == pytest.approx(7.0, abs=1e-9)
    assert [act.act for act in sly.course.acts] == ["conceal", "conceal", "keep"]
    assert (nobody.deviations, nobody.course, nobody.best_course) == ((), None, 0.0)
    assert nobody.self_enforcing


def test_a_course_ends_where_its_government_is_sure_to_go() -> None:
    built = cases()["turnover-certain"]
    rows = audit(compile(built, "plan"))
    for row in rows:
        if row.party == "south" and row.course is not None:
            assert [act.entry for act in row.course.acts] == (["lift"] if row.course.since == "vote" else [])


def test_it_keeps_where_nothing_is_gained() -> None:
    """Arms worth 0.5 / 8 a year and given all at once: withdrawing gains 0.5 and costs 0.5. A tie is kept."""
    built = Agreement.model_validate(
        situation(
            {"north": party(discount=0.0, withdrawing=0.5)},
            {"arms": stake("north", "never", north=0.5 / 8)},
            [gives("all", "2020-01-01", "north", "arms")],
        )
    )
    row = only(built)
    assert row.course is not None
    assert [act.act for act in row.course.acts] == ["keep"]
    assert row.self_enforcing


@pytest.mark.parametrize("plan", ["phased", "all-at-once"])
def test_singapore_is_consistent(plan: str) -> None:
    game = compile(read(SINGAPORE_V1), plan)
    for row in audit(game):
        assert row.course is not None
        assert row.best == max(row.deviations, key=lambda d: d.gain)
        assert all(isinstance(d, Deviation) and d.best_gain >= d.gain for d in row.deviations)
        assert bool(row.course.breaches) == (row.best_course > 1e-9)
    for p in range(2):
        assert in_office(game, p, 0).all()
