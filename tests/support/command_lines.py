"""Random command lines: of every command, with every option, as click itself knows them; mostly with good values.

A new command or option is found by itself. An option that takes words and is not in `WORDS` gets words of any kind.
"""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import click

from servanda.cli.program import commands

FILE = "{file}"  # stands for the mutant's path

# How often each command is tried. What solves a plan many times is tried seldom, with few draws.
WEIGHTS = {"check": 22, "solve": 16, "compare": 12, "score": 8, "audit": 8, "inspect": 10, "tree": 7, "play": 5,
    "tip": 3, "sweep": 3,
           "design": 5, "sensitivity": 3, "explain-failure": 3, "study": 2, "explain": 1, "schema": 0.3,
           "catalog": 0.3, "new": 1}  # fmt: skip
USUAL = 2  # of a command that is not in the table
COUNTS = {"--draws": (1, 2, 3, 4, 8, 16), "--evaluations": (1, 4, 8, 16), "--times": (1, 10, 1000), "--points": (3, 4,
    5), "--search": (0, 1, 2),
          "--max-nodes": (1, 10, 1000, 20_000), "--most": (1, 2, 3, 9), "--examples": (0, 1, 3), "--workers": (1, 2),
          "--seed": (0, 1, 2**31, 2**63 - 1)}  # fmt: skip
LEAST = {("sensitivity", "--draws"): ("--draws", "32")}  # with fewer it refuses
ALWAYS = (
    "--draws",
    "--evaluations",
    "--points",
    "--alone",
)  # given whenever a command has them, as their defaults take long
BAD_COUNTS = (
    "0",
    "-1",
    "-0",
    "1.5",
    "x",
    "",
    "nan",
    "1e3",
    "inf",
    " 1",
    "٣",
    "1_000",
    str(2**31),
    str(10**18),
    str(10**40),
)
BAD_NUMBERS = ("nan", "inf", "-inf", "-1", "1e400", "x", "", "1e308", "5e-324", "0", "-0.0", "−1", "0,5", "50%")
METRICS = ("held_clean", "held", "years", "completed", "exposure", "completion", "gain.isle", "gain.north",
    "gain.south", "gain.nobody", "gain.", "mean.years",
           "q10.held_clean", "cost", "rounds", "mean.", "q101.years", "q-1.years", "", "held_clean ", "HELD",
           "[bold]", "$x$", "held_clean,years", "std.years")  # fmt: skip
PLANS = (
    "slow",
    "quick",
    "phased",
    "at-once",
    "plan",
    "nothing",
    "",
    " ",
    "slow,quick",
    "quick,",
    ",",
    "slow,slow",
    "phased,at-once",
    "PLAN",
    "[x]",
    "\x1b[31m",
    "é",
    "a\nb",
    "plan-1",
)
NUMBERS = ("parties.isle.discount", "parties.north.discount", "parties.*.precision", "*", "measures.*",
    "entries.vote.passes", "incidents", "a.b.c", "",
           "stakes.boats.worth.isle", "parties.isle.precision,incidents", "**", "[bold]", "correlations",
           "parties.isle.types.honest.chance", ".", "..", "*.*.*.*")  # fmt: skip
CONDITIONS = ("years < q25", "held_clean < 0.5", "years<=median", "held_clean >= 5%", "gain.isle >= 0", "years < nan",
    "years < inf", "years", "<", "", "years < ", "years = 1",
              "x < 1", "years < q0", "years > q100", "years > 1e308", "held_clean < -0", "years < q25 and x",
              "[b] < 1", "held_clean > 0", "years <= 1e-320")  # fmt: skip
RULES = (
    "SV101",
    "SV1",
    "SV",
    "sv101",
    "SV999",
    "",
    ",",
    "SV101,SV2",
    "undated-duty",
    "[bold]",
    "all",
    "SV101 SV201",
    "*",
    "é",
    "SV6",
)
NEW_FILES = ("fresh/picture.png", "picture.svg", "picture.PNG", "deep/er/x.svg", "picture", "picture.pdf", ".", "",
    "fresh/", "picture.", ".png", "a" * 300 + ".png", "with space.svg",
             "é.png", "[x].svg", "$x$.png", "a\nb.svg", "/dev/null/x.png", "-.png", "agreement.yaml")  # fmt: skip
