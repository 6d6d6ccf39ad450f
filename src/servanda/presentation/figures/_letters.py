# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""Which fonts of this machine have the letters of a text, and what to install where none has them."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Generator, Iterable
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any

from servanda.english import mirrored, printable, some

KNOWN = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Noto Sans SC", "Noto Sans JP", "Noto Sans KR",
    "Source Han Sans SC", "PingFang SC", "Hiragino Sans", "Apple SD Gothic Neo", "Microsoft YaHei", "Yu Gothic",
    "Malgun Gothic", "WenQuanYi Zen Hei", "Noto Sans Arabic", "Geeza Pro", "Segoe UI", "Noto Sans Hebrew",
    "Noto Sans Devanagari", "Noto Sans Thai", "Nirmala UI", "Leelawadee UI", "Noto Sans", "Arial Unicode MS",
)  # fmt: skip
_EAST_ASIAN = ("CJK", "HANGUL", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC", "BOPOMOFO", "FULLWIDTH", "HALFWIDTH")
_NO_LETTERS = ("Last Resort", "LastResort", "Emoji", "Blank", "Tofu")  # fonts that have a sign for everything, or none


class MissingFont(UserWarning):
    """No font of this machine has some of the letters of a picture."""


def shown(words: str) -> str:
    """Words as a figure shows them: text and nothing else, that of mirrored scripts set apart where this draws well."""
    return mirrored(printable(words)) if _shapes() else printable(words)


@cache
def _shapes() -> bool:
    """Whether this matplotlib joins letters and orders them from right to left, as Arabic needs."""
    import matplotlib

    return tuple(map(int, matplotlib.__version__.split(".")[:2])) >= (3, 11)


@cache
def files() -> dict[str, str]:
    """The fonts of this machine, those installed since matplotlib looked among them: a file by name of the font."""
    from matplotlib import font_manager

    manager = font_manager.fontManager
    for file in sorted(set(font_manager.findSystemFonts()) - {entry.fname for entry in manager.ttflist}):
        try:
            manager.addfont(file)
        except Exception:
            continue
    found: dict[str, str] = {}
    for entry in manager.ttflist:
        plain = entry.style == "normal" and entry.weight in ("normal", "regular", "book", 400)
        if plain and not any(word in entry.name for word in _NO_LETTERS):
            found.setdefault(entry.name, entry.fname)
    return dict(sorted(found.items(), key=lambda row: (*_rank(row[0]), row[0])))


def _rank(name: str) -> tuple[int, bool, bool]:
    return KNOWN.index(name) if name in KNOWN else len(KNOWN), "Sans" not in name, "Mono" in name


@cache
def _font(file: str) -> Any:
    from matplotlib import font_manager

    opened: Any = font_manager
    return opened.get_font(file)


@cache
def has(name: str, letter: str) -> bool:
    """Whether a font of this machine has a letter."""
    file = files().get(name)
    return file is not None and bool(_font(file).get_char_index(ord(letter)))


@cache
def families(words: str, base: tuple[str, ...]) -> tuple[str, ...]:
    """The fonts with which to draw some words: the usual ones, and those that have the letters they lack."""
    letters, more = _lacking(words, base), list[str]()
    for name in files() if letters else ():
        here = {letter for letter in letters if has(name, letter)}
        if here:
            more.append(name)
            letters -= here
    return (*base, *more)


def _lacking(words: str, fonts: tuple[str, ...]) -> set[str]:
    """Letters that none of some fonts has."""
    if words.isascii():
        return set()
    seen = {letter for letter in words if letter > "~" and unicodedata.category(letter) not in ("Cf", "Cc", "Zs")}
    return {letter for letter in seen if not any(has(name, letter) for name in fonts)}


_gathered: list[set[str]] = []


@contextmanager
def one_note() -> Generator[None]:
    """Within the block, letters that no font has are gathered; one warning at its end names them all."""
    _gathered.append(set())
    try:
        yield
    finally:
        letters = _gathered.pop()
        if letters:
            _note(letters)


def note_missing(texts: Iterable[str], base: tuple[str, ...]) -> None:
    """Warn of letters that no font has, and say which fonts to install."""
    with one_note() if not _gathered else nullcontext():
        _gathered[-1].update(letter for words in texts for letter in _lacking(words, families(words, base)))


def _note(letters: set[str]) -> None:
    where = [f"{package} on Debian and Ubuntu, {font} elsewhere" for package, font in _wanted(letters)]
    warnings.warn(
        f"Pictures (.png) show boxes in place of letters that no font on this machine has: {some(sorted(letters), 6)}."
        f" Install a font that has them ({'; '.join(where)}), and draw the pictures again. Figures in .svg and in the"
        " report do not need it, if the machine on which they are read has such a font",
        MissingFont,
        stacklevel=4,
    )


def _wanted(letters: Iterable[str]) -> list[tuple[str, str]]:
    """The packages and fonts that have some letters."""
    found: set[tuple[str, str]] = set()
    for letter in letters:
        name = unicodedata.name(letter, "")
        script = name.split(" ")[0]
        if script.startswith(_EAST_ASIAN):
            found.add(("fonts-noto-cjk", "Noto Sans CJK"))
        elif unicodedata.category(letter)[0] in "LM" and name:
            found.add(("fonts-noto-core", f"Noto Sans {script.capitalize()}"))
        else:
            found.add(("fonts-symbola", "Symbola"))
    return sorted(found)
