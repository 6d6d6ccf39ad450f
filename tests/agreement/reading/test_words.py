"""Words that YAML takes for something else: the message says what broke them, and to put them in quotes."""

from __future__ import annotations

from pathlib import Path

import pytest

from servanda.agreement.format.agreement import AgreementError
from servanda.agreement.format.plain_numbers import Problem, number_in_words
from servanda.agreement.reading.reader import loads, read
from servanda.english import did_you_mean

HEAD = "servanda: 1\ntitle: T\nstart: 2020-01-01\nparties: {a: {}, b: {}}\nplans:\n  t:\n    entries:\n"
IN_BRACKETS = HEAD + "      - {id: x, date: 2020-02-01, by: a, does: %s}\n"  # line 8
ON_LINES = HEAD + "      - id: x\n        date: 2020-02-01\n        by: a\n        does: %s\n"  # line 11


def problem(text: str) -> str:
    with pytest.raises(AgreementError) as caught:
        loads(text, "a.yaml")
    (found,) = caught.value.problems
    return found


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("monitor, integrate and rehabilitate", 'does: "monitor, integrate and rehabilitate".'),
        ("a, b, c", 'does: "a, b, c".'),
        ("100%, 3", 'does: "100%, 3".'),
        ("say a \\ b, c", 'does: "say a \\\\ b, c".'),
        ("a, b: c", 'If it belongs to the words of does, put them in quotes: does: "a, b: c".'),
        ("the aim: peace", "a colon stands within words here. Put the words in quotes."),
        ("item # 4", "for a text with ' #' in it, which has to stand in quotes."),
        ("'tis done", "put a text that begins with an apostrophe in double quotes."),
        ("'Some' forces leave", "words stand behind a closing quotation mark"),
        ("@x", "a text cannot begin with '@'. Put it in quotes."),
        ("`x", "a text cannot begin with '`'. Put it in quotes."),
        ("%x", "a text cannot begin with '%'. Put it in quotes."),
        ("*x", "If a text begins with *, put it in quotes."),
        ("& y", "a text cannot begin with & or *. Put it in quotes."),
        ("!x", "a text cannot begin with !. Put it in quotes."),
        ("- a", "If a text begins with -, put it in quotes."),
        ("| a", "a text cannot begin with '|'. Put it in quotes."),
    ],
)
def test_words_in_brackets(words: str, said: str) -> None:
    found = problem(IN_BRACKETS % words)
    assert found.startswith(("a.yaml:8: ", "a.yaml:9: "))
    assert said in found


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("the aim: peace", "a text holds ': '. Line up the keys, or put the text in quotes."),
        ("'Some' forces leave", "words stand behind a closing quotation mark"),
        ("- a", "a text cannot begin with '- '. Put it in quotes, or begin the list on a new line."),
        ("| a", "a text cannot begin with | or >. Put it in quotes."),
        ("? a", "a text cannot begin with '? '. Put it in quotes."),
        ("& y", "a text cannot begin with & or *. Put it in quotes."),
        ("!x", "If a text begins with !, put it in quotes."),
    ],
)
def test_words_on_a_line(words: str, said: str) -> None:
    found = problem(ON_LINES % words)
    assert found.startswith("a.yaml:11: ")
    assert said in found


@pytest.mark.parametrize(
    "words", ["monitor, integrate and rehabilitate", "a, b, c", "it's", "Who pays?", "R&D", "a #b"]
)
def test_the_same_words_in_quotes_are_read(words: str) -> None:
    for text in (IN_BRACKETS, ON_LINES):
        assert loads(text % f'"{words}"').plans["t"].entries[0].does == words  # type: ignore[union-attr]


def test_a_comma_in_a_number() -> None:
    text = IN_BRACKETS % "x" + "incidents: {likely: 1,5}\n"
    assert problem(text) == (
        "a.yaml:9: incidents.likely: a comma ends a value in brackets. Write a number with a point: 1.5."
    )


@pytest.mark.parametrize(
    ("word", "among", "meant"),
    [
        ("until", ["title", "text", "note"], ""), ("times", ["types", "chance"], ""), ("kind", ["finds", "id"], ""),
        ("restore", ["before", "after"], ""), ("titel", ["title"], "title"), ("uas", ["usa", "dprk"], "usa"),
        ("penalties", ["penalty"], "penalty"), ("phase", ["phased", "at-once"], "phased"),
        ("atonce", ["at-once"], "at-once"),        ("'detect'", ["detection", "deterrence"], "detection"),
        ("preicsion", ["precision"], "precision"),
    ],
)  # fmt: skip
def test_what_is_suggested_is_misspelt_and_not_merely_alike(word: str, among: list[str], meant: str) -> None:
    assert did_you_mean(word, among) == (f" Did you mean {meant}?" if meant else "")


@pytest.mark.parametrize("first", ["%", "%1", "%x y", "%%"])
def test_a_file_that_begins_with_a_percent_sign_is_told_of_it(first: str) -> None:
    with pytest.raises(AgreementError) as told:
        loads(f"{first}\nservanda: 1\n")
    assert "%" in str(told.value)
    assert "&" not in str(told.value)


@pytest.mark.parametrize("dash", "‐‑‒–—")
def test_a_dash_in_place_of_a_minus_sign_is_told(dash: str) -> None:
    with pytest.raises(Problem, match=r"A dash stands in place of the minus sign\. Write - or −"):
        number_in_words(f"{dash}5")


def test_a_path_that_is_too_long_is_told_without_a_number(tmp_path: Path) -> None:
    with pytest.raises(AgreementError, match=r"the file cannot be read \(its name is too long\)"):
        read(tmp_path / ("a" * 300 + ".yaml"))
