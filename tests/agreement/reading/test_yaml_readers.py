"""The two readers of YAML: libyaml's events say what ruamel's say, and are left alone where they might not."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from datetime import date

import pytest
from reading import misspelt, same, soup
from support.mutants import mutant, seeds

from servanda.agreement import AgreementError
from servanda.agreement.reading import _yaml_events
from servanda.agreement.reading._yaml_text import NotReadableError, carefully, parse, quickly
from servanda.agreement.reading.reader import catalog, loads

TEXTS = seeds()
CATALOG = {name: file.read_text("utf-8") for name, file in catalog().items()}

# What YAML 1.1 and 1.2 mean differently, and what is often taken for something else.
MEANINGS = [
    ("on", "on"), ("off", "off"), ("NO", "NO"), ("no", "no"), ("yes", "yes"), ("y", "y"), ("N", "N"), ("true", True),
    ("TRUE", True), ("tRUE", "tRUE"), ("False", False), ("FAlse", "FAlse"), ("null", None), ("~", None), ("", None),
    ("Null", None), ("nULL", "nULL"), ("~x", "~x"), ("012", 12), ("0o14", 12), ("-012", -12), ("0o8", "0o8"),
    ("0x1F", 31), ("0xG", "0xG"), ("0b11", "0b11"), ("+7", 7), ("1_000", "1_000"), ("12:30:00", "12:30:00"),
    ("190:20", "190:20"), ("1:30", "1:30"), ("1,5", "1,5"), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("1E-3", 0.001),
    ("1.e2", 100.0), ("-.5", -0.5), (".", "."), ("-", [None]), ("e3", "e3"), ("1e", "1e"), (".inf", math.inf),
    ("-.INF", -math.inf), ("+.inf", math.inf), ("inf", "inf"), ("nan", "nan"), ("2018-06-12", date(2018, 6, 12)),
    ("2018-02-30", "2018-02-30"), ("2018-6-2", "2018-6-2"), ("2018-06-12T10:00:00", "2018-06-12T10:00:00"),
    ("2018-06-12 10:00", "2018-06-12 10:00"), ("<<", "<<"), ("=", "="), ("'1'", "1"), ('"null"', "null"),
    ("a#b", "a#b"), ("a #b", "a"), ("it's", "it's"), ("a, b", "a, b"), ("Who pays?", "Who pays?"),
    ("a:b", "a:b"), ("R&D", "R&D"), ("a|b", "a|b"), ("[a?, b:c, -d]", ["a?", "b:c", "-d"]),
    ("{a: 1, b: }", {"a": 1, "b": None}), ("[a: 1]", [{"a": 1}]), ("[]", []), ("[a,]", ["a"]),
    ('"\\x41\\u00e9\\N\\L\\_\\/"', "Aé\x85\u2028\xa0/"), ("'it''s'", "it's"), ('"a\\\n  b"', "ab"),
    ('"a\n\n  b"', "a\nb"), ("a\n  b\n\n  c", "a b\nc"), ("|\n  a\n   b\n\n", "a\n b\n"),
    (">\n  a\n  b\n\n  c\n   d\n  e", "a b\nc\n d\ne\n"), ("|+\n  a\n\n", "a\n\n\n"), ("|-\n  a\n\n", "a"),
    ("|2\n    a\n", "  a\n"), (">-\n\n  a\n", "\na"),
]  # fmt: skip

# What YAML 1.2 means where both parsers keep to 1.1, or to a way of their own: tabs, and what ends no line.
BY_THE_BOOK = [
    ("a: 1\t# c\nb: 2", {"a": 1, "b": 2}), ("a:\tb", {"a": "b"}), ("a\t:\tb \t\nc: d\t", {"a": "b", "c": "d"}),
    ("a: b\tc", {"a": "b\tc"}), ("a: 'b\tc\t'", {"a": "b\tc\t"}), ("a: 'b\t\n \tc'", {"a": "b c"}),
    ("a: {b:\tc,\td: e\t}", {"a": {"b": "c", "d": "e"}}), ("a:\n  -\tb\n  - c", {"a": ["b", "c"]}),
    ("a: |\t# c\n  b\n  \tc\n", {"a": "b\n\tc\n"}), ("a: 1\n\t\n\t# c\nb: 2", {"a": 1, "b": 2}),
    ("a: [1,\n  \t2]", {"a": [1, 2]}), ("a: 1 #\x85b: 2", {"a": 1}), ("a: 'b\u2028c'\nd: 1", {"a": "b\u2028c", "d": 1}),
    ("a: b\u2029\nc: d", {"a": "b\u2029", "c": "d"}),
    ("a: b\x85 # c\nd: e", {"a": "b\x85", "d": "e"}), ("a: |\n  b\u2028c\n  d\n", {"a": "b\u2028c\nd\n"}),
    ("a: \ue000\u2028\ue001", {"a": "\ue000\u2028\ue001"}), ("a: b\rc: d", {"a": "b", "c": "d"}),
]  # fmt: skip

# Texts that libyaml reads differently from ruamel, one or two for every part of the guard.
GUARDED = {
    "a byte order mark": "---\n\ufeffa: 1",
    "a directive": "%YAML 1.1\n---\na: {b: c?}", "the end of a document": "a: 1\n...\n...\n",
    "a question mark first": "a: {?\n}", "a colon after a quotation mark": 'a: ["b":c]', "a tag": "a: {!, }",
    "an odd name": "&a: 1", "a comment at once": "a: |#c\n  b\n", "a line of spaces": "a: |\n \n  b\n",
    "a line of spaces, Windows": "a: >-\r\n \r\n  b\r\n", "a carriage return": "a: |\r \r  b\r",
}  # fmt: skip


@pytest.mark.parametrize(("written", "meant"), MEANINGS, ids=[repr(written) for written, _ in MEANINGS])
def test_a_value_means_the_same_to_both(written: str, meant: object) -> None:
    text = f"first: 0\nkey: {written}\nlast: 0\n" if written != "-" else "first: 0\nkey:\n-\nlast: 0\n"
    quick = quickly(text)
    assert quick is not None
    assert quick == carefully(text)
    assert repr(quick.data) == repr({"first": 0, "key": meant, "last": 0})


@pytest.mark.parametrize(("text", "data"), BY_THE_BOOK, ids=[repr(text) for text, _ in BY_THE_BOOK])
def test_tabs_and_line_breaks_are_those_of_yaml_1_2(text: str, data: object) -> None:
    assert carefully(text).data == parse(text).data == data
    assert quickly(text) in (None, carefully(text))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a:\n\tb: 1", 2), ("a: 1\n\tb: 2", 2), ("a:\t# c\n\t- b", 2), ("a:\n  -\tb: 1", 2), ("a:\n  -\t- b", 2),
        ("a: [1,\n\t2]", 2), ("a: {\n\tb: 1}", 2), ("a: |\n\tb", 2), ("a: 1\t# c\nb:\n \tc: 1", 3),
    ],
)  # fmt: skip
def test_a_tab_that_indents_is_refused_where_it_stands(text: str, line: int) -> None:
    with pytest.raises(NotReadableError) as caught:
        parse(text)
    assert caught.value.complaint == (line, "not YAML: this line is indented with a tab. Use spaces")


def test_lines_are_counted_as_editors_count_them() -> None:
    text = "a: 1 # \u2028\x85\u2029\nb: '\u2028'\r\nc: [d\u2028,\n e]\n"
    assert parse(text).lines == {("a",): 1, ("b",): 2, ("c",): 3, ("c", 0): 3, ("c", 1): 4}
    assert parse("a: 1\rb: 2\r\rc: 3").lines == {("a",): 1, ("b",): 2, ("c",): 4}


def test_not_a_number_is_not_a_number_to_both() -> None:
    text = "a: .nan\nb: -.nan\n"
    assert repr(parse(text).data) == repr(carefully(text).data) == "{'a': nan, 'b': '-.nan'}"


@pytest.mark.parametrize(
    "text",
    [
        "on: 1\nNO: 2\n'1': 3\n<<: {a: 1}\n",
        "a: 1\na: 2\nb: {c: 1, c: 2}\n",
        "1: a\n~: b\ntrue: c\n2018-06-12: d\n[a]: e\n{b: c}: f\n",
        "a: &x\n  b: [1, 2]\nc: *x\nd: [*x, *x]\n",
        "a: &x b\n*x : c\n",
        "---\n# first\n\na:\n- b\n-\n- c:\n    d\n- - e\n  - f\n",
        "a: {b: 1,\n  c: [2,\n 3], d:\n e}\nf: 4\n",
        "a: 1\r\nb:\r\n  - |\r\n    c\r\n    d\r\n  - e\r\n",
        "a:\n  \"b\": 1\n  'c': 2\n",
        "  a: 1\n  b: 2",
        "--- # c\na: \U0001f54a\nb: é\n",
    ],
)
def test_lines_and_complaints_are_the_same_to_both(text: str) -> None:
    assert quickly(text) == carefully(text)


@pytest.mark.parametrize("text", GUARDED.values(), ids=GUARDED.keys())
def test_what_they_read_differently_is_left_to_ruamel(text: str) -> None:
    assert quickly(text) is None


def test_without_the_guard_they_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the guard would be there for nothing."""
    monkeypatch.setattr(_yaml_events, "_DIFFERENT", _yaml_events.re.compile("(?!)"))
    assert [name for name, text in GUARDED.items() if same(text) != ("read by libyaml", False)] == []


