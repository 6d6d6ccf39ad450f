"""What the ranges of the uncertain numbers do to the answer.

Open `sampling.py` and `evaluation.py` first, then the folder of a question: `sweeps/`, `sensitivity_analysis/`,
`scenario_discovery/`, `tipping_points/`. It stands on `assessment` and `solver`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
