"""What numbers are called, whatever the things are called that they belong to."""

from __future__ import annotations

from support import paths
from support.fuzzing import OWN

from servanda.agreement.labels import cause_name, describe, group_of, named, unit_of
from servanda.agreement.numbers import uncertain
from servanda.agreement.reading.reader import loads, read

TEXT = OWN.read_text(encoding="utf-8")


def test_every_number_that_enters_play_has_a_phrase_of_its_own() -> None:
    agreement = loads(TEXT)
    numbers = [one for one in uncertain(agreement) if not one.name.startswith("inspections.")]
    said = [named(agreement, one.paths[0], one.name) for one in numbers]
    assert len(set(said)) == len(numbers) == 35


def test_a_finding_rate_of_one_plan_is_called_so() -> None:
    """Once the name of the measure was taken for the number of an entry, and `tip` ended in a traceback."""
    agreement = loads(TEXT)
    path, name = ("plans", "slow", "finds", "divers"), "plans.slow.finds.divers"
    assert named(agreement, path, name) == "the finding rate of “divers” in “By the seasons”"
    assert describe(agreement, path) == ("Plan: By the seasons", "divers: how often it finds a concealed stake")
    assert unit_of(path) == "a year"


def test_a_name_that_is_also_a_key_of_the_format_is_a_name() -> None:
    """Types, stakes, parties and measures may be called `worth`, `restore` or `breaks`."""
    text = TEXT.replace("honest:", "worth:").replace("divers", "breaks").replace("honest.", "worth.")
    agreement = loads(text.replace("claim", "restore").replace("isle", "costs"))
    path = ("parties", "costs", "types", "worth", "chance")
    assert named(agreement, path, "") == "the chance that The Isle is of the honest type"
    assert unit_of(path) == "chance"
    assert unit_of(("plans", "slow", "finds", "breaks")) == "a year"
    assert unit_of(("stakes", "restore", "worth", "costs")) == "units a year"
    assert unit_of(("stakes", "restore", "restore")) == "years"
    assert unit_of(("plans", "slow", "entries", 2, "gives", "restore")) == "share"


def test_numbers_of_lateness_and_causes_of_an_end_in_words() -> None:
    bridge = read(paths.GOOD / "late-and-mended.yaml")
    assert describe(bridge, ("parties", "hill", "habits", "leaves")) == (
        "Party: hill", "how often it walks out, by habit",
    )  # fmt: skip
    assert describe(bridge, ("plans", "mended", "entries", 0, "exchange", 1, "gives", "hides")) == (
        "Plan: Mended", "swap: share given of hides",
    )  # fmt: skip
    assert [unit_of(("parties", "hill", *path)) for path in (
        ("costs", "delaying"), ("costs", "suspending"), ("costs", "breakdown"), ("habits", "suspends"),
        ("habits", "renews"), ("sharpness",), ("types", "suspends", "costs", "delaying"),
    )] == ["units a year", "units", "units", "a year", "chance", "", "units a year"]  # fmt: skip
    groups = {group_of(bridge, one) for one in uncertain(bridge)}
    assert {"hill: habits", "hill: costs of delay", "hill: sharpness", "Shares given"} <= groups
    assert cause_name(bridge, "lapsed:isle") == "not renewed by isle"
    assert cause_name(bridge, "withdrew:both") == "both withdraw"
    assert cause_name(bridge, "found:several") == "several found out at once"
