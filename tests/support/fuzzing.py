"""Cases to try at random, the process in which each is tried, and what is wrong with how a case ended.

A `Case` is a file, some changes to it and a command line, all of which follow from its seed. `Pool` tries cases in
processes of their own, which it kills when a case takes too long. `faults` judges an `Outcome`.
"""

from __future__ import annotations

import contextlib
import copy
import faulthandler
import gc
import io
import multiprocessing
import os
import random
import re
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import yaml

from servanda.agreement.reading.reader import catalog
from servanda.agreement.starter import starter_text
from support import mutants, mutated_data, mutated_text
from support.command_lines import FILE, Options, command, command_line
from support.random_agreements import random_data

LIMIT = 20.0  # seconds that a case may take
MEMORY = 4 * 2**30  # bytes of addresses that a case may use
OWN = Path(__file__).with_name("every_group.yaml")
LARGE = 20_000  # a file longer than this is chosen less often
NAME = "agreement.yaml"


@cache
def bases() -> dict[str, str]:
    """The texts that mutants are made of: our own, the starter, the catalogue's."""
    found = {"every-group": OWN.read_text(encoding="utf-8"), "starter": starter_text()}
    return found | {name: path.read_text(encoding="utf-8") for name, path in catalog().items()}


@cache
def _parsed(name: str) -> Any:
    return yaml.safe_load(bases()[name])


@cache
def _damaged() -> tuple[list[str], list[str]]:
    return mutants.seeds()


@dataclass(frozen=True)
class Case:
    """A mutant and a command line.

    Attributes
    ----------
    seed : int
    base : str
        The name of one of `bases`, `random` for a random agreement, `damaged` for a text with mistakes of typing.
    changes : tuple of (int, int)
        The number of a change (`EVERY`), and the seed of its chance. Any of them may be left out.
    options : tuple of tuple of str
        The command line in groups; all but the first may be left out.
    """

    seed: int
    base: str
    changes: tuple[tuple[int, int], ...]
    options: Options

    @property
    def command(self) -> str:
        return self.options[0][0]

    @property
    def content(self) -> bytes:
        """The bytes of the mutant."""
        rng = random.Random(self.seed)
        data: Any = None
        if self.base == "damaged":
            text = mutants.mutant(_damaged(), self.seed)
        else:
            data = random_data(self.seed) if self.base == "random" else copy.deepcopy(_parsed(self.base))
            text = bases().get(self.base, "")
        chosen = [(EVERY[which], which < DATA, seed) for which, seed in self.changes]
        if data is not None:
            for change, of_data, seed in chosen:
                if of_data:
                    with contextlib.suppress(
                        TypeError, AttributeError, KeyError, IndexError, ValueError, OverflowError
                    ):
                        change(data, random.Random(seed))  # one that does not fit what others have left changes nothing
                    if change is mutated_data.circle:
                        break
            if self.base == "random" or any(of_data for _, of_data, _ in chosen):
                text = mutated_text.written(data)
        for change, of_data, seed in chosen:
            if not of_data:
                text = change(text, random.Random(seed))
        return mutated_text.encoded(text, rng)


DATA = len(mutated_data.MILD) + len(mutated_data.WILD)
EVERY: tuple[Any, ...] = (*mutated_data.MILD, *mutated_data.WILD, *mutated_text.CHANGES)


@cache
def _weights(name: str) -> dict[str, float]:
    """How often a command is tried on each base: less on texts that it cannot play, and on what is large."""
    weights: dict[str, float] = {"every-group": 12, "starter": 6, "random": 5, "damaged": 2}
    for base, text in bases().items():
        plays = "\nhorizon:" in text
        if base not in weights:
            weights[base] = (0.5 if len(text) > LARGE else 1.0) * (
                1.0 if plays or name in ("check", "explain") else 0.2
            )
    if name in ("study", "tip", "sensitivity"):
        weights["random"] = 1  # has no ranges
    if name == "study":  # the pictures of a report on so large an agreement take some 20 seconds by themselves
        weights |= {base: 0 for base, text in bases().items() if len(text) > LARGE}
    return weights


