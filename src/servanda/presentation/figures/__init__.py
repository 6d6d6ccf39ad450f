"""Figures, one file each: a result in, a matplotlib figure out."""

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    return getattr(import_module(f"{__name__}.gallery"), name)
