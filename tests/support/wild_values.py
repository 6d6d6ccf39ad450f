"""Values to put into an agreement file at random: ordinary ones, and those that no one would think of.

Each pool holds one kind. `kind_of` says of what kind a value in a file is, so that it is changed into one like it.
"""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Any


class Raw(str):
    """A scalar that is written into the file as it stands, without the quotes that YAML would ask for."""

    __slots__ = ()


NUMBERS: tuple[Any, ...] = (
    0, 1, -1, 2, 0.5, 0.25, 1.5, 3, 10, 0.001, 1e-6, 1e-9, 1e-12, 1e-300, 5e-324, 2.2250738585072014e-308, 1e3, 1e6,
    1e9, 1e12, 1e15, 1e16, 2**31, 2**53 + 1, 2**63, 2**64, 10**30, 10**400, 1e100, 1e154, 1.3e154, 1e155, 1e300, 1e308,
    -1e308, -1.7e308, 1.7976931348623157e308, -1e-300, -5e-324, -0.0, math.inf, -math.inf, math.nan, 0.1 + 0.2,
    1 - 2**-53, 1 + 2**-52, 0.9999999999, 1.0000001, 709.8, 745.2, 36.7, 37.5, -745.2, 4.5e-9, 99999.5, 0.99995,
)  # fmt: skip
MILD: tuple[Any, ...] = (0, 1, 2, 5, 0.5, 0.1, 0.9, 0.01, 0.99, 20, 50, -1, -3, -0.0, 1e-6, 1e-9, 1e3, 1.0, 0.999999)
DATES: tuple[Any, ...] = (
    date(2030, 1, 1), date(2031, 5, 1), date(2032, 2, 29), date(2028, 2, 29), date(1, 1, 1), date(9999, 12, 31),
    date(999, 12, 31), date(1000, 1, 1), date(8999, 12, 31), date(1969, 12, 31), date(2000, 2, 29), "2031-05-01",
    Raw("2030-02-30"), Raw("2031-2-3"), Raw("2031-05-01T12:00:00Z"), Raw("20310501"), Raw("0000-00-00"),
    Raw("-0001-01-01"), Raw("2031-13-01"), Raw("10000-01-01"), "start", Raw("1900-02-29"), Raw("2031-05-01 00:00:00"),
    Raw("'2031-05-01 '"), Raw("２０３１-05-01"),
)  # fmt: skip
DURATIONS: tuple[Any, ...] = (
    "1 year", "6 months", "18 months", "3 weeks", "90 days", "1.5 years", "1 day", "never", "0 days", "2 years",
    "12 months", "30 months", "400 weeks", "899 years",
)  # fmt: skip
ABSURD_DURATIONS: tuple[Any, ...] = (
    "0 years", "0.0001 days", "1e-9 days", "1e308 years", "-1 year", "-0 days", "900 years", "901 years", "1e9 years",
    "9" * 400 + " days", "1 fortnight", "one year", "1year", "1  year", "1\u00a0year", "1 year ", "year", "1", 1, 0,
    "nan years", "inf years", "1 year 2 months", "٣ years", "1_0 days", "0x10 days", "+1 year", "1. year", ".5 years",
    "1e-320 days", "0.08333333333 years", "1 YEAR", "never ", "Never", "5e-324 years", "100000 days", "1 month\n",
)  # fmt: skip
TEXTS: tuple[Any, ...] = (
    "", " ", "x", "[bold]", "[/]", "[red]x[/red]", "[link=http://e.org]x", "[[]]", "$x_1$", "$", "$$", r"\frac{1}{0}",
    "a$b$c$",
    "<script>alert(1)</script>", "</title>", "a & b", "&lt;", "]]>", "<!--", "=cmd|'/C calc'!A0", "@SUM(1)", "+1", "-1",
    "a\nb", "a\r\nb", "a\rb", "\n", "::error file=x::y", "%0A::warning::z", "a,b;c", "a: b",
    "# servanda: ignore SV101 why",
    "\x1b[31mred", "\x1b]0;t\x07", "\x00", "\x07", "\x7f", "\x85", "\x9b31m", "a\u2028b", "a\u2029b", "\ufeff",
    "\u200b",
    "\u202egnirts", "\u2066x", "שלום", "السلام عليكم", "조선민주주의인민공화국", "中华人民共和国", "Ελλάς", "Россия",
    "e\u0301" * 30, "\U0001f54a\ufe0f", "\U00010348", "\ufffe", "\uffff", "\ud800", "\udfff x", "\U000e0041",
    "a" * 300, "a" * 5000, "word " * 400, "نص " * 60, "'", '"', '"""', "\\", "\\n", "{}", "{x}", "{0}", "%s", "%(x)s",
    "null", "true", "1", "1.5", "2031-01-01", "nan", "never", "-", "---", "?", "*", "&a", "!x", "|", ">", "\t", "a\tb",
    "/etc/passwd", "../../x", "CON", "a/b", "..", ".", "-x", "--json", "NaN", "Infinity", "`x`", "~x~", "_x_",
    "**x**", "ﬁ",
    "İstanbul", "ß" * 10, "ǅ", "x" * 119, "x" * 121, "a b" * 80,
)  # fmt: skip
NAMES: tuple[Any, ...] = (
    "a", "b", "only", "start", "never", "x" * 60, "x" * 200, "x" * 3000, "plan", "plan-1", "slow-1", "Alpha", "ALPHA",
    "alpha",
    "a-b", "a_b", "a--b", "a_", "e1", "inf", "nan", "true", "null", "date", "by", "gives", "entries", "parties",
    "talks-1",
    "talks-1-isle", "held_clean", "years", "worth", "costs", "types",
    "mean", "q10", "keep", "conceal", "withdraw", "module", "endmodule",
    "const", "init",
    "North", "조선", "北", "иван", "α", "é", "e\u0301", "ابن", "x1", "con", "nul", "draw", "__class__", "None", "self",
    "state",
)  # fmt: skip
BAD_NAMES: tuple[Any, ...] = (
    "", " ", "1a", "-a", "_a", "a.b", "a b", "a/b", "../a", "a,b", "a*", "*", "a\nb", "a\x1b[31m", "[bold]", "$x_1$",
    "<b>",
    "a:b", "a'b", 'a"b', "a\u202eb", "\ud800", "a\u200bb", "a\u2028b", 1, 1.5, True, None, "a%b", "=a", "@a", "{a}",
    "a\x00",
)  # fmt: skip
ANYTHING: tuple[Any, ...] = (
    None, True, False, [], {}, [[]], [{}], {"a": 1}, {"likely": 1}, {"low": 0, "high": 1}, {"low": 1, "high": 0},
    {"likely": 2, "low": 0, "high": 1},
    {"likely": 1, "low": 1, "high": 1}, {"low": 1, "high": 1}, {"low": -math.inf, "high": math.inf}, {"low": -1e308,
    "high": 1e308},
    {"likely": 0, "low": 0, "high": 5e-324}, {"likely": "1 year", "low": "0 days", "high": "never"}, {"likely": 1,
    "note": "x"}, {"note": "x"},
    {"likely": 1, "low": 0}, {"low": 0.5, "high": 0.5000000001}, [1], [1, 2], ["a"], "a", "", 0, 1, -1, 0.5, "0.5",
    "1", b"bytes",
    {1: 2}, {None: None}, {True: 1}, {"likely": {"likely": 1}}, [None], [True], {"a": None}, [["a"] * 3] * 3,
    Raw("~"), Raw("yes"), Raw("no"), Raw("on"), Raw("0x10"), Raw("0o17"), Raw("1_000"), Raw(".5"), Raw("5."),
    Raw("1e3"), Raw("1e400"),
    Raw("+1"), Raw("12:30:45"), Raw(".inf"), Raw("-.INF"), Raw(".NaN"), Raw("!!str 5"), Raw("!!float 5"),
    Raw("!!python/object:os.system x"),
    Raw("!!binary aGVq"), Raw("!x 1"), Raw("*nothing"), Raw("&a 5"), Raw("@x"), Raw("`x`"), Raw("%x"), Raw("- x"),
    Raw("? x"), Raw("{"), Raw("]"),
    Raw('"unclosed'), Raw("'it''s'"), Raw('"\\ud800"'), Raw('"\\x1b[31m"'), Raw('"\\0"'), Raw('"\\u2028"'),
    Raw('"\\q"'), Raw("|\n x"), Raw("<<"), Raw("="),
    Raw("!!set {a}"), Raw("!!omap []"), Raw("!!timestamp 2031-01-01"), Raw("0b11"), Raw("1,5"), Raw("1 000"),
    Raw("50%"), Raw("½"), Raw("−1"), Raw("1e"), Raw("0.5 # half"),
    Raw("١"), Raw("1e-5"), Raw("1.e+5"), Raw("0777"), Raw("-"), Raw("- - - x"), Raw("[[[[[[[[x]]]]]]]]"),
    Raw("{a: {a: {a: {a: 1}}}}"), Raw("9" * 5000),
)  # fmt: skip
WORD_KEYS = frozenset(
    {"title", "note", "unit", "name", "text", "does", "disputes", "withdrawal", "author", "url", "when"}
)
DURATION = re.compile(r"[\d.]+ (?:day|week|month|year)s?|never")
CHANCES = frozenset({"chance", "passes", "breaks", "visit", "at_most", "complete", "council", "generals"})


def kind_of(key: object, value: object) -> str:
    """Of what kind a value is: number, chance, range, date, duration, words, name, flag, list, group or nothing."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int | float):
        return "chance" if key in CHANCES else "number"
    if isinstance(value, date):
        return "date"
    if isinstance(value, dict):
        return "range" if value.keys() & {"likely", "low"} else "group"
    if isinstance(value, list):
        return "list"
    if isinstance(value, str) and DURATION.fullmatch(value):
        return "duration"
    return "words" if key in WORD_KEYS else "name"


POOLS = {
    "number": NUMBERS, "chance": NUMBERS, "range": ANYTHING, "date": DATES, "duration": (*DURATIONS, *ABSURD_DURATIONS),
    "words": TEXTS, "name": (*NAMES, *BAD_NAMES), "flag": (True, False), "list": ANYTHING, "group": ANYTHING,
    "nothing": ANYTHING,
}  # fmt: skip
