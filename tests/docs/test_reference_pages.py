"""The reference pages that are made from the code say what the code says."""

from __future__ import annotations

from reference_pages import METRICS, PYTHON, metrics_page, python_page

import servanda


def test_the_page_of_metrics_is_current() -> None:
    assert METRICS.read_text("utf-8") == metrics_page(), "run python bench/reference_pages.py"


def test_the_page_of_public_names_is_current_and_whole() -> None:
    text = PYTHON.read_text("utf-8")
    assert text == python_page(), "run python bench/reference_pages.py"
    for name in servanda.__all__:
        assert name == "__version__" or f"   servanda.{name}\n" in text
