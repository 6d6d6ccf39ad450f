"""What the things of an agreement are called: parties, types, stakes, entries, outcomes and numbers.

A number has a label for tables (`North's weapons programme: worth to North`) and a phrase for sentences (`the worth of
“North's weapons programme” to North`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.values import Place
from servanda.agreement.numbers import Uncertain
from servanda.english import capital, listed


class Words(NamedTuple):
    """What the number under a key of the file is called: a label for tables, its unit, a phrase for sentences."""

    label: str = ""
    unit: str = ""
    phrase: str = ""  # {} stands for whom, or what, it belongs to


WORDS = {
    "incidents": Words("rate of breakdowns that nobody chose", "a year"),
    "discount": Words("how much less the future counts", "a year", "the discount rate of {}"),
    "precision": Words("how sharply it follows its interest", "per unit", "the precision of {}"),
    "chance": Words("chance", "chance", "the chance of a new government at {}"),
    "restore": Words("time to restore it after a breakdown"),
    "complete": Words("aim: share given up of the others' stakes that harm it", "share"),
    "irreversible": Words("aim: shortest time to restore what is given up"),
    "finds": Words("how often it finds a concealed stake", "a year", "the finding rate of {}"),
    "false_alarms": Words("false alarms", "a year", "the rate of false alarms of {}"),
    "breaks": Words(
        "chance that a false alarm ends the agreement",
        "chance",
        "the chance that a false alarm of {} ends the agreement",
    ),
    "passes": Words("chance that it passes", "chance", "the chance that {} passes"),
    "breakdown": Words("cost of any breakdown", "", "the cost of a breakdown to {}"),
    "withdrawing": Words("added cost of withdrawing", "", "the cost of withdrawing to {}"),
    "found": Words("added cost of being found out", "", "the cost of being found concealing to {}"),
    "unratified": Words("added cost of a failed ratification", "", "the cost of a failed ratification to {}"),
    "delaying": Words("cost of being behind", "units a year", "the cost of being behind to {}"),
    "suspending": Words("cost of each taking back", "", "the cost of taking back to {}"),
    "lapse": Words("cost of a lapse", "", "the cost of a lapse to {}"),
    "sharpness": Words("how sharply it follows all that it has at stake", "", "the sharpness of {}"),
    "stumbles": Words(
        "chance that a step is not done on its day, by habit", "chance", "the habit of {} to stumble over a step"
    ),
    "falls_behind": Words("how often it is late, by habit", "a year", "the habit of {} to fall behind"),
    "catches_up": Words("how often it makes good what is late, by habit", "a year", "the habit of {} to catch up"),
    "suspends": Words("how often it takes back what it can, by habit", "a year", "the habit of {} to suspend"),
    "leaves": Words("how often it walks out, by habit", "a year", "the habit of {} to leave"),
    "conceals": Words("share of performing that is concealed, by habit", "share", "the habit of {} to conceal"),
    "renews": Words("chance that it renews a term, by habit", "chance", "the habit of {} to renew"),
    "budget": Words("what can be spent on inspections in a period", "of the budget's unit"),
    "scale": Words("effort after which a search has found it 63 times in 100", "of the budget's unit"),
    "at_most": Words("highest chance that a search can reach", "chance"),
    "visit": Words("chance that one visit finds it", "chance"),
    "effort": Words("what it costs", "of the budget's unit"),
    "gain": Words("what concealing there gains, if it is not found"),
    "loss": Words("what it costs the others, if it is not found"),
    "penalty": Words("what it costs the violator, if it is found"),
    "caught": Words("what a violation that is caught still costs the others"),
    "worth": Words("", "units a year"),
    "costs": Words("", "units"),
    "gives": Words("", "share"),
    "types": Words("", "chance"),
}


_OF_NAMES = frozenset({"parties", "types", "worth", "stakes", "measures", "plans", "finds", "gives", "sites"})


def unit_of(path: Place) -> str:
    """The unit of a number, such as `units a year`; nothing where it has none."""
    keys = _keys(path)
    if keys[-1] == "restore":
        return "years"
    return next((words.unit for key in reversed(keys) if (words := WORDS.get(key)) and words.unit), "")


def _keys(path: Place) -> list[str]:
    """The keys of a path, without the names that users give: a type may be called `worth`."""
    keys: list[str] = []
    a_name = False
    for part in path:
        if not a_name:
            keys.append(str(part))
        a_name = not a_name and part in _OF_NAMES
    return keys


def describe(agreement: Agreement, path: Place) -> tuple[str, str]:
    """Say a path in words: what it belongs to, and what of it."""
    if path[0] == "inspections":
        return _inspections(agreement, path[1:])
    if len(path) < 3:
        last = str(list(path)[-1])
        return "The situation", _label(last)
    first, key, rest = str(path[0]), str(path[1]), path[2:]
    if first == "parties":
        return f"Party: {party_name(agreement, key)}", _words(agreement, rest, key)
    if first == "stakes":
        return f"Stake: {_stake(agreement, key)}", _words(agreement, rest, None)
    if first == "measures":
        return f"Measure: {_measure(agreement, key)}", _words(agreement, rest, None)
    if first == "plans":
        plan = agreement.plans[key]
        group = f"Plan: {capital(plan.title or _plain(key))}"
        if rest[0] == "entries" and isinstance(rest[1], int):
            entry: Any = plan.entries[rest[1]]
            party = getattr(entry, "turnover", None)
            return group, f"{entry.title or _plain(entry.id)}: {_words(agreement, rest[2:], party)}"
        if rest[0] == "finds":
            return group, f"{_measure(agreement, str(rest[1]))}: {_label('finds')}"
        return group, _words(agreement, rest, None)
    return capital(_plain(first)), " ".join(_plain(p) for p in path[1:])


def _inspections(agreement: Agreement, path: Place) -> tuple[str, str]:
    *above, last = path
    words = _label(last)
    group = "Inspections"
    if agreement.inspections is not None and above[:1] == ["sites"]:
        group += f": {agreement.inspections.sites[str(above[1])].name or _plain(above[1])}"
    if above and isinstance(above[-1], int):
        words = f"level {above[-1] + 1}: {'chance of detection' if last == 'chance' else words}"
    return group, words


def _words(agreement: Agreement, path: Place, party: str | None) -> str:
    parts: list[str] = []
    at = 0
    while at < len(path):
        key, after = str(path[at]), str(path[at + 1]) if at + 1 < len(path) else ""
        at += 2
        if key == "types" and party is not None:
            last = at >= len(path)
            kind = type_name(agreement, party, after)
            parts.append(f"chance that a new government is of the “{kind}” type" if last else f"if {kind}:")
        elif key == "worth":
            parts.append(f"worth to {party_name(agreement, after)}" if party is None else _worth_of(agreement, after))
        elif key == "gives":
            parts.append(f"share given of {_stake(agreement, after)}")
        elif key in ("costs", "habits"):
            parts.append(_label(after))
        elif key == "exchange":  # its parts are told apart by what they give
            pass
        elif key == "aims":
            at -= 1
        elif key == "verifiable":
            parts.append("aim: concealment found, " + ("time within which" if after == "within" else "chance"))
        elif key == "chance" and party is not None and parts:
            parts = [f"chance of the “{parts[0].removeprefix('if ').removesuffix(':')}” type"]
        elif key == "chance" and party is not None:
            parts.append("chance of a new government")
        else:
            parts.append(_label(key))
            at -= 1
    return " ".join(parts)


def _worth_of(agreement: Agreement, stake: str) -> str:
    return f"worth of {_stake(agreement, stake)}"


def _stake(agreement: Agreement, key: str) -> str:
    stake = agreement.stakes.get(key)
    return stake.name if stake is not None and stake.name else _plain(key)


def _measure(agreement: Agreement, key: str) -> str:
    return agreement.measures[key].name or _plain(key)


def _label(key: object) -> str:
    return WORDS.get(str(key), Words()).label or _plain(key)


def _plain(key: object) -> str:
    return str(key).replace("-", " ").replace("_", " ")


def names(agreement: Agreement, keys: Iterable[str]) -> str:
    """Write the names of parties and bodies in a sentence."""
    return listed([name_of(agreement, key) for key in keys])


def name_of(agreement: Agreement, key: str) -> str:
    """The name of a party, body, stake or measure; its key where it has none."""
    group = next((g for g in (agreement.parties, agreement.bodies) if key in g), None)
    if group is not None:
        return group[key].name
    thing = agreement.stakes.get(key) or agreement.measures.get(key)
    return f"{thing.name} ({key})" if thing is not None and thing.name else key


def label(agreement: Agreement, one: Uncertain, two_plans: bool = False) -> str:
    """An uncertain number in words: whose it is, and what; of which plan, where two are asked about.

    Parameters
    ----------
    two_plans : bool
        Whether the question is about two plans, so that a number of one of them says of which.
    """
    path = one.paths[0]
    group, what = describe(agreement, path)
    owner = group.partition(": ")[2]
    if path[0] == "plans":
        what = capital(what)
        return f"{what} ({owner})" if one.name.startswith("plans.") and two_plans else what
    return f"{owner}: {what}" if owner else capital(what)


def group_of(agreement: Agreement, one: Uncertain) -> str:
    """The natural group of an uncertain number, in words: what a panel of experts would be asked about together.

    Returns
    -------
    str
        `North Korea: worths`, `Finding rates`, `Votes`, ...
    """
    first, *rest = (str(part) for part in one.paths[0])
    last = rest[-1] if rest else first
    if first == "parties":
        name = party_name(agreement, rest[0])
        if "worth" in rest:
            return f"{name}: worths"
        if "costs" in rest:
            return f"{name}: costs of " + ("delay" if last in ("delaying", "suspending") else "breakdown")
        if "habits" in rest:
            return f"{name}: habits"
        return f"{name}: " + {"chance": "chances of its types", "discount": "discounting"}.get(last, last)
    if first == "stakes" and "worth" in rest:
        return f"{party_name(agreement, last)}: worths"
    if first == "stakes":
        return f"{party_name(agreement, agreement.stakes[rest[0]].holder)}: times to restore"
    if first == "measures":
        return "Finding rates" if last == "finds" else "False alarms"
    if first == "plans":
        if last == "passes":
            return "Votes"
        return "Changes of government" if last == "chance" or "types" in rest else "Shares given"
    return capital(last.replace("_", " "))


def party_name(agreement: Agreement, party: str) -> str:
    """The name of a party as readers know it."""
    return agreement.parties[party].name


def type_name(agreement: Agreement, party: str, kind: str) -> str:
    """The name of a party's type as readers know it, to stand within a sentence."""
    declared = agreement.parties[party].types.get(kind)
    name = declared.name if declared and declared.name else kind.replace("-", " ")
    first = name.split()[0]
    return name[:1].lower() + name[1:] if first[1:] == first[1:].lower() and len(first) > 1 else name


