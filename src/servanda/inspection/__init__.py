"""Where to look with few inspectors: what a budget achieves, who is deterred, what to announce.

Open `allocation.py` first. It stands on `agreement` and knows no game of a plan.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
