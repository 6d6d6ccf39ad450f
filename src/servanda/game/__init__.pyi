from .calendar import Step as Step
from .calendar import calendar_of as calendar_of
from .compiler import Game as Game
from .compiler import GameTooLarge as GameTooLarge
from .compiler import compile as compile

__all__ = [
    "Game",
    "GameTooLarge",
    "Step",
    "calendar_of",
    "compile",
]
