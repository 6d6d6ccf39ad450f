"""The rules of play written three times more, to check the solver.

Open `explicit_tree.py` first: the tree that Gambit solves. `simulation.py` plays a solved plan out, `markov_chain.py`
writes it for PRISM and Storm. The tree and its payoffs see the calendar, and nothing else of the fast game.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
