"""All plans of an agreement on the same many draws of its uncertain numbers, as one table."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from servanda._version import __version__
from servanda.agreement.dates import last_day
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.plan_names import plan_names
from servanda.arrays import Floats
from servanda.columns import Columns
from servanda.english import capital
from servanda.errors import MOST_DRAWS, ServandaError, UsageError, counted, expect, need, seeded, shown, whole
from servanda.files import check_place
from servanda.game.compiler import compile
from servanda.parallel import Cluster, Progress, Where, connected, map_in_order
from servanda.result import Result
from servanda.uncertainty.sampling import Ranges, in_pieces
from servanda.uncertainty.sweeps._rows import Piece, described, schema, solved, streamed
from servanda.uncertainty.sweeps._sources import InMemory, OnDisk, Source
from servanda.uncertainty.sweeps._store import (
    NotSwept,
    begun,
    done,
    forget,
    keep,
    kept,
    pieces,
    read_about,
    rows,
    unfinished,
    write,
)
from servanda.uncertainty.sweeps.statistics import counts, fan, summary, wins

if TYPE_CHECKING:
    import polars

T = TypeVar("T")


def name_of(swept: Sweep, plan: str) -> str:
    """A plan's title, with a capital letter."""
    return capital(swept.about["titles"][plan])


def row(swept: Sweep, plan: str, metric: str) -> dict[str, Any]:
    """The summary of one metric of one plan."""
    return next(r for r in swept.summary.to_dicts() if (r["plan"], r["figure"]) == (plan, metric))


def duel(swept: Sweep, plan: str, other: str, metric: str = "held_clean") -> dict[str, Any]:
    """How often one plan is better than another."""
    return next(r for r in swept.wins.to_dicts() if (r["plan"], r["other"], r["figure"]) == (plan, other, metric))


def hoped_for(swept: Sweep) -> str:
    """What is asked first: the chance to be in force and clean, or where steps can be late, to be complete."""
    return "complete" if "complete" in swept.about["figures"] else "held_clean"


def hopeless(swept: Sweep, metric: str | None = None) -> bool:
    """Whether every plan has less than 1% of what is hoped for in nearly all draws: then years tell them apart."""
    return all((row(swept, plan, metric or hoped_for(swept))["p95"] or 0.0) < 0.01 for plan in swept.plans)


def judged_by(swept: Sweep) -> str:
    """The metric by which plans are set against each other: the chance of what is hoped for, or else years."""
    return "years" if hopeless(swept) else hoped_for(swept)


def best(swept: Sweep, metric: str | None = None) -> str:
    """The plan whose metric, or the one that plans are judged by, is highest in the median."""
    metric = metric or judged_by(swept)
    return max(swept.plans, key=lambda plan: -1.0 if (p := row(swept, plan, metric)["p50"]) is None else p)


LARGEST, SMALLEST = 1024, 64  # draws of a piece


STATES = 2**17  # private states of all draws of a piece together, at most (if the smallest piece allows)