def case(seed: int, only: tuple[str, ...] = ()) -> Case:
    """The case of a seed."""
    rng = random.Random(seed)
    name = command(rng, only)
    base = rng.choices(list(_weights(name)), list(_weights(name).values()))[0]
    changes: list[tuple[int, int]] = []
    for _ in range(rng.choices((0, 1, 2, 3, 4), (2, 40, 28, 18, 12))[0]):
        pool = rng.choices(("mild", "wild", "text"), (68, 24, 8))[0]
        first, last = {
            "mild": (0, len(mutated_data.MILD)),
            "wild": (len(mutated_data.MILD), DATA),
            "text": (DATA, len(EVERY)),
        }[pool]
        changes.append((rng.randrange(first, last), rng.getrandbits(32)))
    plans: list[str] = ["plan"]
    parties: list[str] = ["a", "b"]
    if base in bases():
        plans, parties = list(_parsed(base)["plans"]), list(_parsed(base)["parties"])
    return Case(seed, base, tuple(changes), command_line(name, rng, tuple(plans), tuple(parties)))


@dataclass
class Outcome:
    """How a case ended.

    Attributes
    ----------
    code : int or None
        The exit code; None if there was none, as an exception came out of the command, or it was killed.
    out, err : str
    trace : str
        Of the exception, or of what ran when it was killed.
    readable : bool
        Whether the mutant can be read.
    seconds, processor : float
        By the clock, and of a processor.
    wrong : list of str
        What is wrong with the files that it left behind.
    hung : bool
    """

    code: int | None = None
    out: str = ""
    err: str = ""
    trace: str = ""
    readable: bool = False
    seconds: float = 0.0
    processor: float = 0.0
    wrong: list[str] = field(default_factory=list)
    hung: bool = False


# The process in which cases are tried.


def _captured(folder: Path, arguments: list[str]) -> tuple[int | None, str]:
    """Run a command with its output in the files `out` and `err` of a folder; give its exit code, or a trace."""
    from servanda.cli import main

    held = [os.dup(1), os.dup(2)]
    streams = sys.stdin, sys.stdout, sys.stderr
    code: int | None = None
    trace = ""
    opened = [os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) for name in ("out", "err")]
    try:
        for number, file in enumerate(opened, start=1):
            os.dup2(file, number)
        sys.stdin = io.TextIOWrapper(
            io.FileIO(os.open(folder / "in" / NAME, os.O_RDONLY)), encoding="utf-8", errors="surrogateescape"
        )
        sys.stdout, sys.stderr = (
            io.TextIOWrapper(io.FileIO(n, "w", closefd=False), encoding="utf-8", write_through=True) for n in (1, 2)
        )
        try:
            main(arguments)
            trace = "the command came back without an exit code"
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else -1
        except BaseException:
            trace = traceback.format_exc()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(ValueError, OSError):
                stream.flush()
    finally:
        sys.stdin.close()
        sys.stdin, sys.stdout, sys.stderr = streams
        for number, file in enumerate(held, start=1):
            os.dup2(file, number)
            os.close(file)
        for file in opened:
            os.close(file)
    return code, trace


def _readable(path: Path) -> bool:
    from servanda.agreement.format.agreement import AgreementError
    from servanda.agreement.reading.reader import read

    try:
        read(path)
    except AgreementError:
        return False
    except BaseException:
        return False  # a fault of the reader, which the command shows
    return True


