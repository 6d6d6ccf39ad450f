"""How a command ends: with what it printed, or with one message and an exit code, never with a traceback."""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Callable
from typing import Any, NoReturn

import click

from servanda.english import printable
from servanda.errors import ServandaError, missing_extra

FOUND, BAD_INPUT, NO_ANSWER, STOPPED = 1, 2, 3, 130  # exit codes; 0 is done


def complain(message: str) -> None:
    """Say on standard error what is the matter."""
    click.echo(printable(message, lines=True), err=True)


def say(words: str = "") -> None:
    """Print words that may be of users: nothing in them steers the terminal."""
    click.echo(printable(words, lines=True))


def _warning(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
    """Print a warning of servanda's as a sentence, and any other as Python does."""
    if category.__module__.startswith("servanda."):
        complain(f"{message}.")
    else:
        _shown(message, category, *where, **more)


_shown = warnings.showwarning


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
    warnings.showwarning = _warning
    try:
        sys.exit(run())
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(0)
    except click.ClickException as error:
        where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "servanda"
        words = error.format_message().rstrip(".")
        complain(f"{words}{'' if words.endswith('?') else '.'} All options: {where} --help")
        sys.exit(BAD_INPUT)
    except (click.Abort, KeyboardInterrupt):
        complain("Stopped.")
        sys.exit(STOPPED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except ServandaError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        missing = missing_extra(error)
        if missing is None:
            raise
        complain(str(missing))
        sys.exit(BAD_INPUT)
