"""The agreement file: its types, its reader and its writer, and what the things in it are called.

Open `format/agreement.py` first. `format/` has the types, a file for each group of keys; `reading/` turns a text into
them, with every problem and its line; `writing/` changes a file in place. It stands on the ground files alone.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
