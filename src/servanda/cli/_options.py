"""What the commands share: their common arguments, reading a file, printing, and the ways in which they end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from servanda.errors import UsageError

if TYPE_CHECKING:
    from servanda.agreement.format.agreement import Agreement

file_argument = click.argument("file", metavar="FILE")
plan_option = click.option("--plan", metavar="NAME", help="Which plan of the file (needed if it has several).")
plans_option = click.option("--plans", metavar="NAME,NAME", help="Only these plans of the file; by default all.")
workers_option = click.option("--workers", type=click.IntRange(min=1), help="Threads; by default one a processor.")
cluster_option = click.option(
    "--cluster", metavar="ADDRESS", help="Work on a Dask cluster: local:4 (processes), or tcp://host:port."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result for programs, as JSON.")


def read_agreement(file: str) -> Agreement:
    """Read an agreement file, or an agreement of the catalogue by its name."""
    from servanda.agreement.reading.reader import read

    return read(file)


def print_json(thing: Any) -> None:
    """Print a result for programs."""
    import json

    click.echo(json.dumps(thing, indent=2, ensure_ascii=False, allow_nan=False))


def chosen_plan(agreement: Agreement, file: str, plan: str | None) -> str:
    """The plan that a command is about, by its name; the only one of the file if none is named."""
    names = list(agreement.plans)
    if plan is None and len(names) > 1:
        raise UsageError(f"{file}: the file has several plans: {', '.join(names)}. Say which one: --plan {names[0]}")
    return chosen_plans(agreement, file, plan)[0]


def chosen_plans(agreement: Agreement, file: str, plans: str | None) -> list[str]:
    """The plans that a command is about, named with commas between them; all of the file if none is named."""
    from difflib import get_close_matches

    names = list(agreement.plans)
    wanted = names if plans is None else list(dict.fromkeys(name.strip() for name in plans.split(",")))
    for plan in wanted:
        if plan not in names:
            near = get_close_matches(plan, names, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise UsageError(f"{file}: there is no plan '{plan}'. Its plans are: {', '.join(names)}.{hint}")
    return wanted


def writable(folder: str, option: str, what: str) -> None:
    """Make a folder that something is to be written into, or say why that cannot be."""
    path = Path(folder)
    try:
        if path.exists() and not path.is_dir():
            raise UsageError(f"{folder}: this is a file, and {what} needs a folder. Give another name: {option} FOLDER")
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".servanda-writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UsageError(
            f"{folder}: cannot write here ({error.strerror}). Give another folder: {option} FOLDER"
        ) from None
