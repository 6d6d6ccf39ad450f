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

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SOLVING = 0.3  # share of the progress bar; drawing takes the rest
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
    """

    comparison: Comparison
    report: Path

    def __repr__(self) -> str:
        return f"<Study of {self.comparison.agreement.title!r}: {self.report}>"

    def _repr_html_(self) -> str:
        return f"{self.comparison._repr_html_()}<p>Report: <code>{self.report}</code></p>"  # pyright: ignore[reportPrivateUsage]


def study(
    agreement: Agreement, folder: str | Path = "report", *, progress: Callable[[str, float], None] | None = None
) -> Study:
    """Solve, audit and compare all plans of an agreement and write a report with figures.

    Parameters
    ----------
    agreement : Agreement
    folder : path
        Made if missing. `report.html` and `figures/` in it are replaced.
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
    >>> done = servanda.study(servanda.read("singapore-2018"), folder)
    >>> done.report.name
    'report.html'
    """
    _need("The report", "jinja2", "matplotlib")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    count = len(agreement.plans)
    names = list(agreement.plans)

    def solving(plan: str, share: float) -> None:
        if progress is not None:
            progress(f"solving {plan}", SOLVING * (names.index(plan) + share) / count)

    def drawing(what: str, share: float) -> None:
        if progress is not None:
            progress(what, SOLVING + (1.0 - SOLVING) * share)

    from servanda.report import write

    comparison = compare(agreement, starts=STARTS, progress=solving)
    return Study(comparison, write(comparison, folder, progress=drawing))


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
    return _picture(path, lambda: _inspections(agreement, allocation))


def _inspections(agreement: Agreement, allocation: Allocation) -> Figure:
    from servanda import pictures

    return pictures.inspections(agreement, allocation)


def picture_design(design: Design, path: str | Path) -> Path:
    """Draw a search for better plans, into a file; parameters, result and errors as `picture_inspections`."""
    return _picture(path, design.plot)


def may_picture(path: str | Path) -> Path:
    """See that a picture could be written to such a name, before anything long is begun; errors as above."""
    file = Path(path)
    if file.suffix not in (".png", ".svg"):
        raise PictureNotWritten(f"{path}: a picture is a .png or a .svg file. Give it a name that ends so")
    _need("A picture", "matplotlib")
    return file


def _picture(path: str | Path, draw: Callable[[], Figure]) -> Path:
    file = may_picture(path)
    from servanda import pictures

    figure = draw()
    try:
        file.write_bytes(pictures.png(figure) if file.suffix == ".png" else pictures.svg(figure).encode("utf-8"))
    except OSError as error:
        raise PictureNotWritten(f"{path}: the picture cannot be written ({error.strerror}). Check the folder") from None
    return file


def _need(what: str, *packages: str) -> None:
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise PicturesMissing(
            f"{what} needs {' and '.join(missing)}, not installed here. Install them with: pip install"
            " 'servanda[pictures]'. The commands solve, compare and audit work without"
        )
