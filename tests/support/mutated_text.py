"""An agreement's data as the text of a file, and changes to such a text: of typists, programs and encodings."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import yaml

from support import mutants
from support.wild_values import Raw


class _Writer(yaml.SafeDumper):
    """Writes `Raw` scalars as they stand; what stands in two places becomes an anchor and an alias, as YAML has it."""


def _raw(writer: yaml.SafeDumper, value: Raw) -> yaml.Node:
    return writer.represent_scalar(
        "tag:yaml.org,2002:str", f"RAW{str(value).encode('utf-8', 'surrogatepass').hex()}WAR"
    )


_Writer.add_representer(Raw, _raw)
_HELD = re.compile(r"['\"]?RAW((?:[0-9a-f]|\\?\n *)*)WAR['\"]?")


def written(data: Any) -> str:
    """The data as the text of a file."""
    text = yaml.dump(data, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=10**9)
    return _HELD.sub(lambda held: bytes.fromhex(held[1]).decode("utf-8", "surrogatepass"), text)


TextChange = Callable[[str, random.Random], str]


def _put(text: str, rng: random.Random, *tokens: str) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(tokens) + text[at:]


def _break(text: str, rng: random.Random) -> str:
    """Something that some program takes for the end of a line."""
    return _put(text, rng, "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\r\n", "\n", "\x1c")


def _odd(text: str, rng: random.Random) -> str:
    return _put(
        text,
        rng,
        "\x00",
        "\x1b[31m",
        "\x07",
        "\u200b",
        "\u202e",
        "\ufeff",
        "\xa0",
        "\u3000",
        "\t",
        "\ud800",
        "\ufffe",
        "\x9b",
        "﹕",
    )


def _comment(text: str, rng: random.Random) -> str:
    """A comment behind a line, above it, or within it."""
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    said = rng.choice(("# servanda: ignore SV101 why", "# servanda: ignore SV101", "#servanda:ignore",
    "# servanda: ignore ,,", "# servanda: ignore SV9, SV101 x\x07",
                       "# servanda: ignore all everything", "# x", "#", "# [bold] $x$", "\t# tab",
                       "# servanda: ignore SV101,SV102,SV103 " + "x" * 3000))  # fmt: skip
    if rng.random() < 0.5:
        lines[at] += rng.choice((" ", "\t", "")) + said
    else:
        lines.insert(at, said)
    return "\n".join(lines)


def _all_ends(text: str, rng: random.Random) -> str:
    return text.replace("\n", rng.choice(("\r\n", "\r", "\n\n", "\n\r")))


def _truncated(text: str, rng: random.Random) -> str:
    return text[: rng.randrange(len(text) + 1)]


def _quote(text: str, rng: random.Random) -> str:
    quotes = [i for i, letter in enumerate(text) if letter in "'\"[]{}:,"]
    if not quotes:
        return _put(text, rng, "'", '"')
    at = rng.choice(quotes)
    return text[:at] + text[at + 1 :]


def _anchor(text: str, rng: random.Random) -> str:
    """An anchor at one value, and its alias or a merge key at another."""
    heads = list(re.finditer(r"(?m)^( *)([\w-]+): *", text))
    if len(heads) < 2:
        return text
    one, other = sorted(rng.sample(range(len(heads)), 2))
    head, tail = heads[one], heads[other]
    used = rng.choice((f"{tail[1]}{tail[2]}: *a # ", f"{tail[1]}<<: *a\n{tail[0]}", f"{tail[0]}*a "))
    return text[: head.end()] + "&a " + text[head.end() : tail.start()] + used + text[tail.end() :]


def _indent(text: str, rng: random.Random) -> str:
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    lines[at] = rng.choice((" " + lines[at], "  " + lines[at], "\t" + lines[at], lines[at][1:], lines[at].strip()))
    return "\n".join(lines)


def _document(text: str, rng: random.Random) -> str:
    return rng.choice(
        (
            f"---\n{text}",
            f"{text}\n...\n",
            f"%YAML 1.1\n---\n{text}",
            f"{text}\n---\n{text}",
            f"%TAG ! x\n---\n{text}",
            f"- {text}",
            f"# {text}",
            text * 2,
            f"{text}\n# end",
            "\n" * 500 + text,
            text.rstrip("\n"),
        )
    )


def _random_mistake(text: str, rng: random.Random) -> str:
    return rng.choice(mutants.MISTAKES)(text or "x", rng)


CHANGES: tuple[TextChange, ...] = (
    _break, _odd, _comment, _comment, _all_ends, _truncated, _quote, _anchor, _indent, _document, _random_mistake,
    _random_mistake, _random_mistake,
)  # fmt: skip


def encoded(text: str, rng: random.Random) -> bytes:
    """The bytes of the file: now and then not UTF-8, or cut within a letter."""
    whole = text.encode("utf-8", "surrogatepass")
    if rng.random() < 0.97:
        return whole
    at = rng.randrange(len(whole) + 1)
    return rng.choice(
        (
            b"\xef\xbb\xbf" + whole, text.encode("utf-16", "surrogatepass"), text.encode("utf-16-le", "surrogatepass"),
            text.encode("utf-32", "surrogatepass"), text.encode("latin-1", "replace"),
            whole[:at] + b"\xff" + whole[at:],
            whole[:at] + b"\xc3" + whole[at:], whole[:at] + b"\x00" * 100, b"", b"\x00",
            bytes(rng.randrange(256) for _ in range(200)), b"PK\x03\x04" + whole,
        )
    )  # fmt: skip
