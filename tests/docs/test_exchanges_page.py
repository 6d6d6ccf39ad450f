"""The tables of the guide on exchanges and terms: the examples of the catalogue, written in other ways and solved."""

from __future__ import annotations

import functools
import re
from datetime import date, timedelta

import numpy as np
import pytest
from support import paths

import servanda
from servanda import Game
from servanda.solver.reach_probabilities import Chances, at_end, chances, fates

PAGE = paths.DOCS / "how-to" / "exchanges-and-terms.md"
EXAMPLES = ("ceasefire-example", "grain-corridor-example", "peace-accord-example")


def text_of(name: str) -> str:
    return servanda.catalog()[name].read_text(encoding="utf-8")


CORRIDOR = text_of("grain-corridor-example")
CEASEFIRE = text_of("ceasefire-example").replace("looks: [1 week, 2 months]", "looks: [2 months]")


def changed(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def swapped(text: str) -> str:
    """The same with the parties of every exchange named the other way round."""
    pair = r"(          - \{by: \w+, gives: .*\n)(          - \{by: \w+, gives: .*\n)"
    assert re.search(pair, text)
    return re.sub(pair, r"\2\1", text)


def tenths(text: str) -> str:
    """The same with worths and costs ten times as large."""
    lines: list[str] = []
    inside = -1  # how far a group of worths or costs is indented
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        if re.fullmatch(r" +(worth|costs):", line):
            inside = indent
        elif indent <= inside:
            inside = -1
        elif inside >= 0:
            line = re.sub(r"(likely|low|high): (-?[\d.]+)", lambda m: f"{m[1]}: {10 * float(m[2]):.10g}", line)
        lines.append(line)
    assert len({*lines} - {*text.splitlines()}) > 20
    return "\n".join(lines)


def sharp(text: str) -> str:
    return changed(text, ("precision: {likely: 1.0, low: 0.4, high: 2.0", "sharpness: {likely: 3, low: 0, high: 8"))


def parts(count: int, text: str = CEASEFIRE) -> str:
    """The first hostages in so many exchanges within four weeks."""
    before, rest = text.split("      - id: first-exchange\n")
    after = "      - id: last-exchange\n" + rest.split("      - id: last-exchange\n")[1]
    entries, needs = "", "silence"
    for n in range(count):
        share = f": {1 / count}" if n < count - 1 else ""
        first, second = (
            f"{{{name}{share}}}" if share else f"[{name}]" for name in ("first-hostages", "first-prisoners")
        )
        entries += (
            f"      - id: part-{n}\n        date: {date(2025, 2, 2) + timedelta(days=round(28 * n / count))}\n"
            f"        needs: [{needs}]\n        exchange:\n          - {{by: movement, gives: {first}}}\n"
            f"          - {{by: government, gives: {second}}}\n"
        )
        needs = f"part-{n}"
    return before + entries + changed(after, ("needs: [second-exchange]", f"needs: [{needs}]"))


def steady(text: str) -> str:
    return changed(text, ("habits: base-rates", "habits: {rest: base-rates, stumbles: 0}"))


NOBODY = ("precision: {likely: 1.0, low: 0.4", "precision: {likely: 0, low: 0")
CORRIDORS = {
    "as written": CORRIDOR,
    "the exchange names its parties the other way round": swapped(CORRIDOR),
    "one look, at three months, in place of two": changed(CORRIDOR, ("[2 weeks, 3 months]", "[3 months]")),
    "three looks, the last at three months": changed(CORRIDOR, ("[2 weeks, 3", "[2 weeks, 6 weeks, 3")),
    "whether to let ships pass, asked every three months in place of six": changed(CORRIDOR, ("every: 6", "every: 3")),
    "the fleet is asked first whether it renews": changed(CORRIDOR, ("renew: [coast, fleet]", "renew: [fleet, coast]")),
    "sharpness 3 in place of precision 1": sharp(CORRIDOR),
    "sharpness 3, counted in tenths of the unit": tenths(sharp(CORRIDOR)),
    "precision 1, counted in tenths of the unit": tenths(CORRIDOR),
    "habit alone (precision 0)": changed(CORRIDOR, NOBODY),
    "terms of 60 days": changed(CORRIDOR, ("every: 120 days", "every: 60 days")),
    "terms of 240 days": changed(CORRIDOR, ("every: 120 days", "every: 240 days")),
}
CEASEFIRES = {
    "one exchange, base rates": parts(1),
    "two exchanges": parts(2),
    "four exchanges": parts(4),
    "one exchange, `stumbles: 0`": steady(parts(1)),
    "two exchanges, `stumbles: 0`": steady(parts(2)),
    "four exchanges, `stumbles: 0`": steady(parts(4)),
}
ACCORD = changed(
    text_of("peace-accord-example"),
    ("looks: [6 months, 2 years]", "looks: [2 years]"),
    ("found: stall", "found: breakdown"),
)
ACCORDS = {f"`stalls: {count}`": changed(ACCORD, ("stalls: 1", f"stalls: {count}")) for count in (0, 1, 2)}


def table(name: str) -> dict[str, tuple[str, ...]]:
    text = PAGE.read_text(encoding="utf-8").split(f"<!-- table: {name} -->\n")[1].split("<!-- end")[0]
    rows = [tuple(cell.strip() for cell in row.strip("|").split(" | ")) for row in text.splitlines()[2:]]
    return {row[0]: row[1:] for row in rows}


def solved(text: str, plan: str) -> tuple[Game, Chances]:
    game = servanda.compile(servanda.loads(text), plan)
    found = servanda.solve(game)
    return game, chances(game, np.array([0]), found.survive[None], found.leaves[None], found.holds[None])


def in_force(game: Game, each: Chances) -> dict[str, float]:
    everything = np.ones((1, len(game.parties), len(game.node_step)))
    return {name: float(clean[0] + other[0]) for name, (clean, other) in fates(game, each, everything).items()}


@functools.cache
def corridor(text: str) -> dict[str, float]:
    game, each = solved(text, "corridor")
    ends = at_end(game, each, np.ones((1, len(game.parties), len(game.node_step))))
    held = sum(in_force(game, each).values())
    lapsed = {name: float(chance[0]) for name, chance in ends.items() if name.startswith("lapsed:")}
    broken = 1.0 - held - sum(lapsed.values())
    return {"in force": held, "lapsed": sum(lapsed.values()), "broken": broken} | lapsed


@functools.cache
def progress(text: str, plan: str, last: str) -> tuple[float, float, float]:
    """Chances that it is in force at the horizon, that all is done then, and that a step was ever done."""
    game, each = solved(text, plan)
    held = in_force(game, each)
    assert game.late is not None
    (column,) = (i for i, step in enumerate(game.late.entries) if game.steps[step].id == last)
    did, parent = game.late.did[:, column], game.tree.parent
    first = did & ~np.append(False, did[parent[1:]])
    return (
        sum(held.values()),
        held["complete_on_time"] + held["complete_late"],
        float(each.arrive[0, first].sum()),
    )


def percent(chance: float) -> str:
    return f"{100 * chance:.1f}%"


def test_the_page_has_all_rows_and_no_more() -> None:
    assert list(table("corridor")) == list(CORRIDORS)
    assert list(table("ceasefire")) == list(CEASEFIRES)
    assert list(table("accord")) == list(ACCORDS)


@pytest.mark.parametrize("row", CORRIDORS)
def test_what_the_page_says_of_the_corridor(row: str) -> None:
    found = corridor(CORRIDORS[row])
    assert table("corridor")[row] == tuple(percent(found[name]) for name in ("in force", "lapsed", "broken"))


@pytest.mark.parametrize("row", CEASEFIRES)
def test_what_the_page_says_of_the_ceasefire(row: str) -> None:
    found = progress(CEASEFIRES[row], "exchanges", "last-exchange")
    assert table("ceasefire")[row] == tuple(map(percent, found))


@pytest.mark.parametrize("row", ACCORDS)
def test_what_the_page_says_of_the_accord(row: str) -> None:
    found = progress(ACCORDS[row], "accord", "last-arms")
    assert table("accord")[row] == tuple(map(percent, found))


def test_the_order_within_an_exchange_and_the_unit_of_a_sharp_party_change_nothing() -> None:
    plain, keen = corridor(CORRIDORS["as written"]), corridor(sharp(CORRIDOR))
    assert corridor(swapped(CORRIDOR)) == pytest.approx(plain, abs=1e-5)  # both behind: one decides first at a look
    assert corridor(tenths(sharp(CORRIDOR))) == pytest.approx(keen, abs=1e-9)


def test_who_is_asked_first_lapses_more_rarely_or_more_often_and_it_lapses_as_often() -> None:
    plain = corridor(CORRIDORS["as written"])
    turned = corridor(CORRIDORS["the fleet is asked first whether it renews"])
    assert turned["lapsed:fleet"] > plain["lapsed:fleet"] + 0.01
    assert turned["lapsed:coast"] < plain["lapsed:coast"] - 0.01
    assert turned["lapsed"] == pytest.approx(plain["lapsed"], abs=0.01)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_says_that_its_numbers_are_judgements_about_no_case(name: str) -> None:
    agreement = servanda.read(name)
    assert "(invented)" in agreement.title
    running = " ".join(line.removeprefix("#").strip() for line in text_of(name).split("servanda: 1")[0].splitlines())
    assert "THE NUMBERS ARE JUDGEMENTS about no case in particular" in running
    assert not [each for each in servanda.check(agreement).found if each.severity == "error"]
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8")
