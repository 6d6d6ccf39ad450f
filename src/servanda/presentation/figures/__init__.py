"""Figures, one file each: a result in, a matplotlib figure out."""

from typing import Any


def __getattr__(name: str) -> Any:
    from servanda.presentation.figures import gallery

    return getattr(gallery, name)
