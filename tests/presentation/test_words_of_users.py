"""Words of users are text in every medium: no markup, no maths, no control characters, none that turn others round."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from pydantic import BaseModel
from support.building import gives, party, situation, stake
from support.commands import Done, commands
from support.html_page import Page

import servanda
from servanda.agreement.format.agreement import Agreement
from servanda.assessment.comparison import Comparison, compare
from servanda.english import mirrored, printable
from servanda.presentation import terminal
from servanda.presentation.html import html, set_apart
from servanda.presentation.view import Column, Row, Table, View

HARM = "\x1b[31m\x07\x00\x9b2J\ud800\ufffe"  # colours, a bell, nothing, a clear screen, half a letter, no letter
TURNS = "\u202e\u2066\u202a"  # what turns the words after it round
MARKUP = ("North [interim]", "[bold red]", "[/]", ":smile:", "[link=http://x]y[/link]")
MATHS = ("$\\frac{1}{2}$", "$x", "x_1^2", "\\alpha")
ARABIC = "خطوة بخطوة"


@cache
def evil() -> Comparison:
    """Every name tries to be something else; built in Python, as no file may have such names."""
    parties = {"up": party(), "down": party()}
    parties["up"]["name"] = f"{MARKUP[0]} {MATHS[0]}"
    parties["down"]["name"] = f"{ARABIC} {MARKUP[2]}"
    stakes = {"dam": stake("up", "1 year", up=0.4, down=-1.0), "fund": stake("down", "1 month", down=0.2, up=-1)}
    entries = [gives("one", "2020-06-01", "up", "dam"), gives("two", "2021-06-01", "down", "fund")]
    made = compare(Agreement.model_validate(situation(parties, stakes, entries)))
    agreement = made.agreement
    worse = {
        key: BaseModel.model_copy(one, update={"name": f"{one.name} {HARM}\n{TURNS}{key}"})
        for key, one in agreement.parties.items()
    }
    title = f"{MATHS[1]}\n{HARM}::error::{TURNS}"
    agreement = BaseModel.model_copy(agreement, update={"title": title, "parties": worse})
    agreement.found_sound()  # else it would be refused
    return compare(agreement)


def harmless(text: str, lines: bool = True) -> bool:
    """Whether there is no control character (but ends of lines), and nothing that turns words round."""
    return printable(text, lines) == text.replace("\u2068", "").replace("\u2069", "")


# ------------------------------------------------------------------------------------------------ the two functions


def test_control_characters_become_visible_and_breaks_become_spaces() -> None:
    assert printable("a\x1b[0mb\x9bc\x00\x7f\ud800") == "a�[0mb�c���"
    assert printable("a\tb\nc\r\nd\u2028e\x85f\x1cg") == "a b c d e f g"
    assert printable("a\nb\rc", lines=True) == "a\nb c"
    assert printable("x\u202ey\u2066z") == "xyz"
    kept = "پیمان\u200cنامه \u200e(1) – “é” 조선 😀 [b] $x$ \\"
    assert printable(kept) == kept


def test_runs_of_a_mirrored_script_are_set_apart_each_by_itself() -> None:
    said = f"{ARABIC}, שלום: 46% of “{ARABIC} 2015 {ARABIC}” (12)"
    assert mirrored(said, "<", ">") == f"<{ARABIC}>, <שלום>: 46% of “<{ARABIC} 2015 {ARABIC}>” (12)"
    assert mirrored("Latin, кириллица, 조선, ไทย, हिन्दी 5%") == "Latin, кириллица, 조선, ไทย, हिन्दी 5%"


# ------------------------------------------------------------------------------------------------ every medium


def test_the_terminal_prints_names_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    words = [*MARKUP, *MATHS, f"a{HARM}\nb{TURNS}c"]
    rows = tuple(Row((word,)) for word in words)
    found = View(words[-1], (*words, Table("k", words[-1], (Column(words[-1], "words"),), rows)), (words[-1],))
    terminal.print_view(found)
    said = capsys.readouterr().out
    assert harmless(said)
    assert all(said.count(word) >= 2 for word in (*MARKUP, *MATHS))
    assert harmless(terminal.text(found))
    assert all(terminal.text(found).count(word) >= 2 for word in (*MARKUP, *MATHS))


def test_only_a_terminal_sets_mirrored_names_apart() -> None:
    from rich.console import Console

    watched, file = (Console(file=io.StringIO(), force_terminal=is_one, width=80) for is_one in (True, False))
    assert terminal.words_for(watched, f"{ARABIC} 5%") == f"\u2068{ARABIC}\u2069 5%"
    assert terminal.words_for(file, f"{ARABIC} 5%") == f"{ARABIC} 5%"


def test_html_escapes_cleans_and_isolates() -> None:
    cell = f'<b>{ARABIC}</b> "&\x1b\n{TURNS}'
    made = html(View(cell, (Table("k", cell, (Column(cell),), (Row((cell,)),)),), (cell,)))
    assert made.count(f"&lt;b&gt;<bdi>{ARABIC}</bdi>&lt;/b&gt;") == 5
    assert harmless(made)
    page = set_apart(f'<title>{ARABIC} 5</title><img alt="{ARABIC} 5" src="{ARABIC}"><p>{ARABIC} 5</p>')
    apart = f"\u2068{ARABIC}\u2069 5"
    assert page == f'<title>{apart}</title><img alt="{apart}" src="{ARABIC}"><p><bdi>{ARABIC}</bdi> 5</p>'


def test_the_report_of_hostile_names_is_whole_and_clean() -> None:
    pytest.importorskip("jinja2")
    from servanda.presentation.report.page import page

    made = page(evil())
    assert harmless(made)
    text = Page(made).text
    assert MARKUP[0] in text
    assert MATHS[0] in text
    assert f"<bdi>{ARABIC}</bdi>" in made
    assert len(made.split("<title>")) == 2


@pytest.mark.parametrize("name", ["outcomes", "survival", "exposure", "calendar", "acts", "scorecard"])
def test_figures_draw_names_as_they_are(name: str) -> None:
    pytest.importorskip("matplotlib")
    import matplotlib
    from matplotlib.text import Text

    figures = servanda.figures
    of: Any = evil() if figures[name].of is Comparison else evil().plans[0]
    with matplotlib.rc_context({"text.usetex": True, "font.family": ["cursive"]}):  # a user's own settings
        drawn = figures[name](of)
        svg = figures.svg(drawn)
    words = [text.get_text() for text in drawn.findobj(Text)]  # pyright: ignore
    assert all(harmless(word, lines=False) for word in words)
    assert not any(text.get_usetex() or text.get_parse_math() for text in drawn.findobj(Text))  # pyright: ignore
    assert any(MARKUP[0] in word for word in words)
    ElementTree.fromstring(svg)
    assert harmless(svg)
    assert "$\\frac{1}{2}$" in svg
    assert len(figures.png(drawn, dpi=20)) > 1000


def test_gambit_and_prism_get_one_line_each() -> None:
    import pygambit

    agreement = evil().agreement
    title = 'A "deal" \\ with \\'
    tree = servanda.game_tree(BaseModel.model_copy(agreement, update={"title": f"{title}\n{HARM}{TURNS}"}), "plan")
    text = servanda.efg(tree)
    assert harmless(text)
    game = pygambit.read_efg(io.StringIO(text))
    assert game.title.startswith('A "deal" / with / �')
    assert list(game.players) == ["up", "down"]
    program = servanda.prism(servanda.solve(servanda.compile(agreement, "plan")))
    assert harmless(program)
    plain = compare(agreement.derived({"title": "x"})).plans[0].game
    assert len(program.splitlines()) == len(servanda.prism(servanda.solve(plain)).splitlines())


# ------------------------------------------------------------------------------------------------ the commands


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    return commands(capsys)


BRACKETS = """servanda: 1
title: Square brackets in names (invented)
start: 2026-01-01
horizon: 4 years
unit: one
parties:
  north: {name: "North [interim]", discount: 0.1, precision: 1}
  south: {name: "[bold]South[/]", discount: 0.1, precision: 1}
