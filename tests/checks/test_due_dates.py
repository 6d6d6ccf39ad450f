"""Texts written down as they are: due dates, duties, bodies, and what is said when such a text cannot be played."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support import paths
from support.building import gives, party, situation, stake

from servanda.agreement.dates import due_dates, later
from servanda.agreement.format.agreement import Agreement, AgreementError, line_of
from servanda.agreement.format.entries import Due, Obligation
from servanda.agreement.reading.reader import loads, read
from servanda.cli import main
from servanda.game.calendar import calendar_of, unplayed

HERE = Path(__file__).parent
TEXTS = sorted(paths.TEXTS.glob("*.yaml"))
PLAYED = paths.GOOD / "duties-and-due-dates.yaml"


def made(*entries: dict[str, Any], **more: Any) -> Agreement:
    stakes = {"arms": stake("north", "1 year", north=1.0), "gold": stake("south", "1 year", north=-1.0)}
    return Agreement.model_validate(situation({"north": party(), "south": party()}, stakes, list(entries), **more))


def due(identity: str, **when: Any) -> dict[str, Any]:
    return {"id": identity, "by": "north", "does": "something", "due": when}


# ------------------------------------------------------------------------------------------------ due dates


def test_the_days_of_minsk_ii() -> None:
    # The dates that follow from the text: ceasefire on 15 February, pullback done 14 days later, prisoners five days
    # after that, the resolution 30 days after signature. Points 9, 10 and 12 lead to none.
    found = due_dates(read(paths.TEXTS / "minsk-ii.yaml"), "text")
    assert found.days == {
        "ceasefire": date(2015, 2, 15),
        "pullback": date(2015, 3, 1),
        "dialogue": date(2015, 3, 2),
        "prisoners": date(2015, 3, 6),
        "resolution": date(2015, 3, 14),
        "reform": date(2015, 12, 31),
    }
    assert found.open == {"elections": "undated", "border": "rests", "foreign-forces": "undated", "groups": "words"}
    assert found.circles == ()


def test_due_dates_that_can_be_played() -> None:
    # By the calendar: a month after 31 January 2020 is 29 February; 60 days later 29 April; 8 weeks after the first
    # review, 31 January 2021, is 28 March.
    agreement = read(PLAYED)
    days = {step.id: step.date.isoformat() for step in calendar_of(agreement, "text")}
    assert days["half"] == "2020-02-29"
    assert days["relief"] == days["vote"] == "2020-04-29"
    assert days["rest"] == "2021-03-28"
    found = due_dates(agreement, "text")
    assert found.days["list"] == date(2020, 4, 28)
    assert found.days["report"] == found.days["review-2-south"] == date(2022, 1, 31)
    assert found.open == {"quiet": "standing", "peace": "words"}


@pytest.mark.parametrize(
    ("years", "day"),
    [
        (0.0, "2020-01-31"),
        (1 / 12, "2020-02-29"),
        (4.0, "2024-01-31"),
        (30 / 365.25, "2020-03-01"),
        (9e3, "9999-12-31"),
    ],
)
def test_months_count_in_the_calendar_and_days_in_days(years: float, day: str) -> None:
    assert later(date(2020, 1, 31), years).isoformat() == day


def test_circles_are_found_and_end_nothing_else() -> None:
    found = due_dates(
        made(
            due("a", after="b"), due("b", before="c"), due("c", same_day="a"), due("d", within="1 day", after="b"),
            due("e", within="1 day", after="e"), due("f", within="2 days", after="start"), due("g", after="f"),
            due("h", within="1 day", after="nowhere"),
        ),
        "plan",
    )  # fmt: skip
    assert found.circles == (("a", "b", "c"), ("e",))
    assert found.days == {"f": date(2020, 1, 3)}
    assert {found.open[name] for name in "abce"} == {"circle"}
    assert (found.open["d"], found.open["g"], found.open["h"]) == ("rests", "no limit", "unknown")


def test_a_chain_of_ten_thousand_due_dates() -> None:
    chain = [due(f"n{i}", within="1 day", after=f"n{i + 1}") for i in range(10_000)]
    found = due_dates(made(*chain, due("n10000", within="1 day", after="start")), "plan")
    assert found.days["n0"] == later(date(2020, 1, 1), 10_001 / 365.25)


def test_an_entry_called_start_goes_before_the_start() -> None:
    agreement = made({"id": "start", "date": "2020-06-01", "does": "begin"}, due("next", within="1 day", after="start"))
    assert due_dates(agreement, "plan").days["next"] == date(2020, 6, 2)


# ----------------------------------------------------------------------------------------- reading and playing


def test_what_a_text_says_is_kept() -> None:
    agreement = read(PLAYED)
    entries = {entry.id: entry for entry in agreement.plans["text"].entries}
    half, relief, quiet, peace = (entries[name] for name in ("half", "relief", "quiet", "peace"))
    assert isinstance(half, Obligation)
    assert isinstance(relief, Obligation)
    assert isinstance(quiet, Obligation)
    assert isinstance(peace, Obligation)
    assert half.verified_by == ("visits", "commission", "south")
    assert half.due == Due(within=1 / 12, after="start")
    assert (half.actors, relief.actors, quiet.actors, peace.actors) == (
        ("north",), ("south",), ("north", "south"), (),
    )  # fmt: skip
    assert (relief.pairs, relief.needs, half.uses, entries["report"].defines) == (
        ("half",), ("list",), ("launcher",), ("launcher",),
    )  # fmt: skip
    assert agreement.terms["exercise"] == {
        "north": "Any movement of troops",
        "south": "A movement of more than a brigade",
    }
    assert agreement.stakes["sanctions"].needs_ratification == "south"
    assert agreement.bodies["commission"].name == "The joint commission"
    assert agreement.plans["text"].disputes == "The foreign ministers meet"


def test_duties_are_left_out_of_the_game() -> None:
    agreement = read(PLAYED)
    assert unplayed(agreement, "text") == ("list", "quiet", "peace", "report")
    assert not set(unplayed(agreement, "text")) & {step.id for step in calendar_of(agreement, "text")}


def test_a_due_date_plays_like_the_date_that_it_leads_to() -> None:
    whole = made(gives("a", "2021-01-01", "north", "arms"), gives("b", "2021-03-02", "south", "gold"))
    told = gives("b", "2021-03-02", "south", "gold")
    del told["date"]
    told["due"] = {"within": "60 days", "after": "a"}
    assert calendar_of(made(told, gives("a", "2021-01-01", "north", "arms")), "plan")[1].date == date(2021, 3, 2)
    assert [s.date for s in calendar_of(made(gives("a", "2021-01-01", "north", "arms"), told), "plan")] == [
        s.date for s in calendar_of(whole, "plan")
    ]


def test_missing_numbers_are_no_numbers() -> None:
    agreement = read(paths.TEXTS / "what-play-needs.yaml")
    south, arms = agreement.parties["south"], agreement.stakes["arms"]
    assert (south.discount.known, south.precision.known, str(south.precision)) == (True, False, "not given")
    assert (arms.restore.known, agreement.stakes["sanctions"].restore.known) == (True, True)
    assert agreement.unit is None


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.stem)
def test_a_text_that_cannot_be_played_is_refused_with_the_text_beside_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(HERE)
    agreement = read(Path("texts") / file.name)
    with pytest.raises(AgreementError) as caught:
        calendar_of(agreement, "text")
    assert str(caught.value) + "\n" == file.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["solve", "play", "audit", "tree", "compare", "study"])
def test_commands_refuse_it_with_one_message_and_write_nothing(
    command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main([command, str(paths.TEXTS / "minsk-ii.yaml")])
    said = capsys.readouterr()
    assert stopped.value.code == 2
    assert "minsk-ii.yaml:13: plan text can be read but not played: it is a text without stakes" in said.err
    assert "Traceback" not in said.err
    assert said.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"id": "x", "gives": ["arms"], "date": "2021-01-01"}, r"^plan plan can be read but .*: x \(by nobody\)\."),
        ({"id": "x", "by": "north", "gives": ["arms"]}, r"no day: x \(neither date nor due\)\. Give each a date"),
        ({"id": "x", "by": "north", "gives": ["arms"], "due": {"before": "y"}}, "before y, which is not an entry"),
        ({"id": "x", "by": "north", "does": "talk", "date": "2021-01-01"}, "none of its entries moves a stake"),
        ({"id": "x", "ratify": "north", "date": "2021-01-01"}, "entry x lacks passes"),
    ],
)
def test_what_was_built_in_python_is_refused_too(entry: dict[str, Any], message: str) -> None:
    with pytest.raises(AgreementError, match=message):
        calendar_of(made(entry), "plan")


def test_shares_without_a_day_are_not_followed_and_others_are() -> None:
    text = PLAYED.read_text(encoding="utf-8")
    loose = text.replace("due: {within: 1 month, after: start}", "title: Half").replace("arms: 0.5", "arms: 0.7")
    assert loads(loose)
    with pytest.raises(AgreementError, match=r"but only 0\.5 is left after half"):
        loads(text.replace("gives: [arms]", "gives: {arms: 0.7}"))


# ------------------------------------------------------------------------------------------- where things stand


def test_every_place_has_its_line_and_the_text_its_comments() -> None:
    agreement = read(paths.TEXTS / "minsk-ii.yaml")
    assert agreement.origin is not None
    lines = agreement.origin.text.splitlines()
    assert lines[0].startswith("# The Package of Measures")
    entries = agreement.plans["text"].entries
    for index, entry in enumerate(entries):
        number = line_of(agreement, ("plans", "text", "entries", index, "id"))
        assert number is not None
        assert f"id: {entry.id}" in lines[number - 1]
    assert line_of(agreement, ("plans", "text", "entries", 1, "due", "within")) == 19
    assert (
        line_of(agreement, ("plans", "text", "entries", 1, "needs", 0)) == 18
    )  # the entry's, as there is no such place
    assert line_of(agreement, ()) == 1
    assert line_of(made(due("a", after="start")), ("plans",)) is None
