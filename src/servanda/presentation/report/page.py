"""One HTML file that says what was found, shows it, and lists what it rests on; it opens without a network."""

from __future__ import annotations

import base64
import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from servanda.agreement.assumptions import Assumption, assumptions
from servanda.agreement.dates import last_day, length
from servanda.assessment.comparison import Comparison, PlanResult
from servanda.checks.findings import check
from servanda.english import capital, month
from servanda.presentation.report._tables import (
    audit_rows,
    entry_rows,
    outcome_rows,
    score_rows,
    text_groups,
    value_rows,
    weakest_rows,
)
from servanda.presentation.html import table
from servanda.presentation.view import Table, view
from servanda.presentation.views import uncertainty as _range_words
from servanda.presentation.views.comparison import verdict
from servanda.presentation.views.plan import headline, left_out, other_ways
from servanda.presentation.views.scorecard import remarks
from servanda.uncertainty.overview import DRAWS, Uncertainty

READING = {
    "outcomes": "Each bar is one plan. Green on the left is the chance that the agreement is still in force at the end;"
    " the rest is how it breaks. A full colour means that this party walks out, the same colour with slanted lines"
    " that it is caught cheating, with upright lines that its parliament says no.",
    "calendar": "Above, one lane a party: the higher a mark, the likelier the entry is kept if the agreement gets that"
    " far; the grey area is the chance that it gets that far. Below, every entry in turn, and how much of the"
    " agreement's chance is lost there.",
    "survival": "The line falls at every date at which the agreement may break. The steepest falls bear the name of"
    " their entry and the main cause. Hatched: in force, but somebody is concealing something.",
    "beliefs": "Each line is a type that the party may be; together they make 100%. Each act, and each report that"
    " finds nothing, moves them. Dotted: so unlikely to be reached that it hardly matters.",
    "exposure": "Above zero (shaded), a party would be worse off than if it had never signed, should the agreement"
    " break down at that moment through no doing of its own. The higher, the more it has trusted. Compare a line only"
    " with itself: each party counts in units of its own.",
    "scorecard": "Supposing that everyone keeps: what each party gets of what the others hold against it. Complete: how"
    " much of it is given up. Verifiable: if some of that were hidden, the chance that it is found soon enough for the"
    " party; what cannot be hidden counts in full. Irreversible: how much of it the others would need long to restore."
    " Thin lines, and ticks across the bars, are the party's own aims; one for verifiable or irreversible is met only"
    " if every part of what is obtained meets it.",
    "fan": "The line is the median of the draws: in half of them the agreement is likelier to be in force then, in half"
    " less likely. Half of the draws lie in the dark band, nine of ten in the pale one. A wide band says that the"
    " judgements in the file do not settle the matter.",
    "spread": "Each panel is one plan, on one scale. The higher a bar, the more draws come to that value; the dot is"
    " the median, the line below holds nine of ten draws.",
    "tornado": "Each bar is one number of the file, moved from the low to the high end of its range while all others"
    " stay likely; the longest are on top. What several numbers do together is in the draws, not here.",
    "tips": "Each bar is the range of one number, all others likely. Where its colour changes, the other plan becomes"
    " the better one. A number without a thick line cannot turn the ranking alone.",
    "acts": "For each party's possible type, what it does at each of its entries. A long green bar is a type that can"
    " be relied on there.",
}
NAMES = {
    "outcomes": "How each plan ends",
    "calendar": "The calendar: is each entry kept?",
    "survival": "How long it stays in force",
    "beliefs": "What the parties believe of each other",
    "exposure": "What each party stands to lose",
    "scorecard": "What each party obtains",
    "acts": "What each type does",
}
PER_PLAN = ("calendar", "scorecard", "acts")
RANGES = ("fan", "spread", "tornado", "tips")


@dataclass(frozen=True)
class Figure:
    """A figure as it stands in the report: `wide` and `narrow` are data URIs, `file` its name without ending."""

    file: str
    title: str
    alt: str
    wide: str
    narrow: str