def tried(one: Case, folder: Path) -> Outcome:
    """Try a case in a folder, whose `in` holds the mutant and is where the command runs."""
    place = folder / "in"
    path = place / NAME
    before = path.read_bytes()
    arguments = [str(path) if word == FILE else word for group in one.options for word in group]
    home = Path.cwd()
    os.chdir(place)
    log = (folder / "hung").open("w")
    faulthandler.dump_traceback_later(LIMIT - 1, file=log)
    began, used = time.perf_counter(), time.process_time()
    try:
        code, trace = _captured(folder, arguments)
        seconds, processor = time.perf_counter() - began, time.process_time() - used
        readable = _readable(path) if path.is_file() and path.read_bytes() == before else True
    finally:
        faulthandler.cancel_dump_traceback_later()
        log.close()
        os.chdir(home)
        if matplotlib := sys.modules.get("matplotlib.pyplot"):
            matplotlib.close("all")
        gc.collect()
    out, err = ((folder / name).read_text(encoding="utf-8", errors="replace") for name in ("out", "err"))
    found = Outcome(code, out, err, trace, readable, seconds, processor)
    found.wrong = list(_wrong_files(place, before, one, code))
    if path.is_file() and path.read_bytes() != before and not _readable(path):
        found.wrong.append("the file cannot be read after --write")
    return found


def _wrong_files(place: Path, before: bytes, one: Case, code: int | None) -> Iterator[str]:
    """What is wrong with the files that a command has left in its folder."""
    from support.written_files import damage

    path = place / NAME
    words = [word for group in one.options for word in group]
    if not path.is_file():
        yield "the file is gone"
    elif path.read_bytes() != before and "--write" not in words:
        yield "the file was changed"
    elif path.read_bytes() != before and code not in (0, 1):
        yield f"the file was changed, and the exit code is {code}"
    drawn = code == 0 and "--picture" in words and one.command != "new" and not {"--help", "-h"} & set(words)
    if drawn and not (place / words[words.index("--picture") + 1]).is_file():
        yield "no picture is there"
    for file in sorted(place.rglob("*")):
        if file == path:
            continue
        if code not in (0, 1):
            what = "folder" if file.is_dir() else "file"
            yield f"a {what} is left behind with exit code {code}: {file.suffix or file.name[:20]}"
        elif file.is_file() and (said := damage(file)):
            yield said


def _work(pipe: Connection, root: str) -> None:
    """Try cases until there are none; the first thing said is that the process is ready."""
    sys.path[:0] = [str(Path(__file__).parent.parent)]
    os.environ["COLUMNS"] = "100"
    folder = Path(root)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "in").mkdir(exist_ok=True)
    (folder / "in" / NAME).write_text(bases()["every-group"], encoding="utf-8")
    for line in (
        ("compare", FILE),
        ("audit", FILE, "--plan", "slow"),
        ("solve", FILE, "--plan", "quick", "--search", "1"),
    ):
        tried(Case(0, "every-group", (), (line,)), folder)  # loads and compiles what all need
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pipe.send(None)
    while (one := pipe.recv()) is not None:
        shutil.rmtree(folder / "in", ignore_errors=True)
        (folder / "in").mkdir()
        (folder / "in" / NAME).write_bytes(one.content)
        pipe.send("begun")
        try:
            pipe.send(tried(one, folder))
        except (BrokenPipeError, EOFError):
            return  # whoever asked is gone
        except BaseException as error:  # so that a mistake of the fuzzer itself is seen
            pipe.send(Outcome(None, trace="".join(traceback.format_exception(error)), err="outside the command"))


class Pool:
    """Processes that try cases, each killed and begun anew when a case takes longer than the limit."""

    def __init__(self, count: int = 1, limit: float = LIMIT) -> None:
        self.limit = limit
        self._root = Path(tempfile.mkdtemp(prefix="servanda-fuzz-"))
        self._context = multiprocessing.get_context("spawn")
        self._count = count
        self._begun = 0
        self._idle: list[_Worker] = []

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._idle:
            worker.end()
        shutil.rmtree(self._root, ignore_errors=True)

    def one(self, case: Case) -> Outcome:
        """Try one case."""
        return next(iter(self.all([case])))[1]

    def all(self, cases: Iterable[Case]) -> Iterator[tuple[Case, Outcome]]:
        """Try cases; they come back as they end."""
        waiting, busy = iter(cases), list[_Worker]()
        more = True
        while more or busy:
            while more and len(busy) < self._count:
                one = next(waiting, None)
                if one is None:
                    more = False
                    break
                worker = self._idle.pop() if self._idle else self._new()
                worker.begin(one)
                busy.append(worker)
            wait([worker.pipe for worker in busy], timeout=0.5)
            for worker in list(busy):
                outcome = worker.look(self.limit)
                if outcome is not None:
                    busy.remove(worker)
                    if worker.process.is_alive():
                        self._idle.append(worker)
                    assert worker.case is not None
                    yield worker.case, outcome

    def _new(self) -> _Worker:
        self._begun += 1
        return _Worker(self._context, self._root / str(self._begun))


