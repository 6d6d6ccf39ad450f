# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figure of acts: what each type of each party does at every entry."""

from __future__ import annotations

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.labels import cause_name, party_name, type_name
from servanda.assessment.comparison import PlanResult
from servanda.assessment.outcomes import EntryResult, TypeAct
from servanda.english import capital, day_label, percent, short
from servanda.presentation.figures._palette import GREY, HOLD, INK, PALE, act_looks, look, party_colour, party_marker
from servanda.presentation.figures._plan_words import RARE, acts_of, name_of
from servanda.presentation.figures._sheet import Sheet, wrap
from servanda.presentation.figures.gallery import figure


def who(agreement: Agreement, party: str, kind: str) -> str:
    """Name a party's type: `North Korea, if stalling`; the bare name where it has one type."""
    name = party_name(agreement, party)
    return f"{name}, if {type_name(agreement, party, kind)}" if len(agreement.parties[party].types) > 1 else name


def least_kept(result: PlanResult) -> tuple[EntryResult, str, str, TypeAct] | None:
    """Who is least likely to keep, and where, among entries with a chance of being reached worth speaking of."""
    rows = [
        (e, party, kind, act)
        for e in result.summary.entries
        for party, own in acts_of(e).items()
        for kind, act in own.by_type.items()
        if act is not None and e.reached >= RARE
    ]
    return min(rows, key=lambda row: row[3].keep, default=None)


def _own(e: EntryResult, party: str) -> dict[str, TypeAct | None]:
    """What each type of a party does at an entry; nothing where it does not act."""
    acts = acts_of(e)
    return acts[party].by_type if party in acts else {}


def title(result: PlanResult) -> str:
    """The finding of the figure of acts."""
    found, agreement = least_kept(result), result.game.agreement
    if found is None:
        return f"{name_of(result)}: nobody has a choice to make"
    entry, party, kind, act = found
    if act.keep > 0.99:
        whole = [own for e in result.summary.entries for own in acts_of(e).values()]
        every = [act.keep for own in whole for act in own.by_type.values() if act is not None]
        what = "everything" if min(every) > 0.99 else "everything that has at least a 1% chance of coming up"
        return f"{name_of(result)}: every type keeps {what} with a chance of more than 99%"
    return (
        f"{name_of(result)}: the least reliable is {who(agreement, party, kind)}, at “{capital(entry.title)}”"
        f" (chance of keeping {percent(act.keep)})"
    )


def alt(result: PlanResult) -> str:
    """For each party and type, where it is least likely to keep."""
    agreement, rows = result.game.agreement, list[str]()
    for party in agreement.parties:
        own = [e for e in result.summary.entries if _own(e, party) and e.reached >= RARE]
        for kind in agreement.parties[party].types or {"only": None}:
            acts = [(e, act) for e in own if (act := _own(e, party).get(kind)) is not None]
            if acts:
                entry, act = min(acts, key=lambda row: row[1].keep)
                held = f", hold back {percent(act.hold)}" if act.hold >= 0.005 else ""
                rows.append(
                    f"{who(agreement, party, kind)}: least reliable at “{capital(entry.title)}” (keep"
                    f" {percent(act.keep)}, conceal {percent(act.conceal)}{held}, withdraw {percent(act.withdraw)})."
                )
    return f"What each type does at each entry of {name_of(result)}. " + " ".join(rows)


ACTS = figure(
    "acts",
    of=PlanResult,
    heading="What each type does",
    reading="Each bar says what a party's type does at one of its entries. A long green part means that others can rely"
    " on that type there.",
    title=title,
    subtitle="What each type of a party does at each of its entries, if the agreement gets that far. Each bar is 100%."
    " Grey words: there is less than a 1% chance that it gets that far.",
    alt=alt,
)


@ACTS.drawn
def draw(sheet: Sheet, result: PlanResult) -> None:
    """A bar is 100%; a part's label is `entry|type|act`, with keep, conceal, hold or withdraw."""
    agreement = result.game.agreement
    acting = [p for p in agreement.parties if any(_own(e, p) for e in result.summary.entries)]
    keep, hide, _ = act_looks(agreement, acting[0]) if acting else act_looks(agreement, next(iter(agreement.parties)))
    held = [("Holds back", HOLD)] if result.summary.late is not None else []
    sheet.legend(
        [("Keeps", keep), ("Claims to, and conceals", hide), *held]
        + [(f"{party_name(agreement, p)} withdraws", look(agreement, f"withdrew:{p}")) for p in acting]
        + [
            (capital(cause_name(agreement, f"lapsed:{p}")), look(agreement, f"lapsed:{p}"))
            for p in acting
            if any(e.kind == "renewal" and e.by == p for e in result.summary.entries)
        ]
    )
    for party in acting:
        _party_acts(sheet, result, party)


