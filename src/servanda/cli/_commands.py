"""The commands. Each reads its arguments, calls one function, and prints; every one has --json."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from servanda._version import __version__
from servanda.cli._exit import NO_ANSWER, complain, ended
from servanda.cli._options import (
    chosen_plan,
    file_argument,
    json_option,
    plan_option,
    print_json,
    read_agreement,
    writable,
)
from servanda.cli._progress import Progress, announce_preparation
from servanda.cli.check import check
from servanda.cli.design import design
from servanda.cli.explain import explain
from servanda.cli.explain_failure import explain_failure
from servanda.cli.inspect import inspect
from servanda.cli.sensitivity import sensitivity
from servanda.cli.sweep import sweep
from servanda.cli.tip import tip
from servanda.errors import UsageError

if TYPE_CHECKING:
    from servanda.agreement.format.agreement import Agreement
    from servanda.assessment.other_equilibria import Another
    from servanda.solver.equilibrium import Equilibrium


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="servanda")
def commands() -> None:
    """Will a phased agreement be kept, where does it break first, and what would mend it?

    FILE is an agreement file, or the name of an agreement that comes with servanda, such as singapore-2018.
    """


@commands.command()
@file_argument
@click.option("--out", metavar="FOLDER", default="report", show_default=True, help="Where to write the report.")
@click.option("--draws", type=click.IntRange(min=1), default=1024, show_default=True, help="Draws within the ranges.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the draws.")
@click.option("--quick", is_flag=True, help="Only the likely values: leave the ranges out.")
@json_option
def study(file: str, out: str, draws: int, seed: int, quick: bool, as_json: bool) -> None:
    """Solve and compare all plans, carry the ranges through, and write a report with pictures.

    Does everything: every plan is solved, audited and compared, at the likely values and on draws within the ranges;
    the report is one HTML file that opens without a network, with its figures as PNG and SVG beside it.
    """
    agreement = read_agreement(file)
    from servanda.game.calendar import calendar_of
    from servanda.presentation.report.study import study as run

    for name in agreement.plans:
        calendar_of(agreement, name)  # refuses what cannot be played, before a folder is made
    writable(out, "--out", "the report")

    with Progress() as progress:
        done = run(agreement, out, draws=0 if quick else draws, seed=seed, progress=progress)
    if as_json:
        from servanda.presentation._export import compared, ranged

        more = {"uncertainty": None if done.uncertainty is None else ranged(done.uncertainty)}
        print_json({**compared(done.comparison), **more, "report": str(done.report)})
        return
    from servanda.presentation import _terminal_tables as tables

    tables.study(done)


@commands.command()
@file_argument
@plan_option
@click.option("--search", "starts", type=click.IntRange(min=0), default=0, help="Look for other equilibria, N starts.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the random starts.")
@click.option("--prism", "as_prism", is_flag=True, help="Print the solved plan as a Markov chain for PRISM or Storm.")
@json_option
def solve(file: str, plan: str | None, starts: int, seed: int, as_prism: bool, as_json: bool) -> None:
    """Solve one plan: who keeps, conceals or withdraws at each entry, with what chance."""
    import time

    agreement = read_agreement(file)
    name = chosen_plan(agreement, file, plan)
    began = time.perf_counter()
    answer = _answer(agreement, file, name, as_json)
    if as_prism and as_json:
        raise UsageError("--prism prints a program, not JSON. Leave out one of the two")
    if as_prism:
        from servanda.crosscheck.markov_chain import prism

        click.echo(prism(answer), nl=False)
        return
    from servanda.assessment.summary import summarise
    from servanda.result import about

    summary = summarise(answer)
    others: tuple[Another, ...] = ()
    if starts:
        from servanda.assessment.other_equilibria import search

        others = search(answer, starts, seed)
    if as_json:
        from servanda.presentation._export import other_equilibria, solved

        made = about(agreement, time.perf_counter() - began, seed if starts else None)
        print_json({**solved(summary, made), **(other_equilibria(starts, others) if starts else {})})
        return
    from servanda.presentation import _terminal_tables as tables

    tables.solve(agreement, answer, summary, starts, others)


@commands.command()
@file_argument
@plan_option
@click.option("--times", type=click.IntRange(min=1), default=100_000, show_default=True, help="How many plays.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="The same seed, the same plays.")
@click.option("--examples", type=click.IntRange(min=0), default=3, show_default=True, help="Histories to write down.")
@json_option
def play(file: str, plan: str | None, times: int, seed: int, examples: int, as_json: bool) -> None:
    """Play one plan out many times by drawing lots: a check of the solved chances, and histories to read."""
    import time

    agreement = read_agreement(file)
    name = chosen_plan(agreement, file, plan)
    answer = _answer(agreement, file, name, as_json)
    from servanda.crosscheck.simulation import play as run

    began = time.perf_counter()
    plays = run(answer, times, seed, examples=examples)
    if as_json:
        from servanda.presentation._export import plain
        from servanda.result import about

        print_json({**plain(plays), "about": plain(about(agreement, time.perf_counter() - began, seed))})
        return
    from servanda.presentation.views.simulation import show

    show(plays, agreement)


@commands.command()
@file_argument
@json_option
def compare(file: str, as_json: bool) -> None:
    """Set all plans of an agreement side by side."""
    agreement = read_agreement(file)
    from servanda.assessment.comparison import compare as run

    names = list(agreement.plans)
    with Progress() as progress:
        result = run(
            agreement,
            progress=lambda name, share: progress(f"solving {name}", (names.index(name) + share) / len(names)),
        )
    if as_json:
        from servanda.presentation._export import compared

        print_json(compared(result))
        return
    from servanda.presentation import _terminal_tables as tables

    tables.compare(result)


@commands.command()
@file_argument
@plan_option
@click.option("--critical", is_flag=True, help="Also find the single numbers that would change the verdict.")
@json_option
def audit(file: str, plan: str | None, critical: bool, as_json: bool) -> None:
    """Who would gain by breaking a plan if everyone else kept it, where, how, and how much?"""
    import time

    agreement = read_agreement(file)
    name = chosen_plan(agreement, file, plan)
    announce_preparation("respond")
    from servanda.assessment.audits import audit as run
    from servanda.assessment.critical import critical_values
    from servanda.game.compiler import compile

    began = time.perf_counter()
    rows = run(compile(agreement, name))
    values = critical_values(agreement, name) if critical else None
    if as_json:
        from servanda.presentation._export import audited, plain
        from servanda.result import about

        more = {} if values is None else {"critical": plain(values)}
        made = plain(about(agreement, time.perf_counter() - began))
        print_json({"plan": name, "audit": audited(rows), **more, "about": made})
        return
    from servanda.presentation import _terminal_tables as tables

    tables.audit(agreement, name, rows, values or ())


@commands.command()
@file_argument
@click.option("--plan", metavar="NAME", help="Only this plan of the file, date by date.")
@json_option
def score(file: str, plan: str | None, as_json: bool) -> None:
    """What does each party obtain of the others: how complete, how verifiable, how irreversible?

    Everything is counted as kept, and held against the party's own aims. Of a file with several plans their ends are
    set side by side; --plan shows one of them date by date.
    """
    import time

    agreement = read_agreement(file)
    names = list(agreement.plans) if plan is None else [chosen_plan(agreement, file, plan)]
    from servanda.assessment.scorecards import scorecard

    began = time.perf_counter()
    cards = [scorecard(agreement, name) for name in names]
    if as_json:
        from servanda.presentation._export import plain, scored
        from servanda.result import about

        made = plain(about(agreement, time.perf_counter() - began))
        print_json({"title": agreement.title, "plans": [scored(card) for card in cards], "about": made})
        return
    from servanda.presentation import _terminal_tables as tables

    if len(cards) == 1:
        tables.score(agreement, cards[0])
    else:
        tables.scores(agreement, cards)


@commands.command()
@file_argument
@plan_option
@click.option("--efg", is_flag=True, help="Print the tree in Gambit's .efg format.")
@click.option(
    "--max-nodes",
    type=click.IntRange(min=1),
    default=200_000,
    show_default=True,
    help="Refuse a tree larger than this.",
)
@json_option
def tree(file: str, plan: str | None, efg: bool, max_nodes: int, as_json: bool) -> None:
    """Write a plan out as an explicit game tree, for Gambit and other solvers."""
    import time

    agreement = read_agreement(file)
    name = chosen_plan(agreement, file, plan)
    from servanda.crosscheck.explicit_tree import game_tree
    from servanda.crosscheck.gambit_file import efg

    began = time.perf_counter()
    if efg and as_json:
        raise UsageError("--efg prints a game for Gambit, not JSON. Leave out one of the two")
    grown = game_tree(agreement, name, max_nodes=max_nodes)
    if efg:
        click.echo(efg(grown), nl=False)
        return
    from servanda.presentation._export import plain
    from servanda.result import about

    size: dict[str, Any] = {
        "plan": name,
        "nodes": len(grown.nodes),
        "terminal": sum(node.kind == "terminal" for node in grown.nodes),
        "information_sets": len({node.infoset for node in grown.nodes if node.infoset is not None}),
    }
    if as_json:
        print_json({**size, "about": plain(about(agreement, time.perf_counter() - began))})
        return
    click.echo(
        f"plan {name}: {size['nodes']:,} nodes, {size['terminal']:,} of them ends, {size['information_sets']:,}"
        f" information sets. Add --efg to print it for Gambit."
    )


commands.add_command(check)
commands.add_command(explain)


@commands.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@json_option
def new(file: Path, as_json: bool) -> None:
    """Write a commented starter file that says how to choose every number."""
    from servanda.agreement.starter import new as write

    try:
        write(file)
    except OSError as error:
        raise UsageError(str(error)) from None
    if as_json:
        print_json({"file": str(file)})
        return
    click.echo(f"Wrote {file}. Edit it, then try: servanda study {file}")


@commands.command()
@json_option
def schema(as_json: bool) -> None:
    """Print the JSON Schema of the agreement file, for editors that check and complete it."""
    from servanda.agreement.format.json_schema import schema as make

    print_json(make())


@commands.command()
@json_option
def catalog(as_json: bool) -> None:
    """List the agreements that come with servanda."""
    from servanda.agreement.reading.reader import catalog as find

    found = find()
    if as_json:
        print_json({name: str(path) for name, path in found.items()})
        return
    for name in found:
        click.echo(name)


commands.add_command(inspect)
commands.add_command(tip)
commands.add_command(sensitivity)
commands.add_command(explain_failure)
commands.add_command(sweep)
commands.add_command(design)


# ------------------------------------------------------------------------------------------------ what they share


def _answer(agreement: Agreement, file: str, name: str, as_json: bool) -> Equilibrium:
    """Solve a plan; without an answer, say so and leave."""
    from servanda.game.compiler import compile
    from servanda.solver.equilibrium import solve as run

    with Progress() as progress:
        answer = run(compile(agreement, name), throw=False, progress=lambda share: progress(f"solving {name}", share))
    if answer.converged:
        return answer
    if as_json:
        from servanda.presentation._export import unsolved

        print_json(unsolved(name, answer.status, answer.residual, answer.iterations))
    complain(f"{file}: plan {name} has no answer: {answer.status}, after {answer.iterations} iterations.")
    sys.exit(NO_ANSWER)


def main(arguments: list[str] | None = None) -> None:
    """Run a command; every foreseeable failure is one message and an exit code, never a traceback.

    Exit codes: 0 done; 1 check found something; 2 the input cannot be used; 3 no equilibrium was found; 130 stopped
    with Ctrl-C.
    """
    ended(lambda: commands.main(arguments, prog_name="servanda", standalone_mode=False))
