"""Finding rates written into a file: what is put there, and that nothing else changes by a single byte."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from support import paths
from support.building import gives, party, situation, stake
from support.watched import REST, TOP

from servanda import Agreement, where_to_inspect, write_rates
from servanda.agreement.reading.reader import loads, read
from servanda.agreement.starter import starter_text
from servanda.agreement.writing.editing import NotWritten
from servanda.inspection import rate_writing as writing

MARK = "# finds: written by 'servanda inspect --write' from the group inspections, which says where it comes from"
# 10 days, one random search of scale 10: found with 1 - 1/e within a year, so once a year.
NUMBER = '{likely: 1, note: "10 days in 1 year, spread for detection, find it with a chance of 0.632121"}'


def renew(file: Path) -> Path:
    agreement = read(file)
    return write_rates(agreement, where_to_inspect(agreement))


def written(tmp_path: Path, measures: str, rest: str = REST, top: str = TOP) -> str:
    """Write rates into a file, twice, and give what then stands in it."""
    file = tmp_path / "deal.yaml"
    file.write_bytes((top + measures + rest).encode())
    assert renew(file) == file
    once = file.read_bytes()
    renew(file)
    assert file.read_bytes() == once  # a second run changes nothing
    assert read(file).measures["teams"].finds.likely == pytest.approx(1, abs=1e-5)
    assert [path.name for path in tmp_path.iterdir()] == ["deal.yaml"]
    return once.decode()


def middle(text: str, rest: str = REST, top: str = TOP) -> str:
    """What stands between the parts that no rate belongs to; these are as they were."""
    assert text.startswith(top)
    assert text.endswith(rest)
    return text[len(top) : len(text) - len(rest)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (  # a group of keys, one a line
            "measures:\n    teams:\n        covers: [arms]\n        finds: 0.8   # a guess\n"
            "        from:  2026-05-01\n",
            f"measures:\n    teams:\n        covers: [arms]\n        {MARK}\n        finds: {NUMBER}   # a guess\n"
            "        from:  2026-05-01\n",
        ),
        (  # in brackets
            "measures: # all\n\n  teams:  {finds:  0.8 , covers: [arms]}  # one\n  # more\n",
            f"measures: # all\n\n  {MARK}\n  teams:  {{finds:  {NUMBER} , covers: [arms]}}  # one\n  # more\n",
        ),
        (  # a number with a range, in brackets over several lines with comments
            "measures:\n  teams:\n    finds: {likely: 0.8, # too bold?\n      low: 0.5,\n      high: 1}\n"
            "    covers: [arms]\n",
            f"measures:\n  teams:\n    {MARK}\n    finds: {NUMBER}\n      # too bold?\n    covers: [arms]\n",
        ),
        (  # a number with a range, one key a line
            "measures:\n  teams:\n    finds:   # judged\n      likely: 0.8   # by us\n      # and them\n"
            "      note: |\n        no # reason\n\n    covers: [arms]\n",
            f"measures:\n  teams:\n    {MARK}\n    finds: {NUMBER}\n      # judged\n      # by us\n      # and them\n\n"
            "    covers: [arms]\n",
        ),
        (  # another measure is there
            "measures:\n  # from above\n  air: {covers: [arms], finds: 0.1}\n",
            f"measures:\n  teams:\n    name: Inspections\n    covers: [arms]\n    {MARK}\n    finds: {NUMBER}\n"
            "  # from above\n  air: {covers: [arms], finds: 0.1}\n",
        ),
        (  # all measures in brackets
            "measures: { air: {covers: [arms], finds: 0.1} }\n",
            f"measures: {{teams: {{name: Inspections, covers: [arms], finds: {NUMBER}}},  air: {{covers: [arms],"
            " finds: 0.1} }\n",
        ),
        (
            "measures: {}\n",
            f"measures: {{teams: {{name: Inspections, covers: [arms], finds: {NUMBER}}}}}\n",
        ),
        (
            "measures: {air: {covers: [arms], finds: 0.1}, teams: {covers: [arms], finds: 3}}\n",
            f"measures: {{air: {{covers: [arms], finds: 0.1}}, teams: {{covers: [arms], finds: {NUMBER}}}}}\n",
        ),
    ],
)  # fmt: skip
def test_only_the_rate_changes(tmp_path: Path, before: str, after: str) -> None:
    assert middle(written(tmp_path, before)) == after


def test_a_group_of_measures_is_added_above_the_inspections_and_their_comment(tmp_path: Path) -> None:
    above, below = REST.split("# Where to look.")
    measures = f"measures:\n  teams:\n    name: Inspections\n    covers: [arms]\n    {MARK}\n    finds: {NUMBER}\n\n"
    assert written(tmp_path, "") == f"{TOP}{above}{measures}# Where to look.{below}"


def test_windows_line_ends_and_a_byte_order_mark_stay(tmp_path: Path) -> None:
    file = tmp_path / "deal.yaml"
    text = TOP + "measures:\n  teams:\n    covers: [arms]\n    finds: 0.8\n" + REST
    file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    renew(file)
    wanted = text.replace("    finds: 0.8\n", f"    {MARK}\n    finds: {NUMBER}\n")
    assert file.read_bytes() == b"\xef\xbb\xbf" + wanted.replace("\n", "\r\n").encode()


@pytest.mark.parametrize("text", [starter_text(), (paths.GOOD / "inspections.yaml").read_text(encoding="utf-8")])
def test_every_other_line_of_a_whole_file_stays(tmp_path: Path, text: str) -> None:
    file = tmp_path / "deal.yaml"
    file.write_text(text, encoding="utf-8")
    allocation = where_to_inspect(read(file))
    write_rates(read(file), allocation)
    new = file.read_text(encoding="utf-8")
    added = {"  port-watch:", "    name: Inspections", "    covers: [arms]"}
    kept = [line for line in new.splitlines() if "finds:" not in line and line not in added]
    assert kept == [line for line in text.splitlines() if "finds:" not in line]
    after = loads(new)
    for rate in allocation.rates:
        finds = after.measures[rate.measure].finds
        assert finds.likely == pytest.approx(rate.rate, rel=1e-5)
        assert (finds.low, finds.high) == pytest.approx((rate.low, rate.high), rel=1e-5)
        assert finds.source == (after.inspections.source if after.inspections else None)
        assert finds.note
        assert f"find it with a chance of {rate.detection:.6g}" in finds.note
    # Rates do not depend on rates: the same inspections say the same.
    assert where_to_inspect(after) == allocation


# ------------------------------------------------------------------------------------------------------ refusals


def refused(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "deal.yaml"
    file.write_text(text, encoding="utf-8")
    agreement = read(file)
    with pytest.raises(NotWritten, match=words) as caught:
        write_rates(agreement, where_to_inspect(agreement))
    assert str(caught.value).startswith(f"{file}: nothing is written: ")
    assert file.read_text(encoding="utf-8") == text
    assert [path.name for path in tmp_path.iterdir()] == ["deal.yaml"]


@pytest.mark.parametrize(
    ("measures", "words"),
    [
        ("measures:\n  air: {covers: [arms], finds: &x 0.1}\n  teams: {covers: [arms], finds: *x}\n", "has a name"),
        ("measures:\n  teams: {covers: [arms], finds: &x 0.1}\n  air: {covers: [arms], finds: *x}\n", "has a name"),
        ("measures:\n  air: &x {covers: [arms], finds: 0.1}\n  teams: *x\n", "stands for another one"),
        ("measures:\n  teams: &x {covers: [arms], finds: 0.1}\n  air: *x\n", "something else in the file would change"),
        ("measures: &m {}\n", None),
    ],
)
def test_names_within_the_file_are_not_written_through(tmp_path: Path, measures: str, words: str | None) -> None:
    if words is None:
        assert "measures: &m {teams: " in written(tmp_path, measures)
    else:
        refused(tmp_path, TOP + measures + REST, words)


def test_certainty_is_no_rate(tmp_path: Path) -> None:
    rest = REST.replace("{scale: 10}", "{levels: [{effort: 5, chance: 1}]}")
    refused(tmp_path, TOP + rest, "are certain to find")


def test_a_whole_file_in_brackets_without_measures(tmp_path: Path) -> None:
    text = (
        "{servanda: 1, title: T, start: 2026-01-01, horizon: 10 years, unit: one,\n parties: {n: {name: N, discount: 0,"
        " precision: 1}},\n stakes: {arms: {holder: n, worth: {n: 1}, restore: never, concealable: true}},\n plans: {p:"
        " {entries: [{id: a, date: 2026-04-01, by: n, gives: [arms]}]}},\n inspections: {budget: 10, unit: days,"
        " period: 1 year, sites: {s: {holds: [arms], detection: {scale: 10}}}}}\n"
    )
    refused(tmp_path, text, "is written in brackets")


def test_a_file_that_has_changed_since(tmp_path: Path) -> None:
    file = tmp_path / "deal.yaml"
    file.write_text(TOP + REST, encoding="utf-8")
    agreement = read(file)
    file.write_text(TOP + REST + "# later\n", encoding="utf-8")
    with pytest.raises(NotWritten, match="changed since"):
        write_rates(agreement, where_to_inspect(agreement))
    assert file.read_text(encoding="utf-8").endswith("# later\n")


def test_agreements_without_a_file_of_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = loads(TOP + REST, "from-a-text.yaml")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotWritten, match=r"from-a-text\.yaml: nothing is written: this is not a file of yours"):
        write_rates(text, where_to_inspect(text))
    site = {"holds": ["arms"], "detection": {"scale": 10}}
    asked = {"budget": 10, "unit": "days", "period": "1 year", "sites": {"plant": site}}
    arms, entry = stake("north", "2 years", True, north=1.0), gives("all", "2020-06-01", "north", "arms")
    built = Agreement.model_validate(situation({"north": party()}, {"arms": arms}, [entry], inspections=asked))
    with pytest.raises(NotWritten, match="built or changed in Python"):
        write_rates(built, where_to_inspect(built))


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_disk_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    refused(tmp_path, TOP + REST, "the disk is full")


def test_a_text_that_would_not_read_well_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_number", lambda *_: "{likely: -1}")
    refused(tmp_path, TOP + REST, "could not be read afterwards")
    monkeypatch.setattr(writing, "_number", lambda *_: "2.5")
    refused(tmp_path, TOP + REST, "cannot be found. Write it yourself: 1")


def test_links_and_permissions_stay(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "deal.yaml", tmp_path / "link.yaml"
    real.write_text(TOP + REST, encoding="utf-8")
    real.chmod(0o640)
    link.symlink_to(real)
    renew(link)
    assert link.is_symlink()
    assert "finds:" in real.read_text(encoding="utf-8")
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
