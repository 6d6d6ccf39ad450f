"""Better plans among those that the levers of a file allow.

Open `pareto.py` first. It stands on `uncertainty` and `assessment`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