@dataclass(frozen=True, repr=False)
class Sweep(Result):
    """Plans on the same draws of the uncertain numbers.

    Attributes
    ----------
    title : str
        Of the agreement.
    plans : tuple of str
    draws : int
        Of each plan.
    seed : int
    path : Path or None
        The Parquet file; None if the table is in memory.
    about : dict
        What is needed to repeat it: the agreement's file and hash, versions, command; what the columns mean; each
        plan's steps and when they come up, in years from the start.
    summary : Columns
        One row for each plan and figure: `plan`, `figure`, `draws` (that have an answer), `mean`, `p5`, `p25`, `p50`,
        `p75`, `p95` (the value below which so many per cent of these draws lie), `least`, `most`.
    wins : Columns
        One row for each pair of plans and each of the figures `held_clean`, `years` and, where steps can be late,
        `complete`: `plan`, `other`, `figure`, `draws` (in which both have an answer), `better`, `worse`, `equal`
        (shares of them), `margin` (median of `plan` less `other`).
    statuses : Columns
        One row for each plan and status: `plan`, `status`, `draws`.
    weakest : Columns
        One row for each plan and step: `plan`, `step`, `draws` (in which most is lost there), most frequent first.
    """

    title: str
    plans: tuple[str, ...]
    draws: int
    seed: int
    path: Path | None
    about: dict[str, Any] = field(repr=False)
    summary: Columns
    wins: Columns
    statuses: Columns
    weakest: Columns
    source: Source = field(repr=False, compare=False)

    def to_json(self) -> dict[str, Any]:
        """Give the object that `servanda sweep --json` prints: what the table comes to, and where it is."""
        return {
            "title": self.title,
            "draws": self.draws,
            "seed": self.seed,
            "table": None if self.path is None else str(self.path),
            "summary": self.summary.to_dicts(),
            "wins": self.wins.to_dicts(),
            "statuses": self.statuses.to_dicts(),
            "weakest": self.weakest.to_dicts(),
            "about": self.about,
        }

    @property
    def table(self) -> Columns:
        """The whole table: `plan`, `draw`, inputs by name, metrics, `weakest`, `status`, `residual`, `standing`."""
        return self.source.table()

    @property
    def converged(self) -> int:
        """Number of rows with an answer."""
        return int(self.statuses["draws"][self.statuses["status"] == "converged"].sum())

    def values(self, plan: str, name: str) -> Floats:
        """An input or a metric of a plan on every draw, (draws,); nan where there is no answer."""
        return self.source.values(plan, name)

    def fan(self, plan: str) -> Floats | None:
        """The chance of being in force when each step of a plan comes up: its 5%, 25%, 50%, 75% and 95% quantiles.

        (5, E + 1), of at most the first million draws; None if no draw has an answer.
        """
        return fan(self.source, plan)

    def __repr__(self) -> str:
        where = "in memory" if self.path is None else str(self.path)
        return f"<Sweep of {self.title!r}: {self.draws:,} draws of {', '.join(self.plans)}; {where}>"


def sweep(
    agreement: Agreement,
    plans: str | Iterable[str] | None = None,
    draws: int = 1024,
    seed: int = 0,
    *,
    path: str | Path | None = None,
    workers: int | None = None,
    cluster: Where = None,
    resume: bool = False,
    replace: bool = False,
    progress: Progress | None = None,
) -> Sweep:
    """Solve plans on the same draws of all numbers that have a range.

    Parameters
    ----------
    plans : name or names, optional
        By default all plans, in file order.
    draws : int
        Of each plan; best a power of two.
    seed : int
        The same seed gives the same draws.
    path : path, optional
        Ends in .parquet: write the table there as it comes, so that memory does not grow with the draws. Without it
        the table is kept in memory.
    workers : int, optional
        Threads; by default as many as there are processors.
    cluster : str or Cluster, optional
        Work on a Dask cluster instead: `local:4`, or `tcp://host:port`.
    resume : bool
        Go on with what an interrupted sweep left beside `path`; take a finished one as it is; begin if there is none.
    replace : bool
        Begin anew, whatever is at `path`.
    progress : function of what is being done and the share done (0 to 1), optional

    Returns
    -------
    Sweep
        The table does not depend on workers, cluster or interruptions, to the last byte of the file.

    Raises
    ------
    NoSuchName
        If there is no plan of such a name.
    UsageError
        If draws, seed or workers is not a whole number within its bounds.
    GameTooLarge
        If a plan is too large for the exact solver.
    NotSwept
        If there is a file of this name already, or an unfinished sweep of something else, or if it cannot be written.
    NoCluster
        If the cluster cannot be used.

    Examples
    --------
    >>> import servanda
    >>> swept = servanda.sweep(servanda.read("leap-day-2012-game"), draws=16, seed=1)
    >>> swept
    <Sweep of 'Leap Day deal, 29 February 2012, as a game': 16 draws of game; in memory>
    >>> swept.table.height, swept.converged
    (16, 16)
    """
    expect(agreement, Agreement, "sweep")
    draws, seed, workers = whole("draws", draws, 1, MOST_DRAWS), seeded(seed), counted(workers)
    names = plan_names(agreement, plans)
    games = {name: compile(agreement, name) for name in names}
    states = max(int(g.tables.kinds @ g.tables.sets.sum(axis=1)) for g in games.values())
    about: dict[str, Any] = {
        **_settings(agreement, names, draws, seed, _piece(states, draws)),
        **described(agreement),
        "steps": {
            name: [
                *({"step": step.id, "title": step.title, "years": step.years} for step in game.steps),
                {"step": "horizon", "title": "the horizon", "years": game.horizon},
            ]
            for name, game in games.items()
        },
    }
    if path is None:
        return _in_memory(agreement, about, workers, cluster, progress)
    need("tables", "A sweep in a file", "polars", "pyarrow")
    file = Path(path)
    _look_at(file, resume, replace)
    if resume and file.exists() and not unfinished(file).exists():
        _insist_on_same(file, read_about(file), about)
        return read_sweep(file)
    check_place(file, NotSwept)
    with connected(cluster) as there, kept(file, about, anew=replace) as store:
        if file.exists() and not (resume or replace):
            raise NotSwept(f"{file}: another sweep has just written this file. Give another name")
        _insist_on_same(unfinished(file), begun(store, unfinished(file)), about)
        for number, made in _made(streamed, agreement, about, done(store), workers, there, progress):
            keep(store, number, made)
        columns = schema([*(str(one["name"]) for one in about["inputs"]), *about["figures"]])
        write(file, pieces(store, unfinished(file)), columns, about)
        if os.name != "nt":
            forget(unfinished(file))  # while nobody else can use it
    if os.name == "nt":
        forget(unfinished(file))
    return _read(file)


