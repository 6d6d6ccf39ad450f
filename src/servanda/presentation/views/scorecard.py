"""The scorecard: what each party obtains, its aims, what became of them, and what lies behind."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from servanda.agreement.dates import length
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.labels import party_name
from servanda.assessment.scorecards import CRITERIA, Move, PartyScore, Scorecard, Scorecards
from servanda.english import capital, chance, listed, month, number
from servanda.presentation.view import Column, Row, Table, View, rows, view_of

EXPLAINED = (
    "Shares are weighted by worth to the party that obtains them. Open: cannot be concealed. Raised (lowered) most by:"
    " the entry without which the value would be lowest (highest) at the end, and by how many points it moves it."
)


@view_of.register
def _(card: Scorecard) -> View:
    agreement = card.agreement
    blocks: list[str | Table] = [scorecard_table(card)] if card.harmed else []
    for party, one in card.parties.items():
        if one.obtained:
            blocks.append(_obtained(agreement, party, one))
        blocks.append(" ".join(remarks(agreement, one)))
    notes = (EXPLAINED,) if card.harmed else ()
    return View(f"{capital(card.title)}: {finding(agreement, card)}.", tuple(blocks), notes)


@view_of.register
def _(found: Scorecards) -> View:
    """Plans side by side as they end; one plan alone date by date."""
    return view_of(found.cards[0]) if len(found.cards) == 1 else plans_side_by_side(found)


def plans_side_by_side(found: Scorecards) -> View:
    """Plans side by side, or one as it ends."""
    table = side_by_side(found)
    if not table.rows:
        return View(f"{capital(finding(found.agreement, found.cards[0]))}.")
    return View(f"{table.title}.", (replace(table, title=""),))


def side_by_side(found: Scorecards) -> Table:
    """What each party that others harm obtains at the end of each plan, and whether that is its aim."""
    made: list[Row] = []
    for party in found.agreement.parties:
        every = [card.parties[party] for card in found.cards]
        if not any(one.harm > 0 for one in every):
            continue
        made.append(Row((party_name(found.agreement, party),), "group"))
        made += rows(
            (
                f"{what} ({aim_words(every[0], what)})",
                *(f"{in_table(one.criteria[what].figure)} {status_words(one, what, brief=True)}" for one in every),
            )
            for what in CRITERIA
        )
    columns = (Column("", "words"), *(Column(card.plan) for card in found.cards))
    title = "If everyone keeps the plan: what each party obtains of the others (its aim)"
    return Table("scorecards", title, columns, tuple(made))


def scorecard_table(card: Scorecard) -> Table:
    """What each party obtains at the end, against its aims, and what moves that most."""
    columns = (
        Column("obtains", "words"), Column("value"), Column("its aim", "words"), Column("is it met?", "words"),
        Column("raised most by", "words"), Column("lowered most by", "words"),
    )  # fmt: skip
    title = "What each party obtains of the others at the end, if everyone keeps the plan"
    return Table("scorecard", title, columns, tuple(_criteria(card)))


def _criteria(card: Scorecard) -> Iterator[Row]:
    for party, one in card.harmed.items():
        yield Row((party_name(card.agreement, party),), "group")
        for what, criterion in one.criteria.items():
            moves = (
                f"{capital(move.title)} ({change_words(move)})" if move else "–"
                for move in (criterion.raised, criterion.lowered)
            )
            aim, met = aim_words(one, what), status_words(one, what) or "–"
            yield Row((what, in_table(criterion.figure), aim, met, *moves))
            least = least_part(one, what)
            if least is not None:
                yield Row(("its least part", in_table(least)), "detail")


def _obtained(agreement: Agreement, party: str, one: PartyScore) -> Table:
    columns = (
        Column("entry", "words"), Column("date", "date"), Column("stake", "words"),
        *map(Column, ("share", "found in time", "restored in", "complete", "verifiable", "irreversible")),
    )  # fmt: skip
    after = {score.entry: score for score in one.course}
    made: list[tuple[str, ...]] = []
    for i, piece in enumerate(one.obtained):
        first = i == 0 or one.obtained[i - 1].entry != piece.entry
        last = i + 1 == len(one.obtained) or one.obtained[i + 1].entry != piece.entry
        now = after[piece.entry]
        figures = (now.complete, now.verifiable, now.irreversible) if last else ()
        made.append(
            (
                piece.entry if first else "",
                piece.date.isoformat() if first else "",
                piece.stake,
                in_table(piece.share),
                in_table(piece.found) if piece.concealable else "open",
                length(piece.restore),
                *map(in_table, figures),
            )
        )
    return Table(f"obtained-{party}", f"{party_name(agreement, party)} obtains, date by date", columns, rows(made))


# ---------------------------------------------------------------------------------------------------------- words


def in_table(share: float | None) -> str:
    """A share or chance with one decimal; 100.0% only where it is all."""
    return chance(share, 1, sure=True)


def whole_share(share: float | None) -> str:
    """The same in whole percent."""
    return chance(share, sure=True)


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
    return number(100 * move.change, 1, sign=True)


def against_aim(one: PartyScore, what: str) -> str:
    """A figure's aim and what became of it: `aim 90%, met from June 2022`."""
    criterion = one.criteria[what]
    return aim_words(one, what) if criterion.aim is None else f"aim {aim_words(one, what)}, {status_words(one, what)}"


def least_part(one: PartyScore, what: str = "verifiable") -> float | None:
    """The least verifiable part of what a party obtains, where that differs from the whole."""
    least, whole = one.end.least, one.end.verifiable
    return None if what != "verifiable" or least is None or whole is None or least > whole - 1e-9 else least


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
        if len(card.parties) == 1:
            return "there is one party only, so it obtains nothing of others"
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
            f"The least verifiable part of what {name} obtains is {_stake(agreement, worst.stake)} at"
            f" “{capital(worst.title)}”: {whole_share(worst.found)} found"
            f" {'by the horizon' if math.isinf(one.within) else f'within {length(one.within)}'}."
        )
    else:
        said.append(f"The others can conceal nothing of what {name} obtains.")
    if end.reported is not None and end.verifiable is not None and end.verifiable - end.reported >= 0.01:
        said.append(
            "Findings take effect at the next entry. If only those count that take effect in time,"
            f" {whole_share(end.reported)} instead of {whole_share(end.verifiable)} is verifiable for {name}."
        )
    said.append(_restored(name, end.shortest, end.half))
    if one.kept:
        parts = [f"{whole_share(share)} of {_stake(agreement, stake)}" for stake, share in one.kept.items()]
        said.append(f"The others do not give up {listed(parts)}, though this harms {name}.")
    return said


def _restored(name: str, shortest: float | None, half: float | None) -> str:
    assert shortest is not None
    assert half is not None
    if math.isinf(shortest):
        return f"The others can never restore anything of what {name} obtains."
    first, then = ("at once" if time == 0 else f"within {length(time)}" for time in (shortest, half))
    if shortest == half:
        return f"After a breakdown, {name} loses half or more of what it obtains {first}."
    more = "most of it never" if math.isinf(half) else f"half of it {then}"
    return f"After a breakdown, {name} loses the first of what it obtains {first}, {more}."


def _stake(agreement: Agreement, stake: str) -> str:
    return agreement.stakes[stake].name or stake.replace("-", " ")
