"""Where the tests' data are."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
DOCS = ROOT / "docs"
GOOD = TESTS / "agreement" / "reading" / "good"
BAD = TESTS / "agreement" / "reading" / "bad"
CASES = TESTS / "checks" / "cases"
TEXTS = TESTS / "checks" / "texts"
SINGAPORE_V1 = TESTS / "support" / "singapore_v1.yaml"  # the first edition, in which nothing can be late