def cause_name(agreement: Agreement, cause: str) -> str:
    """Say a cause of breakdown (or a way of holding) in words: `withdrew:usa` is 'United States withdraws'."""
    what, _, who = cause.partition(":")
    if cause == "held:clean":
        return "in force, nothing concealed"
    if cause == "held:concealed":
        return "in force, something concealed"
    if cause == "incident":
        return "an incident nobody chose"
    if who in ("both", "several"):
        done = "withdraw" if what == "withdrew" else "found out"
        return f"both {done}" if who == "both" else f"several {done} at once"
    name = party_name(agreement, who)
    return {
        "withdrew": f"{name} withdraws",
        "found": f"{name} is found out",
        "unratified": f"{name} does not ratify",
        "lapsed": f"not renewed by {name}",
    }[what]


def named(agreement: Agreement, path: Place, name: str) -> str:
    """Name a number that enters play, to stand within a sentence.

    Parameters
    ----------
    name : str
        Both from `uncertain`.
    """
    first, last = str(path[0]), str(path[-1])
    if first == "parties":
        return _of_party(agreement, str(path[1]), path)
    if first == "stakes" and path[2] == "worth":
        return f"the worth of {_quoted_stake(agreement, str(path[1]))} to {party_name(agreement, last)}"
    if first == "stakes":
        return f"the restore time of {_quoted_stake(agreement, str(path[1]))}"
    if first == "measures":
        return WORDS[last].phrase.format(_quoted_measure(agreement, str(path[1])))
    if first == "plans":
        plan = agreement.plans[str(path[1])]
        within = f" in {_quoted(plan.title or str(path[1]))}" if name.startswith("plans.") else ""
        if path[2] == "finds":
            return WORDS["finds"].phrase.format(_quoted_measure(agreement, last)) + within
        return _of_entry(agreement, path) + within
    return "the rate of incidents that nobody chose"


