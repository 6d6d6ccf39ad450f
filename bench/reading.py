"""Both readers of YAML, libyaml's events and ruamel's, over files as they are and with random mistakes.

    python bench/reading.py --count 20000 --seed 0

Compares data with its types, lines and complaints wherever libyaml is trusted with a text. Elsewhere ruamel reads it,
so there is nothing to compare. Prints every text that is read differently, and exits with 1 if there is any. Writes
`bench/reading.json`: the counts, and the processor time of reading the longest agreement of the catalogue with either.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import yaml
from ruamel.yaml import __version__ as ruamel_version
from support.mutants import mutant, seeds

from servanda.agreement.reading._yaml_text import Document, NotReadableError, carefully, quickly
from servanda.agreement.reading.reader import catalog, read

RUNS, WARM = 41, 2
LONGEST = "singapore-2018"
PIECES = (
    "\t", " \t", "\t#", "\r", "\r\n", "\n", "\n\n", "\n ", "\n  ", "\n    ", "\x85", "\u2028", "\u2029", "\ufeff",
    "\xa0", "\x00", "\x7f", "\ud800", "\U0001f54a", "é", " ", "  ", "'", '"', "''", '""', "'a'", '"a"', "'\n'", '"\n"',
    '"a\\\n  b"', '"\\x41\\u00e9\\N\\L"', '"\\0\\e\\/"', '"\\\t"', '"\\ud800"', '"\\U00110000"', "{", "}", "[", "]",
    ",", ":", ": ", " :", " : ", "::", ":,", "?", "? ", " ?", "-", "- ", "--", "#", " #", " # c", "#c\n", "---",
    "\n---\n", "\n--- ", "...", "\n...\n", "%YAML 1.1\n---\n", "%YAML 1.2\n---\n", "%TAG ! !x\n---\n", "%", "\n%",
    "&a", "&a ", " &a\n", "*a", "*a ", "&a: ", "*a: ", "*a:", "&é ", "&a.b ", "*a.b", "!", "! ", "!x ", "!!", "!!str ",
    "!!int ", "!<tag:yaml.org,2002:str> ", "|", ">", "|\n", ">\n", "|-\n", "|+\n", ">-\n", ">+\n", "|2\n", "|1-\n",
    "|-1\n", "|0\n", "|#c\n", "| # c\n", "|\n\n", "|\n \n", ">\n    \n", ">2\n \n", "<<", "<<: *a", "=", "@", "`",
    "@a", "`a", "~", "null", "on", "NO", "yes", "y", "012", "0o14", "0x1F", "0b11", "1_000", "12:30:00", ".5", "5.",
    "1e3", "+1", "-.inf", ".NaN", "2001-01-01", "2001-01-01T00:00:00Z", "a b", "a\n b", "[a, b]", "{a: b}", "{a}",
    "{a, b}", "[a: b]", '{"a":b}', '["a":b]', "[a:b]", "{a:b}", "[a,b]", "[:a]", "[a:]", "{a:}", "[a:,b]", "[?a]",
    "[? a]", "[? ]", "{? a}", "{?}", "[a?]", "[a?b]", "{: a}", "{a: :b}", "[-]", "[-a]", "[- a]", "[#]", "[,]", "[a,]",
    "[a,,b]", "{,}",
)  # fmt: skip
SOUP = (
    *("a", "b", "a: ", "b: ", "a:", "\n", "\n", "\n", "\n  ", "\n  ", "\n    ", "- ", "[", "]", "{", "}", ", ", " "),
    *PIECES,
)  # what stands in a text that is nothing but syntax; what is ordinary more often


def _put_in(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(PIECES) + text[at:]


def _put_in_for(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(PIECES) + text[at + rng.randint(1, 8) :]


def _at_a_mark(text: str, rng: random.Random) -> str:
    """Before or after a mark of YAML's, where most of what is put in means something."""
    marks = [i for i, letter in enumerate(text) if letter in ":,[]{}-#\"'\n&*|>"]
    at = rng.choice(marks or [0]) + rng.randint(0, 2)
    return text[:at] + rng.choice(PIECES) + text[at:]


def _begin_a_line(text: str, rng: random.Random) -> str:
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    lines[at] = rng.choice(PIECES) + lines[at]
    return "\n".join(lines)


def _end_a_line(text: str, rng: random.Random) -> str:
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    lines[at] += rng.choice(("", " ")) + rng.choice(PIECES)
    return "\n".join(lines)


def _indent(text: str, rng: random.Random) -> str:
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    for line in range(at, min(len(lines), at + rng.randint(1, 4))):
        lines[line] = lines[line][1:] if rng.random() < 0.5 else rng.choice((" ", "  ")) + lines[line]
    return "\n".join(lines)


def _value(text: str, rng: random.Random) -> str:
    """Something else for the rest of a line after its colon: a block of lines, a text in quotes, nothing."""
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    key, colon, rest = lines[at].partition(": ")
    if colon:
        space = " " * (len(key) - len(key.lstrip(" ")))
        made = rng.choice(
            (f"|\n{space}  {rest}", f">\n{space}   {rest}\n\n{space}   more",
             f">-\n{space}  {rest}\n{space}    more\n{space}  end", f"|+\n{space}  {rest}\n\n",
             f"|2\n{space}   {rest}", f"|\n \n{space}  {rest}", f"|\n{space}      \n{space}  {rest}", f"'{rest}'",
             f'"{rest}"', f'"{rest}\n\n{space}  more"', f"{rest}\n{space}  more", f"\n{space}  {rest}", f"&a {rest}",
             f"&a\n{space}  {rest}", f"!x {rest}", f"! {rest}", f"!!str {rest}", f"{rest} # c", f"{rest}#c", "", "*a",
             f"[{rest}]", f"{{{rest}}}", f"? {rest}", f"- {rest}", f"\n{space}- {rest}\n{space}- more",
             rng.choice(PIECES))
        )  # fmt: skip
        lines[at] = f"{key}:{rng.choice((' ', ' ', ' ', '  ', ''))}{made}"
    return "\n".join(lines)


