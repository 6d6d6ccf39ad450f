"""The scorecard in words: figures, aims, what became of them, and what lies behind."""

from __future__ import annotations

import math

from servanda.agreement.dates import length
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.labels import party_name
from servanda.assessment.scorecards import Move, PartyScore, Scorecard
from servanda.english import capital, month


def exact_share(share: float | None) -> str:
    """Write a share or chance with one decimal, as a table has it; a dash where there is none."""
    if share is None:
        return "–"
    if 0.0 < share < 0.0005:
        return "<0.1%"
    return ">99.9%" if 0.9995 <= share < 1.0 else f"{100 * share:.1f}%"


def whole_share(share: float | None) -> str:
    """Write a share or chance in whole percent, all only where it is all; a dash where there is none."""
    if share is None:
        return "–"
    if 0.0 < share < 0.01:
        return "<1%"
    return ">99%" if 0.99 < share < 1.0 else f"{100 * share:.0f}%"


def aim_words(one: PartyScore, what: str) -> str:
    """A party's aim in few words: `90% within 12 months`; where it states none, what is the yardstick in its place."""
    aim = one.criteria[what].aim
    if aim is None:
        yardstick = {"verifiable": f", within {length(one.within)}", "irreversible": f", {length(one.lasting)} or more"}
        return f"no aim{yardstick.get(what, '')}"
    if what == "complete":
        return whole_share(aim)
    if what == "verifiable":
        return f"{whole_share(aim)} " + ("ever" if math.isinf(one.within) else f"within {length(one.within)}")
    return "all for good" if math.isinf(aim) else f"all for {length(aim)} or more"


def status_words(one: PartyScore, what: str, brief: bool = False) -> str:
    """What became of an aim: `met from June 2022`; nothing where there is none."""
    criterion = one.criteria[what]
    if criterion.status == "no aim":
        return ""
    if brief or criterion.since is None or criterion.status not in ("met", "not met"):
        return criterion.status
    return f"{criterion.status} from {month(next(s.date for s in one.course if s.entry == criterion.since))}"


def change_words(move: Move) -> str:
    """How far an entry moves a figure, in percentage points with the sign."""
    return f"{100 * move.change:+.1f}".replace("-", "−")


def against_aim(one: PartyScore, what: str) -> str:
    """A figure's aim and what became of it: `aim 90%, met from June 2022`."""
    criterion = one.criteria[what]
    return aim_words(one, what) if criterion.aim is None else f"aim {aim_words(one, what)}, {status_words(one, what)}"


def least_part(one: PartyScore, what: str = "verifiable") -> float | None:
    """The least verifiable part of what a party obtains, where that differs from the whole."""
    least, whole = one.end.least, one.end.verifiable
    return None if what != "verifiable" or least is None or whole is None or least > whole - 1e-9 else least


def stake_name(agreement: Agreement, stake: str) -> str:
    """The name of a stake as readers know it."""
    return agreement.stakes[stake].name or stake.replace("-", " ")


def short_of(agreement: Agreement, card: Scorecard) -> list[tuple[str, list[str]]]:
    """The parties that do not obtain what they aim at, by name, and on which of the three."""
    missed = [(p, [w for w, c in one.criteria.items() if c.status == "not met"]) for p, one in card.parties.items()]
    return [(party_name(agreement, party), on) for party, on in missed if on]


def aimed(card: Scorecard) -> bool:
    """Whether any party has an aim."""
    return any(c.status != "no aim" for one in card.parties.values() for c in one.criteria.values())


def finding(agreement: Agreement, card: Scorecard) -> str:
    """What the scorecard says in one clause, to stand after the plan's title."""
    if not any(one.harm > 0 for one in card.parties.values()):
        return "nothing that one party holds harms another"
    missed = short_of(agreement, card)
    if not aimed(card):
        parts = [
            f"{party_name(agreement, p)} obtains {whole_share(one.end.complete)}"
            for p, one in card.parties.items()
            if one.harm > 0
        ]
        return "of what harms it, " + ", ".join(parts)
    if not missed:
        return "every party obtains what it aims at"
    if len(missed) > 3:
        return f"{len(missed)} of {len(card.parties)} parties fall short of their aims"
    return ", ".join(f"{name} {'falls short ' if i == 0 else ''}on {listed(on)}" for i, (name, on) in enumerate(missed))


def listed(words: list[str]) -> str:
    """Join words as a sentence does: `complete, verifiable and irreversible`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def remarks(agreement: Agreement, one: PartyScore) -> list[str]:
    """What lies behind a party's figures, a sentence each."""
    name = party_name(agreement, one.party)
    if one.harm == 0:
        return [f"Nothing that others hold harms {name}, so there is nothing for it to obtain."]
    if not one.obtained:
        return [f"{name} obtains nothing of what harms it."]
    end, said = one.end, list[str]()
    hidden = [piece for piece in one.obtained if piece.concealable]
    if hidden:
        worst = min(hidden, key=lambda piece: round(piece.found, 9))
        said.append(
            f"Least verifiable of what {name} obtains is {stake_name(agreement, worst.stake)} at"
            f" “{capital(worst.title)}”: {whole_share(worst.found)} found"
            f" {'by the horizon' if math.isinf(one.within) else f'within {length(one.within)}'}."
        )
    else:
        said.append(f"Nothing of what {name} obtains can be concealed.")
    if end.reported is not None and end.verifiable is not None and end.verifiable - end.reported >= 0.01:
        said.append(
            "Findings take effect at the next entry. Counting only those that do so in time,"
            f" {whole_share(end.reported)} instead of {whole_share(end.verifiable)} is verifiable for {name}."
        )
    said.append(_restored(name, end.shortest, end.half))
    if one.kept:
        parts = [f"{whole_share(share)} of {stake_name(agreement, stake)}" for stake, share in one.kept.items()]
        said.append(f"Not given up, though it harms {name}: {', '.join(parts)}.")
    return said


def _restored(name: str, shortest: float | None, half: float | None) -> str:
    assert shortest is not None
    assert half is not None
    if math.isinf(shortest):
        return f"Nothing of what {name} obtains can ever be restored."
    first, then = ("at once" if time == 0 else f"within {length(time)}" for time in (shortest, half))
    if shortest == half:
        return f"After a breakdown half of what {name} obtains, or more, is lost again {first}."
    more = "most of it never" if math.isinf(half) else f"half of it {then}"
    return f"After a breakdown the first of what {name} obtains is lost again {first}, {more}."
