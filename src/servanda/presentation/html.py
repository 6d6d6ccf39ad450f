"""Views as HTML: for notebooks, for the report and for the workbench."""

from __future__ import annotations

from html import escape

from servanda.presentation.view import Table, View


def html(found: View) -> str:
    """A view as HTML: paragraphs and tables, every word of it escaped."""
    parts = [f"<p><strong>{escape(found.headline)}</strong></p>"]
    parts += [table(block) if isinstance(block, Table) else f"<p>{escape(block)}</p>" for block in found.blocks]
    parts += [f"<p><small>{escape(note)}</small></p>" for note in found.notes]
    return "\n".join(parts)


def table(what: Table) -> str:
    """A table as HTML; columns of numbers have the class `number`."""
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
