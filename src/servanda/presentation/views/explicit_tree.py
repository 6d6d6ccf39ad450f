"""What a game tree says: how large it is."""

from __future__ import annotations

from servanda.crosscheck.explicit_tree import Tree
from servanda.english import count
from servanda.presentation.view import View, view_of


@view_of.register
def _(tree: Tree) -> View:
    return View(
        f"Plan {tree.plan}: {count(len(tree.nodes), 'node')}, of which {count(tree.ends, 'is an end', 'are ends')} of"
        " the game, and"
        f" {count(tree.information_sets, 'information set')}."
    )