TABLES = (
    "draws.parquet",
    "fresh/draws.parquet",
    "draws.csv",
    "draws",
    "",
    ".",
    "é.parquet",
    "a" * 300 + ".parquet",
    "/dev/null/x.parquet",
    "agreement.yaml",
    "missing.parquet",
)
FOLDERS = (
    "out",
    "deep/er/out",
    "é",
    "",
    ".",
    "agreement.yaml",
    "agreement.yaml/x",
    "a" * 300,
    "[x]",
    "a b",
    "/dev/null",
    "/dev/null/x",
    "/proc/x",
)
WORDS: dict[str, tuple[str, ...]] = {
    "--plan": PLANS, "--plans": PLANS, "--between": PLANS, "--of": METRICS, "--maximise": METRICS,
    "--minimise": METRICS, "--subject-to": CONDITIONS, "--when": CONDITIONS,
    "--among": NUMBERS, "--ours": NUMBERS, "--heat": NUMBERS, "--select": RULES, "--ignore": RULES,
    "--picture": NEW_FILES, "--pictures": FOLDERS,
    "--write": ("better", "plan", "", "1x", "a b", "slow", "[x]", "é", "x" * 300, "../x", "a\nb"), "--rows": ("1",
    "1,2", "0", "999", "x", "", "1,,2", "-1", "1" * 50),
    "--cluster": ("local:0", "x", "", "tcp://", "local:-1", "local:x", "tcp://256.0.0.1:1", "local", "udp://x:1",
    "tcp://127.0.0.1:99999"),
    "--sweep": TABLES, "--reach": (*BAD_NUMBERS, "0.6", "0.9", "1", "2", "0.001"), "--baseline": ("baseline.json", "",
    ".", "agreement.yaml", "missing.json", "/dev/null"),
}  # fmt: skip
GOOD: dict[str, tuple[str, ...]] = {  # what an option mostly gets, that more may be reached than its refusal
    "--picture": ("picture.png", "picture.svg", "é.png", "with space.svg", "$x$.png", "[x].svg"),
    "--pictures": ("out", "é", "a b", "$x$"), "--out": ("draws.parquet", "é.parquet", "$x$.parquet"),
    "--subject-to": ("held_clean >= 0.2", "years >= 1", "exposure <= 5", "smallest_gain >= 0"),
    "--when": ("years < q25", "held_clean < 0.5", "years <= median", "held_clean < 5%"),
    "--among": ("parties.*", "*", "incidents", "*.precision", "measures.*"), "--ours": ("*", "measures.*", "parties.*"),
    "--heat": ("incidents", "parties.isle.discount", "parties.north.discount", "parties.isle.precision"),
    "--reach": ("0.3", "0.6", "0.9"), "--write": ("better", "new-plan"), "--rows": ("1", "1,2"),
    "--max-nodes": ("20000", "200000"),
}  # fmt: skip
ANY_WORDS = (*PLANS, *METRICS, *NEW_FILES, "0", "-1", "nan")
LIKELY = {"--plan": 0.9, "--json": 0.25, "--picture": 0.25, "--maximise": 0.5, "--sweep": 0.04, "--cluster": 0.04,
          "--rows": 0.03}  # fmt: skip
WAYS = {  # which options go together, where others of these would be refused
    "tip": (
        ("--between",),
        ("--between", "--alone", "--points"),
        ("--between", "--alone", "--points", "--among"),
        ("--between", "--heat", "--points"),
        ("--plan", "--reach"),
        ("--plan", "--reach", "--ours"),
    ),
    "sensitivity": (("--plan",), ("--between",)),
}


def command(rng: random.Random, only: tuple[str, ...] = ()) -> str:
    """The name of a command: among these, if any are given."""
    names = [name for name in every_command() if not only or name in only]
    return rng.choices(names, [WEIGHTS.get(each, USUAL) for each in names])[0]


@cache
def every_command() -> dict[str, click.Command]:
    """The commands by their names."""
    context = click.Context(commands)
    found = {name: commands.get_command(context, name) for name in commands.list_commands(context)}
    return {name: one for name, one in found.items() if one is not None}


Options = tuple[tuple[str, ...], ...]


