"""Rules SV801 and SV802: what a party does to which nothing matters, where a file is a game."""

from __future__ import annotations

from collections.abc import Iterator

from servanda.agreement.format.agreement import Agreement, CostChanges, Costs, Party
from servanda.agreement.format.entries import Renewal, Review, gifts
from servanda.checks._plan_view import PlanView
from servanda.checks.rulebook import Found, rule
from servanda.english import listed, some


def _deciding(views: tuple[PlanView, ...]) -> dict[str, list[str]]:
    """The parties that decide something in a plan that is played, and the ids of the entries at which they do."""
    found: dict[str, list[str]] = {}
    for view in views:
        for entry in view.plan.entries if view.playable else ():
            if isinstance(entry, Review | Renewal):
                parties = entry.review if isinstance(entry, Review) else entry.renew
            else:
                automatic = getattr(entry, "automatic", False)
                parties = tuple(name for gift in gifts(entry) for name in gift.actors if not automatic)
            for party in parties:
                found.setdefault(party, []).append(entry.id)
    return found


def _costs(costs: Costs | CostChanges) -> list[float]:
    return [number.likely for number in dict(costs).values() if number is not None]


def _at_stake(agreement: Agreement, name: str, party: Party) -> bool:
    """Whether any stake, or any cost, matters to a party, or to one of its types."""
    worths = [stake.worth[name].likely for stake in agreement.stakes.values() if name in stake.worth]
    worths += [number.likely for kind in party.types.values() for number in kind.worth.values()]
    return any((*worths, *_costs(party.costs), *(cost for kind in party.types.values() for cost in _costs(kind.costs))))


@rule("SV801", whole=True)
def nothing_at_stake(agreement: Agreement, views: tuple[PlanView, ...]) -> Iterator[Found]:
    """Tell of parties that decide, and to which neither a stake nor a cost matters."""
    for name, entries in _deciding(views).items():
        party = agreement.parties.get(name)
        if party is not None and not _at_stake(agreement, name, party):
            fill = {"party": party.name, "entries": some(list(dict.fromkeys(entries)))}
            yield Found("SV801", ("parties", name), fill, "habit" if party.habits is not None else "chance")


@rule("SV802", whole=True)
def no_habits(agreement: Agreement, views: tuple[PlanView, ...]) -> Iterator[Found]:
    """Tell, once for a file, that parties without habits treat all acts alike."""
    deciding = [name for name in agreement.parties if name in _deciding(views)]
    without = [name for name in deciding if agreement.parties[name].habits is None]
    if without:
        form = "all" if len(without) == len(deciding) else "some"
        called = listed([agreement.parties[name].name for name in without])
        yield Found("SV802", ("parties", without[0]), {"parties": called}, form)
