"""Is the text whole? The rules of `check`, by family, each with its words beside it.

Open `findings.py` first. It stands on `agreement`, and needs no numbers and no game.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
