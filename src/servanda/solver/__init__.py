"""Logit agent quantal response equilibria on the principal branch, one at a time or thousands at once.

Open `equilibrium.py` first. It stands on `game`; its loops are compiled by numba (`jit.py`).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