stakes:
  arms: {holder: north, worth: {north: 1, south: -2}, restore: 1 year}
  sanctions: {holder: south, worth: {north: -2, south: 0.5}, restore: 1 month}
plans:
  plan:
    entries:
      - {id: arms, title: "Arms [see annex II]", date: 2026-06-01, by: north, gives: [arms]}
      - {id: relief, title: "Relief :smile: $x$", date: 2026-09-01, by: south, gives: [sanctions]}
"""


@pytest.mark.parametrize("name", ["[bold]x.yaml", "$x$.yaml", "[link=x].yaml", "e\x1b[31mx\ny.yaml"])
@pytest.mark.parametrize("command", ["check", "compare", "solve", "audit", "score", "play"])
def test_every_command_prints_brackets_and_odd_file_names(
    run: Callable[..., Done], tmp_path: Path, command: str, name: str
) -> None:
    file = tmp_path / name
    file.write_text(BRACKETS, "utf-8")
    done = run(command, file, *(("--times", "100") if command == "play" else ()))
    assert done.code in (0, 1), done.err
    assert harmless(done.out + done.err)
    assert "North [interim]" in done.out or command in ("check", "play")
    assert "[bold]South[/]" in done.out or command == "check"
    missing = run(command, tmp_path / f"no{name}")
    assert missing.code == 2
    assert harmless(missing.err)
    wrong = run("solve", file, "--plan", f"[bold]{name}")
    assert wrong.code == 2
    assert "[bold]" in wrong.err
    assert harmless(wrong.err)


def test_json_keeps_the_words_and_steers_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    from servanda.cli._pipeline import print_json

    given = {"name": f"North\x9b2J\u202e\u2028\x7f\x1b{ARABIC}"}
    print_json(given)
    said = capsys.readouterr().out
    assert harmless(said)
    assert ARABIC in said
    assert json.loads(said) == given


def test_the_progress_bar_takes_names_as_they_are() -> None:
    from rich.console import Console
    from rich.progress import Progress as Bar

    from servanda.cli._progress import Progress

    class Watched(io.StringIO):
        def isatty(self) -> bool:
            return True

    said = Watched()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stderr", said)
        patch.setattr("servanda.cli._progress.announce_preparation", lambda: None)
        patch.setenv("TERM", "xterm")
        with Progress() as progress:
            progress._began -= 10  # pyright: ignore[reportPrivateUsage]
            progress("drawing [/] [bold]x\x07 :smile:", 0.5)
            bar: Bar = progress._bar  # pyright: ignore[reportPrivateUsage]
            shown = io.StringIO()
            Console(file=shown, width=120).print(bar.get_renderable())
    assert "drawing [/] [bold]x� :smile:" in shown.getvalue()


def test_a_notebook_shows_a_table_of_such_words() -> None:
    from servanda.columns import Columns

    table = Columns({f"<b>{HARM}": [f"<i>\x1b\n{TURNS}", "b"]})
    made = table._repr_html_()  # pyright: ignore[reportPrivateUsage]
    assert harmless(made)
    assert "<i>" not in made
    assert replace(evil(), plans=evil().plans)._repr_html_()  # pyright: ignore[reportPrivateUsage]
