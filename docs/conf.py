"""The documentation as a site: `make site`. Pages are Markdown; their examples are run by the tests."""

from __future__ import annotations

import servanda

project = "servanda"
author = "The servanda authors"
copyright = "2026, the servanda authors"
version = release = servanda.__version__
language = "en"

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx_click",
]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
exclude_patterns = ["_build"]
nb_execution_mode = "off"  # the notebook is shown as it is stored; a test runs it anew
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 4
autosummary_generate = True
numpydoc_show_class_members = False
autodoc_typehints = "none"
suppress_warnings = ["myst.header"]

html_theme = "furo"
html_title = f"servanda {release}"
html_copy_source = False
html_show_sphinx = False