def command_line(name: str, rng: random.Random, plans: tuple[str, ...] = (), parties: tuple[str, ...] = ()) -> Options:
    """A command with options: a tuple of groups, the command first, of which each but the first may be left out.

    Parameters
    ----------
    name : str
        Of the command.
    rng : random.Random
    plans, parties : tuple of str
        Names in the mutant, which are mostly used where a name is asked for.
    """
    options = [one for one in every_command()[name].params if isinstance(one, click.Option) and one.name != "help"]
    arguments = [one for one in every_command()[name].params if isinstance(one, click.Argument)]
    ways = WAYS.get(name, ())
    way = rng.choice(ways) if ways else ()
    groups: list[tuple[str, ...]] = []
    for option in options:
        flags = [*option.opts, *option.secondary_opts]
        wanted = any(flag in ALWAYS for flag in flags)
        likely = 0.97 if wanted else LIKELY.get(flags[0], 0.12)
        if rng.random() < 0.9 and any(flags[0] in each for each in ways):
            likely = 1.0 if flags[0] in way else 0.0
        while rng.random() < likely:
            groups.append(LEAST.get((name, flags[0])) or _given(option, rng, plans, parties, wanted))
            if not option.multiple or rng.random() < 0.5:
                break
    if rng.random() < 0.01:
        groups.append((rng.choice(("--help", "--no-such-option", "-x", "--", "extra", "--json=1", "-h", "--plan")),))
    rng.shuffle(groups)
    return ((name,), *[_operand(one, rng) for one in arguments], *groups)


def _operand(argument: click.Argument, rng: random.Random) -> tuple[str, ...]:
    named = (argument.name or "").startswith("file")
    if not named:
        return (rng.choice(RULES),) if rng.random() < 0.8 else ()
    if argument.nargs == -1 and rng.random() < 0.2:
        return rng.choice(((FILE, FILE), ("-",), (FILE, "missing.yaml"), (), (FILE, "singapore-2018"), (FILE, "-")))
    return (
        (FILE,)
        if rng.random() < 0.99
        else (
            rng.choice(
                (
                    "missing.yaml",
                    "",
                    ".",
                    "-",
                    "/dev/null",
                    "singapore",
                    "[x].yaml",
                    "a\nb",
                    "x" * 300,
                    "starter",
                    "/proc/self/mem",
                )
            ),
        )
    )


def _given(
    option: click.Option, rng: random.Random, plans: tuple[str, ...], parties: tuple[str, ...], wanted: bool
) -> tuple[str, ...]:
    flag = rng.choice([*option.opts, *option.secondary_opts])
    if option.is_flag:
        return (flag,)
    bad = rng.random() < (0.03 if wanted else 0.15)
    if flag == "--between" and len(plans) > 1 and not bad:
        return (flag, *rng.sample(plans, 2))
    return (flag, *(_value(option, flag, rng, plans, parties, bad) for _ in range(option.nargs)))


def _value(
    option: click.Option, flag: str, rng: random.Random, plans: tuple[str, ...], parties: tuple[str, ...], bad: bool
) -> str:
    kind: Any = option.type
    if isinstance(kind, click.Choice):
        return rng.choice(("", "x", "FULL", "[b]")) if bad else str(rng.choice(list(kind.choices)))
    if isinstance(kind, click.types.IntParamType):
        return rng.choice(BAD_COUNTS) if bad else str(rng.choice(COUNTS.get(flag, (0, 1, 2, 5))))
    if isinstance(kind, click.types.FloatParamType) and flag not in WORDS:
        return rng.choice(BAD_NUMBERS) if bad else rng.choice(("0", "1", "0.5", "40", "1e-9", "1e9"))
    if flag in ("--plan", "--between") and plans and not bad:
        return rng.choice(plans)
    if flag == "--plans" and plans and not bad:
        return ",".join(rng.sample(plans, rng.randint(1, min(3, len(plans)))))
    if flag in ("--of", "--maximise", "--minimise") and not bad:
        return rng.choice(
            (
                "held_clean",
                "held",
                "years",
                "exposure",
                "completed",
                "completion",
                *(f"gain.{party}" for party in parties),
            )
        )
    pool = WORDS.get(flag, ANY_WORDS)
    return rng.choice(pool if bad else GOOD.get(flag, pool[: max(2, len(pool) // 2)]))
