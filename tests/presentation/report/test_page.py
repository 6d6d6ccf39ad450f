"""The report: complete, self-contained, escaped, well-formed, repeatable, and never half-written."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from support import paths
from support.html_page import Page

pytest.importorskip("matplotlib")
pytest.importorskip("jinja2")

import itertools

from support.building import gives, party, ratify, review, situation, stake

import servanda
from servanda import files
from servanda.agreement.assumptions import assumptions
from servanda.agreement.dates import length
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.reading.reader import loads
from servanda.assessment.comparison import Comparison, compare
from servanda.checks.findings import check
from servanda.english import chance
from servanda.presentation.figures.gallery import figures as pictures
from servanda.presentation.folders import put
from servanda.presentation.report import page as report
from servanda.presentation.view import view
from servanda.presentation.views.comparison import verdict
from servanda.presentation.views.plan import headline

EVIL = 'The "<script>alert(1)</script>" & Sons\' Party'


@cache
def nasty() -> Comparison:
    """Every word of the file tries to be HTML."""
    kinds = {"sincere": {"chance": 0.5, "name": "<b>Sincere</b>"}, "stalling": {"chance": 0.5}}
    parties = {"up": party(types=kinds, breakdown=1.0), "down": party()}
    parties["up"]["name"] = EVIL
    stakes = {"dam": stake("up", "30 months", True, up=0.4, down=-1.0), "fund": stake("down", "never", down=0.2, up=-1)}
    stakes["dam"]["name"] = "<i>Dam</i>"
    stakes["dam"]["worth"]["up"] = {
        "likely": 0.4,
        "low": 0.2,
        "high": 0.7,
        "source": "bad",
        "note": "<u>note</u> http://x.org",
    }
    entries: list[dict[str, Any]] = [
        {**gives("one", "2020-06-01", "up", "dam"), "title": "<em>One</em>", "text": "</td></table>"},
        ratify("vote", "2020-09-01", "down", 0.8),
        gives("two", "2021-06-01", "down", "fund"),
    ]
    sources = {
        "bad": {"kind": "document", "title": "<h1>Title</h1>", "url": "javascript:alert(1)"},
        "good": {"kind": "data", "title": "Data & more", "url": "https://example.org/?a=1&b=2"},
    }
    words = {"title": "<title>", "unit": "10 Mio. € für Überwachung – 平和 <unit>", "sources": sources}
    return compare(Agreement.model_validate({**situation(parties, stakes, entries), **words}))


@cache
def singapore() -> Comparison:
    return compare(servanda.read(paths.SINGAPORE_V1))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, list[tuple[str, float]]]:
    told: list[tuple[str, float]] = []
    path = report.write(singapore(), tmp_path_factory.mktemp("report"), lambda text, share: told.append((text, share)))
    return path, path.read_text("utf-8"), told


@pytest.fixture(scope="module")
def page(written: tuple[Path, str, Any]) -> Page:
    return Page(written[1])


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> str:
    return report.write(nasty(), tmp_path_factory.mktemp("evil")).read_text("utf-8")


# ------------------------------------------------------------------------------------------------ complete


def test_it_answers_first_and_for_every_plan(page: Page) -> None:
    assert verdict(singapore()) in page.text
    for result in singapore().plans:
        rest = headline(result.summary).removeprefix(f"{result.title} ")
        assert rest.startswith("has ")
        assert f"{result.title} {rest}" in page.text
        assert page.text.index(rest) < page.text.index("How to read it.")


def test_every_entry_is_there(page: Page) -> None:
    for result in singapore().plans:
        for e in result.summary.entries:
            title = e.title[:1].upper() + e.title[1:]
            assert re.search(re.escape(title) + r".{0,160}? " + re.escape(e.id) + " – ", page.text), e.id
            assert f"{e.date.isoformat()} {title}" in page.text


def test_the_scorecard_is_there(page: Page) -> None:
    table = page.text[page.text.index("What each party obtains of the others If everyone keeps the plan") :]
    for result in singapore().plans:
        start = table.index(result.title)
        for name, one in (("North Korea", "dprk"), ("United States", "usa")):
            start = table.index(f"{name} complete", start)
            score = result.scorecard.parties[one]
            for what, criterion in score.criteria.items():
                assert criterion.figure is not None
                start = table.index(f"{what} {100 * criterion.figure:.1f}%", start)
            assert f"After a breakdown, {name} loses the first of what it obtains within" in table[start:]
    usa = singapore()["all-at-once"].scorecard.parties["usa"]
    assert usa.end.least is not None
    assert "90% within 1 year not met from December 2018" in table
    assert f"its least part {100 * usa.end.least:.1f}%" in table


def test_every_outcome_is_there(page: Page) -> None:
    table = page.text[page.text.index("Chance of every outcome") :]
    for result in singapore().plans:
        for part in result.summary.outcomes.values():
            assert chance(part, 1) in table


def numbers_in(thing: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all numbers in the YAML as written: an independent count."""
    if isinstance(thing, dict):
        if "likely" in thing or "low" in thing:
            return [path]
        return [p for key, value in thing.items() for p in numbers_in(value, (*path, key))]
    if isinstance(thing, list):
        return [p for i, value in enumerate(thing) for p in numbers_in(value, (*path, i))]
    if isinstance(thing, bool) or path in (("servanda",), ("horizon",)) or path[-1] == "every":
        return []
    duration = isinstance(thing, str) and path[-1] in ("restore", "within", "irreversible")
    return [path] if duration or isinstance(thing, int | float) else []


