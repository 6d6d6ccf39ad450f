"""Views as HTML: for notebooks, for the report and for the workbench."""

from __future__ import annotations

import re
from html import escape

from servanda.english import mirrored, printable
from servanda.presentation.view import Table, View, written, written_table

_TAG = re.compile(r"(<title>.*?</title>|<style>.*?</style>|<[^>]*>)", re.DOTALL)
_SPOKEN = re.compile(r'(?<= )((?:alt|aria-label)=")([^"]*)')


def html(found: View) -> str:
    """A view as HTML: paragraphs and tables, every word of it escaped."""
    return set_apart(_html(written(found, printable)))


def set_apart(page: str) -> str:
    """The same page with words of mirrored scripts in `<bdi>`, or, where no element may stand, between isolates.

    The page has to be escaped: its tags are its own.
    """
    parts = _TAG.split(page)
    parts[::2] = [mirrored(words, "<bdi>", "</bdi>") for words in parts[::2]]
    parts[1::2] = [
        mirrored(tag) if tag.startswith("<title") else _SPOKEN.sub(lambda found: found[1] + mirrored(found[2]), tag)
        for tag in parts[1::2]
    ]
    return "".join(parts)


def _html(found: View) -> str:
    parts = [f"<p><strong>{escape(found.headline)}</strong></p>"]
    parts += [table(block) if isinstance(block, Table) else f"<p>{escape(block)}</p>" for block in found.blocks]
    parts += [f"<p><small>{escape(note)}</small></p>" for note in found.notes]
    return "\n".join(parts)


def table(what: Table) -> str:
    """A table as HTML; columns of numbers have the class `number`."""
    what = written_table(what, printable)
    kinds = [f' class="{column.kind}"' for column in what.columns]
    head = "".join(
        f'<th scope="col"{kind}>{escape(column.name)}</th>' for kind, column in zip(kinds, what.columns, strict=True)
    )
    body: list[str] = []
    for row in what.rows:
        cells = [*row.cells, *[""] * (len(what.columns) - len(row.cells))]
        of = "" if row.kind == "plain" else f' class="{row.kind}"'
        if row.kind == "group":
            body.append(f'<tr{of}><th scope="rowgroup" colspan="{len(what.columns)}">{escape(cells[0])}</th></tr>')
            continue
        first = f'<th scope="row"{kinds[0]}>{escape(cells[0])}</th>'
        rest = "".join(f"<td{kind}>{escape(cell)}</td>" for kind, cell in zip(kinds[1:], cells[1:], strict=True))
        body.append(f"<tr{of}>{first}{rest}</tr>")
    caption = f"<caption><b>{escape(what.title)}</b></caption>" if what.title else ""
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
