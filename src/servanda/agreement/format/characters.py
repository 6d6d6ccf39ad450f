"""The characters of a text: where its lines end, which of them are refused, and what these are called."""

from __future__ import annotations

import re
import unicodedata

# What no text of a file may hold: control characters, halves of pairs, what XML has no way to write, and the marks that
# turn the order of what stands between them around on the screen.
_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff"
_REFUSED = re.compile(f"[{_CONTROL}\r\u202d\u202e]")
_CONTROLS = re.compile(f"[{_CONTROL}]")
_WRITABLE = bytes([*b"\t\n\r", *range(0x20, 0x7F)])
_DIRECTIONS = re.compile("[\u202a-\u202c\u2066-\u2069]")  # embeddings and isolates: each has to be closed again
_SPACES = str.maketrans({"\t": " ", "\x85": " ", "\u2028": " ", "\u2029": " "})
_PAIRS = re.compile("[\ud800-\udbff][\udc00-\udfff]")
BREAK = re.compile(r"\r\n|\n|\r")

_CALLED = {
    0x00: "null",
    0x07: "bell",
    0x08: "backspace",
    0x0B: "vertical tab",
    0x0C: "form feed",
    0x0D: "carriage return",
    0x1B: "escape",
    0x7F: "delete",
}


def lines_of(text: str) -> list[str]:
    r"""Split a text into its lines as YAML 1.2 does: at `\n`, `\r\n` and a lone `\r`, and nowhere else.

    `str.splitlines` would also split at U+0085, U+2028, U+2029 and some control characters.
    """
    return BREAK.split(text)


def line_at(text: str, index: int) -> int:
    """Number (from 1) of the line in which a character stands."""
    return 1 + sum(1 for _ in BREAK.finditer(text, 0, index))


def called(character: str) -> str:
    """Name a character that cannot be seen: `the control character U+001B (escape)`."""
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        return f"U+{code:04X} (half of a pair that stands for one character)"
    name = _CALLED.get(code) or unicodedata.name(character, "").lower()
    kind = "control character" if unicodedata.category(character) == "Cc" else "character"
    return f"the {kind} U+{code:04X}" + (f" ({name})" if name else "")


def refused(text: str) -> str | None:
    """The first character of a text that is refused anywhere, or None.

    Refused are control characters other than tab and line break, halves of pairs, U+FFFE and U+FFFF, overrides of the
    direction of writing (U+202D, U+202E), and embeddings and isolates without their end, or ends without them.
    """
    if text.isprintable():
        return None
    if match := _REFUSED.search(text):
        return match[0]
    open_: list[str] = []
    for match in _DIRECTIONS.finditer(text):
        mark = match[0]
        if mark not in "\u202c\u2069":
            open_.append(mark)
        elif not open_ or (open_.pop() in "\u2066\u2067\u2068") != (mark == "\u2069"):
            return mark
    return open_[0] if open_ else None


def unwritable(text: str) -> re.Match[str] | None:
    """The first character that a YAML text cannot hold as it is, within quotes and comments neither."""
    if text.isascii() and not text.encode("ascii").translate(None, _WRITABLE):
        return None  # by far the quickest way for by far the most texts
    return _CONTROLS.search(text)


def joined(text: str) -> str:
    r"""Put the halves of pairs together that JSON writes one after the other (`\ud83d\ude00`)."""
    return _PAIRS.sub(lambda pair: pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"), text)


def cleaned(text: str) -> str:
    """A text without what is refused."""
    return _DIRECTIONS.sub("", _REFUSED.sub("", text))


def on_one_line(text: str) -> str:
    """A text as a name or title has it: no spaces around it, and for tabs and separators within it a space each."""
    text = text.strip()
    return text if text.isprintable() else text.translate(_SPACES)


def stand_ins(text: str, characters: str) -> dict[str, str]:
    """Find for each of some characters another one that a text does not hold, nor names in an escape."""
    small = text.lower()
    free = (chr(code) for code in range(0xE000, 0xF900) if chr(code) not in text and f"{code:04x}" not in small)
    return dict(zip(characters, free, strict=False))
