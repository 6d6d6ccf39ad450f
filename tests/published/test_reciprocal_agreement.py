"""RA-K: a reciprocal agreement of K steps with private types and hidden cheating; several equilibria at one precision.

Source: our own derivation (anchors RA-AQRE, RA-MULT). No published counterpart is known to us.

Game: A takes the odd steps, B the even ones. C (comply): mover -c, other +b. X (cheat): mover +g, less v if it is
sincere, other 0; found at once with chance h, which ends the agreement and costs the cheater f. Q (quit): ends it. An
undetected X is never found later. After each step that did not end it a shock ends the agreement with chance s. After
step K both get B. Each party is sincere with chance 0.6. b = 3, c = g = 1, v = 4, B = f = 2, h = 0.3; s = 0 or 0.05.

As an agreement: keep, conceal, withdraw are C, X, Q; every step has a concealable stake of its own, and a measure
that covers it on the one day between this step and the next; B is an automatic transfer after the last report.

Numbers below: computed by us before servanda existed, with Gambit (16.7.0 and 17.0.0b2) on the full tree and with a
branch tracer in numpy, which agree to 2e-9; printed to 10 to 12 digits. Tolerances are half a unit of the last
printed digit. `logit_response` below derives the game once more: a backward and forward recursion over steps and
types. It confirms servanda's choices, and finds the other equilibrium by plain iteration from uniform play.
`explicit` checks both equilibria on servanda's explicit tree.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import pytest
from exact import Move, agreement, near, on, payoffs, rate, solved, watch

from servanda import Agreement, Equilibrium, Summary, choices, compile, solve, summarise
from servanda.crosscheck.explicit_tree import Infoset, game_tree

PAYOFFS, CHANCES = 6e-11, 6e-13  # half of the last digit of what is printed, and a little for floats
b, c, g, v, B, f, h, PRIOR = 3.0, 1.0, 1.0, 4.0, 2.0, 2.0, 0.3, 0.6
SINCERE, INSINCERE = 0, 1
KINDS = ("sincere", "insincere")

# By K, precision, s: payoffs of A and B, and (C, X, Q) of the first two steps' movers, sincere and insincere.
VALUES = {
    (2, 0.5, 0.0): (1.1807596347, 2.0049664998),
    (2, 1.0, 0.0): (1.9426247710, 2.7853350083),
    (2, 2.0, 0.0): (2.5094425089, 3.2446831656),
    (3, 0.5, 0.0): (0.6675205980, 2.1021056927),
    (3, 1.0, 0.0): (1.6442484962, 3.4637110081),
    (3, 2.0, 0.0): (2.3194828977, 4.5740964251),
    (4, 0.5, 0.0): (0.7346309630, 1.8091509446),
    (4, 1.0, 0.0): (2.3481021937, 3.5639188363),
    (4, 2.0, 0.0): (3.5933903193, 4.6626646205),
    (4, 0.5, 0.05): (0.5094397257, 1.5977496774),
    (4, 1.0, 0.05): (1.6990764062, 2.9515881279),
    (4, 2.0, 0.05): (2.9262862630, 4.1077414198),
}
FIRST_STEPS = {
    (2, 0.5, 0.0): (
        ((0.618429079125, 0.112957309064, 0.268613611811), (0.359198734505, 0.484783910085, 0.15601735541)),
        ((0.552966695218, 0.111642050332, 0.33539125445), (0.322751874677, 0.481489217852, 0.195758907471)),
    ),
    (2, 1.0, 0.0): (
        ((0.863957147195, 0.025643676726, 0.110399176079), (0.363855135071, 0.589650305269, 0.04649455966)),
        ((0.709903759727, 0.028937241859, 0.261158998414), (0.278286394891, 0.619337761672, 0.102375843438)),
    ),
    (2, 2.0, 0.0): (
        ((0.991518637272, 0.000701132906, 0.007780229822), (0.320947684009, 0.676533909732, 0.00251840626)),
        ((0.879509919792, 0.001461356104, 0.119028724104), (0.164247635495, 0.813523864235, 0.022228500271)),
    ),
    (3, 0.5, 0.0): (
        ((0.527591386536, 0.110523027891, 0.361885585573), (0.342918653781, 0.484076029096, 0.173005317124)),
        ((0.61670867639, 0.112953822066, 0.270337501544), (0.358204117672, 0.484775217756, 0.157020664572)),
    ),
    (3, 1.0, 0.0): (
        ((0.800531131745, 0.027755679046, 0.17171318921), (0.37280562187, 0.584523274809, 0.042671103321)),
        ((0.86548788586, 0.025573119433, 0.108938994708), (0.365081261864, 0.588965945146, 0.04595279299)),
    ),
    (3, 2.0, 0.0): (
        ((0.98089921215, 0.000897988, 0.018202799851), (0.355921681721, 0.642413390583, 0.001664927696)),
        ((0.993127703736, 0.00065622148, 0.006216074784), (0.336025553492, 0.661871232629, 0.002103213879)),
    ),
    (4, 0.5, 0.0): (
        ((0.540247627692, 0.111121422178, 0.34863095013), (0.345933604078, 0.484298762608, 0.169767633314)),
        ((0.525571114368, 0.110420208737, 0.364008676895), (0.34186248164, 0.483988038359, 0.174149480001)),
    ),
    (4, 1.0, 0.0): (
        ((0.888916102888, 0.024334813011, 0.086749084101), (0.418722783969, 0.554054409224, 0.027222806807)),
        ((0.806748374852, 0.027606797869, 0.16564482728), (0.376543209926, 0.582294877151, 0.041161912923)),
    ),
    (4, 2.0, 0.0): (
        ((0.998746217132, 0.000367293067, 0.000886489801), (0.509436502488, 0.490270577016, 0.000292920496)),
        ((0.983581422048, 0.000858349226, 0.015560228726), (0.367797244793, 0.630751927016, 0.001450828191)),
    ),
    (4, 0.5, 0.05): (
        ((0.509520631991, 0.109533095635, 0.380946272373), (0.326425257118, 0.482104370153, 0.191470372729)),
        ((0.504389139995, 0.109223452334, 0.386387407671), (0.326701749113, 0.482148049861, 0.191150201026)),
    ),
    (4, 1.0, 0.05): (
        ((0.819001474642, 0.027281119927, 0.153717405431), (0.365498025122, 0.588732004034, 0.045769970845)),
        ((0.754158970874, 0.028567490065, 0.217273539061), (0.343305164086, 0.600202244306, 0.056492591609)),
    ),
    (4, 2.0, 0.05): (
        ((0.995632619343, 0.000567158046, 0.00380022261), (0.408530314781, 0.590557970616, 0.000911714602)),
        ((0.969425395524, 0.001029902151, 0.029544702325), (0.317445619645, 0.679927218883, 0.002627161472)),
    ),
}
PRINCIPAL = {(6, 5.0): (5.300745147154, 6.677718542167), (8, 3.0): (7.08059383, 8.466589)}
OTHER = {(6, 5.0): (0.236007396988, 0.124621486235), (8, 3.0): (0.20035402, 0.22960445)}
DIGITS = {(6, 5.0): 1e-12, (8, 3.0): 6e-9}  # printed to 12 and to 8 digits
# (C, X, Q) at the first step for K = 6, precision 5: sincere, insincere.
PRINCIPAL_FIRST = (
    (0.9999999998068068, 1.893739696036282e-10, 3.819157495295554e-12),
    (0.9309100894826585, 0.06908991051559625, 1.7452804019411486e-12),
)
OTHER_FIRST = (
    (0.006979865083103597, 1.5577951462642924e-08, 0.993020119338945),
    (0.0014234968113521341, 0.9571979583600269, 0.04137854482862114),
)


def reciprocal(K: int, precision: float, s: float = 0.0) -> Agreement:
    def party() -> dict[str, object]:
        return {
            "precision": precision,
            "costs": {"found": f},
            "types": dict(zip(KINDS, (PRIOR, 1 - PRIOR), strict=True)),
        }

    moves: list[Move | dict[str, object]] = []
    measures = {}
    for k in range(K):
        mover, other = "ab"[k % 2], "ba"[k % 2]
        cheat = {mover: {"sincere": g - v, "insincere": g}}
        moves.append(Move(f"step{k}", mover, keep={mover: -c, other: b}, conceal=cheat, day=k))
        measures[f"watch{k}"] = watch(f"step{k}", h, since=k, until=k + 1)
    moves.append(Move("bonus", "a", keep={"a": B, "b": B}, day=K, automatic=True))
    if s:
        measures["shock"] = {
            "covers": ["secret-step0"], "finds": 0.0, "false_alarms": rate(s), "breaks": 1.0, "until": on(K)
        }  # fmt: skip
    return agreement({"a": party(), "b": party()}, moves, days=K + 1, measures=measures)


@functools.cache
def answer(K: int, precision: float, s: float = 0.0) -> tuple[Equilibrium, Summary]:
    return solved(reciprocal(K, precision, s))


# ------------------------------------------------------------------------------ derived again, over steps and types


def logit_response(chances: np.ndarray, K: int, precision: float, s: float) -> tuple[np.ndarray, np.ndarray]:
    """Reply to `chances` (K, 2 types, 3 acts): the logit response, same shape, and values at the start (2, 2 types)."""
    go_on = chances[:, :, 0] + chances[:, :, 1] * (1 - h)  # (K, types): the agreement outlives the step
    belief = np.empty((K, 2))  # about the mover's type, before its step
    about = [np.array([PRIOR, 1 - PRIOR]) for _ in range(2)]
    for k in range(K):
        belief[k] = about[k % 2]
        about[k % 2] = about[k % 2] * go_on[k] / (about[k % 2] @ go_on[k])
    value = np.full((2, 2), B)  # by party and type, after the last step
    response = np.empty_like(chances)
    for k in reversed(range(K)):
        later, mover = (1 - s) * value, k % 2
        acts = np.array([-c + later[mover], np.array([g - v, g]) - h * f + (1 - h) * later[mover], np.zeros(2)]).T
        odds = np.exp(precision * (acts - acts.max(axis=1, keepdims=True)))
        response[k] = odds / odds.sum(axis=1, keepdims=True)
        value = np.empty((2, 2))
        value[mover] = (chances[k] * acts).sum(axis=1)
        comply, outlive = belief[k] @ chances[k, :, 0], belief[k] @ go_on[k]
        value[1 - mover] = comply * b + outlive * later[1 - mover]
    return response, value


def iterate(K: int, precision: float) -> tuple[np.ndarray, np.ndarray]:
    """The fixed point that plain iteration from uniform play arrives at, and its payoffs."""
    chances = np.full((K, 2, 3), 1 / 3)
    for _ in range(10_000):
        response, value = logit_response(chances, K, precision, 0.0)
        if np.abs(response - chances).max() < 1e-14:
            return chances, value @ [PRIOR, 1 - PRIOR]
        chances = response
    raise AssertionError("iteration does not settle")


def ours(K: int, precision: float, s: float = 0.0) -> np.ndarray:
    """servanda's choice probabilities (K, 2 types, 3 acts); a party's own past cheating must not change any."""
    found = np.full((K, 2, 3), np.nan)
    for choice in choices(answer(K, precision, s)[0]):
        k, kind = int(choice.entry.removeprefix("step")), KINDS.index(choice.type)
        here = [choice.keep, choice.conceal, choice.withdraw]
        if not np.isnan(found[k, kind, 0]):
            assert here == near(list(found[k, kind]), 1e-11)
        found[k, kind] = here
    return found


# -------------------------------------------------------------------------------------- on the explicit game tree


def explicit(of: Agreement, precision: float, chance: Callable[[Infoset], np.ndarray]) -> float:
    """Largest difference between a strategy and the logit response to it, over all information sets of the tree."""
    nodes = game_tree(of, "plan").nodes
    parties = list(of.parties)
    reach = np.zeros(len(nodes))
    reach[0] = 1.0
    for i, node in enumerate(nodes):
        acts = chance(node.infoset) if node.infoset is not None else None
        for n, edge in enumerate(node.edges):
            reach[edge.child] = reach[i] * (acts[n] if acts is not None else edge.chance)
    value = np.zeros((len(nodes), 2))
    sums: dict[Infoset, list[np.ndarray]] = {}
    for i in reversed(range(len(nodes))):
        node = nodes[i]
        if not node.edges:
            value[i] = node.payoff
            continue
        each = np.array([np.array(e.flow) + np.array(e.factor) * value[e.child] for e in node.edges])
        if node.infoset is None:
            value[i] = np.array([e.chance for e in node.edges]) @ each
        else:
            value[i] = chance(node.infoset) @ each
            sums.setdefault(node.infoset, []).append(
                np.append(reach[i] * each[:, parties.index(node.player or "")], reach[i])
            )
    worst = 0.0
    for infoset, rows in sums.items():
        total = np.sum(rows, axis=0)
        if total[-1] < 1e-250:
            continue
        acts = total[:-1] / total[-1]
        odds = np.exp(precision * (acts - acts.max()))
        worst = max(worst, float(np.abs(odds / odds.sum() - chance(infoset)).max()))
    return worst


def strategy(chances: np.ndarray) -> Callable[[Infoset], np.ndarray]:
    return lambda infoset: chances[int(infoset.entry.removeprefix("step")), KINDS.index(infoset.type)]


# ---------------------------------------------------------------------------------------------------------- the tests


@pytest.mark.parametrize("case", VALUES)
def test_payoffs(case: tuple[int, float, float]) -> None:
    found = payoffs(answer(*case)[1], Move("", "a"))
    assert (found["a"], found["b"]) == near(VALUES[case], PAYOFFS)


@pytest.mark.parametrize("case", FIRST_STEPS)
def test_first_steps(case: tuple[int, float, float]) -> None:
    assert ours(*case)[:2] == near(np.array(FIRST_STEPS[case]), CHANCES)


@pytest.mark.parametrize("case", [*VALUES, *((*key, 0.0) for key in PRINCIPAL)])
def test_confirmed_by_the_recursion_over_types(case: tuple[int, float, float]) -> None:
    chances = ours(*case)
    response, value = logit_response(chances, *case)
    assert response == near(chances, 1e-10)
    found = payoffs(answer(*case)[1], Move("", "a"))
    assert value @ [PRIOR, 1 - PRIOR] == near([found["a"], found["b"]], 1e-10)


@pytest.mark.parametrize("case", PRINCIPAL)
def test_the_principal_branch_is_the_answer(case: tuple[int, float]) -> None:
    found = payoffs(answer(*case)[1], Move("", "a"))
    assert (found["a"], found["b"]) == near(PRINCIPAL[case], DIGITS[case])


@pytest.mark.parametrize("case", OTHER)
def test_another_equilibrium_is_not_the_answer(case: tuple[int, float]) -> None:
    """Iteration from uniform play ends elsewhere, at an equilibrium too: most of it is not worth signing."""
    chances, values = iterate(*case)
    assert values == near(OTHER[case], DIGITS[case])
    assert np.abs(chances - ours(*case)).max() > 0.9


def test_first_step_of_both_equilibria() -> None:
    assert ours(6, 5.0)[0] == near(np.array(PRINCIPAL_FIRST), CHANCES)
    assert iterate(6, 5.0)[0][0] == near(np.array(OTHER_FIRST), CHANCES)


def test_both_are_equilibria_of_the_explicit_tree() -> None:
    of = reciprocal(6, 5.0)
    assert explicit(of, 5.0, strategy(ours(6, 5.0))) < 1e-10
    assert explicit(of, 5.0, strategy(iterate(6, 5.0)[0])) < 1e-10
    assert explicit(of, 5.0, strategy((ours(6, 5.0) + iterate(6, 5.0)[0]) / 2)) > 0.1  # and not everything is


def test_the_measure_of_a_step_does_not_find_it_later() -> None:
    """With measures that stay, an undetected step remains findable, and the values are others."""
    of = reciprocal(4, 1.0)
    staying = {name: m.model_copy(update={"until": None}) for name, m in of.measures.items()}
    found = payoffs(summarise(solve(compile(of.model_copy(update={"measures": staying}), "plan"))), Move("", "a"))
    assert found["a"] != near(VALUES[4, 1.0, 0.0][0], 0.01)
