"""What is said of a text that cannot be played."""

from __future__ import annotations

import pytest

import servanda
from servanda import AgreementError
from servanda.game.calendar import calendar_of

GAMES = sorted(name for name in servanda.catalog() if name.endswith("-game"))


def refusal(name: str) -> str:
    """What is said when the first plan of a text is to be played."""
    agreement = servanda.read(name)
    with pytest.raises(AgreementError) as caught:
        calendar_of(agreement, next(iter(agreement.plans)))
    return str(caught.value)


@pytest.mark.parametrize("game", GAMES)
def test_a_text_leads_to_the_game_that_is_made_of_it(game: str) -> None:
    assert refusal(game.removesuffix("-game")).endswith(f"'servanda solve {game}' plays a game made of it.")


def test_a_text_without_a_game_leads_to_the_starter() -> None:
    assert "inf-1987-game" not in servanda.catalog()
    assert refusal("inf-1987").endswith("'servanda new FILE' writes a file that says what else a game needs.")
