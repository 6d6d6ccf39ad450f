# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""One look for every party and outcome.

Colours are after Okabe and Ito (2008), Color Universal Design, which people with any common colour blindness can tell
apart; the green of what holds is darker, and the blue lighter, so that the first two parties and what holds differ in
grey print too. Nothing is told by colour alone: hatches, line styles, markers and words say it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from servanda.agreement.format.agreement import Agreement

INK, GREY, LINE, PALE, WARN = "#1b1f24", "#58606a", "#cfd4da", "#f4f5f7", "#fff4d6"


HELD, CHANCE, JOINT = "#00402f", "#9aa1a9", "#3c4249"


PARTY_COLOURS = ("#1a78b8", "#e69f00", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442")


DASHES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (7, 2, 1.5, 2)), (0, (1, 1)), (0, (4, 1, 1, 1, 1, 1)))


MARKERS = ("o", "s", "^", "D", "v", "P")


@dataclass(frozen=True)
class Look:
    """How a share is filled."""

    face: str
    hatch: str = ""
    edge: str = "#ffffff"

    @property
    def dark(self) -> bool:
        """Whether words on it have to be white."""
        red, green, blue = (int(self.face[i : i + 2], 16) / 255 for i in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue < 0.58


def tint(colour: str, share: float) -> str:
    """Mix a colour with white: 0 leaves it, 1 makes it white."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(c + (255 - c) * share):02x}" for c in parts)


def party_index(agreement: Agreement, party: str) -> int:
    """A party's place in the file, which decides its look."""
    return list(agreement.parties).index(party)


def party_colour(agreement: Agreement, party: str) -> str:
    """The colour of a party in every figure."""
    return PARTY_COLOURS[party_index(agreement, party) % len(PARTY_COLOURS)]


def party_dash(agreement: Agreement, party: str) -> Any:
    """The line style of a party in every figure."""
    return DASHES[party_index(agreement, party) % len(DASHES)]


def party_marker(agreement: Agreement, party: str) -> str:
    """The marker of a party in every figure."""
    return MARKERS[party_index(agreement, party) % len(MARKERS)]


def party_line(agreement: Agreement, party: str) -> tuple[str, Any, str]:
    """The colour, line style and marker of a party in every figure."""
    return party_colour(agreement, party), party_dash(agreement, party), party_marker(agreement, party)


def look(agreement: Agreement, outcome: str) -> Look:
    """How an outcome (`held:clean`, `withdrew:usa`, ...) is filled in every figure."""
    what, _, who = outcome.partition(":")
    if what == "held":
        return Look(HELD) if who == "clean" else Look(tint(HELD, 0.55), "////", HELD)
    if who not in agreement.parties:
        return Look(CHANCE, "--") if what == "incident" else Look(JOINT, "xxx" if what == "found" else "")
    colour = party_colour(agreement, who)
    if what == "withdrew":
        return Look(colour)
    return Look(tint(colour, 0.55), {"found": "\\\\\\\\", "lapsed": "oo"}.get(what, "||"), colour)


HOLD = Look(tint(HELD, 0.75), "..", tint(HELD, 0.35))  # holding back, and what comes of it


def stand_look(how: str) -> Look:
    """How a way in which an agreement in force can stand is filled: complete on time or late, stalled, suspended."""
    shades = {"complete_on_time": Look(HELD), "complete_late": Look(tint(HELD, 0.45)), "stalled": HOLD}
    return shades.get(how, Look(tint(HELD, 0.85), "////", tint(HELD, 0.2)))


def act_looks(agreement: Agreement, party: str) -> tuple[Look, Look, Look]:
    """How keeping, concealing and withdrawing are filled: as the outcomes that they lead to."""
    return look(agreement, "held:clean"), look(agreement, "held:concealed"), look(agreement, f"withdrew:{party}")
