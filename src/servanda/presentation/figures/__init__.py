"""Figures, one file each: a result in, a matplotlib figure out."""

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    gallery = import_module(f"{__name__}.gallery")
    return gallery if name == "gallery" else getattr(gallery, name)
