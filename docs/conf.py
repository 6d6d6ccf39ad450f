"""The documentation as a site: `make site`. Pages are Markdown; their examples are run by the tests."""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging

import servanda

project = "servanda"
author = "The servanda authors"
project_copyright = "2026, the servanda authors"
version = release = servanda.__version__
language = "en"

extensions = ["myst_nb", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx_click"]
source_suffix = {".rst": "restructuredtext", ".md": "myst-nb", ".ipynb": "myst-nb"}
exclude_patterns = ["_build", "_templates"]
templates_path = ["_templates"]
nb_execution_mode = "off"  # the notebook is shown as it is stored; a test runs it anew
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 4
default_role = "code"  # `name` in a docstring is code, as it is on the pages
autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
suppress_warnings = ["myst.header", "misc.highlighting_failure"]

html_theme = "furo"
html_title = f"servanda {release}"
html_copy_source = False
html_show_sphinx = False
html_math_renderer = "mathml"

FOLDERS_WITH_A_LIST = {"reference/rules/README": "SV*", "development/decisions/README": "0*"}
ELSEWHERE = re.compile(r"""<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)=["'](?:https?:)?//[^"']*["']""")


def _formula(self: object, node: nodes.Element) -> None:
    """Write a formula as MathML, which browsers draw by themselves."""
    self.body.append(convert(node.astext()))  # type: ignore[attr-defined]
    raise nodes.SkipNode


def _displayed(self: object, node: nodes.Element) -> None:
    """Write a formula on a line of its own, which can be pushed sideways where it is too long."""
    self.body.append('<div style="overflow-x: auto; overflow-y: hidden">')  # type: ignore[attr-defined]
    self.body.append(convert(node.astext(), display="block") + "</div>")  # type: ignore[attr-defined]
    raise nodes.SkipNode


def _add_pages(app: Sphinx, name: str, source: list[str]) -> None:
    """Put the pages of a folder below the list in its README, which stays plain Markdown for other readers."""
    if name in FOLDERS_WITH_A_LIST:
        source[0] += f"\n```{{toctree}}\n:hidden:\n:glob:\n\n{FOLDERS_WITH_A_LIST[name]}\n```\n"


def _look_for_other_hosts(app: Sphinx, error: Exception | None) -> None:
    """Warn, and so fail, if a page loads anything from another host."""
    for page in () if error else Path(app.outdir).rglob("*.html"):
        for found in ELSEWHERE.findall(page.read_text(encoding="utf-8")):
            logging.getLogger(__name__).warning("%s loads from another host: %s", page.name, found)


def setup(app: Sphinx) -> None:
    """Add what Sphinx does not have: formulas as MathML, lists of folders, and a look at what pages load."""
    app.add_html_math_renderer("mathml", (_formula, None), (_displayed, None))
    app.connect("source-read", _add_pages)
    app.connect("build-finished", _look_for_other_hosts)
