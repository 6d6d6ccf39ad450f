"""One HTML file that says what was found, shows it, and lists what it rests on; it opens without a network."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from servanda.agreement.assumptions import Assumption, assumptions
from servanda.agreement.dates import last_day, length
from servanda.assessment.comparison import Comparison, PlanResult
from servanda.checks.findings import check
from servanda.english import at, capital, chance, month, printable
from servanda.game.compiler import tells_lateness
from servanda.parallel import Progress
from servanda.presentation import html
from servanda.presentation.folders import check_contents, file_names, put
from servanda.presentation.view import Column, Table, View, view
from servanda.presentation.views import uncertainty as ranges
from servanda.presentation.views.comparison import verdict
from servanda.presentation.views.plan import headline, left_out, other_ways
from servanda.presentation.views.scorecard import remarks
from servanda.uncertainty.overview import DRAWS, Uncertainty

if TYPE_CHECKING:
    from servanda.presentation.figures.gallery import Drawing

SECTIONS = (  # figures, in their order
    "outcomes", "timeline", "calendar", "survival", "beliefs", "exposure", "scorecard", "acts",
)  # fmt: skip
RANGES = {"fan": "survival_fan", "spread": "histogram", "tornado": "tornado", "tips": "tipping_points"}


@dataclass(frozen=True)
class Figure:
    """A figure as it stands in the report: `wide` and `narrow` are data URIs, `file` its name without ending."""

    file: str
    alt: str
    wide: str
    narrow: str


Figures: TypeAlias = Mapping[str, Sequence[Figure]]
Job: TypeAlias = "tuple[str, str, Drawing[Any], Any, dict[str, Any]]"  # see `_jobs`


def write(
    comparison: Comparison,
    folder: str | Path,
    progress: Progress | None = None,
    *,
    uncertainty: Uncertainty | None = None,
) -> Path:
    """Write `report.html` and its figures (SVG, and PNG at 200 dots an inch) into a folder.

    Nothing is left half-written: all is made first, then put in place, the report last.

    Parameters
    ----------
    folder : path
        Made if missing. An earlier report in it about the same agreement is replaced, with all its figures.
    progress : function of what is being done and the share done (0 to 1), optional
    uncertainty : Uncertainty, optional
        Of the same agreement: then every headline figure comes with its range, and a section says how sure it is.

    Returns
    -------
    pathlib.Path
        The report.

    Raises
    ------
    UsageError
        If the folder holds a report about another agreement, or files of such names that are not ours.
    NotSaved
        If it cannot be written.
    """
    folder = Path(folder)
    check_contents(folder, "report", comparison.agreement)
    files: dict[str, bytes] = {}

    def tell(what: str, share: float) -> None:
        if progress is not None:
            progress(what, share)

    from servanda.presentation.figures.gallery import one_note

    with one_note():
        figures = _figures(comparison, uncertainty, files, tell)
    tell("writing the report", 0.98)
    report = page(comparison, figures, uncertainty).encode("utf-8")
    put(folder, "report", comparison.agreement, {"report.html": report, **files})
    tell("report written", 1.0)
    return folder / "report.html"


def _figures(
    comparison: Comparison,
    uncertainty: Uncertainty | None,
    files: dict[str, bytes],
    tell: Progress,
) -> dict[str, list[Figure]]:
    """Draw every figure wide and narrow; put the wide ones into `files`."""
    from servanda.presentation.figures.gallery import figures as gallery

    drawn: dict[str, list[Figure]] = {}
    jobs = _jobs(comparison, uncertainty)
    for i, (name, file, drawing, result, which) in enumerate(jobs):
        tell(f"drawing {file}", 0.97 * i / len(jobs))
        wide, narrow = drawing(result, narrow=False, **which), drawing(result, narrow=True, **which)
        text = gallery.svg(wide)
        files[f"figures/{file}.svg"] = text.encode("utf-8")
        files[f"figures/{file}.png"] = gallery.png(wide)
        alt = drawing.alt(result, **which)
        drawn.setdefault(name, []).append(Figure(file, alt, _uri(text), _uri(gallery.svg(narrow))))
    return drawn


def _jobs(
    comparison: Comparison, found: Uncertainty | None
) -> list[tuple[str, str, Drawing[Any], Any, dict[str, str]]]:
    """What is drawn: where it stands, its file, the figure, the result and the part of it."""
    from servanda.presentation.figures.gallery import figures as gallery

    jobs: list[Job] = []
    for name in SECTIONS:
        for result in comparison.plans if gallery[name].of is PlanResult else (comparison,):
            file = f"{name}-{result.plan}" if isinstance(result, PlanResult) else name
            jobs.append((name, file, gallery[name], result, {}))
    if found is not None:
        results = (found.swept, found.swept, found.tornado, found.tips)
        parts: tuple[dict[str, Any], ...] = ({}, {"of": found.metric}, {}, {})
        for (name, figure), result, which in zip(RANGES.items(), results, parts, strict=True):
            if result is not None:
                jobs.append((name, name, gallery[figure], result, which))
    jobs = [job for job in jobs if not job[2].nothing(job[3])]
    files = file_names(file for _, file, *_ in jobs)
    return [(name, file, *rest) for (name, _, *rest), file in zip(jobs, files, strict=True)]  # pyright: ignore


def _uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def _weblink(value: Any) -> bool:
    """Whether a source's address may stand in a link; no other kind of address may (`javascript:`, `file:`)."""
    return isinstance(value, str) and value.startswith(("https://", "http://"))


