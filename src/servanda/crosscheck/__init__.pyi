from .explicit_tree import Tree as Tree
from .explicit_tree import game_tree as game_tree
from .gambit_file import efg as efg
from .markov_chain import prism as prism
from .simulation import Plays as Plays
from .simulation import play as play

__all__ = [
    "Plays",
    "Tree",
    "efg",
    "game_tree",
    "play",
    "prism",
]
