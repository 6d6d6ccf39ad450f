"""The house rules of docs/architecture.md that a machine can check."""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from pathlib import Path

import pytest

import servanda

SOURCE = Path(servanda.__file__).parent
MODULES = {path.stem: path for path in SOURCE.glob("*.py")}

# One way through the house: a module imports only from rooms before its own.
WAY = [
    ["_version"],
    ["_clusters", "_showing", "_values"],
    ["_entries", "_sites"],
    ["_correlation", "_levers"],
    ["agreement"],
    ["_uncertain"],
    ["dates"],
    ["_candidates"],
    ["_readiness"],
    ["schedule"],
    ["_yaml"],
    ["_shape", "schema"],
    ["_correlation_checks", "_site_checks"],
    ["_references"],
    ["_entry_consistency", "_lever_checks"],
    ["_consistency"],
    ["reading", "starter"],
    ["_rulebook"],
    ["_plan_view"],
    ["_waits"],
    ["_rules_duties", "_rules_exchange", "_rules_order", "_rules_procedure", "_rules_verification", "_silencing"],
    ["checking"],
    ["_in_place"],
    ["_nearest", "_programs", "_sequence"],
    ["_schedules", "_site_game", "allocation"],
    ["_spread"],
    ["inspecting", "plan_writing", "writing"],
    ["_kept", "_marks"],
    ["_native"],
    ["_machine"],
    ["_vectors"],
    ["_broyden"],
    ["_branch", "_payoffs", "_sums"],
    ["_tables"],
    ["_merging", "_unknowns"],
    ["game", "tree"],
    ["_kernel"],
    ["_response"],
    ["equilibrium"],
    ["scores", "summary"],
    ["_chances"],
    ["auditing", "batching", "drawing", "outcomes", "scoring"],
    ["_evolution", "_movable", "evaluating", "flips", "searching"],
    ["_sweep_rows", "_sweep_sums", "objectives"],
    ["_trying"],
    ["_sweep_store"],
    ["sweeping"],
    ["comparison"],
    ["_play_rules", "prism", "wording"],
    ["_score_words", "critical", "playing"],
    ["_assumptions", "_canvas", "_captions", "_namings"],
    ["_contest", "_inspect_words", "_peeling", "posing"],
    ["_when", "designing", "indices", "reaching", "swings", "tipping"],
    ["failing", "mapping", "sensing"],
    ["_sensing_words", "_sweep_words", "_tip_words"],
    ["uncertainty"],
    ["_range_words", "export"],
    [
        "_courses",
        "_front_chart",
        "_looking",
        "_report_tables",
        "_score_chart",
        "_sensing_chart",
        "_sweep_chart",
        "_timeline",
        "_tip_chart",
    ],
    ["pictures"],
    ["report"],
    ["studying"],
    ["_terminal"],
    ["_sweep_text"],
    [
        "_check_text",
        "_design_text",
        "_exits",
        "_inspect_text",
        "_play_text",
        "_progress",
        "_sensing_text",
        "_tip_text",
        "tables",
    ],
    ["_commands"],
    ["_draw_commands"],
    [
        "_check_commands",
        "_design_command",
        "_failing_command",
        "_inspect_command",
        "_sensing_command",
        "_sweep_command",
        "_tip_command",
    ],
    ["cli"],
    ["__main__"],
]
ROOM = {name: i for i, names in enumerate(WAY) for name in names}


def imports(path: Path) -> set[str]:
    """The package's own modules that a module imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("servanda"):
            rest = node.module.removeprefix("servanda").lstrip(".")
            found |= {rest.split(".")[0]} if rest else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("servanda.")}
    return found & MODULES.keys()


def test_every_module_has_its_room() -> None:
    assert MODULES.keys() - {"__init__"} == ROOM.keys()


@pytest.mark.parametrize("name", sorted(ROOM))
def test_imports_flow_one_way(name: str) -> None:
    for other in imports(MODULES[name]):
        assert ROOM[other] < ROOM[name], f"{name} imports {other}"


def test_public_names_are_exactly_what_is_public() -> None:
    assert sorted(servanda.__all__) == servanda.__all__
    for name in servanda.__all__:
        assert getattr(servanda, name) is not None
    homes = {*servanda._HOME, "__version__"}  # pyright: ignore[reportPrivateUsage]
    assert homes == set(servanda.__all__)
    # A module of the same name would hide the function as soon as it is imported.
    assert not set(servanda.__all__) & MODULES.keys()


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'slove'"):
        servanda.slove  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("name", sorted(MODULES))
def test_rooms_are_small(name: str) -> None:
    assert len(MODULES[name].read_text("utf-8").splitlines()) <= 400


def test_no_room_for_odds_and_ends() -> None:
    assert not MODULES.keys() & {"utils", "util", "core", "common", "helpers", "misc"}


def fresh(code: str) -> float:
    """Seconds that a new Python process takes for some code: the best of five, as machines are noisy."""
    best = float("inf")
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        best = min(best, time.perf_counter() - began)
    return best


def test_import_and_help_are_quick() -> None:
    assert fresh("import servanda") < 0.5
    assert fresh("import sys; sys.argv = ['servanda', '--help']; from servanda.cli import main; main()") < 0.3


def test_help_needs_nothing_heavy() -> None:
    code = (
        "import sys, contextlib, io\n"
        "from servanda.cli import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()): main(['--help'])\n"
        "heavy = ('numpy', 'numba', 'pydantic', 'matplotlib', 'rich', 'ruamel', 'scipy')\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_nothing_random_and_no_clock_enters_the_solver() -> None:
    for name in (
        "game",
        "_tables",
        "_kernel",
        "_branch",
        "_response",
        "equilibrium",
        "outcomes",
        "auditing",
        "scoring",
        "critical",
    ):
        text = MODULES[name].read_text("utf-8")
        assert "random" not in text
        assert "import time" not in text
