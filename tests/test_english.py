"""How numbers are written: no small chance is hidden, no certainty is claimed, and few decimals agree with many."""

from __future__ import annotations

from servanda.english import a_chance, chance, number, without_capital


def test_chances_in_a_sentence_and_in_a_table() -> None:
    values = (0.0, 1e-9, 0.004, 0.25, 0.996, 1.0)
    assert [chance(value, room="sentence") for value in values] == [
        "0%", "less than 1%", "less than 1%", "25%", "more than 99%", "more than 99%",
    ]  # fmt: skip
    assert [chance(value) for value in values] == ["0%", "<1%", "<1%", "25%", ">99%", ">99%"]
    assert [chance(value, 1) for value in values] == ["0.0%", "<0.1%", "0.4%", "25.0%", "99.6%", ">99.9%"]


def test_only_what_is_sure_is_all() -> None:
    assert [chance(value, sure=True) for value in (1.0, 1.0 - 1e-12)] == ["100%", ">99%"]
    assert [chance(value, 1, sure=True) for value in (1.0, 1.0 - 1e-12)] == ["100.0%", ">99.9%"]
    assert chance(None) == chance(None, 1) == "–"


def test_a_sentence_never_contradicts_a_table() -> None:
    """What is less than 1% in a sentence is at most 0.9% in a table, and the other way round; as at the upper end."""
    for per_million in range(0, 20_000, 7):
        low, high = per_million / 1e6, 1.0 - per_million / 1e6
        below = chance(low, 1) in ("0.0%", "<0.1%") or float(chance(low, 1)[:-1]) < 1.0
        assert (chance(low, room="sentence") in ("0%", "less than 1%")) == below, low
        above = chance(high, 1) == ">99.9%" or float(chance(high, 1)[:-1]) > 99.0
        assert (chance(high, room="sentence") == "more than 99%") == above, high


def test_numbers_have_proper_minus_signs_and_none_before_nothing() -> None:
    assert [number(-5.451), number(-0.004, sign=True), number(1.5, sign=True), number(4.26, 1)] == [
        "−5.45", "+0.00", "+1.50", "4.3",
    ]  # fmt: skip


def test_only_a_leading_article_is_lowered() -> None:
    names = ["The closure of X", "Theory", "A Bomb", "An Act", "Arms", "US troops", "The"]
    assert [without_capital(n) for n in names] == [
        "the closure of X", "Theory", "a Bomb", "an Act", "Arms", "US troops", "The",
    ]  # fmt: skip


def test_a_chance_as_a_noun_has_its_article() -> None:
    assert [a_chance(value) for value in (0.0, 0.004, 0.08, 0.11, 0.18, 0.25, 0.8, 0.999)] == [
        "a 0% chance", "less than a 1% chance", "an 8% chance", "an 11% chance", "an 18% chance", "a 25% chance",
        "an 80% chance", "more than a 99% chance",
    ]  # fmt: skip