class _Worker:
    """A process, and the case that it tries."""

    def __init__(self, context: Any, folder: Path) -> None:
        self.pipe, other = context.Pipe()
        self.folder = folder
        self.process = context.Process(target=_work, args=(other, str(folder)), daemon=False)
        self.process.start()
        other.close()
        if not self.pipe.poll(300) or self.pipe.recv() is not None:
            raise RuntimeError("a process did not begin")
        self.case: Case | None = None
        self._since = 0.0
        self._used = 0.0

    def begin(self, one: Case) -> None:
        self.case = one
        self.pipe.send(one)
        self.pipe.recv()
        self._since, self._used = time.monotonic(), self._processor()

    def look(self, limit: float) -> Outcome | None:
        """How the case ended; None if it still runs and may."""
        if self.pipe.poll():
            try:
                return self.pipe.recv()
            except EOFError:
                self.process.join()
                return self._cut(Outcome(trace=f"the process ended by itself with {self.process.exitcode}"))
        spent, used = time.monotonic() - self._since, self._processor() - self._used
        busy = os.getloadavg()[0] > (os.cpu_count() or 1) + 0.5  # others take the processors, so it may take longer
        works = 0.05 * spent < used < limit
        if spent < limit or (busy and works and spent < 10 * limit):
            return None
        self.process.kill()
        self.process.join()
        return self._cut(Outcome(trace=(self.folder / "hung").read_text(), hung=True, seconds=spent, processor=used))

    def _cut(self, outcome: Outcome) -> Outcome:
        out, err = ((self.folder / name) for name in ("out", "err"))
        return replace(
            outcome, out=out.read_text(errors="replace")[-5000:], err=err.read_text(errors="replace")[-5000:]
        )

    def _processor(self) -> float:
        """Seconds of a processor that the process has used."""
        try:
            parts = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        with contextlib.suppress(OSError):
            self.pipe.send(None)
        self.process.join(5)
        if self.process.is_alive():
            self.process.kill()


# What is wrong with an outcome.

_OURS = re.compile(r'File "[^"]*/src/(servanda/[^"]+)", line \d+,? in (\S+)')
_NOT_A_NUMBER = re.compile(r"(?<![\w./'-])[-−+]?(?:nan|inf|NaN|Infinity|Inf)(?![\w/'-])%?")
_MINUS_ZERO = re.compile(r"(?<![\w.,+-])[-−]0(?:\.0+)?%?(?![\w.,%…])")
_SMALL_SHARE = re.compile(r"\de-\d+%")
_WARNING = re.compile(r"(?m)^.*?(\w*Warning): (.*)$")
CODES = (0, 1, 2, 3)


def faults(one: Case, outcome: Outcome) -> list[str]:
    """The kinds of what is wrong with how a case ended: none, if all is well."""
    return list(dict.fromkeys(_faults(one, outcome)))