def read_sweep(path: str | Path) -> Sweep:
    """Read what `sweep` wrote; the table itself stays in the file until it is asked for.

    Raises
    ------
    NotSwept
        If there is no such file, if it is none of a sweep, or if it is damaged.
    """
    need("tables", "A sweep in a file", "polars", "pyarrow")
    try:
        file = Path(path)
    except TypeError:
        raise UsageError(f"servanda.read_sweep needs the path of a file, not {shown(path)}") from None
    return _read(file)


def read_rows(path: str | Path) -> polars.DataFrame:
    """Read a table of draws into memory, one that `sweep` wrote or another.

    Raises
    ------
    NotSwept
        If it cannot be read, or is damaged.
    """
    need("tables", "A sweep in a file", "polars", "pyarrow")
    import polars

    library: Any = polars
    return library.from_arrow(rows(Path(path)))


def _read(file: Path) -> Sweep:
    about = read_about(file)
    try:
        return _found(about, OnDisk(tuple(about["plans"]), about["draws"], file), file)
    except (ServandaError, MemoryError):
        raise
    except Exception as error:  # what a file says about itself may be anything, and so may what it lacks
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise NotSwept(f"{file}: this table is not whole ({first}). Make it again: servanda sweep") from None


def _found(about: dict[str, Any], source: Source, path: Path | None = None) -> Sweep:
    return Sweep(
        title=about["title"],
        plans=tuple(about["plans"]),
        draws=about["draws"],
        seed=about["seed"],
        path=path,
        about=about,
        summary=summary(about, source),
        wins=wins(about, source),
        statuses=counts(about, source, "status"),
        weakest=counts(about, source, "weakest"),
        source=source,
    )


def _in_memory(
    agreement: Agreement,
    about: dict[str, Any],
    workers: int | None,
    cluster: Where,
    progress: Progress | None,
) -> Sweep:
    with connected(cluster) as there:
        found = dict(_made(solved, agreement, about, set(), workers, there, progress))
    table = Columns.joined([found[number] for number in sorted(found)])
    return _found(about, InMemory(tuple(about["plans"]), about["draws"], table))


