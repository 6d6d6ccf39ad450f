"""A file vouches for what was read from it, and for nothing else; and nothing that was read can be changed in place."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

import servanda
from servanda.agreement.format.agreement import Agreement, as_in
from servanda.agreement.writing.editing import NotWritten

Change = Callable[[Agreement], Agreement]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "deal.yaml"
    servanda.new(path)
    return path


def of_file(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def longer(agreement: Agreement) -> Any:
    return agreement.stakes["programme"].model_copy(update={"restore": agreement.stakes["sanctions"].restore})


def by_force(agreement: Agreement) -> Agreement:
    object.__setattr__(agreement, "incidents", servanda.Number(likely=0.5))
    return agreement


def by_its_dict(agreement: Agreement) -> Agreement:
    agreement.__dict__["incidents"] = servanda.Number(likely=0.5)
    return agreement


def below_a_group(agreement: Agreement) -> Agreement:
    dict.__setitem__(agreement.stakes, "programme", longer(agreement))
    return agreement


def deep_inside(agreement: Agreement) -> Agreement:
    object.__setattr__(agreement.parties["north"].costs.breakdown, "likely", 77.0)
    return agreement


def another_plan(agreement: Agreement) -> Agreement:
    plan = agreement.plans["phased"]
    fewer = plan.model_copy(update={"entries": plan.entries[:-1]})
    return agreement.model_copy(update={"plans": {**agreement.plans, "phased": fewer}, "levers": {}})


CHANGES: dict[str, Change] = {
    "model_copy": lambda a: a.model_copy(update={"incidents": servanda.Number(likely=0.5)}),
    "deep": lambda a: a.model_copy(update={"incidents": servanda.Number(likely=0.5)}, deep=True),
    "group": lambda a: a.model_copy(update={"stakes": {**a.stakes, "programme": longer(a)}}),
    "title": lambda a: a.model_copy(update={"title": "Another"}),
    "note": lambda a: a.model_copy(update={"note": "Another"}),
    "order": lambda a: a.model_copy(update={"parties": dict(reversed(a.parties.items()))}),
    "twice": lambda a: a.model_copy(update={"title": "One"}).model_copy(update={"title": "Two"}),
    "pickled": lambda a: pickle.loads(pickle.dumps(a.model_copy(update={"title": "Another"}))),
    "copied": lambda a: copy.deepcopy(a.model_copy(update={"title": "Another"})),
    "python": lambda a: Agreement.model_validate({**a.model_dump(by_alias=True), "title": "Another"}),
    "design": lambda a: servanda.design(a, "phased", maximise="completion", evaluations=4).plans[0],
    "force": by_force,
    "dict": by_its_dict,
    "below": below_a_group,
    "inside": deep_inside,
    "plan": another_plan,
}


@pytest.mark.parametrize("name", CHANGES)
def test_no_file_vouches_for_what_was_changed(name: str, file: Path) -> None:
    before = servanda.read(file)
    content = before.content
    changed = CHANGES[name](before)
    card = servanda.scorecard(changed, "phased")
    assert card.about is not None
    assert card.about.path is None
    assert card.about.sha256 is None
    assert card.about.content == changed.content != content
    said = card.to_json()["about"]
    assert (said["path"], said["sha256"], said["content"]) == (None, None, changed.content)
    findings = servanda.check(changed).to_json()
    assert (findings["path"], findings["sha256"], findings["content"]) == ("", "", changed.content)
    with pytest.raises(NotWritten, match="built or changed in Python"):
        servanda.write_plans(changed, {"again": changed.plans["at-once"]}, {})


UNCHANGED: dict[str, Change] = {
    "itself": lambda a: a,
    "model_copy": lambda a: a.model_copy(),
    "deep": lambda a: a.model_copy(deep=True),
    "same": lambda a: a.model_copy(update={"title": a.title, "stakes": dict(a.stakes)}),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda a: pickle.loads(pickle.dumps(a)),
    "game": lambda a: servanda.compile(a, "phased").agreement,
}


@pytest.mark.parametrize("name", UNCHANGED)
def test_the_file_vouches_for_what_is_as_it_was_read(name: str, file: Path) -> None:
    agreement = servanda.read(file)
    wanted = of_file(file)
    made = UNCHANGED[name](agreement)
    file.write_text("servanda: 1\n# quite another file by now\n", encoding="utf-8")
    about = servanda.scorecard(made, "phased").about
    assert about is not None
    assert (about.path, about.sha256, about.content) == (str(file), wanted, agreement.content)
    assert servanda.check(made).to_json()["sha256"] == wanted
    assert made == agreement


def test_sweeps_and_solved_plans_say_the_same(file: Path, tmp_path: Path) -> None:
    agreement = servanda.read(file)
    changed = CHANGES["group"](agreement)
    for each, wanted in ((agreement, of_file(file)), (changed, None)):
        swept = servanda.sweep(each, "phased", 4, path=tmp_path / "swept.parquet", replace=True)
        assert (swept.about["sha256"], swept.about["content"]) == (wanted, each.content)
        assert servanda.read_sweep(tmp_path / "swept.parquet").about["sha256"] == wanted
        found = servanda.compare(each, "phased")
        assert (found.about.sha256, found.about.content) == (wanted, each.content)
        assert found["phased"].summary.about.sha256 == wanted


def test_rates_that_a_plan_has_of_its_own_are_the_files(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace("  phased:\n", "  phased:\n    finds: {inspectors: 3}\n", 1)
    file.write_text(text, encoding="utf-8")
    agreement = servanda.read(file)
    game = servanda.compile(agreement, "phased")
    assert game.agreement is agreement
    assert servanda.audit(game).about.sha256 == of_file(file)  # type: ignore[union-attr]
    assert as_in(agreement, "phased").provenance.sha256 is None


def test_layout_and_comments_are_no_content(file: Path) -> None:
    agreement = servanda.read(file)
    again = servanda.loads(file.read_text(encoding="utf-8") + "\n# one more comment\n")
    assert again.content == agreement.content
    assert again == agreement
    assert hash(again) == hash(agreement)
    assert again.provenance.sha256 != agreement.provenance.sha256
    never = agreement.model_copy(update={"stakes": {**agreement.stakes, "programme": unknown(agreement, "never")}})
    silent = agreement.model_copy(update={"stakes": {**agreement.stakes, "programme": unknown(agreement, None)}})
    assert never.content != silent.content


def unknown(agreement: Agreement, restore: str | None) -> Any:
    given = agreement.stakes["programme"].model_dump(exclude={"restore"})
    return type(agreement.stakes["programme"]).model_validate(given | ({"restore": restore} if restore else {}))


# ------------------------------------------------------------------------------------------------- read-only


def groups(thing: Any) -> Iterator[Any]:
    if isinstance(thing, BaseModel):
        for name in type(thing).model_fields:
            yield from groups(getattr(thing, name))
    elif isinstance(thing, dict | list | tuple):
        yield thing
        for each in thing.values() if isinstance(thing, dict) else thing:
            yield from groups(each)


@pytest.mark.parametrize("name", ["", *servanda.catalog()])
def test_nothing_that_was_read_can_be_changed(name: str) -> None:
    agreement = servanda.read(name) if name else servanda.loads(servanda.starter_text())
    made = agreement.model_copy(update={"title": "Another"})
    built = Agreement.model_validate(agreement.model_dump(by_alias=True))
    for each in (agreement, made, built, pickle.loads(pickle.dumps(agreement)), copy.deepcopy(agreement)):
        found = list(groups(each))
        assert len(found) > 10
        for group in found:
            assert not isinstance(group, list)
            if isinstance(group, dict):
                for change in (
                    lambda g: g.__setitem__("x", 1), lambda g: g.update(x=1), lambda g: g.pop("x"),
                    lambda g: g.clear(), lambda g: g.setdefault("x", 1), lambda g: g.__ior__({"x": 1}),
                    lambda g: g.popitem(), lambda g: g.__delitem__("x"),
                ):  # fmt: skip
                    with pytest.raises(TypeError, match=r"read-only.*model_copy"):
                        change(group)
    with pytest.raises(ValidationError, match="frozen"):
        agreement.title = "x"


def test_a_read_only_group_is_a_group() -> None:
    stakes = servanda.loads(servanda.starter_text()).stakes
    assert {**stakes, "x": 1}["x"] == 1
    assert (stakes | {"x": 1})["x"] == 1
    assert stakes == dict(stakes)
    assert copy.copy(stakes) == stakes == copy.deepcopy(stakes)
    assert json.dumps(type(stakes)({"a": 1})) == '{"a": 1}'


# ------------------------------------------------------------------------------------- changed into what cannot be


@pytest.mark.parametrize("name", ["", *servanda.catalog()])
def test_what_is_dumped_is_read_back_equal(name: str) -> None:
    agreement = servanda.read(name) if name else servanda.loads(servanda.starter_text())
    for made in (
        Agreement.model_validate(agreement.model_dump(by_alias=True)),
        Agreement.model_validate(json.loads(agreement.model_dump_json(by_alias=True))),
        Agreement.model_validate_json(agreement.model_dump_json(by_alias=True)),
    ):
        assert made == agreement
        assert hash(made) == hash(agreement)
        assert made.content == agreement.content
        assert made.origin is None


@pytest.mark.parametrize(
    "update",
    [
        {"incidents": -1}, {"incidents": "often"}, {"title": 3}, {"start": "soon"}, {"stakes": {"a b": None}},
        {"parties": {}}, {"nonsense": 1}, {"horizon": -2.0}, {"incidents": servanda.Number(likely=-0.5)},
    ],
)  # fmt: skip
def test_wrong_values_are_refused_when_they_are_put_in(update: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        servanda.loads(servanda.starter_text()).model_copy(update=update)
