"""A plan as a game: its calendar, payoffs and private states, all as arrays.

Open `calendar.py` first, then `compiler.py`. It stands on `agreement`. The same game as an explicit tree is in
`crosscheck/explicit_tree.py`, written a second time on purpose.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