def _party_acts(sheet: Sheet, result: PlanResult, party: str) -> None:
    agreement = result.game.agreement
    own = [e for e in result.summary.entries if _own(e, party)]
    kinds = list(_own(own[0], party))
    sheet.y += 12
    sheet.mark(6, sheet.y + 12, party_marker(agreement, party), party_colour(agreement, party), 10)
    rows = wrap(party_name(agreement, party), sheet.base + 1, sheet.width - 18, True)
    sheet.y = sheet.lines(18, sheet.y + 17, rows, sheet.base + 1, bold=True) - 6
    left = 0.0 if sheet.narrow else 410.0
    across = min(len(kinds), 3 if sheet.narrow else 4)
    gap = 10.0
    room = (sheet.width - left - gap * (across - 1)) / across
    named = len(kinds) > 1
    heads = [wrap(_kind(agreement, party, kind), sheet.small, room, True) for kind in kinds] if named else []
    for line in range(0, len(heads), across):
        row = heads[line : line + across]
        for j, head in enumerate(row):
            sheet.lines(left + j * (room + gap), sheet.y + 12, head, sheet.small, bold=True)
        sheet.y += 16 * max(len(h) for h in row)
    if not sheet.narrow:
        sheet.y += 0 if heads else 16
        head = "In force then" if result.summary.late is None else "Falls due"
        sheet.text(left - 14, sheet.y - 4, head, sheet.small, color=GREY, bold=True, ha="right")
    sheet.y += 6
    sheet.rule(0, sheet.y, sheet.width, sheet.y, INK, 1.0)
    year, shade = 0, False
    for e in own:
        rows = wrap(capital(e.title), sheet.base, sheet.width - 82 if sheet.narrow else left - 88 - 62)
        lines = -(-len(kinds) // across)
        deep = len(rows) * 16 + 6 + lines * 20 if sheet.narrow else max(21.0, len(rows) * 16 + 5, lines * 20 + 2)
        if e.date.year != year:
            year, shade = e.date.year, not shade
        sheet.box(0, sheet.y, sheet.width, deep, PALE if shade else "#ffffff")
        rare = GREY if e.reached < RARE else INK
        base = sheet.y + 15
        if sheet.narrow:
            sheet.lines(0, base, rows, sheet.base, color=rare)
            sheet.text(sheet.width, base, day_label(e.date), sheet.small, color=GREY, ha="right")
            bar = sheet.y + len(rows) * 16 + 4
        else:
            sheet.text(76, base, day_label(e.date), sheet.small, color=GREY, ha="right")
            sheet.lines(88, base, rows, sheet.base, color=rare)
            sheet.text(
                left - 14,
                base,
                short(e.reached, sure=e is result.summary.entries[0]),
                sheet.small,
                color=rare,
                ha="right",
            )
            bar = sheet.y + 2
        for k, kind in enumerate(kinds):
            x, y = left + k % across * (room + gap), bar + k // across * 20
            _act_bar(sheet, agreement, e, kind, party, _own(e, party)[kind], x, y, room)
        sheet.y += deep
    sheet.rule(0, sheet.y, sheet.width, sheet.y, INK, 1.0)
    sheet.y += 10


def _kind(agreement: Agreement, party: str, kind: str) -> str:
    name = type_name(agreement, party, kind)
    return f"If {name}"


def _act_bar(
    sheet: Sheet,
    agreement: Agreement,
    e: EntryResult,
    kind: str,
    party: str,
    act: TypeAct | None,
    x: float,
    y: float,
    room: float,
) -> None:
    if act is None:
        sheet.text(x, y + 12.5, "cannot be in office", sheet.small, color=GREY)
        return
    keep, hide, leave = act_looks(agreement, party)
    of, leave = f"{e.id}|{kind}", look(agreement, f"lapsed:{party}") if e.kind == "renewal" else leave
    parts = [(f"{of}|keep", act.keep, keep), (f"{of}|conceal", act.conceal, hide)]
    parts += [(f"{of}|hold", act.hold, HOLD)] * (act.hold > 0)
    parts.append((f"{of}|withdraw", act.withdraw, leave))
    sheet.stack(x, y, room, 16, parts, sheet.small)
