"""How a command ends: with what it printed, or with one message and an exit code, never with a traceback."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import click

FOUND, BAD_INPUT, NO_ANSWER, STOPPED = 1, 2, 3, 130  # exit codes; 0 is done


class Refused(Exception):
    """A request that cannot be met, with one message for the user."""


def complain(message: str) -> None:
    """Say on standard error what is the matter."""
    click.echo(message, err=True)


def ended(run: Callable[[], Any]) -> NoReturn:
    """Run a command and leave with its exit code: 0 done, else one of the codes above.

    Parameters
    ----------
    run : function
        The command; what it gives back is the exit code (None: 0).

    Raises
    ------
    SystemExit
        Always, save for a failure that is no fault of the user's.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows ? for it
    try:
        sys.exit(run())
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(0)
    except click.ClickException as error:
        error.show()
        sys.exit(BAD_INPUT)
    except (click.Abort, KeyboardInterrupt):
        complain("Stopped.")
        sys.exit(STOPPED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Refused as refusal:
        complain(str(refusal))
        sys.exit(BAD_INPUT)
    except Exception as error:
        code = _known(error)
        if code is None:
            raise
        complain(str(error))
        sys.exit(code)


def _known(error: Exception) -> int | None:
    """The exit code of a failure that the user can do something about; None if it is our own fault."""
    kind = type(error).__name__
    if kind in ("AgreementError", "GameTooLarge", "TreeTooLarge", "ChainTooLarge", "PicturesMissing"):
        return BAD_INPUT
    if kind in ("InspectionTooLarge", "NoCluster", "NotSwept", "NotWritten", "PictureNotWritten", "QuestionRefused"):
        return BAD_INPUT
    if kind in ("NothingToDesign", "SearchMissing", "UnknownFigure"):
        return BAD_INPUT
    return NO_ANSWER if kind == "NotConverged" else None
