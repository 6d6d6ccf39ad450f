"""How a command ends: with what it printed, or with one message and an exit code, never with a traceback."""

from __future__ import annotations

import errno
import io
import logging
import os
import select
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, cast

import click

from servanda.english import capital, printable
from servanda.errors import ServandaError, missing_extra
from servanda.files import why

NARROWEST = 20  # characters: a terminal that says that it has less is not asked
FOUND, BAD_INPUT, NO_ANSWER, STOPPED = 1, 2, 3, 130  # exit codes; 0 is done


class Pipe(io.RawIOBase):
    """Standard output or error; what cannot be written is dropped, and why is kept, so that a command ends as it would.

    Attributes
    ----------
    trouble : OSError or None
        What was in the way, save that nobody reads any more: then all has been read that somebody wanted to.
    """

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._open = True
        self.trouble: OSError | None = None

    def write(self, data: Any, /) -> int:
        """Write all of it, or drop what cannot be written."""
        rest = memoryview(data).cast("B")
        size = len(rest)
        while rest and self._open:
            try:
                written: int | None = self._raw.write(rest)
                if written is None:
                    select.select([], [self._raw], [])  # a pipe that does not wait by itself
                rest = rest[written or 0 :]
            except OSError as error:
                self._open = False
                if not isinstance(error, BrokenPipeError) and error.errno != errno.EINVAL:  # as Windows says it
                    self.trouble = error
        return size

    def writable(self) -> bool:
        """Yes."""
        return True

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return bool(self._raw.isatty())

    def fileno(self) -> int:
        """Its number."""
        return int(self._raw.fileno())


def _open_streams() -> list[Pipe]:
    """See that standard output and error can be written to, come what may; an output that is closed takes anything."""
    with suppress(OSError):  # no file of the user's gets the number of a standard stream
        while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
            pass
        os.close(number)
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115
    pipes = list[Pipe]()
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            pipes.append(Pipe(open(os.devnull, "wb", buffering=0)))  # noqa: PTH123, SIM115
            setattr(sys, name, io.TextIOWrapper(io.BufferedWriter(pipes[-1]), "utf-8", "replace"))
        elif isinstance(stream, io.TextIOWrapper) and stream is getattr(sys, f"__{name}__"):
            below: Any = cast("Any", stream).buffer
            pipes.append(Pipe(getattr(below, "raw", below)))
            out: Any = io.BufferedWriter(pipes[-1]) if hasattr(below, "raw") else pipes[-1]
            text = io.TextIOWrapper(
                out,
                stream.encoding,
                "replace",
                line_buffering=stream.line_buffering,
                write_through=stream.write_through,
            )
            setattr(sys, name, text)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows ? for it
    return pipes


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

    If nobody reads the output any more, the command ends as it would have; if it cannot be written, as on a full disk,
    that is said, and the code is 2.

    Parameters
    ----------
    run : function
        The command; what it gives back is the exit code (None: 0).

    Raises
    ------
    SystemExit
        Always, save for a failure that is no fault of the user's.
    """
    pipes = _open_streams()
    warnings.showwarning = _warning
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # users need not hear where it keeps its fonts
    os.environ.pop("MPLBACKEND", None)  # commands draw into files alone, and matplotlib may not know what is in it
    wide = os.environ.get("COLUMNS", "")
    if wide and not (wide.isascii() and wide.isdigit() and int(wide) >= NARROWEST):
        del os.environ["COLUMNS"]  # sentences would be cut to nothing
    code = _code(run)
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    if pipes and (trouble := pipes[0].trouble) is not None:
        complain(f"The output is not whole: it cannot be written ({why(trouble)}).")
        code = max(code, BAD_INPUT)
    with suppress(OSError, ValueError):
        sys.stderr.flush()
    sys.exit(code)


def _here() -> bool:
    """Whether the folder is still there in which the command was given."""
    try:
        return bool(Path.cwd())
    except OSError:
        return False


def _code(run: Callable[[], Any]) -> int:
    """The exit code of a command, after a message where it is not 0."""
    try:
        return run() or 0
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 0
    except click.ClickException as error:
        where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "servanda"
        words = error.format_message().rstrip(".")
        complain(f"{words}{'' if words.endswith('?') else '.'} All options: {where} --help")
    except (click.Abort, KeyboardInterrupt):
        exec("")  # Python remembers an exec that was interrupted, and would end by the signal, not with 130
        complain("Stopped.")
        return STOPPED
    except BrokenPipeError:
        return 0
    except ServandaError as error:
        complain(str(error))
        return error.exit_code
    except ModuleNotFoundError as error:
        missing = missing_extra(error)
        if missing is None:
            raise
        complain(str(missing))
    except OSError as error:
        if not _here():
            complain("The folder in which you gave this command has been deleted. Change to another folder.")
            return BAD_INPUT
        named = f"{error.filename}: " if error.filename else ""
        complain(f"{named}{capital(why(error)) if not named else why(error)}.")
    except MemoryError:
        complain("There is not enough memory for this. Use fewer draws, fewer workers or a smaller agreement.")
    return BAD_INPUT
