"""Whether a file that a command has written is whole: for each format, whether its own readers take it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)


class _Page(HTMLParser):
    """Looks whether every element of a page is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.wrong = self.wrong or f"</{tag}> within <{self.open[-1] if self.open else ''}>"
        else:
            self.open.pop()


def damage(file: Path) -> str:
    """What is wrong with a file; nothing if all is well."""
    try:
        return _LOOK.get(file.suffix.lower(), _other)(file)
    except (ValueError, ET.ParseError, OSError) as error:
        return f"a {file.suffix} file cannot be read: {type(error).__name__}"


def _svg(file: Path) -> str:
    tags = {each.tag.rpartition("}")[2] for each in ET.parse(file).iter()}
    return "a script in a picture" if "script" in tags else ""


def _html(file: Path) -> str:
    page = _Page()
    page.feed(text := file.read_text(encoding="utf-8"))
    page.close()
    if "<script>alert" in text:
        return "a script of the agreement in a page"
    if page.wrong or page.open:
        return f"a page is not closed: {page.wrong or page.open[-1]}"
    return ""


def _png(file: Path) -> str:
    held = file.read_bytes()
    whole = held.startswith(b"\x89PNG\r\n\x1a\n") and held.endswith(b"IEND\xaeB`\x82")
    return "" if whole else "a picture is not whole"


def _json(file: Path) -> str:
    json.loads(file.read_text(encoding="utf-8"), parse_constant=_refuse)
    return ""


def _refuse(name: str) -> float:
    raise ValueError(name)


def _table(file: Path) -> str:
    held = file.read_bytes()
    return "" if held[:4] == held[-4:] == b"PAR1" else "a table is not whole"


def _other(file: Path) -> str:
    return (
        f"a file like {file.suffix or file.name[:20]} is left behind"
        if file.stat().st_size == 0 or ".writing" in file.name
        else ""
    )


_LOOK = {".svg": _svg, ".html": _html, ".png": _png, ".json": _json, ".parquet": _table}