@pytest.mark.parametrize(
    "text",
    ["", "# c\n", "a", "- a\n", "a: [", "a: b: c", "a: *x", "a: !!str b", "a: 1\n---\nb: 2\n", "a: \ud800", "a: \x07"],
)
def test_what_is_wrong_is_told_by_ruamel(text: str) -> None:
    assert quickly(text) is None


@pytest.mark.parametrize("name", sorted(CATALOG))
def test_the_catalogue_is_read_by_libyaml(name: str) -> None:
    quick = quickly(CATALOG[name])
    assert quick is not None
    assert quick == carefully(CATALOG[name])


def test_ruamel_is_not_asked_for_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> None:
        raise AssertionError("ruamel was asked")

    monkeypatch.setattr("servanda.agreement.reading._yaml_text.careful_events", refuse)
    for text in CATALOG.values():
        loads(text)
    with pytest.raises(AssertionError):  # so the test can fail
        loads("a: |#c\n  b\n")


def test_most_files_of_the_tests_are_read_by_libyaml() -> None:
    good, _ = TEXTS
    assert sum(quickly(text) is not None for text in good) >= 0.95 * len(good)


@pytest.mark.parametrize(
    "make",
    [lambda seed: mutant(TEXTS, seed), lambda seed: misspelt(TEXTS[0], seed), soup],
    ids=["mistakes", "syntax", "soup"],
)
def test_files_with_mistakes_mean_the_same_to_both(make: Callable[[int], str]) -> None:
    """A few of those of `bench/reading.py`."""
    told = [same(make(seed)) for seed in range(300)]
    assert all(agree for _, agree in told)
    assert {who for who, _ in told} == {"read by libyaml", "left to ruamel"}


@pytest.mark.parametrize("gone", ["yaml", "yaml._yaml"])
def test_without_libyaml_ruamel_reads_all(gone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = CATALOG["leap-day-2012"]
    expected = quickly(text)
    for name in [name for name in sys.modules if name == gone or name.startswith(f"{gone}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, gone, None)
    assert quickly(text) is None
    assert parse(text) == expected
    with pytest.raises(AgreementError, match="a colon stands where none can be"):
        loads("a: b: c")


def test_an_old_libyaml_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yaml._yaml.get_version", lambda: (0, 2, 4))
    assert quickly("a: 1") is None
    monkeypatch.setattr("yaml._yaml.get_version", lambda: (0, 2, 5))
    assert quickly("a: 1") is not None


def test_libyaml_takes_a_quarter_of_the_time_at_most() -> None:
    """Processor time, the best of a few. An eleventh was measured when this was written."""

    def best(job: Callable[[str], object], runs: int) -> float:
        times: list[float] = []
        for _ in range(runs):
            once = time.process_time()
            job(CATALOG["singapore-2018"])
            times.append(time.process_time() - once)
        return min(times)

    assert 4 * best(quickly, 7) < best(carefully, 3)