def write(
    comparison: Comparison,
    folder: str | Path,
    progress: Callable[[str, float], None] | None = None,
    *,
    uncertainty: Uncertainty | None = None,
) -> Path:
    """Write `report.html` and its figures (SVG, and PNG at 200 dots an inch) into a folder.

    Nothing is left half-written: all is made first, then put in place, the report last.

    Parameters
    ----------
    comparison : Comparison
    folder : path
        Made if missing; files of an earlier report in it are replaced.
    progress : function of what is being done and the share done (0 to 1), optional
    uncertainty : Uncertainty, optional
        Of the same agreement: then every headline figure comes with its range, and a section says how sure it is.

    Returns
    -------
    pathlib.Path
        The report.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    tell = progress or _silent
    files: dict[str, bytes] = {}
    figures = _figures(comparison, uncertainty, files, tell)
    tell("writing the report", 0.98)
    files["report.html"] = page(comparison, figures, uncertainty).encode("utf-8")
    folder = Path(folder)
    _put(folder, files)
    tell("report written", 1.0)
    return folder / "report.html"


def _silent(text: str, share: float) -> None:
    """Report nothing."""


def _figures(
    comparison: Comparison,
    uncertainty: Uncertainty | None,
    files: dict[str, bytes],
    tell: Callable[[str, float], None],
) -> dict[str, list[Figure]]:
    """Draw every figure wide and narrow; put the wide ones into `files`."""
    from servanda.presentation.figures import gallery as pictures
    from servanda.presentation.figures.beliefs import uncertain

    jobs: list[tuple[str, str, str, str, Callable[[bool], Any]]] = []
    for name in NAMES:
        if name == "beliefs" and not uncertain(comparison):
            continue
        for subject in comparison.plans if name in PER_PLAN else (comparison,):
            file = f"{name}-{subject.plan}" if isinstance(subject, PlanResult) else name
            draw = partial(getattr(pictures, name), subject)
            jobs.append((name, file, pictures.title(name, subject), pictures.alt(name, subject), draw))
    if uncertainty is not None:
        jobs += _range_jobs(uncertainty)
    drawn: dict[str, list[Figure]] = {name: [] for name in (*NAMES, *RANGES)}
    for i, (name, file, title, alt, draw) in enumerate(jobs):
        tell(f"drawing {file}", 0.97 * i / len(jobs))
        wide, narrow = draw(False), draw(True)
        text = pictures.svg(wide)
        files[f"figures/{file}.svg"] = text.encode("utf-8")
        files[f"figures/{file}.png"] = pictures.png(wide)
        drawn[name].append(Figure(file, title, alt, _uri(text), _uri(pictures.svg(narrow))))
    return drawn


def _range_jobs(found: Uncertainty) -> list[tuple[str, str, str, str, Callable[[bool], Any]]]:
    """The figures of the section on how sure the answer is."""
    from servanda.presentation.figures import gallery as pictures
    from servanda.presentation.figures.tipping_points import tips_alt
    from servanda.presentation.figures.tornado import tornado_alt

    agreement, swept, swings, tips = found.agreement, found.swept, found.tornado, found.tips
    jobs: list[tuple[str, str, str, str, Callable[[bool], Any]]] = [
        ("fan", "fan", "Survival over the draws", _range_words.fan_alt(found), partial(pictures.survival_fan, swept)),
        (
            "spread", "spread", "How the figure spreads", _range_words.histogram_alt(found),
            partial(pictures.histogram, swept, found.figure),
        ),
    ]  # fmt: skip
    if swings is not None:
        draw = partial(pictures.tornado, agreement, swings)
        jobs.append(("tornado", "tornado", "What moves it", tornado_alt(agreement, swings), draw))
    if tips is not None:
        jobs.append(("tips", "tips", "What would turn it", tips_alt(tips), partial(pictures.tips, tips)))
    return jobs


def _uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def _put(folder: Path, files: dict[str, bytes]) -> None:
    """Write every file beside its place first, then move all into place."""
    ready: list[tuple[Path, Path]] = []
    try:
        for name, content in files.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            part = place.with_name(f".{place.name}.part")
            ready.append((part, place))
            part.write_bytes(content)
        for part, place in ready:
            os.replace(part, place)  # noqa: PTH105 - one system call, all or nothing
    finally:
        for part, _ in ready:
            part.unlink(missing_ok=True)


def _weblink(value: Any) -> bool:
    """Whether a source's address may stand in a link; no other kind of address may (`javascript:`, `file:`)."""
    return isinstance(value, str) and value.startswith(("https://", "http://"))