def test_every_number_of_the_file_is_listed(page: Page) -> None:
    from ruamel.yaml import YAML

    text = paths.SINGAPORE_V1.read_text("utf-8")
    wanted = numbers_in(YAML(typ="safe", pure=True).load(text))
    rows = assumptions(singapore().agreement)
    assert sorted(map(str, wanted)) == sorted(str(r.path) for r in rows if r.given)
    assert len(wanted) > 150
    assert f"gives {len(wanted)} numbers" in page.text
    for row in rows:
        assert row.dotted in page.text
        assert row.what.lower() in page.text.lower()
        if row.given:
            assert f"{row.dotted} (line {row.line}) {row.likely} {row.spread or '–'}" in page.text
        assert row.note == "" or " ".join(row.note.split()) in page.text


def test_a_number_is_a_judgement_unless_a_record_is_its_source() -> None:
    agreement = singapore().agreement
    rows = {row.dotted: row for row in assumptions(agreement)}
    assert rows["parties.dprk.types.stalling.chance"].basis == "judgement"
    assert (
        rows["stakes.yongbyon-running.restore"].basis == agreement.sources["agreed-framework-end"].kind != "judgement"
    )
    bare = rows.get("plans.phased.entries.0.gives.tests")
    shares = [row for name, row in rows.items() if ".gives." in name and row.source is None]
    assert shares
    assert all(row.judged and "no source given" in row.why for row in shares)
    assert bare is None or bare.judged
    silent = [row for row in rows.values() if not row.given]
    assert silent
    assert all(row.likely == "0" and "file is silent" in row.why for row in silent)


def test_marks_and_links(written: tuple[Path, str, Any], page: Page) -> None:
    rows = assumptions(singapore().agreement)
    table = written[1][written[1].index('id="assumptions"') : written[1].index('id="sources"')]
    assert table.count('<span class="mark judgement">') == 1 + sum(r.judged and r.given for r in rows)
    links = {attrs.get("href") for attrs in page.all("a")}
    for source in singapore().agreement.sources.values():
        assert source.title in page.text
        assert source.url is None or source.url in links


def test_what_the_text_leaves_open_is_there_with_reasons(page: Page) -> None:
    found = check(singapore().agreement).found
    assert {"SV503", "SV602"} <= {finding.code for finding in found}
    for finding in found:
        assert f"{finding.line} {finding.what}" in page.text
        assert finding.why in page.text
        assert finding.mend in page.text


def test_what_is_silenced_is_there_with_its_reason() -> None:
    text = (paths.GOOD / "duties-and-due-dates.yaml").read_text("utf-8")
    said = text.replace(
        "standing: true, uses: [exercise]}", "standing: true}  # servanda: ignore SV401 <b>satellites</b>"
    )
    comparison = compare(loads(said))
    html = report.page(comparison)
    (silenced,) = check(comparison.agreement).silenced
    said = f"{silenced.line} SV401 {silenced.name}: {silenced.what} Reason given: <b>satellites</b>."
    assert said in Page(html).text
    assert "<b>satellites</b>" not in html


