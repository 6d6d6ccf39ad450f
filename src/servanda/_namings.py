"""A number of the file as it is named within a sentence: `the chance that “Congress votes” passes`."""

from __future__ import annotations

from servanda.agreement import Agreement
from servanda.wording import party_name, type_name

Path = tuple[str | int, ...]

_PARTY = {
    "discount": "the discount rate of {}",
    "precision": "the precision of {}",
    "breakdown": "the cost of a breakdown to {}",
    "withdrawing": "the cost of withdrawing to {}",
    "found": "the cost of being found concealing to {}",
    "unratified": "the cost of a failed ratification to {}",
}
_MEASURE = {
    "finds": "the finding rate of {}",
    "false_alarms": "the rate of false alarms of {}",
    "breaks": "the chance that a false alarm of {} ends the agreement",
}
_ENTRY = {"passes": "the chance that {} passes", "chance": "the chance of a new government at {}"}


def named(agreement: Agreement, path: Path, name: str) -> str:
    """Name a number that enters play, to stand within a sentence.

    Parameters
    ----------
    agreement : Agreement
    path : path
    name : str
        Both from `uncertain`.
    """
    first, last = str(path[0]), str(path[-1])
    if first == "parties":
        return _of_party(agreement, str(path[1]), path)
    if first == "stakes" and path[2] == "worth":
        return f"the worth of {_stake(agreement, str(path[1]))} to {party_name(agreement, last)}"
    if first == "stakes":
        return f"the restore time of {_stake(agreement, str(path[1]))}"
    if first == "measures":
        measure = agreement.measures[str(path[1])]
        return _MEASURE[last].format(_quoted(measure.name or str(path[1])))
    if first == "plans":
        plan = agreement.plans[str(path[1])]
        within = f" in {_quoted(plan.title or str(path[1]))}" if name.startswith("plans.") else ""
        return _of_entry(agreement, path) + within
    return "the rate of incidents that nobody chose"


def _of_party(agreement: Agreement, party: str, path: Path) -> str:
    name, last = party_name(agreement, party), str(path[-1])
    kind = f"the {type_name(agreement, party, str(path[3]))} type" if path[2] == "types" else ""
    if kind and last == "chance":
        return f"the chance that {name} is of {kind}"
    whom = f"{kind} of {name}" if kind else name
    if "worth" in path:
        return f"the worth of {_stake(agreement, last)} to {whom}"
    return _PARTY[last].format(whom)


def _of_entry(agreement: Agreement, path: Path) -> str:
    entry = agreement.plans[str(path[1])].entries[int(path[3])]
    title, last = _quoted(entry.title or entry.id), str(path[-1])
    if path[4] == "gives":
        return f"the share of {_stake(agreement, last)} given at {title}"
    if path[4] == "types":
        kind = type_name(agreement, str(getattr(entry, "turnover", "")), last)
        return f"the chance that a new government after {title} is of the {kind} type"
    return _ENTRY[last].format(title)


def _stake(agreement: Agreement, key: str) -> str:
    return _quoted(agreement.stakes[key].name or key)


def _quoted(words: str) -> str:
    return f"“{words.replace('-', ' ') if ' ' not in words else words}”"
