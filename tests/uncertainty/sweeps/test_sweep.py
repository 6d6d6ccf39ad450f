"""A sweep: every draw of every plan in one table, the same however it was made, interrupted or spread."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from support.building import gives, party, situation, stake
from support.commands import commands
from support.plain_starter import new

import servanda
from servanda.agreement.numbers import uncertain
from servanda.assessment.metrics import solved_metrics
from servanda.uncertainty.evaluation import evaluate
from servanda.uncertainty.sampling import draw
from servanda.uncertainty.sweeps._store import NotSwept, unfinished
from servanda.uncertainty.sweeps.sweep import read_sweep, sweep

PLAN = ["at-once"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sweep") / "starter.yaml"
    new(path)
    return path


@pytest.fixture(scope="module")
def agreement(file: Path) -> servanda.Agreement:
    return servanda.read(file)


@pytest.fixture(scope="module")
def whole(file: Path, agreement: servanda.Agreement) -> Path:
    """A sweep that nobody interrupted, of one thread."""
    path = file.with_name("whole.parquet")
    sweep(agreement, PLAN, 300, seed=3, path=path, workers=1)
    return path


# -------------------------------------------------------------------------------------------------- the table


def test_a_row_holds_what_evaluating_its_draw_gives(agreement: servanda.Agreement) -> None:
    swept = sweep(agreement, draws=20, seed=3)
    assert swept.plans == ("phased", "at-once")
    draws = draw(agreement, 20, seed=3)
    for plan in swept.plans:
        rows = swept.table.where(swept.table["plan"] == plan)
        found = evaluate(agreement, plan, draws)
        assert rows["draw"].tolist() == list(range(20))
        for name in solved_metrics(agreement):
            assert np.array_equal(rows[name], found.metrics[name]), name
        assert rows["weakest"].tolist() == [found.steps[w] for w in found.weakest]
        assert np.array_equal(rows["residual"], found.residual)
        standing = np.stack(rows["standing"])
        np.testing.assert_allclose(standing, found.standing, rtol=2**-23)  # kept in single precision
    for j, one in enumerate(draws.numbers):
        column = swept.table[one.name]
        assert np.array_equal(column[:20], column[20:]), "the same draws for every plan"
        if ".types." not in one.name or "worth" in one.name or "costs" in one.name:
            assert np.array_equal(column[:20], draws.values[:, j]), one.name


def test_chances_of_types_add_up_to_one(agreement: servanda.Agreement) -> None:
    table = sweep(agreement, PLAN, 64, seed=3).table
    for first, second in (
        ("parties.north.types.sincere.chance", "parties.north.types.stalling.chance"),
        ("parties.south.types.committed.chance", "parties.south.types.opportunist.chance"),
        ("entries.election.types.committed", "entries.election.types.opportunist"),
    ):
        np.testing.assert_allclose(table[first] + table[second], 1.0, rtol=0, atol=1e-12)
        assert len(set(table[first])) == 64


def test_quantiles_wins_and_counts_are_those_of_the_table(agreement: servanda.Agreement) -> None:
    swept = sweep(agreement, draws=100, seed=5)
    table = swept.table
    held = {plan: table["held_clean"][table["plan"] == plan] for plan in swept.plans}
    for row in swept.summary.where(swept.summary["figure"] == "held_clean"):
        values = held[row["plan"]]
        assert row["draws"] == 100
        assert row["p5"], row["p95"] == (np.quantile(values, 0.05), np.quantile(values, 0.95))
        assert (row["least"], row["most"]) == (values.min(), values.max())
    one = swept.wins.where(lambda row: (row["plan"], row["figure"]) == ("phased", "held_clean")).row(0)
    assert one["better"] == (held["phased"] > held["at-once"]).mean()
    assert one["better"] + one["worse"] + one["equal"] == 1.0
    assert one["margin"] == np.median(held["phased"] - held["at-once"])
    assert swept.wins.height == 4  # two ordered pairs by two figures
    assert [swept.weakest["draws"][swept.weakest["plan"] == plan].sum() for plan in swept.plans] == [100, 100]


def test_draws_without_an_answer_are_kept_counted_and_shown(
    agreement: servanda.Agreement, monkeypatch: pytest.MonkeyPatch
) -> None:
    from servanda.uncertainty.evaluation import Evaluated, evaluated
    from servanda.uncertainty.sampling import Draws
    from servanda.uncertainty.sweeps import _rows as _sweep_rows

    def some_lost(agreement: servanda.Agreement, plan: str, draws: Draws) -> Evaluated:
        """Every fourth draw of one plan as if the branch had been lost."""
        found = evaluated(agreement, plan, draws)
        gone = (np.arange(len(found.statuses)) % 4 == 0) & (plan == "phased")
        return Evaluated(
            plan, {name: np.where(gone, np.nan, v) for name, v in found.metrics.items()}, found.residual,
            tuple("stopped" if g else s for g, s in zip(gone, found.statuses, strict=True)), found.steps,
            np.where(gone, -1, found.weakest), found.years, np.where(gone[:, None], np.nan, found.standing),
        )  # fmt: skip

    monkeypatch.setattr(_sweep_rows, "evaluated", some_lost)
    swept = sweep(agreement, draws=64, seed=3)
    assert swept.table.height == 128
    assert swept.converged == 112
    lost = swept.table.where(swept.table["status"] == "stopped")
    assert lost["draw"].tolist() == list(range(0, 64, 4))
    assert [(row["held_clean"], row["weakest"]) for row in lost] == [(None, None)] * 16
    draws = {row["plan"]: row["draws"] for row in swept.summary if row["figure"] == "held"}
    assert draws == {"phased": 48, "at-once": 64}
    assert set(swept.wins["draws"]) == {48}
    said = " ".join(str(swept).split())
    assert "The solver found no equilibrium for some draws (Step by step: 16 of 64). Reason: stopped." in said
    figure = swept.plot(figure="survival_fan")
    assert {axes.get_label() for axes in figure.axes} >= {"fan|phased", "fan|at-once"}


def test_an_agreement_without_ranges_has_one_and_the_same_draw() -> None:
    entries = [gives("first", "2021-01-01", "a", "arms"), gives("second", "2021-02-01", "b", "relief")]
    stakes = {"arms": stake("a", "1 year", a=1, b=-2), "relief": stake("b", "1 month", a=-1, b=0.2)}
    certain = servanda.Agreement.model_validate(situation({"a": party(), "b": party()}, stakes, entries))
    assert uncertain(certain) == ()
    swept = sweep(certain, draws=3)
    assert len(set(swept.table["held_clean"])) == 1
    assert swept.table.height == 3


# ------------------------------------------------------------------------------------- files, and interruptions


def test_a_file_holds_what_memory_holds_and_says_how_to_repeat_it(
    agreement: servanda.Agreement, file: Path, whole: Path
) -> None:
    swept = read_sweep(whole)
    assert swept.table == sweep(agreement, PLAN, 300, seed=3).table
    assert swept.about["command"] == "servanda sweep starter.yaml --plans at-once --draws 300 --seed 3"
    origin = agreement.origin
    assert origin is not None
    assert swept.about["sha256"] == origin.sha256
    assert swept.about["versions"]["servanda"] == servanda.__version__
    assert not unfinished(whole).exists()
    assert [p.name for p in file.parent.glob("whole*")] == ["whole.parquet"]
    stored = json.dumps(swept.about)
    assert "made" not in swept.about
    assert str(file.parent) not in stored  # neither a clock nor this machine's folders


@pytest.mark.parametrize("workers", [2, 3])
def test_the_number_of_threads_changes_no_byte(
    agreement: servanda.Agreement, whole: Path, tmp_path: Path, workers: int
) -> None:
    path = tmp_path / "other.parquet"
    sweep(agreement, PLAN, 300, seed=3, path=path, workers=workers)
    assert path.read_bytes() == whole.read_bytes()


KILL = """
import os, signal, sys
from pathlib import Path
import servanda
from servanda.uncertainty.sweeps import _store, sweep as sweeping
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
when, file, out = sys.argv[1:]
if when == "before the name":
    os.replace = die