def _faults(one: Case, outcome: Outcome) -> Iterator[str]:
    out, err, words = outcome.out, outcome.err, [word for group in one.options for word in group]
    text = one.content.decode("utf-8", "replace") + " ".join(words)
    if outcome.hung:
        yield f"hang in {_frame(outcome.trace, first=True)}"
        return
    if outcome.trace:
        last = outcome.trace.strip().splitlines()[-1].partition(":")[0]
        yield f"{last} in {_frame(outcome.trace)}"
        return
    if "Traceback (most recent" in out + err:
        yield f"traceback printed: {_frame(out + err)}"
    if outcome.code not in CODES:
        yield f"exit code {outcome.code}"
    if outcome.code == 1 and one.command != "check":
        yield "exit code 1, which is for findings"
    if outcome.code in (2, 3) and not err.strip():
        yield f"nothing said at exit code {outcome.code}"
    if len(re.findall(r"(?m)^Error\b", err)) > 1:
        yield "several errors at once"
    said = {NAME, "--", *(word for word in words[1:] if word != FILE)}  # the message may be about an option
    if outcome.code == 2 and not outcome.readable and FILE in words and not any(word in err for word in said):
        yield "the message about a file does not name it"
    if outcome.code in (0, 1, 3) and not outcome.readable and FILE in words and not _needs_no_file(words):
        yield f"exit code {outcome.code}, though the file cannot be read"
    yield from (f"{kind} printed: {_stem(said)}" for kind, said in _WARNING.findall(err))
    yield from outcome.wrong
    if outcome.code in (0, 1) or (outcome.code == 3 and "--json" in words):
        yield from _wrong_output(one, words, out, text)
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", out + err):
        yield "control characters printed"


def _needs_no_file(words: list[str]) -> bool:
    return words[0] in ("explain", "schema", "catalog", "new") or bool({"--help", "-h"} & set(words))


def _wrong_output(one: Case, words: list[str], out: str, text: str) -> Iterator[str]:
    import json
    from itertools import pairwise

    sarif = out.startswith("{") and ("--format", "sarif") in pairwise(words)
    if (sarif or "--json" in words) and not {"--help", "-h"} & set(words):
        try:
            whole = json.loads(out, parse_constant=_refuse)
            yield from (f"{said} in JSON" for said in _numbers(whole))
        except ValueError as error:
            yield f"JSON cannot be read: {_stem(str(error))}"
        return
    if ("--format", "github") in pairwise(words) and any(not line.startswith("::") for line in out.splitlines()):
        yield "a line that is no annotation"
    for what, pattern in (
        ("not a number", _NOT_A_NUMBER),
        ("minus zero", _MINUS_ZERO),
        ("a share like 1e-7%", _SMALL_SHARE),
    ):
        if pattern.search(out) and not pattern.search(text) and one.command not in ("explain", "schema", "catalog"):
            yield f"{what} in text"


def _refuse(name: str) -> float:
    raise ValueError(f"{name} in JSON")


def _numbers(whole: Any) -> Iterator[str]:
    if isinstance(whole, dict):
        whole = list(whole.values())
    if isinstance(whole, list):
        for each in whole:
            yield from _numbers(each)
    elif whole in ("nan", "inf", "-inf", "NaN"):
        yield "not a number as a text"


def _stem(words: str) -> str:
    """A message without what differs from case to case."""
    return re.sub(r"\d+(?:\.\d+)?", "0", words)[:80]


def _frame(trace: str, first: bool = False) -> str:
    """The innermost place of ours; `first` where the innermost stands first, as where a process was stopped."""
    if first:
        trace = trace.rpartition("Current thread")[2] if "Current thread" in trace else trace
        trace = (
            trace[trace.rfind("Thread 0x") :]
            if "Thread 0x" in trace and "servanda/cli" not in trace.partition("Thread 0x")[0]
            else trace
        )
    found = _OURS.findall(trace)
    if not found:
        inner = re.findall(r'File "([^"]+)", line \d+,? in (\S+)', trace)
        found = [(Path(file).name, name) for file, name in inner]
    return ":".join(found[0 if first else -1]) if found else "nowhere of ours"


def smaller(one: Case, kind: str, pool: Pool, most: int = 25) -> Case:
    """The case without the changes and options that its fault does not need."""
    tries = 0
    for part in ("changes", "options"):
        at = 1 if part == "options" else 0
        while at < len(getattr(one, part)) and tries < most:
            rows = getattr(one, part)
            without = replace(one, **{part: rows[:at] + rows[at + 1 :]})
            if part == "options" and rows[at] == (FILE,):
                at += 1
                continue
            tries += 1
            if kind in faults(without, pool.one(without)):
                one = without
            else:
                at += 1
    return one


__all__ = ["LIMIT", "Case", "Outcome", "Pool", "bases", "case", "faults", "smaller"]
