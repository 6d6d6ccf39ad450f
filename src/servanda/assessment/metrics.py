"""The metrics by which a plan is judged."""

from __future__ import annotations

from servanda.agreement.format.agreement import Agreement


def figure_names(agreement: Agreement) -> dict[str, str]:
    """Names of the figures that a plan is judged by, with their meaning and unit in a few words.

    Parameters
    ----------
    agreement : Agreement

    Returns
    -------
    dict of str
        `held_clean`, `held`, `years`, `completed`, `gain.PARTY`, `gain.PARTY.TYPE`, and the causes of breakdown:
        `withdrew.PARTY`, `found.PARTY`, `found.both` (`found.several`), `unratified.PARTY`, `incident`.
    """
    names = {
        "held_clean": "chance to be in force at the horizon with nothing concealed",
        "held": "chance to be in force at the horizon",
        "years": "expected years in force, to the horizon at most",
        "completed": "chance that all transfers are carried out, as far as others can tell",
    }
    for key, party in agreement.parties.items():
        names[f"gain.{key}"] = f"what signing is worth to {party.name} beyond no agreement, units"
        for kind in party.types if len(party.types) > 1 else ():
            names[f"gain.{key}.{kind}"] = f"the same to its {kind} type, units"
    for key, party in agreement.parties.items():
        names[f"withdrew.{key}"] = f"chance that {party.name} ends it by withdrawing"
    holders = [key for key in agreement.parties if any(s.holder == key for s in agreement.stakes.values())]
    for key in holders:
        names[f"found.{key}"] = f"chance that {agreement.parties[key].name} alone is found concealing"
    if len(holders) > 1:
        several = "found.both" if len(agreement.parties) == 2 else "found.several"
        names[several] = "chance that more than one party is found concealing at the same report"
    for key, party in agreement.parties.items():
        names[f"unratified.{key}"] = f"chance that it fails in a vote in {party.name}"
    names["incident"] = "chance that a false alarm or another upset ends it"
    return names
