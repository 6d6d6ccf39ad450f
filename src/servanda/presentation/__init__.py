"""What a result says and what it looks like.

Open `view.py` first. `views/` has what each result says, `figures/` one file a figure, `report/` the HTML page;
`terminal.py` and `html.py` render a view. It stands on every room that makes results.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
