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
from servanda.presentation.figures.gallery import figures as gallery
from servanda.presentation.report._tables import (
    audit_rows,
    entry_rows,
    outcome_rows,
    score_rows,
    text_groups,
    value_rows,
    weakest_rows,
)
from servanda.presentation.views import uncertainty as _range_words
from servanda.presentation.views.comparison import verdict
from servanda.presentation.views.plan import headline, left_out, other_ways
from servanda.presentation.views.scorecard import remarks
from servanda.presentation.views.sweep import unanswered
from servanda.uncertainty.overview import DRAWS, Uncertainty

FIGURES = ("outcomes", "calendar", "survival", "beliefs", "exposure", "scorecard", "acts")  # in their order
RANGES = {"fan": "survival_fan", "spread": "histogram", "tornado": "tornado", "tips": "tipping_points"}  # of how sure


@dataclass(frozen=True)
class Figure:
    """A figure as it stands in the report: `wide` and `narrow` are data URIs, `file` its name without ending."""

    file: str
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
    jobs: list[tuple[str, str, Callable[..., str], Callable[..., Any]]] = []

    def draw(name: str, file: str, subject: Any, figure: str = "", **which: Any) -> None:
        drawing = gallery[figure or name]
        if subject is not None and not drawing.nothing(subject):
            jobs.append((name, file, partial(drawing.alt, subject, **which), partial(drawing, subject, **which)))

    for name in FIGURES:
        if _per_plan(name):
            for result in comparison.plans:
                draw(name, f"{name}-{result.plan}", result)
        else:
            draw(name, name, comparison)
    if uncertainty is not None:
        of = {"spread": {"of": uncertainty.figure}}
        parts = (uncertainty.swept, uncertainty.swept, uncertainty.tornado, uncertainty.tips)
        for (name, figure), subject in zip(RANGES.items(), parts, strict=True):
            draw(name, name, subject, figure, **of.get(name, {}))
    drawn: dict[str, list[Figure]] = {name: [] for name in (*FIGURES, *RANGES)}
    for i, (name, file, alt, made) in enumerate(jobs):
        tell(f"drawing {file}", 0.97 * i / len(jobs))
        wide, narrow = made(), made(narrow=True)
        text = gallery.svg(wide)
        files[f"figures/{file}.svg"] = text.encode("utf-8")
        files[f"figures/{file}.png"] = gallery.png(wide)
        drawn[name].append(Figure(file, alt(), _uri(text), _uri(gallery.svg(narrow))))
    return drawn


def _per_plan(name: str) -> bool:
    """Whether there is such a figure of each plan, and not only of all together."""
    return issubclass(gallery[name].of, PlanResult)


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
        By the names of `FIGURES` and `RANGES`, in the order in which they are shown.
    uncertainty : Uncertainty, optional

    Returns
    -------
    str
        HTML.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

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
        names={name: gallery[name].heading for name in FIGURES},
        reading={
            name: gallery[figure].reading for name, figure in [*zip(FIGURES, FIGURES, strict=True), *RANGES.items()]
        },
        per_plan=[name for name in FIGURES if _per_plan(name)],
        outcomes=outcome_rows(comparison),
        weakest=weakest_rows(comparison),
        text=text_groups(check(agreement)),
        numbers=numbers,
        groups=_groups(numbers),
        counts=_counts(numbers),
        command=_command(about.path, uncertainty),
        month=month,
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
    names, duels = _range_words.duel_rows(found)
    return {
        "intro": _range_words.intro(found),
        "headline": _range_words.headline(found),
        "unanswered": unanswered(found.swept),
        "rows": _range_words.range_rows(comparison, found),
        "names": names,
        "duels": duels,
        "better": "is likelier to be in force and clean"
        if found.figure == "held_clean"
        else "is expected to last longer",
        "moving": _range_words.moving(found),
        "turning": _range_words.turning(found),
        "tips": _range_words.tip_rows(found),
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