def test_how_to_repeat_it(page: Page) -> None:
    about = singapore().about
    assert about.sha256
    assert about.sha256 in page.text
    assert "none: nothing here is random" in page.text
    assert f"servanda {about.versions['servanda']}" in page.text
    assert about.made in page.text
    assert f"servanda study {about.path}" in page.text


def test_durations_in_words() -> None:
    assert [length(y) for y in (2.5, 5.0, 60 / 365.25, float("inf"), 1.0)] == [
        "30 months", "5 years", "60 days", "never", "1 year",
    ]  # fmt: skip


def test_where_all_is_judgement_it_says_so(page: Page) -> None:
    parties = {"up": party(), "down": party()}
    stakes = {"dam": {**stake("up", "1 years", up=1, down=-2), "name": "The Dam of Ur"}, "fund": stake("down", "never")}
    entries = [
        gives("both", "2020-06-01", "up", "dam", automatic=True),
        gives("half", "2020-09-01", "down", fund=0.5),
    ]
    one = compare(Agreement.model_validate(situation(parties, stakes, entries)))
    text = Page(report.page(one)).text
    count = sum(row.given for row in assumptions(one.agreement))
    assert f"from {count} numbers in the agreement file, all of them somebody's judgement." in text
    assert "All of them are judgements" in text
    assert "Up: all of the Dam of Ur, automatically" in text
    assert "50% of fund" in text
    judged = sum(row.judged for row in assumptions(singapore().agreement) if row.given)
    assert f"numbers in the agreement file, {judged} of them somebody's judgement." in page.text


def test_names_of_types_are_quoted() -> None:
    rows = {row.dotted: row.what for row in assumptions(singapore().agreement)}
    assert rows["parties.dprk.types.stalling.chance"] == "Chance of the “stalling” type"


def test_no_steps_no_sure_chance_no_weakest_link() -> None:
    parties = {"north": party(50), "south": party(50)}
    stakes = {"arms": stake("north", "1 years", north=-9, south=9)}
    entries = [review("north", "south", date="2021-01-01")]
    one = compare(Agreement.model_validate(situation({k: {**v, "costs": {"breakdown": 50}} for k, v in parties.items()},
                                                     stakes, entries)))  # fmt: skip
    rows = {row.cells[0]: row.cells[1:] for row in view(one).table("plans").rows}
    assert rows["every step performed or claimed, whatever happened later"] == ("no steps to perform",)
    assert rows["in force, nothing concealed"] == (">99.9%",)
    table = [row.cells for row in view(one.plans[0]).table("calendar").rows if row.kind == "plain"]
    assert not any("weakest link" in cells[1] for cells in table)
    assert table[0][2] == "100.0%"
    assert table[-1][2] == ">99.9%"
    found = view(singapore()["phased"]).table("calendar").rows
    assert sum("(weakest link)" in row.cells[1] for row in found) == 1


# ------------------------------------------------------------------------------------ self-contained, sound


def test_it_is_well_formed_and_accessible(page: Page) -> None:
    assert page.all("html") == [{"lang": "en"}]
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(set(ids)) == len(ids)
    for _, attrs in page.tags:
        for name in ("aria-labelledby",):
            assert attrs.get(name) is None or attrs[name] in ids
    for attrs in page.all("a"):
        target = attrs.get("href") or ""
        assert not target.startswith("#") or target[1:] in ids
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert len(page.all("caption")) == len(page.all("table")) > 8
    assert all(attrs.get("scope") in ("col", "row", "rowgroup") for attrs in page.all("th"))
    assert all(attrs.get("role") == "region" and attrs.get("tabindex") == "0" for tag, attrs in page.tags
               if tag == "div" and str(attrs.get("class")).startswith("scroll"))  # fmt: skip


