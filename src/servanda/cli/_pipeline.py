"""What a command on an agreement does around its one call.

It reads the file, refuses what could not be written before the work begins, opens the progress bar and the cluster,
takes the time, and prints and draws the result.
"""

from __future__ import annotations

import functools
import math
import re
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from servanda.cli._exit import BAD_INPUT, NO_ANSWER, complain, say
from servanda.cli._options import Whole
from servanda.english import count
from servanda.errors import NoSuchName, ServandaError, UsageError, need, no_such
from servanda.files import NotSaved

if TYPE_CHECKING:
    from servanda.agreement.format.agreement import Agreement
    from servanda.cli._progress import Progress
    from servanda.parallel import Cluster
    from servanda.result import About
    from servanda.solver.equilibrium import Equilibrium
    from servanda.uncertainty.questions import Question

_STEERING = re.compile(
    "[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)  # JSON escapes others by itself
SECTIONS = ("write", "solve", "uncertainty", "improve", "report")  # headings of the help, in their order


class Command(click.Command):
    """A command, and the heading of the help under which it stands."""

    section = ""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it, unless what is empty was given as the name of something."""
        for param in self.params:
            given: Any = ctx.params.get(param.name or "")
            if "" in (given if isinstance(given, tuple) else (given,)):
                name = param.opts[0] if isinstance(param, click.Option) else param.human_readable_name
                raise UsageError(f"{name}: what was given for it is empty. Give a name, or leave it out")
        return super().invoke(ctx)


def command(section: str) -> Callable[[Callable[..., None]], Command]:
    """Make a function a command that stands under this heading and has the option --json."""

    def made(function: Callable[..., None]) -> Command:
        found = click.command(cls=Command)(function)
        found.section = section
        found.params.append(_json)
        return found

    return made


@dataclass
class Run:
    """One run of a command on an agreement.

    Attributes
    ----------
    agreement : Agreement
    file : str
        As the user gave it: a path, or a name in the catalogue.
    as_json : bool
    workers : int or None
    address : str or None
        Of the cluster to work on.
    """

    agreement: Agreement
    file: str
    as_json: bool
    workers: int | None
    address: str | None
    _open: ExitStack
    _began: float = field(default_factory=time.perf_counter)

    def plan(self, name: str | None) -> str:
        """The plan of this name; the only one of the file if no name is given."""
        names = list(self.agreement.plans)
        if name is None and len(names) > 1:
            raise UsageError(
                f"{self.file}: the file has several plans: {', '.join(names)}. Say which one: --plan {names[0]}"
            )
        return self.plans(name)[0]

    def plans(self, names: str | None) -> list[str]:
        """The plans of these names, which have commas between them; all of the file if no names are given."""
        known = list(self.agreement.plans)
        wanted = known if names is None else list(dict.fromkeys(name.strip() for name in names.split(",")))
        for name in wanted:
            if name not in known:
                raise no_such("plan", name, known)
        return wanted

    def two(self, between: tuple[str, str]) -> tuple[str, str]:
        """Two different plans."""
        first, second = (self.plans(name)[0] for name in between)
        if first == second:
            raise UsageError(f"--between {first} {second}: these must be two different plans")
        return first, second

    @cached_property
    def progress(self) -> Progress:
        """The progress bar, which begins to watch the time when it is first asked for."""
        from servanda.cli._progress import Progress

        return self._open.enter_context(Progress())

    @cached_property
    def cluster(self) -> Cluster | None:
        """The cluster to work on, which is connected when it is first asked for."""
        from servanda.parallel import connected, unprotected

        there = self._open.enter_context(connected(self.address))
        if self.address is not None and (warning := unprotected(self.address)):
            complain(f"{warning}.")
        return there

    def solved(self, plan: str) -> Equilibrium:
        """Solve a plan; without an equilibrium, say so and leave."""
        from servanda.game.compiler import compile
        from servanda.solver.equilibrium import advice, solve

        found = solve(compile(self.agreement, plan), throw=False, progress=self.progress)
        if found.converged:
            return found
        if self.as_json:
            known = found.residual if math.isfinite(found.residual) else None
            print_json(
                {
                    "plan": plan,
                    "status": found.status,
                    "residual": known,
                    "iterations": found.iterations,
                    "folds": found.folds,
                    "bifurcations": found.bifurcations,
                }
            )
        complain(
            f"{self.file}: the solver found no equilibrium of plan {plan}: {found.status}, after"
            f" {count(found.iterations, 'iteration')}.{advice(found)}"
        )
        sys.exit(NO_ANSWER)

    def announce(self, question: Question, draws: int) -> None:
        """Say how much will be solved, and about how long that will take."""
        from servanda.cli._progress import announce_draws

        assert self.progress is not None  # says first if the solver has to be compiled
        announce_draws(self.agreement, question, draws, self.workers, self.cluster)

    def about(self, seed: int | None = None, *packages: str) -> About:
        """What it takes to repeat the result."""
        from servanda.result import about

        return about(self.agreement, time.perf_counter() - self._began, seed, *packages)


@dataclass(frozen=True)
class Answer:
    """What a command has found.

    Attributes
    ----------
    results : tuple
        Shown one below the other. The first is drawn where `--picture` says, the others beside it.
    json : function
        Gives the same for programs.
    sentences : tuple of str
        Printed below the results.
    show : function, optional
        Prints the results, where that is not simply their views.
    trouble : str
        What was found could not be kept as the user wished: the reason, which is told last.
    code : int
        With which the command ends.
    """

    results: tuple[Any, ...]
    json: Callable[[], Mapping[str, Any]]
    sentences: tuple[str, ...] = ()
    show: Callable[[], None] | None = None
    trouble: str = ""
    code: int = 0


SOLVER = ("solve", "Solving a plan", "numba", "numpy", "scipy")  # an extra, what needs it, and its packages


def on_agreement(
    section: str,
    *,
    needs: tuple[tuple[str, ...], ...] = (SOLVER,),
    picture: bool = False,
    parallel: bool = False,
) -> Callable[[Callable[..., Answer | None]], Command]:
    """Make a function of a run and of its own options a command on an agreement.

    Parameters
    ----------
    section : str
        The heading of the help under which the command stands.
    needs : tuple of arguments of `errors.need`
        Without which the command does not begin.
    picture : bool
        Whether its result can be drawn (`--picture`).
    parallel : bool
        Whether it can use several threads or a cluster (`--workers`, `--cluster`).

    Returns
    -------
    decorator of a function of a `Run` and of options
        The function gives back what was found; or nothing, if it has printed everything itself.
    """

    def made(function: Callable[..., Answer | None]) -> Command:
        @functools.wraps(function)
        def call(
            file: str,
            as_json: bool,
            picture: str | None = None,
            workers: int | None = None,
            cluster: str | None = None,
            **options: Any,
        ) -> None:
            for each in needs:
                need(*each)
            if cluster is not None:
                need("cluster", "A cluster", "distributed")
            if picture is not None:
                if Path(picture).is_dir():
                    raise UsageError(f"{picture}: this is a folder. Give the picture another name")
                from servanda.presentation.figures.saving import check_picture

                check_picture(picture)
            from servanda.agreement.reading.reader import read

            with ExitStack() as stack:
                run = Run(read(file), file, as_json, workers, cluster, stack)
                try:
                    found = function(run, **options)
                except NoSuchName as error:
                    words = str(error)
                    raise NoSuchName(f"{file}: {words[:1].lower()}{words[1:]}") from None
                except ServandaError as error:
                    if as_json and error.exit_code == NO_ANSWER:
                        print_json({"status": str(error)})
                    raise
            if found is not None:
                _end(found, picture, as_json)

        whole = command(section)(call)
        shared = [*([_picture] if picture else []), *([_workers, _cluster] if parallel else [])]
        whole.params = [_file, *whole.params[:-1], *shared, _json]
        return whole

    return made


_file = click.Argument(["file"], metavar="FILE")
_picture = click.Option(["--picture"], metavar="PATH", help="Draw the result into this file, as .png or .svg.")
_workers = click.Option(
    ["--workers"], type=Whole(min=1), metavar="N", help="Threads to use. By default, one for each processor."
)
_cluster = click.Option(
    ["--cluster"], metavar="ADDRESS",
    help="Use a Dask cluster: local:4 for four processes on this machine, tls://host:port, or tcp://host:port.",
)  # fmt: skip
_json = click.Option(["--json", "as_json"], is_flag=True, help="Print the result as JSON, for other programs.")


def print_json(thing: Any) -> None:
    """Print a result for programs; what could steer a terminal is escaped, so that they read the very same words."""
    import json

    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"  # then other letters are written as \u....
    text = json.dumps(thing, indent=2, ensure_ascii=plain, allow_nan=False)
    click.echo(_STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def _end(found: Answer, picture: str | None, as_json: bool) -> None:
    """Print and draw what was found, and leave with its exit code; what cannot be drawn is printed all the same."""
    drawn, trouble = _draw(found, picture) if picture is not None else ((), "")
    if as_json:
        print_json(found.json())
    else:
        _show(found)
        for sentence in found.sentences:
            say(sentence)
        for path in drawn:
            say(f"Picture: {path}")
    for words in (found.trouble, trouble):
        if words:
            complain(words)
    if found.trouble or trouble:
        sys.exit(BAD_INPUT)
    if found.code:
        sys.exit(found.code)


def _draw(found: Answer, picture: str) -> tuple[list[Path], str]:
    """Draw the results; where, and what was in the way."""
    from servanda.presentation.figures.saving import picture_of

    first, drawn = Path(picture), list[Path]()
    try:
        for i, result in enumerate(found.results):
            beside = first.with_name(f"{first.stem}-{type(result).__name__.lower()}{first.suffix}")
            drawn.append(picture_of(result, beside if i else first))
    except NotSaved as error:
        return drawn, str(error)
    return drawn, ""


def _show(found: Answer) -> None:
    if found.show is not None:
        found.show()
        return
    from servanda.presentation.terminal import print_view
    from servanda.presentation.view import view

    for i, result in enumerate(found.results):
        if i:
            click.echo()
        print_view(view(result))
