"""The registry: a figure is one file and its test; whatever it draws can be plotted and saved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.figures import axes, sixty, three

import servanda
from servanda import NoSuchName, Result, UsageError, figures
from servanda.presentation.figures import gallery
from servanda.presentation.figures.gallery import Drawing, figure
from servanda.presentation.figures.saving import PictureNotWritten, picture_of, pictures_of

pytest.importorskip("matplotlib")

FOLDER = Path(gallery.__file__).parent
NOT_FIGURES = {"gallery", "saving"}  # the registry itself, and what writes files


@dataclass(frozen=True)
class Votes(Result):
    """A result that nobody has heard of."""

    yes: int
    no: int


@pytest.fixture
def votes() -> Iterator[Drawing[Votes]]:
    """A figure of it, as a file of the folder would register it."""

    def title(votes: Votes) -> str:
        return f"{votes.yes} for, {votes.no} against"

    made = figure(
        "votes",
        of=Votes,
        heading="How they voted",
        reading="The longer, the more.",
        title=title,
        subtitle="Of those who came.",
        alt=title,
        nothing=lambda votes: "" if votes.yes + votes.no else "nobody voted",
    )

    @made.drawn
    def draw(sheet: Any, votes: Votes) -> None:
        sheet.box(0, sheet.y, 10 * votes.yes, 20, "#123456", "yes")
        sheet.y += 30

    yield made
    del gallery._registered["votes"]  # pyright: ignore[reportPrivateUsage]


def test_every_file_registers_one_figure_under_its_own_name_and_has_a_test() -> None:
    files = {path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_")} - NOT_FIGURES
    assert set(figures.names) == files
    for name in files:
        assert Path(__file__).with_name(f"test_{name}.py").exists(), name
        assert (FOLDER / f"{name}.py").read_text("utf-8").count(" = figure(\n") == 1


def test_a_result_with_several_figures_has_a_first() -> None:
    by_type: dict[type, list[bool]] = {}
    for name in figures.names:
        by_type.setdefault(figures[name].of, []).append(figures[name].first)
    assert all(sum(first) == (len(first) > 1) for first in by_type.values())


def test_a_new_figure_needs_nothing_but_to_be_registered(votes: Drawing[Votes], tmp_path: Path) -> None:
    result = Votes(7, 3)
    figure = result.plot()
    (box,) = [patch for patch in axes(figure, "page").patches if patch.get_label() == "yes"]
    assert box.get_width() == 70
    assert [text.get_text() for text in axes(figure, "page").texts] == ["7 for, 3 against", "Of those who came."]
    assert figures.svg(figure) == figures.svg(figures.votes(result)) == figures.svg(result.plot(figure="votes"))
    assert result.plot(narrow=True).get_figwidth() < figure.get_figwidth()
    assert "votes" in figures.names
    assert "votes" in dir(figures)
    assert picture_of(result, tmp_path / "votes.svg").read_text("utf-8") == figures.svg(figure)
    assert [path.name for path in pictures_of(result, tmp_path / "all")] == ["votes.png", "votes.svg"]
    assert figures.of(result) == (votes,)
    with pytest.raises(UsageError, match="nobody voted"):
        Votes(0, 0).plot()
    assert pictures_of(Votes(0, 0), tmp_path / "none") == ()


def test_a_name_that_is_not_there_is_one_message(votes: Drawing[Votes]) -> None:
    with pytest.raises(NoSuchName, match=r"There is no figure 'vote'. The figures are: votes. Did you mean votes\?"):
        Votes(1, 0).plot(figure="vote")
    with pytest.raises(AttributeError, match="Did you mean survival"):
        figures.survivel  # noqa: B018
    with pytest.raises(NoSuchName, match="There is no figure 'saving'"):
        figures["saving"]
    with pytest.raises(NoSuchName, match="No figure draws a result of the type Audit"):
        three().plans[0].audit.plot()


def test_every_result_draws_itself_by_the_first_of_its_figures(ranged: dict[str, Any]) -> None:
    results = {**ranged, "comparison": three(), "plan": three().plans[0]}
    for result in results.values():
        first = figures.of(result)[0]
        assert figures.svg(result.plot(narrow=True)) == figures.svg(first(result, narrow=True))
        assert result.plot().get_figwidth() > result.plot(narrow=True).get_figwidth()
    assert {type(result) for result in results.values()} == {figures[name].of for name in figures.names}


def test_a_result_draws_any_of_its_figures_and_parts(ranged: dict[str, Any]) -> None:
    swept = ranged["swept"]
    assert figures.svg(swept.plot(of="years")) == figures.svg(figures.histogram(swept, of="years"))
    assert figures.svg(swept.plot(figure="survival_fan")) == figures.svg(figures.survival_fan(swept))
    assert figures.svg(three().plot(figure="exposure")) == figures.svg(figures.exposure(three()))
    with pytest.raises(NoSuchName, match=r"There is no metric 'yeers'\. The metrics are: years, .* Did you mean years"):
        swept.plot(of="yeers")


def test_all_figures_of_a_result_are_saved_if_there_is_anything_to_draw(tmp_path: Path, ranged: dict[str, Any]) -> None:
    def saved(result: Any) -> list[str]:
        paths = pictures_of(result, tmp_path)
        assert paths[0].read_bytes().startswith(b"\x89PNG")
        assert paths[1].read_text("utf-8").startswith("<?xml")
        return [path.stem for path in paths if path.suffix == ".svg"]

    assert saved(three()) == ["outcomes", "beliefs", "exposure", "survival"]
    assert saved(sixty()) == ["outcomes", "exposure", "survival"]  # every party has one type
    assert saved(ranged["swept"]) == [
        "survival-fan", "histogram-held_clean", "histogram-years", "histogram-gain.north", "histogram-gain.south",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["x.gif", "no/such/folder.png"])
def test_what_cannot_be_written_is_one_message(name: str, tmp_path: Path) -> None:
    with pytest.raises(PictureNotWritten, match=name):
        picture_of(three(), tmp_path / name)


def test_a_folder_that_cannot_be_made_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("a file")
    with pytest.raises(PictureNotWritten, match="nothing is written: a part of this path is a file, not a folder"):
        pictures_of(three(), tmp_path / "here" / "there")
    assert issubclass(PictureNotWritten, servanda.ServandaError)