def _made(
    work: Callable[[Ranges, Piece], tuple[int, T]],
    agreement: Agreement,
    about: dict[str, Any],
    ready: set[int],
    workers: int | None,
    cluster: Cluster | None,
    progress: Progress | None,
) -> Iterator[tuple[int, T]]:
    """Solve the pieces that are not ready, all plans on the same draws; yield each with its number."""
    plans, draws, size = about["plans"], about["draws"], about["piece"]
    count = -(-draws // size)
    whole = count * len(plans)

    def waiting() -> Iterator[Piece]:
        full = {c for c in range(count) if all(p * count + c in ready for p in range(len(plans)))}
        for c, points in in_pieces(agreement, draws, about["seed"], size, full):
            for p, plan in enumerate(plans):
                if p * count + c not in ready:
                    yield Piece(p * count + c, plan, c * size, points)

    for made, (number, piece) in enumerate(
        map_in_order(partial(work, Ranges(agreement)), waiting(), workers=workers, cluster=cluster), 1
    ):
        yield number, piece
        if progress is not None:
            share = (len(ready) + made) / whole
            progress(f"{min(draws, round(share * draws)):,} of {draws:,} draws", share)


# ---------------------------------------------------------------------------------------------- what is swept


def _piece(states: int, draws: int) -> int:
    """How many draws are a piece: fewer of a large game, for memory; fewer of few draws, so that all cores work."""
    wanted = max(SMALLEST, min(LARGEST, STATES // states, draws // 16))
    return 1 << (wanted.bit_length() - 1)


def _settings(agreement: Agreement, plans: tuple[str, ...], draws: int, seed: int, piece: int) -> dict[str, Any]:
    """What decides the table, and what is kept with it; nothing here depends on when or where it is made."""
    whence, sha256, content = agreement.provenance
    file = Path(whence).name if whence else None
    versions = {"servanda": __version__, "python": platform.python_version()}
    for name in ("numpy", "numba", "scipy", "pyarrow"):
        with suppress(PackageNotFoundError):  # a table in memory needs no pyarrow
            versions[name] = version(name)
    chosen = "" if plans == tuple(agreement.plans) else f" --plans {','.join(plans)}"
    return {
        "format": 1,
        "title": agreement.title,
        "start": agreement.start.isoformat(),
        "end": last_day(agreement).isoformat(),
        "file": file,
        "sha256": sha256,
        "content": content,
        "command": f"servanda sweep {file or 'FILE'}{chosen} --draws {draws} --seed {seed}",
        "plans": list(plans),
        "parties": {key: party.name for key, party in agreement.parties.items()},
        "titles": {name: agreement.plans[name].title or name for name in plans},
        "draws": draws,
        "seed": seed,
        "piece": piece,
        "versions": versions,
    }


def _look_at(path: Path, resume: bool, replace: bool) -> None:
    """Refuse a path that cannot be written, or where something is that is not to be lost."""
    if path.suffix != ".parquet":
        raise NotSwept(f"{path}: a sweep is a Parquet file. Give it a name that ends in .parquet")
    half = unfinished(path)
    if not path.parent.is_dir():
        raise NotSwept(f"{path}: there is no folder {path.parent}. Make it, or give another name")
    if path.is_dir():
        raise NotSwept(f"{path}: this is a folder. Give another name")
    if resume:
        return
    if replace:
        return
    if half.exists():
        raise NotSwept(
            f"{half}: there is an unfinished sweep here. Continue it with --resume, or start again with --replace"
        )
    if path.exists():
        raise NotSwept(f"{path}: this file exists already. Give another name, or replace it with --replace")


def _insist_on_same(file: Path, found: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Refuse to go on with a sweep of something else."""
    differ: list[str] = []
    if found.get("content") != wanted["content"] or found.get("sha256") != wanted["sha256"]:
        differ.append("another text of the agreement")
    if found.get("plans") != wanted["plans"]:
        differ.append(f"plans {', '.join(found.get('plans', []))} (now {', '.join(wanted['plans'])})")
    old, new = found.get("versions"), wanted["versions"]
    old = cast("dict[str, Any]", old) if isinstance(old, dict) else {}
    plain = [(key, found.get(key), wanted[key]) for key in ("draws", "seed")]
    plain += [(name, old.get(name), new[name]) for name in new]
    differ += [f"{key} {before} (now {now})" for key, before, now in plain if before != now]
    if not differ and found != wanted:
        differ.append("other settings")
    if differ:
        raise NotSwept(
            f"{file}: servanda cannot continue this sweep, which has {'; '.join(differ)}. Repeat it as it was begun"
            f" ({found.get('command')}), start again with --replace, or give another --out"
        )
