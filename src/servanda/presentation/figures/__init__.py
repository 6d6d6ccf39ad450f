"""Figures, one file each: a result in, a matplotlib figure out.

`gallery.py` finds them; every other file without an underscore registers what it draws, or saves it.
"""
