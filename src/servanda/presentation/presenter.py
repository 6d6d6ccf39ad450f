"""What `Result` calls to be drawn, shown in a notebook and printed; the package hands it in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servanda.presentation.view import view

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class _Presenter:
    def figure(self, result: Any, narrow: bool, **which: Any) -> Figure:
        from servanda.errors import NoSuchName, need

        need("pictures", "A picture", "matplotlib")
        raise NoSuchName(f"There is no figure of a {type(result).__name__}.")

    def html(self, result: Any) -> str:
        from servanda.presentation.html import html

        return html(view(result))

    def text(self, result: Any) -> str:
        from servanda.presentation.terminal import text

        return text(view(result))


presenter = _Presenter()