def test_every_figure_is_inside_twice_with_its_words(written: tuple[Path, str, Any], page: Page) -> None:
    images, sources = page.all("img"), page.all("source")
    assert len(images) == len(sources) == 4 + 3 * len(singapore().plans)
    for image, source in zip(images, sources, strict=True):
        assert str(image["src"]).startswith("data:image/svg+xml;base64,")
        assert str(source["srcset"]).startswith("data:image/svg+xml;base64,")
        assert "max-width" in str(source["media"])
        assert "screen" in str(source["media"])
        assert len(str(image["alt"])) > 80
        assert re.search(r"\d", str(image["alt"]))
    assert images[0]["alt"] == pictures.outcomes.alt(singapore())
    for kind in ("svg", "png"):
        files = sorted((written[0].parent / "figures").glob(f"*.{kind}"))
        assert len(files) == len(images)
    head = (written[0].parent / "figures" / "outcomes.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(head[16:20], "big") == pytest.approx(932 / 72 * 200, abs=1)  # 200 dots an inch


def test_it_needs_no_network(written: tuple[Path, str, Any], page: Page) -> None:
    for tag, attrs in page.tags:
        assert tag not in ("script", "link", "iframe", "object", "embed", "base")
        for name, value in attrs.items():
            if tag != "a" and name in ("src", "href", "srcset", "poster", "data", "action", "style", "background"):
                assert str(value).startswith("data:"), (tag, name)
            assert not name.startswith("on")
    css = re.search("<style>(.*?)</style>", written[1], re.S)
    assert css
    assert "url(" not in css[1]
    assert "@import" not in css[1]


def test_words_of_the_file_stay_words(evil: str) -> None:
    page = Page(evil)
    assert not page.all("script")
    assert EVIL in page.text
    assert "<b>Sincere</b>" in page.text
    assert "<i>Dam</i>" in page.text
    assert "10 Mio. € für Überwachung – 平和 <unit>" in page.text
    assert "</td></table>" in page.text
    assert "<u>note</u> http://x.org" in page.text
    assert not {tag for tag, _ in page.tags} & {"i", "u", "em", "unit"}
    links = [attrs["href"] for attrs in page.all("a")]
    assert "https://example.org/?a=1&b=2" in links
    assert all(str(link).startswith(("#", "https://", "http://")) for link in links)
    assert any(EVIL in str(attrs["alt"]) for attrs in page.all("img"))
    assert Page(evil).all("title") == [{}]


# ---------------------------------------------------------------------------------- repeatable, all or nothing


def test_the_same_result_gives_the_same_report(tmp_path: Path) -> None:
    one, two = report.write(nasty(), tmp_path / "one"), report.write(nasty(), tmp_path / "two")
    assert one.read_bytes() == two.read_bytes()
    for file in (tmp_path / "one" / "figures").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / "figures" / file.name).read_bytes()


def test_only_the_time_differs_between_runs(tmp_path: Path) -> None:
    again = compare(nasty().agreement)
    one, two = report.write(nasty(), tmp_path / "one"), report.write(again, tmp_path / "two")

    def without_time(path: Path) -> str:
        return re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z, solved in [\d.]+ seconds", "", path.read_text("utf-8"))

    assert without_time(one) == without_time(two)


@pytest.mark.parametrize("where", ["page", "last figure", "moving"])
def test_an_error_half_way_leaves_the_old_report(where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("report.html", "figures/outcomes.svg", "figures/acts-plan.png")
    put(tmp_path, "report", nasty().agreement, dict.fromkeys(names, b"old"))
    old = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert len(old) == 4
    flush, left = files._flush, iter(range(5))  # pyright: ignore[reportPrivateUsage]

    def fail(*_: Any, **__: Any) -> Any:
        raise OSError("no room left")

    if where == "page":
        monkeypatch.setattr(report, "page", fail)
    elif where == "last figure":
        monkeypatch.setattr(pictures.acts, "alt", fail)
    else:
        monkeypatch.setattr(files, "_flush", lambda stream: fail() if next(left, None) is None else flush(stream))
    with pytest.raises((OSError, files.NotSaved), match="no room left"):
        report.write(nasty(), tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == old


def test_progress_only_goes_forward(written: tuple[Path, str, list[tuple[str, float]]]) -> None:
    told = written[2]
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert shares[0] >= 0.0
    assert "drawing calendar-phased" in [text for text, _ in told]
