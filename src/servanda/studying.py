"""The main job: solve all plans, audit and compare them, and write the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from servanda.agreement import Agreement
from servanda.allocation import Allocation
from servanda.comparison import Comparison, compare
from servanda.designing import Design
from servanda.flips import HeatMap, Reached, Tips
from servanda.sweeping import Sweep
from servanda.uncertainty import DRAWS, Uncertainty, within_ranges

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SOLVING, RANGING = 0.1, 0.5  # shares of the progress bar; drawing takes the rest
STARTS = 5  # from which further equilibria of each plan are looked for


class PicturesMissing(RuntimeError):
    """What draws the report is not installed; the message says how to install it."""


class PictureNotWritten(Exception):
    """A picture that could not be written."""


@dataclass(frozen=True, repr=False)
class Study:
    """A comparison and the report written about it.

    Attributes
    ----------
    comparison : Comparison
    report : pathlib.Path
        The HTML file; its figures are in `figures/` beside it.
    uncertainty : Uncertainty or None
        How far the answer moves within the ranges; None if that was not asked, or if no number has a range.
    """

    comparison: Comparison
    report: Path
    uncertainty: Uncertainty | None = None

    def __repr__(self) -> str:
        return f"<Study of {self.comparison.agreement.title!r}: {self.report}>"

    def _repr_html_(self) -> str:
        return f"{self.comparison._repr_html_()}<p>Report: <code>{self.report}</code></p>"  # pyright: ignore[reportPrivateUsage]


def study(
    agreement: Agreement,
    folder: str | Path = "report",
    *,
    draws: int = DRAWS,
    seed: int = 0,
    progress: Callable[[str, float], None] | None = None,
) -> Study:
    """Solve, audit and compare all plans of an agreement, carry the ranges through, and write a report with figures.

    Parameters
    ----------
    agreement : Agreement
    folder : path
        Made if missing. `report.html` and `figures/` in it are replaced.
    draws : int
        Of the numbers that have a range; 0 leaves uncertainty out.
    seed : int
        Of the draws.
    progress : function of what is being done and the share done (0 to 1), optional

    Returns
    -------
    Study

    Raises
    ------
    NotConverged, GameTooLarge
        As `compare`.
    PicturesMissing
        If what draws the pictures is not installed.
    OSError
        If the folder cannot be written.

    Examples
    --------
    >>> import servanda
    >>> done = servanda.study(servanda.read("singapore-2018"), folder, draws=0)
    >>> done.report.name
    'report.html'
    """
    need("The report", "jinja2", "matplotlib")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    count = len(agreement.plans)
    names = list(agreement.plans)

    def solving(plan: str, share: float) -> None:
        if progress is not None:
            progress(f"solving {plan}", SOLVING * (names.index(plan) + share) / count)

    begin = SOLVING + RANGING if draws else SOLVING

    def ranging(what: str, share: float) -> None:
        if progress is not None:
            progress(what, SOLVING + RANGING * share)

    def drawing(what: str, share: float) -> None:
        if progress is not None:
            progress(what, begin + (1.0 - begin) * share)

    from servanda.report import write

    comparison = compare(agreement, starts=STARTS, progress=solving)
    found = within_ranges(agreement, draws, seed, progress=ranging) if draws else None
    return Study(comparison, write(comparison, folder, progress=drawing, uncertainty=found), found)


def picture_inspections(agreement: Agreement, allocation: Allocation, path: str | Path) -> Path:
    """Draw where to look and what budgets achieve, into a file.

    Parameters
    ----------
    agreement : Agreement
    allocation : Allocation
        Of that agreement.
    path : path
        Ends in .png or .svg; a file of this name is replaced.

    Returns
    -------
    Path
        The same.

    Raises
    ------
    PicturesMissing
        If what draws pictures is not installed.
    PictureNotWritten
        If the name ends otherwise, or the file cannot be written.
    """
    check_picture(path)
    from servanda import pictures

    return write_picture(path, lambda: pictures.inspections(agreement, allocation))


def picture_of(found: Tips | Reached | HeatMap | Design, path: str | Path) -> Path:
    """Draw what was found about uncertain numbers, or a search for plans, into a file; errors as above."""
    check_picture(path)
    return write_picture(path, found.plot)


def check_picture(path: str | Path) -> None:
    """Refuse a picture that could not be written, before anything is worked out for it.

    Parameters
    ----------
    path : path
        Ends in .png or .svg.

    Raises
    ------
    PicturesMissing
        If what draws pictures is not installed.
    PictureNotWritten
        If the name ends otherwise, or its folder is not there.
    """
    file = Path(path)
    if file.suffix not in (".png", ".svg"):
        raise PictureNotWritten(f"{path}: a picture is a .png or a .svg file. Give it a name that ends so")
    if not file.parent.is_dir():
        raise PictureNotWritten(f"{path}: the picture cannot be written (there is no such folder). Check the folder")
    need("A picture", "matplotlib")


def write_picture(path: str | Path, draw: Callable[[], Figure]) -> Path:
    """Draw a figure into a file; its name has been checked.

    Parameters
    ----------
    path : path
        A file of this name is replaced.
    draw : function that gives a figure

    Returns
    -------
    Path
        The same.

    Raises
    ------
    PictureNotWritten
        If the file cannot be written.
    """
    from servanda import pictures

    file, figure = Path(path), draw()
    try:
        file.write_bytes(pictures.png(figure) if file.suffix == ".png" else pictures.svg(figure).encode("utf-8"))
    except OSError as error:
        raise PictureNotWritten(f"{path}: the picture cannot be written ({error.strerror}). Check the folder") from None
    return file


def picture_sweep(swept: Sweep, folder: str | Path) -> tuple[Path, ...]:
    """Draw what a sweep found: histograms, and the survival of each plan as a fan; each as .png and .svg.

    Parameters
    ----------
    swept : Sweep
    folder : path
        Made if missing; files of the same names are replaced.

    Returns
    -------
    tuple of Path

    Raises
    ------
    PicturesMissing
        If what draws pictures is not installed.
    PictureNotWritten
        If they cannot be written.
    """
    need("A picture", "matplotlib")
    from servanda import pictures

    figures = {
        "survival-fan": pictures.survival_fan(swept),
        **{f"histogram-{name}": pictures.histogram(swept, name) for name in pictures.histograms(swept)},
    }
    made: list[Path] = []
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        for name, figure in figures.items():
            for suffix, picture in (("png", pictures.png(figure)), ("svg", pictures.svg(figure).encode("utf-8"))):
                made.append(Path(folder, f"{name}.{suffix}"))
                made[-1].write_bytes(picture)
    except OSError as error:
        raise PictureNotWritten(f"{folder}: the pictures cannot be written ({error.strerror})") from None
    return tuple(made)


def need(what: str, *packages: str) -> None:
    """Say which packages are not there that something needs, and how to install them."""
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise PicturesMissing(
            f"{what} needs {' and '.join(missing)}, not installed here. Install them with: pip install"
            " 'servanda[pictures]'. The commands solve, compare and audit work without"
        )