def page(comparison: Comparison, figures: Figures | None = None, uncertainty: Uncertainty | None = None) -> str:
    """Fill the template.

    Parameters
    ----------
    figures : dict of sequences of Figure, optional
        By the names of `SECTIONS` and `RANGES`.

    Returns
    -------
    str
        HTML.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("servanda.presentation.report", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_text,
    )
    environment.tests["weblink"] = _weblink
    agreement, about = comparison.agreement, comparison.about
    numbers, findings = assumptions(agreement), check(agreement)
    said = view(findings)
    made = environment.get_template("page.html.jinja").render(
        agreement=agreement,
        about=about,
        end=last_day(agreement),
        at_end=at(last_day(agreement), agreement.horizon),
        span=length(agreement.horizon),
        verdict=verdict(comparison),
        plans=[_plan(result, uncertainty) for result in comparison.plans],
        compared=_titled(view(comparison), comparison),
        ranges=None if uncertainty is None else _ranges(comparison, uncertainty, figures or {}),
        sections=_sections(figures or {}),
        text={
            "view": said,
            "summary": said.headline.removeprefix(f"{agreement.title}: "),
            "found": bool(findings.found),
            "silenced": bool(findings.silenced),
        },
        table=_table,
        numbers=numbers,
        groups=_groups(numbers),
        counts=_counts(numbers),
        command=_command(about.path, uncertainty),
        month=month,
        capital=capital,
    )
    return html.set_apart(made)


def _text(value: Any) -> Any:
    """What the template writes: words of users are text and nothing else."""
    return printable(value) if type(value) is str else value


def _table(found: View, key: str, title: str | None = None) -> Any:
    """A table of a view as HTML; `title` in place of its own."""
    from markupsafe import Markup

    what = found.table(key)
    return Markup(html.table(what if title is None else replace(what, title=title)))


def _titled(found: View, comparison: Comparison) -> View:
    """The same with the titles of plans above columns that have their names."""
    names = {result.plan: capital(result.title) for result in comparison.plans}
    what = found.table("plans")
    columns = tuple(Column(names.get(column.name, column.name), column.kind) for column in what.columns)
    blocks = tuple(block for block in found.blocks if block is not what)
    return replace(found, blocks=(replace(what, columns=columns), *blocks))


def _sections(figures: Figures) -> dict[str, dict[str, Any]]:
    """The sections that show figures, each with its heading and with how to read it."""
    from servanda.presentation.figures.gallery import figures as gallery

    return {
        name: {
            "heading": gallery[name].heading,
            "reading": gallery[name].reading,
            "per_plan": gallery[name].of is PlanResult,
            "figures": figures[name],
        }
        for name in SECTIONS
        if figures.get(name)
    }


def _command(path: str | None, found: Uncertainty | None) -> str:
    """What to type to make the report again."""
    draws, seed = (None, 0) if found is None else (found.swept.draws, found.swept.seed)
    usual = draws == DRAWS and not seed
    if path is None:
        more = "" if usual else ", draws=0" if draws is None else f", draws={draws}, seed={seed}"
        return f"servanda.study(agreement{more})"
    more = "" if usual else " --quick" if draws is None else f" --draws {draws} --seed {seed}"
    return f"servanda study {shlex.quote(path)}{more}"


def _ranges(comparison: Comparison, found: Uncertainty, figures: Figures) -> dict[str, Any]:
    from servanda.presentation.figures.gallery import figures as gallery

    said = view(found)
    keys = {block.key for block in said.blocks if isinstance(block, Table)}
    return {
        "intro": ranges.intro(found),
        "view": replace(said, blocks=(ranges.ranges(comparison, found), *said.blocks)),
        "has": keys,
        "moving": ranges.moving(found),
        "turning": ranges.turning(found),
        "draws": found.swept.draws,
        "seed": found.swept.seed,
        "figures": {name: figures.get(name, ()) for name in RANGES},
        "reading": {name: gallery[figure].reading for name, figure in RANGES.items()},
    }


def _plan(result: PlanResult, found: Uncertainty | None) -> dict[str, Any]:
    summary, agreement, name = result.summary, result.game.agreement, capital(result.title)
    late, stands = any(tells_lateness(agreement, plan) for plan in agreement.plans), summary.stands
    return {
        "id": result.plan,
        "name": name,
        "rest": headline(summary).removeprefix(f"{name} "),
        "held": chance(stands["complete_on_time"] + stands["complete_late"] if late else summary.held["clean"]),
        "late": late,
        "span": "" if found is None else ranges.span_of(found, result.plan),
        "note": agreement.plans[result.plan].note,
        "view": view(result),
        "harms": bool(result.scorecard.harmed),
        "remarks": [" ".join(remarks(agreement, one)) for one in result.scorecard.parties.values()],
        "status": summary.status,
        "residual": f"{summary.residual:.1e}",
        "iterations": summary.iterations,
        "others": other_ways(summary),
        "left_out": left_out(summary),
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
