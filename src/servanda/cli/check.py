"""The command `servanda check`: is the text whole?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from servanda.cli._exit import BAD_INPUT, FOUND, complain
from servanda.cli._options import split
from servanda.cli._pipeline import command, print_json
from servanda.errors import MissingExtra, UsageError, need

if TYPE_CHECKING:
    from servanda.agreement.format.agreement import Agreement
    from servanda.assessment.scorecards import Scorecards
    from servanda.checks.baseline import Baseline
    from servanda.checks.findings import Findings
    from servanda.presentation.sarif import Unusable

NEVER, STDIN, STDIN_NAME = "never", "-", "<stdin>"
Looked = list["Findings | Unusable"]


@dataclass(frozen=True)
class _Wish:
    """What the options ask for."""

    select: tuple[str, ...]
    ignore: tuple[str, ...]
    form: str
    as_json: bool
    stdin_name: str
    baseline: Baseline | None


@command("write")
@click.argument("files", metavar="FILES", nargs=-1, required=True)
@click.option("--select", metavar="RULES", help="Use only these rules: codes, beginnings of codes (SV1), or names.")
@click.option("--ignore", metavar="RULES", help="Leave out these rules.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", NEVER]),
    default="warning",
    show_default=True,
    help="Exit with code 1 if anything this severe, or worse, is found.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["full", "short", "github", "sarif"]),
    default="full",
    show_default=True,
    help="full: by rule, with reasons. short: one line for each finding. github: annotations for GitHub Actions."
    " sarif: SARIF 2.1.0, for code hosts and editors.",
)
@click.option("--stdin-name", metavar="NAME", help="What to call the text that is read from - (standard input).")
@click.option("--baseline", metavar="PATH", help="Leave out the findings that this file knows already.")
@click.option("--write-baseline", metavar="PATH", help="Write all findings into this file, as known.")
def check(
    files: tuple[str, ...],
    select: str | None,
    ignore: str | None,
    fail_on: str,
    form: str,
    stdin_name: str | None,
    baseline: str | None,
    write_baseline: str | None,
    as_json: bool,
) -> None:
    """Check texts for what makes agreements fail, such as duties without a date.

    FILES are paths, names of agreements in the catalogue, or - for standard input. The plans are not solved, and the
    files need no numbers. A comment '# servanda: ignore CODE reason' in a file suppresses a finding. If a file has
    numbers, the full output ends with the scorecards, unless --select or several files are given.
    """
    from servanda.checks.baseline import read_baseline
    from servanda.checks.findings import Findings, codes
    from servanda.checks.rulebook import SEVERITIES

    names = list(dict.fromkeys(files))
    if stdin_name is not None and STDIN not in names:
        raise UsageError("--stdin-name names what is read from standard input. Give - as the FILE")
    if baseline is not None and write_baseline is not None:
        raise UsageError("--baseline and --write-baseline are both given. Give one: to use known findings, or to write")
    if as_json and form == "sarif":
        raise UsageError("--json and --format sarif are both given. Give one")
    try:
        wanted = codes(split(select), split(ignore))
    except ValueError as error:
        raise UsageError(f"{error}.") from None
    known = read_baseline(baseline) if baseline is not None else None
    wish = _Wish(split(select), split(ignore), form, as_json, stdin_name or STDIN_NAME, known)
    looked = [_look(name, wish, alone=len(names) == 1) for name in names]
    found = [each for each in looked if isinstance(each, Findings)]
    grave = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on != NEVER else ()
    failed = any(findings.counts[severity] for findings in found for severity in grave)
    code = BAD_INPUT if len(found) < len(looked) else FOUND if failed and write_baseline is None else 0
    if write_baseline is not None:
        if len(found) < len(looked):
            raise UsageError(f"{write_baseline}: nothing is written, as not all files can be used. Mend them first")
        _write(found, write_baseline, wanted, as_json)
    elif as_json:
        print_json(_json(looked))
    elif form == "sarif":
        from servanda.presentation.sarif import sarif

        unusable = [each for each in looked if not isinstance(each, Findings)]
        print_json(sarif(found, unusable, wanted, code, known is not None))
    else:
        _print(looked, wish)
    if code:
        sys.exit(code)


def _look(name: str, wish: _Wish, alone: bool) -> Findings | Unusable:
    """Check one file; one that cannot be used is told on standard error, and the others are checked all the same."""
    from servanda.agreement.format.agreement import AgreementError
    from servanda.checks.findings import check as look
    from servanda.presentation.sarif import Unusable

    path = wish.stdin_name if name == STDIN else name
    try:
        agreement = _read(name, path)
    except AgreementError as error:
        if alone and wish.form in ("full", "short"):
            raise
        complain(str(error))
        return Unusable(path, error.problems)
    expected = wish.baseline.of(path) if wish.baseline is not None else ()
    return look(agreement, select=wish.select, ignore=wish.ignore, baseline=expected)


def _read(name: str, path: str) -> Agreement:
    from servanda.agreement.format.agreement import AgreementError
    from servanda.agreement.reading.reader import LARGEST, loads, read

    if name == STDIN:
        return loads(sys.stdin.buffer.read(LARGEST + 1), path)
    if any(letter in name for letter in "*?[") and not Path(name).exists():
        raise AgreementError([f"{name}: no file has a name of this pattern. Check the pattern and the folder"])
    return read(name)


def _print(looked: Looked, wish: _Wish) -> None:
    from servanda.checks.findings import Findings
    from servanda.presentation import annotations
    from servanda.presentation.views.findings import print_findings

    several = len(looked) > 1
    for number, each in enumerate(looked):
        if not isinstance(each, Findings):
            lines = (
                [annotations.github_problem(each.path, *told) for told in each.told()] if wish.form == "github" else []
            )
        elif wish.form == "github":
            lines = annotations.github(each)
        else:
            path = each.agreement.origin.path if several and each.agreement.origin is not None else ""
            if wish.form == "full":
                if number:
                    click.echo()
                print_findings(each, path)
                if not several and not wish.select:
                    _print_scorecards(each)
                continue
            lines = annotations.short(each, path)
        for line in lines:
            click.echo(line)
    if several and wish.form != "github":
        if wish.form == "full":
            click.echo()
        click.echo(_total(looked))


MOST_SIDE_BY_SIDE = 20  # plans of which the scorecards are shown behind the findings


def _print_scorecards(findings: Findings) -> None:
    if len(findings.agreement.plans) > MOST_SIDE_BY_SIDE:  # no table has room for them; and they take long
        click.echo(
            f"\nThe file has {len(findings.agreement.plans):,} plans, too many for scorecards side by side. 'servanda"
            " score FILE --plan NAME' shows that of one."
        )
        return
    try:
        cards = playable_scorecards(findings.agreement)
    except MissingExtra as error:
        click.echo(str(error))
        return
    if cards is not None and any(card.harmed for card in cards.cards):
        from servanda.presentation.terminal import print_view
        from servanda.presentation.views.findings import shown_path
        from servanda.presentation.views.scorecard import plans_side_by_side

        click.echo()
        print_view(plans_side_by_side(cards))
        path = findings.agreement.origin.path if findings.agreement.origin is not None else ""
        click.echo(
            f"'servanda score {shown_path(path)} --plan NAME' shows a plan date by date, and which entries move these"
            " numbers."
        )


def _counts(looked: Looked) -> dict[str, int]:
    """How much was found in all files."""
    from servanda.checks.findings import Findings

    found = [each for each in looked if isinstance(each, Findings)]
    counts = {"files": len(looked), "unusable": len(looked) - len(found)}
    for findings in found:
        for name, count in findings.to_json()["counts"].items():
            counts[name] = counts.get(name, 0) + count
    return counts


def _total(looked: Looked) -> str:
    counts = _counts(looked)
    said = [
        f"{counts[name]} {name}{'' if counts[name] == 1 else 's'}"
        for name in ("error", "warning", "note")
        if counts.get(name)
    ]
    rest = [f"{counts[name]} {name}" for name in ("silenced", "known") if counts.get(name)]
    bad = f" {counts['unusable']} cannot be used." if counts["unusable"] else ""
    return f"{counts['files']} files: {', '.join(said) or 'nothing found'}{''.join(f'; {each}' for each in rest)}.{bad}"


def _json(looked: Looked) -> dict[str, Any]:
    """Of one file, its object; of several, a list of such objects, and how much was found in all."""
    rows = list(_rows(looked))
    return rows[0] if len(rows) == 1 else {"files": rows, "counts": _counts(looked)}


def _rows(looked: Looked) -> Iterator[dict[str, Any]]:
    from servanda.checks.findings import Findings

    for each in looked:
        if not isinstance(each, Findings):
            yield {"path": each.path, "problems": list(each.problems)}
            continue
        try:
            cards = playable_scorecards(each.agreement)
            rows = [] if cards is None else cards.cards_to_json()
        except MissingExtra:
            rows = None  # not known, and not: none
        yield {**each.to_json(), "scorecards": rows}


def _write(found: list[Findings], path: str, wanted: frozenset[str], as_json: bool) -> None:
    from servanda.checks.baseline import baseline_text, read_baseline, write_baseline

    old = read_baseline(path) if Path(path).is_file() else None
    write_baseline(path, baseline_text(found, path, wanted, old))
    count = sum(len(each.parts) for findings in found for each in findings.found)
    if as_json:
        print_json({"baseline": path, "findings": count, "files": len(found)})
    else:
        files = f"{len(found)} file{'' if len(found) == 1 else 's'}"
        click.echo(f"Baseline: {path}, with {count} finding{'' if count == 1 else 's'} of {files}.")


def playable_scorecards(agreement: Agreement) -> Scorecards | None:
    """The scorecards of the plans that can be played. A text without numbers does not wait for numpy."""
    from servanda.agreement.playability import playable

    names = [name for name in agreement.plans if playable(agreement, name)]
    if not names:
        return None
    need("solve", "A scorecard", "numba", "numpy", "scipy")
    from servanda.assessment.scorecards import scorecards

    return scorecards(agreement, names)