def _line_ends(text: str, rng: random.Random) -> str:
    return text.replace("\n", rng.choice(("\r\n", "\r\n", "\r", "\n\n")), rng.choice((-1, -1, 1, 5)))


def _around(text: str, rng: random.Random) -> str:
    first, last = rng.choice((
        ("---\n", ""), ("--- ", ""), ("\ufeff", ""), ("# c\n", ""), ("", "\n..."), ("", "\n---"), ("---\n", "...\n"),
        ("%YAML 1.1\n---\n", ""), ("{", "}"), ("\n\n", "\n\n"), ("", " "), ("", "# c"),
    ))  # fmt: skip
    return first + text + last


SYNTAX: tuple[Callable[[str, random.Random], str], ...] = (
    _put_in, _put_in_for, _at_a_mark, _at_a_mark, _begin_a_line, _end_a_line, _indent, _value, _value, _line_ends,
    _around,
)  # fmt: skip


def misspelt(texts: list[str], seed: int) -> str:
    """One of the files, or some lines of one, with one to three mistakes of YAML's syntax."""
    rng = random.Random(seed)
    text = rng.choice(texts)
    if rng.random() < 0.7:
        lines = text.split("\n")
        at = rng.randrange(len(lines))
        text = "\n".join(lines[at : at + rng.randint(1, 12)])
    for _ in range(rng.choice((1, 1, 2, 3))):
        text = rng.choice(SYNTAX)(text, rng)
    return text


def soup(seed: int) -> str:
    """Nothing but pieces of syntax, one after another."""
    rng = random.Random(seed)
    return rng.choice(("", "a: ", "a:\n  ", "a: [", "a: {", "---\n")) + "".join(
        rng.choice(SOUP) for _ in range(rng.randint(1, 9))
    )


def as_told(document: Document) -> tuple[str, object, object]:
    """All that a reader says of a text; the data as printed, which tells 1 from 1.0 and from true."""
    return repr(document.data), document.lines, document.complaints


def same(text: str) -> tuple[str, bool]:
    """Whether both readers say the same of a text, and which of them reads it."""
    if (quick := quickly(text)) is None:
        return "left to ruamel", True
    try:
        careful = carefully(text)
    except NotReadableError:
        return "read by libyaml", False
    return "read by libyaml", as_told(quick) == as_told(careful)


def compared(texts: Iterable[str]) -> dict[str, int]:
    found = {"texts": 0, "read by libyaml": 0, "left to ruamel": 0, "read differently": 0}
    for text in texts:
        who, agree = same(text)
        found["texts"] += 1
        found[who] += 1
        if not agree:
            found["read differently"] += 1
            print(f"read differently: {text[:2000]!r}", flush=True)
    return found


def processor_ms(jobs: dict[str, Callable[[], object]]) -> dict[str, dict[str, float]]:
    """Processor time in milliseconds: the best and the median of some runs in turn, after some to warm up."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(WARM + RUNS):
        for name, job in jobs.items():
            once = time.process_time()
            job()
            times[name].append(1000 * (time.process_time() - once))
    return {
        name: {"best": round(min(taken[WARM:]), 1), "median": round(statistics.median(taken[WARM:]), 1)}
        for name, taken in times.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    numbers = range(given.seed, given.seed + given.count)
    many = range(10 * given.seed, 10 * (given.seed + given.count))
    good, bad = texts = seeds()
    text = catalog()[LONGEST].read_text("utf-8")
    times = processor_ms(
        {
            f"{LONGEST} to data, libyaml": lambda: quickly(text),
            f"{LONGEST} to data, ruamel": lambda: carefully(text),
            f"servanda.read({LONGEST!r})": lambda: read(LONGEST),
        }
    )
    counts = {
        "catalogue": compared(file.read_text("utf-8") for file in catalog().values()),
        "files of the tests": compared([*good[len(catalog()) :], *bad]),
        "files with random mistakes": compared(mutant(texts, seed) for seed in numbers),
        "files with mistakes of syntax": compared(misspelt([*good, *bad], seed) for seed in numbers),
        "nothing but syntax": compared(soup(seed) for seed in many),
    }
    made = {
        "count": given.count,
        "seed": given.seed,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "PyYAML": yaml.__version__,
        "libyaml": ".".join(map(str, yaml._yaml.get_version())),
        "ruamel.yaml": ruamel_version,
        "runs": RUNS,
        "load": [round(x, 2) for x in os.getloadavg()],
    }
    for name, row in times.items():
        print(f"{row['best']:7.1f} ms   {name}")
    for name, found in counts.items():
        print(f"{name}: {', '.join(f'{number:,} {what}' for what, number in found.items())}")
    target = Path(__file__).with_suffix(".json")
    target.write_text(json.dumps({"made": made, "processor_ms": times, "compared": counts}, indent=1) + "\n", "utf-8")
    sys.exit(any(found["read differently"] for found in counts.values()))


if __name__ == "__main__":
    main()
