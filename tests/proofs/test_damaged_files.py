"""Files with random mistakes of typing give findings or a message, never a traceback (`tests/support/mutants.py`)."""

from __future__ import annotations

import pytest
from support.mutants import mutant, seeds, survives

TEXTS = seeds()


@pytest.mark.parametrize("block", range(10))
def test_files_with_random_mistakes(block: int) -> None:
    read = [survives(mutant(TEXTS, seed)) for seed in range(30 * block, 30 * block + 30)]
    assert len(read) == 30


def test_many_of_them_can_be_read() -> None:
    """Else the mistakes would be tried on the reader alone. Of these 60, 14 could be read when this was written."""
    assert sum(survives(mutant(TEXTS, seed)) for seed in range(60)) >= 5
