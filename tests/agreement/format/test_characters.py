"""Characters of a file that cannot be seen: which are refused, with their line and by what name."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from servanda.agreement.format.agreement import Agreement, AgreementError, Party, Source
from servanda.agreement.format.characters import lines_of
from servanda.agreement.format.entries import Obligation
from servanda.agreement.reading.reader import loads, read

TEXT = """servanda: 1
title: {title}
start: 2020-01-01
note: {note}
parties: {{a: {{name: {name}}}, b: {{name: B}}}}
plans:
  t:
    title: {plan}
    entries:
      - {{id: x, title: {entry}, by: a, does: {does}, note: {why}}}
"""
FIELDS = {"title": 2, "note": 4, "name": 5, "plan": 8, "entry": 10, "does": 10, "why": 10}
ONE_LINE = ("title", "name", "plan", "entry")


def text(**given: str) -> str:
    return TEXT.format(**{**dict.fromkeys(FIELDS, "words"), **given})


def problems(words: str) -> tuple[str, ...]:
    with pytest.raises(AgreementError) as caught:
        loads(words, "a.yaml")
    return caught.value.problems


REFUSED = {
    "\\x1b[31m": "the control character U+001B (escape)",
    "\\u0007": "the control character U+0007 (bell)",
    "\\0": "the control character U+0000 (null)",
    "\\x7f": "the control character U+007F (delete)",
    "\\x9b": "the control character U+009B",
    "\\r": "the control character U+000D (carriage return)",
    "\\v": "the control character U+000B (vertical tab)",
    "\\f": "the control character U+000C (form feed)",
    "\\x1c": "the control character U+001C",
    "\\ud800": "U+D800 (half of a pair that stands for one character)",
    "\\udc00\\ud800": "U+DC00 (half of a pair that stands for one character)",
    "\\uffff": "the character U+FFFF",
    "\\u202e": "the character U+202E (right-to-left override)",
    "\\u202d\\u202c": "the character U+202D (left-to-right override)",
    "\\u2067": "the character U+2067 (right-to-left isolate)",
    "\\u2069": "the character U+2069 (pop directional isolate)",
    "\\u202b\\u2069": "the character U+2069 (pop directional isolate)",
}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(("written", "name"), REFUSED.items(), ids=[repr(each) for each in REFUSED])
def test_what_cannot_be_seen_is_refused_with_its_line_and_its_name(field: str, written: str, name: str) -> None:
    (problem,) = problems(text(**{field: f'"be{written}fore"'}))
    assert problem.startswith(f"a.yaml:{FIELDS[field]}: ")
    assert problem.endswith(f" holds {name}. Delete it.")
    assert problem.isprintable()


@pytest.mark.parametrize("key", ['"a\\x1b"', '"a\\n::error::b"', '"a\\u202e"', '"a\\ud800"', '"a\\u200b"'])
@pytest.mark.parametrize("where", ["parties: {%s: {name: A}", "parties: {a: {name: A, %s: 1}", "parties: {a: {%s: A}"])
def test_keys_with_them_are_refused_too(key: str, where: str) -> None:
    found = problems(text().replace("parties: {a: {name: words}", where % key))
    assert any(problem.startswith("a.yaml:5: ") for problem in found)
    assert all("\n" not in problem and "\x1b" not in problem for problem in found)


@pytest.mark.parametrize("field", ONE_LINE)
def test_a_name_stands_on_one_line(field: str) -> None:
    (problem,) = problems(text(**{field: '"one\\n::error::two"'}))
    assert problem.startswith(f"a.yaml:{FIELDS[field]}: ")
    assert problem.endswith("'one ::error::two' has a line break in it. Write it on one line.")


def test_what_stands_around_a_name_is_left_out_and_what_separates_is_a_space() -> None:
    read_ = loads(text(title='"  one\\ttwo\\u2028three\\n"'))
    assert read_.title == "one two three"
    assert loads(text().replace("title: words\nstart", "title: >\n  one\n  two\nstart")).title == "one two"


def test_texts_may_have_lines_tabs_and_marks_of_direction() -> None:
    words = "one\ttwo\n\nthree\u2028four\x85 \u2067\u05d0\u2069 \u200f\u0627\u200c"
    read_ = loads(text(note='"one\\ttwo\\n\\nthree\\u2028four\\x85 \\u2067\\u05d0\\u2069 \\u200f\\u0627\\u200c"'))
    assert read_.note == words


def test_halves_of_a_pair_as_json_writes_them_are_one_character() -> None:
    assert loads(text(title='"\\ud83d\\udd4a peace"')).title == "\U0001f54a peace"


def test_a_text_of_nothing_that_can_be_seen_is_none() -> None:
    (problem,) = problems(text(title='"\\u200b\\u200b"'))
    assert problem.startswith("a.yaml:2: title: this text holds nothing that can be seen, only the character U+200B")


@pytest.mark.parametrize("raw", ["\x00", "\x07", "\x0b", "\x0c", "\x1b", "\x1c", "\x7f", "\x9b", "\uffff"])
def test_a_control_character_anywhere_in_the_file_is_refused(raw: str) -> None:
    for place in (text(note=f"'a{raw}'"), text(note=f"a{raw}b"), text(note=f"a # b{raw}")):
        (problem,) = problems(place)
        assert problem.startswith("a.yaml:4: the c")
        assert problem.endswith(" stands here. Delete it.")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_other_encodings_are_named(encoding: str, tmp_path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(text().encode(encoding))
    with pytest.raises(AgreementError) as caught:
        read(file)
    (problem,) = caught.value.problems
    assert "the file is UTF-" in problem
    assert problem.endswith("Save it in the encoding UTF-8.")


def test_a_byte_that_is_no_character_has_its_line(tmp_path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(text().encode().replace(b"name: B", b"name: \xff"))
    with pytest.raises(AgreementError, match=r"a\.yaml:5: the file is not UTF-8: byte 0xff on this line"):
        read(file)


@pytest.mark.parametrize("words", ["a\x1bb", "a\ud800b", "a\nb", "\u202ea", ""])
def test_agreements_built_in_python_get_the_same_refusal(words: str) -> None:
    with pytest.raises(ValidationError):
        Party(name=words)
    with pytest.raises(ValidationError):
        Source(kind="press", title=words)
    if words != "a\nb":
        with pytest.raises(ValidationError):
            Obligation(id="x", does=words)


def test_only_line_feeds_and_carriage_returns_end_a_line() -> None:
    assert lines_of("a\nb\r\nc\rd\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1ee") == [
        "a",
        "b",
        "c",
        "d\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1ee",
    ]


@pytest.mark.parametrize("name", ["평양", "مصر", "Ελλάδα", "दिल्ली", "ประเทศ", "中国", "Åland", "日本-1"])
def test_names_may_have_letters_of_any_script(name: str) -> None:
    words = text().replace("{a: {name: words}", "{" + name + ": {name: words}").replace("by: a", f"by: {name}")
    read_ = loads(words)
    assert isinstance(read_, Agreement)
    assert list(read_.parties) == [name, "b"]


def test_two_ways_to_write_a_letter_are_one_name() -> None:
    composed, apart = "\u00c5land", "A\u030aland"
    words = text().replace("{a: {name: words}", "{" + apart + ": {name: words}").replace("by: a", f"by: {composed}")
    assert list(loads(words).parties) == [composed, "b"]


@pytest.mark.parametrize("name", ["1a", "a b", "a.b", "-a", "_a", "a\u200bb", "a/b", "\u0661a", "a\u200db"])
def test_other_names_are_refused(name: str) -> None:
    found = problems(text().replace("{a: {name: words}", "{'" + name + "': {name: words}"))
    assert any("cannot be used as a name" in problem for problem in found)
    assert "\u200b" not in "".join(found)
