"""The page on ten histories says what bench/histories.json holds, and that is about the games as they are."""

from __future__ import annotations

import json
import math

import pytest
from histories import NUMBERS, PAGE, SHARES, dated, follow, game_of, log_chance, outlook, page, paths, solved

FOUND = json.loads(NUMBERS.read_text("utf-8"))
GAMES = FOUND["games"]


def test_the_page_is_made_from_the_numbers() -> None:
    assert PAGE.read_text("utf-8") == page(FOUND)


@pytest.mark.parametrize("name", paths())
def test_the_numbers_are_about_the_game_as_it_is(name: str) -> None:
    origin = game_of(paths()[name]).origin
    assert origin is not None
    assert GAMES[name]["sha256"] == origin.sha256


@pytest.mark.parametrize("share", ["0", "1"])
def test_solving_again_gives_the_same_numbers(share: str) -> None:
    path, kept = paths()["leap-day-2012"], GAMES["leap-day-2012"]["shares"][share]
    equilibrium = solved(game_of(path), path["plan"], float(share))
    told = list(follow(equilibrium, path["moves"]))
    assert [each["chance"] for each in told] == pytest.approx([each["chance"] for each in kept["decisions"]], rel=1e-9)
    assert outlook(equilibrium, told[-1]["years"]) == pytest.approx(kept["outlook"], rel=1e-9)


@pytest.mark.parametrize(
    ("moves", "why"),
    [
        (["usa moratorium hold"], "dprk decides here"),
        (["dprk food hold"], "this is about moratorium"),
        (["dprk moratorium leave", "usa food keep"], "goes on after"),
        (["!new"], "something else comes here"),
        (["!found dprk", "usa food keep"], "goes on after"),
    ],
)
def test_a_path_that_a_game_does_not_have_is_refused(moves: list[str], why: str) -> None:
    path = paths()["leap-day-2012"]
    equilibrium = solved(game_of(path), path["plan"], 0.0)
    with pytest.raises(AssertionError, match=why):
        list(follow(equilibrium, moves))


# At precision 0 play is habit. From the table of base rates: a stumble with chance 0.3, and a rate of 0.4 of lateness.
# From the file: a rate of 0.03 of leaving. The times: from the start to the first step, and from that to its look.
def test_without_precision_a_path_has_the_chances_of_the_habits() -> None:
    first, second = GAMES["leap-day-2012"]["shares"]["0"]["decisions"]
    allotted, look = first["years"], second["years"] - first["years"]
    performs = 0.7 * math.exp(-0.4 * allotted)
    assert first["chance"] == pytest.approx(math.exp(-0.03 * allotted) * (1 - performs), rel=1e-9)
    assert second["chance"] == pytest.approx(1 - math.exp(-0.03 * look), rel=1e-9)


def test_what_the_page_concludes_is_so() -> None:
    logs = {share: sum(log_chance(one, share) for one in GAMES.values()) for share in SHARES}
    best = max(logs, key=lambda share: logs[share])
    assert 0 < float(best) < 0.5  # the precision of the files does worst, a small one best
    assert logs[best] - logs["1"] > 2 > logs[best] - logs["0"] > 0
    assert sum(log_chance(one, "1") < log_chance(one, "0") for one in GAMES.values()) > 5
    halts = [GAMES["singapore-2018"]["shares"][share]["decisions"][0]["chance"] for share in SHARES]
    assert halts == sorted(halts, reverse=True)
    parties = [game_of(path).parties.values() for path in paths().values()]
    assert sum(any(each.name == "North Korea" for each in those) for those in parties) == 4
    steps = [each for one in GAMES.values() for each in one["shares"]["0"]["decisions"] if each["kind"] == "obligation"]
    far = min(steps, key=lambda each: each["keep"])
    assert far["move"] == "west transition hold"
    assert far["keep"] < 0.05 < min(each["keep"] for each in steps if each is not far)
    late = [name for name, path in paths().items() if any(move.endswith(" hold") for move in path["moves"])]
    assert set(paths()) - set(late) == {"ukraine-1994"}


def test_a_step_without_a_date_in_its_text_is_not_scored() -> None:
    steps = sum(
        len({move.split()[1] for move in path["moves"] if not move.startswith("!")}) for path in paths().values()
    )
    assert 20 < len(dated(FOUND, "1")) < steps
    for path in paths().values():
        entries = {entry.id for entry in game_of(path).plans[path["plan"]].entries}
        assert set(path.get("nominal", [])) <= entries
