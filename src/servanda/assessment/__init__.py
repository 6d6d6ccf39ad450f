"""What a solved plan means: summary, audit, scorecard, critical values, other equilibria, comparison.

Open `summary.py` and `metrics.py` first. It stands on `solver` and `game`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
