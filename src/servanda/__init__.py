"""servanda: will a phased agreement between parties who distrust each other be kept?

    >>> import servanda
    >>> agreement = servanda.read("singapore-2018")
    >>> game = servanda.compile(agreement, plan="phased")
    >>> equilibrium = servanda.solve(game)
    >>> summary = servanda.summarise(equilibrium)

Data are frozen objects; verbs are functions. Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from typing import Any

import lazy_loader

from servanda._version import __version__ as __version__
from servanda.errors import missing_extra
from servanda.result import Presenter, hand_in

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    try:
        return _load(name)
    except ModuleNotFoundError as error:
        raise missing_extra(error) or error from None


def _presenter() -> Presenter:
    from servanda.presentation.presenter import presenter

    return presenter


hand_in(_presenter)


def _gallery() -> object:
    from servanda.presentation.figures import gallery

    return gallery


from servanda import result as _result  # noqa: E402

_result._figures[:] = [_gallery]