def page(comparison: Comparison, figures: dict[str, list[Figure]], uncertainty: Uncertainty | None = None) -> str:
    """Fill the template.

    Parameters
    ----------
    comparison : Comparison
    figures : dict[str, list[Figure]]
        By the names of `NAMES` and `RANGES`, in the order in which they are shown.
    uncertainty : Uncertainty, optional

    Returns
    -------
    str
        HTML.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("servanda.presentation.report", "."), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=StrictUndefined,
    )  # fmt: skip
    environment.tests["weblink"] = _weblink
    agreement, about = comparison.agreement, comparison.about
    numbers = assumptions(agreement)
    return environment.get_template("page.html.jinja").render(
        agreement=agreement,
        about=about,
        end=last_day(agreement),
        span=length(agreement.horizon),
        verdict=verdict(comparison),
        plans=[_plan(comparison, result, uncertainty) for result in comparison.plans],
        ranges=None if uncertainty is None else _ranges(comparison, uncertainty),
        figures=figures,
        names=NAMES,
        reading=READING,
        per_plan=PER_PLAN,
        outcomes=outcome_rows(comparison),
        weakest=weakest_rows(comparison),
        text=text_groups(check(agreement)),
        numbers=numbers,
        groups=_groups(numbers),
        counts=_counts(numbers),
        command=_command(about.path, uncertainty),
        month=month,
        table=lambda one: Markup(table(one)),
        capital=capital,
    )


def _command(path: str | None, found: Uncertainty | None) -> str:
    """What to type to make the report again."""
    draws, seed = (None, 0) if found is None else (found.swept.draws, found.swept.seed)
    usual = draws == DRAWS and not seed
    if path is None:
        more = "" if usual else ", draws=0" if draws is None else f", draws={draws}, seed={seed}"
        return f"servanda.study(agreement{more})"
    more = "" if usual else " --quick" if draws is None else f" --draws {draws} --seed {seed}"
    return f"servanda study {shlex.quote(path)}{more}"


def _ranges(comparison: Comparison, found: Uncertainty) -> dict[str, Any]:
    said = view(found)
    return {
        "intro": _range_words.intro(found),
        "headline": said.headline,
        "notes": said.notes,
        "ranges": _range_words.ranges(comparison, found),
        "tables": {block.key: block for block in said.blocks if isinstance(block, Table)},
        "moving": _range_words.moving(found),
        "turning": _range_words.turning(found),
        "draws": found.swept.draws,
        "seed": found.swept.seed,
    }


def _plan(comparison: Comparison, result: PlanResult, found: Uncertainty | None) -> dict[str, Any]:
    from servanda.english import short

    agreement = comparison.agreement
    sentence = headline(result)
    name = capital(result.title)
    return {
        "id": result.plan,
        "name": name,
        "headline": sentence,
        "rest": sentence.removeprefix(f"{name}: "),
        "held": short(result.summary.held["clean"]),
        "span": "" if found is None else _range_words.span_of(found, result.plan),
        "note": agreement.plans[result.plan].note,
        "entries": entry_rows(result),
        "values": value_rows(result),
        "audit": audit_rows(result),
        "score": score_rows(result),
        "remarks": [" ".join(remarks(agreement, one)) for one in result.scorecard.parties.values()],
        "status": result.summary.status,
        "residual": f"{result.summary.residual:.1e}",
        "iterations": result.summary.iterations,
        "others": other_ways(result),
        "left_out": left_out(result.summary),
    }


def _groups(numbers: tuple[Assumption, ...]) -> dict[str, list[Assumption]]:
    """The numbers that the file gives, by what they belong to, in file order."""
    groups: dict[str, list[Assumption]] = {}
    for number in numbers:
        if number.given:
            groups.setdefault(number.group, []).append(number)
    return groups


def _counts(numbers: tuple[Assumption, ...]) -> dict[str, Any]:
    """How many numbers the file gives, and what they rest on."""
    given = [n for n in numbers if n.given]
    kinds = sorted({n.basis for n in given} - {"judgement"})
    return {
        "all": len(given),
        "silent": len(numbers) - len(given),
        "judged": sum(n.judged for n in given),
        "named": sum(n.judged and n.source is not None for n in given),
        "bare": sum(n.source is None for n in given),
        "terms": sum(n.source is None and "gives" in n.path for n in given),
        "ranged": sum(bool(n.spread) for n in given),
        "kinds": [(kind, sum(n.basis == kind for n in given)) for kind in kinds],
    }