def _of_party(agreement: Agreement, party: str, path: Place) -> str:
    name, last = party_name(agreement, party), str(path[-1])
    kind = f"the {type_name(agreement, party, str(path[3]))} type" if path[2] == "types" else ""
    if kind and last == "chance":
        return f"the chance that {name} is of {kind}"
    whom = f"{kind} of {name}" if kind else name
    if "worth" in _keys(path):
        return f"the worth of {_quoted_stake(agreement, last)} to {whom}"
    return WORDS[last].phrase.format(whom)


def _of_entry(agreement: Agreement, path: Place) -> str:
    entry = agreement.plans[str(path[1])].entries[int(path[3])]
    title, last = _quoted(entry.title or entry.id), str(path[-1])
    if "gives" in (path[4], *path[6:7]):
        return f"the share of {_quoted_stake(agreement, last)} given at {title}"
    if path[4] == "types":
        kind = type_name(agreement, str(getattr(entry, "turnover", "")), last)
        return f"the chance that a new government after {title} is of the {kind} type"
    return WORDS[last].phrase.format(title)


def _quoted_stake(agreement: Agreement, key: str) -> str:
    return _quoted(agreement.stakes[key].name or key)


def _quoted_measure(agreement: Agreement, key: str) -> str:
    return _quoted(agreement.measures[key].name or key)


def _quoted(words: str) -> str:
    return f"“{words.replace('-', ' ') if ' ' not in words else words}”"
