"""What a game tree says: how large it is."""

from __future__ import annotations

from servanda.crosscheck.explicit_tree import Tree
from servanda.presentation.view import View, view_of


@view_of.register
def _(tree: Tree) -> View:
    return View(
        f"Plan {tree.plan}: {len(tree.nodes):,} nodes, of which {tree.ends:,} are ends of the game, and"
        f" {tree.information_sets:,} information sets."
    )
