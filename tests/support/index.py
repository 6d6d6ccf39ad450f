"""Write the index into docs/development/architecture.md: what servanda does, and where each part of it is.

    python tests/support/index.py

It is found in the code: a command's file names the public functions that it calls, a function says what it gives, and
views and figures are registered by the type of a result.
"""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import servanda
from servanda.cli import _pipeline, program
from servanda.presentation import views
from servanda.presentation.figures.gallery import figures
from servanda.presentation.view import view_of

PAGE = Path(__file__).parents[2] / "docs" / "development" / "architecture.md"
BEGIN, END = "<!-- index: generated -->\n", "<!-- end of index -->\n"
SOURCE = Path(servanda.__file__).parent


def place(module: str) -> str:
    return module.removeprefix("servanda.").replace(".", "/") + ".py"


def _called(tree: ast.AST) -> Iterator[Any]:
    """What some code imports from servanda and names, and what the methods of a run do that it calls."""
    known: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("servanda"):
            for alias in node.names:
                known[alias.asname or alias.name] = pkgutil.resolve_name(f"{node.module}:{alias.name}")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in known:
            yield known[node.id]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "run" and inspect.isfunction(method := getattr(_pipeline.Run, node.attr, None)):
                yield from _called(ast.parse(textwrap.dedent(inspect.getsource(method))))
            elif node.value.id in known:
                yield getattr(known[node.value.id], node.attr, None)


def _types() -> dict[str, type]:
    """Results by the name of their type: those that are public, or have a view or a figure."""
    for module in pkgutil.iter_modules(views.__path__):
        import_module(f"{views.__name__}.{module.name}")
    drawn = [figures[name].of for name in figures.names]
    public = [getattr(servanda, name) for name in servanda.__all__]
    return {of.__name__: of for of in (*view_of.registry, *drawn, *public) if isinstance(of, type) and is_dataclass(of)}


def _gives(function: Any) -> str:
    return str(function.__annotations__.get("return"))


def _with_parts(name: str, types: Mapping[str, type]) -> set[str]:
    """A result and the results that it holds, by the names of their types."""
    if name not in types:
        return set()
    held = {word for field in fields(types[name]) for word in re.findall(r"\w+", str(field.type))} - {name}
    return {name}.union(*(_with_parts(word, types) for word in held))


def verbs(command: str, types: Mapping[str, type]) -> list[Any]:
    """The functions that a command calls, in their order: those that are public, or give a result."""
    file = SOURCE / "cli" / f"{command.replace('-', '_')}.py"
    public = [getattr(servanda, name) for name in servanda.__all__]
    called = [one for one in _called(ast.parse(file.read_text("utf-8"))) if inspect.isfunction(one)]
    return list(dict.fromkeys(one for one in called if one in public or _gives(one) in types))


def row(command: str, types: Mapping[str, type]) -> tuple[str, ...]:
    found = verbs(command, types)
    python = [f"`{one.__name__}` → `{_gives(one)}`" for one in found]
    files = [f"`{place(one.__module__)}`" for one in found]
    given = [types[_gives(one)] for one in found if _gives(one) in types]
    registered = [view_of.registry[of] for of in given if of in view_of.registry]
    shown = [f"`{one.__module__.rpartition('.')[2]}`" for one in registered]
    held: set[str] = set().union(*(_with_parts(of.__name__, types) for of in given))
    drawn = [name for name in figures.names if figures[name].of.__name__ in held]
    return tuple(", ".join(dict.fromkeys(cell)) for cell in ([f"`{command}`"], python, files, shown, drawn))


def index() -> str:
    types = _types()
    rows = [("command", "Python", "made in", "view", "figures"), ("---",) * 5]
    rows += [row(name, types) for name in program.commands.list_commands(Any)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows)


def main() -> None:
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    PAGE.write_text(before + BEGIN + index() + END + rest.partition(END)[2], "utf-8")


if __name__ == "__main__":
    main()