if when == "after the name":
    sweeping.write = lambda *a, before=sweeping.write: (before(*a), die())
if when == "half a piece":
    def half(store, number, rows):
        if number == 2:
            store.execute("BEGIN"); store.execute("INSERT INTO summed VALUES (?, ?, ?)", (number, rows, rows)); die()
        _store.keep(store, number, rows)
    sweeping.keep = half
sweeping.sweep(servanda.read(file), ["at-once"], 300, 3, path=out, resume=True)
"""


def test_killed_at_any_moment_it_resumes_to_the_same_bytes(
    agreement: servanda.Agreement, file: Path, whole: Path, tmp_path: Path
) -> None:
    path = tmp_path / "out.parquet"
    for when in ("half a piece", "before the name", "after the name"):
        killed = subprocess.run(
            [sys.executable, "-c", KILL, when, str(file), str(path)], capture_output=True, text=True, check=False
        )
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert unfinished(path).exists()
        assert path.exists() == (when == "after the name")
    shares: list[float] = []
    sweep(agreement, PLAN, 300, seed=3, path=path, resume=True, progress=lambda _, share: shares.append(share))
    assert shares == []  # everything had been solved before the last kill
    assert path.read_bytes() == whole.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir() if not p.name.startswith(".servanda-")) == ["out.parquet"]


def test_a_resumed_sweep_solves_only_what_is_missing(
    agreement: servanda.Agreement, whole: Path, tmp_path: Path
) -> None:
    path, shares = tmp_path / "out.parquet", list[float]()

    def stop(_: str, share: float) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(agreement, PLAN, 300, seed=3, path=path, workers=1, progress=stop)
    sweep(agreement, PLAN, 300, seed=3, path=path, resume=True, progress=lambda _, share: shares.append(share))
    assert shares == [0.8, 1.0]
    assert path.read_bytes() == whole.read_bytes()
    before = path.stat().st_mtime_ns
    sweep(agreement, PLAN, 300, seed=3, path=path, resume=True)  # finished: taken as it is
    assert path.stat().st_mtime_ns == before


# ------------------------------------------------------------------------------------------------- refusals


def refused(agreement: servanda.Agreement, path: Path, plans: Any = PLAN, draws: int = 300, **more: Any) -> str:
    with pytest.raises(NotSwept) as caught:
        sweep(agreement, plans, draws, **{"seed": 3, **more}, path=path)
    return str(caught.value)


def test_nothing_is_overwritten_unasked(agreement: servanda.Agreement, whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    path.write_bytes(whole.read_bytes())
    assert (
        refused(agreement, path) == f"{path}: this file exists already. Give another name, or replace it with --replace"
    )
    path.rename(unfinished(path))
    assert "there is an unfinished sweep here. Continue it with --resume" in refused(agreement, path)
    assert "this is not an unfinished sweep" in refused(agreement, path, resume=True)
    sweep(agreement, PLAN, 64, path=path, replace=True)
    assert read_sweep(path).draws == 64


def test_something_else_is_not_gone_on_with(
    agreement: servanda.Agreement, file: Path, whole: Path, tmp_path: Path
) -> None:
    path = tmp_path / "out.parquet"
    path.write_bytes(whole.read_bytes())
    says = refused(agreement, path, seed=4, resume=True)
    assert says == (
        f"{path}: servanda cannot continue this sweep, which has seed 3 (now 4). Repeat it as it was begun (servanda"
        " sweep starter.yaml --plans at-once --draws 300 --seed 3), start again with --replace, or give another --out"
    )
    says = refused(agreement, path, ["phased"], 301, resume=True)
    assert "plans at-once (now phased); draws 300 (now 301)" in says
    other = file.with_name("other.yaml")
    other.write_text(file.read_text("utf-8") + "# a comment\n", "utf-8")
    assert "another text of the agreement" in refused(servanda.read(other), path, resume=True)
    changed = agreement.model_copy(update={"title": "Another"})
    assert "another text of the agreement" in refused(changed, path, resume=True)


def test_another_version_is_not_gone_on_with(
    agreement: servanda.Agreement, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from servanda.uncertainty.sweeps import sweep as sweeping

    path = tmp_path / "out.parquet"
    path.write_bytes(whole.read_bytes())
    monkeypatch.setattr(sweeping, "__version__", "9.9")
    assert f"servanda {servanda.__version__} (now 9.9)" in refused(agreement, path, resume=True)


def test_a_file_in_use_by_another_sweep(agreement: servanda.Agreement, tmp_path: Path) -> None:
    path, says = tmp_path / "out.parquet", list[str]()

    def again(_: str, __: float) -> None:
        if not says:
            says.append(refused(agreement, path, resume=True))

    sweep(agreement, PLAN, 300, seed=3, path=path, progress=again)
    assert "another sweep is writing this file" in says[0]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("out.csv", "Give it a name that ends in .parquet"),
        (".", "Give it a name that ends in .parquet"),
        ("/", "Give it a name that ends in .parquet"),
        ("nowhere/out.parquet", "there is no folder"),
        ("folder.parquet", "this is a folder"),
    ],
)
def test_paths_that_will_not_do(agreement: servanda.Agreement, tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "folder.parquet").mkdir()
    assert words in refused(agreement, tmp_path / name)


def test_what_is_no_sweep_is_not_read(tmp_path: Path, whole: Path) -> None:
    with pytest.raises(NotSwept, match="there is no such file"):
        read_sweep(tmp_path / "none.parquet")
    (tmp_path / "text.parquet").write_text("a text", "utf-8")
    with pytest.raises(NotSwept, match="cannot read this as a Parquet file"):
        read_sweep(tmp_path / "text.parquet")
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(NotSwept, match="'servanda sweep' did not write this file"):
        read_sweep(tmp_path / "a.parquet")
    (tmp_path / "cut.parquet").write_bytes(whole.read_bytes()[:5000])
    with pytest.raises(NotSwept, match="as a Parquet file"):
        read_sweep(tmp_path / "cut.parquet")


# ---------------------------------------------------------------------------------------------- the command


def test_the_command(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, out = commands(capsys), tmp_path / "t.parquet"
    done = run("sweep", file, "--draws", 64, "--seed", 1, "--out", out, "--pictures", tmp_path / "p")
    assert done.code == 0
    assert "Step by step beats All at once" in " ".join(done.out.split())
    assert "The solver found an equilibrium for every draw." in done.out
    pictures = sorted(p.name for p in (tmp_path / "p").glob("[!.]*"))
    assert pictures == sorted(
        f"{name}.{suffix}"
        for name in ("survival-fan", *(f"histogram-{f}" for f in ("held_clean", "years", "gain.north", "gain.south")))
        for suffix in ("png", "svg")
    )
    again = run("sweep", file, "--draws", 64, "--seed", 1, "--out", out)
    assert (again.code, again.err) == (
        2,
        f"{out}: this file exists already. Give another name, or replace it with --replace\n",
    )
    found = run("sweep", file, "--draws", 64, "--seed", 1, "--out", out, "--resume", "--json").json
    assert (found["draws"], found["seed"], found["table"]) == (64, 1, str(out))
    assert {row["plan"] for row in found["summary"]} == {"phased", "at-once"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--plans", "phasd"], "there is no plan 'phasd'. The plans are: phased, at-once. Did you mean phased?"),
        (["--resume"], "--resume needs to know which file you mean. Add --out PATH"),
        (["--replace"], "--replace needs to know which file you mean. Add --out PATH"),
        (["--resume", "--replace", "--out", "a.parquet"], "Leave out one of the two"),
        (["--cluster", "local:0"], "'local:0' is not a cluster. Write local:4"),
        (["--draws", "0"], "0 is not in the range"),
        (["--out", "a.csv"], "ends in .parquet"),
    ],
)
def test_what_the_command_refuses(
    file: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    done = commands(capsys)("sweep", file, *arguments)
    assert done.code == 2
    assert words in done.err
    assert done.out == ""


def test_a_table_with_the_longest_name(agreement: servanda.Agreement, tmp_path: Path) -> None:
    for letter in ("a", "한"):
        most = (255 - len(".parquet")) // len(letter.encode())
        path, other = (tmp_path / f"{letter * (most - 1)}{last}.parquet" for last in (letter, "b"))
        assert unfinished(path) != unfinished(other)  # though both are cut
        assert sweep(agreement, draws=2, path=path).draws == 2
        assert path.is_file()
