"""The notebook docs/tutorials/uncertainty.ipynb runs, and shows what is stored in it.

After a change that alters what it shows, run it anew, look at every figure, and keep the result:

    python tests/docs/test_notebook.py

Pictures are not compared: their pixels depend on the fonts of the machine.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

NOTEBOOK = Path(__file__).parents[2] / "docs" / "tutorials" / "uncertainty.ipynb"
LARGEST = 1_500_000  # bytes: it is to open quickly on a web page
LONGEST = 60  # seconds of a processor


class OwnPython(KernelSpecManager):
    """The interpreter that runs the tests, whatever kernels are installed on this machine."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=40"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


def execute(given: Path, result: Path) -> None:
    """Run a notebook in a fresh kernel, in the folder of the result, and write it there with its outputs."""
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    notebook = nbformat.read(given, 4)
    manager = AsyncKernelManager(kernel_spec_manager=OwnPython())
    client = NotebookClient(
        notebook, km=manager, timeout=300, allow_errors=True, record_timing=False, store_widget_state=False,
        resources={"metadata": {"path": str(result.parent)}},
    )  # fmt: skip
    client.execute()
    nbformat.write(notebook, result)


def run(given: Path, folder: Path) -> Any:
    """A notebook as a fresh kernel leaves it; in a process of its own, as the client leaves sockets open."""
    result = folder / "result.ipynb"
    done = subprocess.run([sys.executable, __file__, str(given), str(result)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return nbformat.read(result, 4)


def text(notebook: Any) -> list[tuple[str, list[str]]]:
    """Each code cell with the words that it shows: what is printed, and results and tables as plain text."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [(cell.source, [_plain(one) for one in cell.outputs]) for cell in cells]


def _plain(output: Any) -> str:
    if output.output_type in ("stream", "error"):
        return output.get("text") or output.evalue
    return "a picture" if "image/png" in output.data else output.data["text/plain"]


def complaints(notebook: Any) -> list[str]:
    """What cells wrote as warnings or errors."""
    outputs = [one for cell in notebook.cells for one in cell.get("outputs", [])]
    return [_plain(one) for one in outputs if one.output_type == "error" or one.get("name") == "stderr"]


def test_the_notebook_runs_and_shows_what_is_stored(tmp_path: Path) -> None:
    from support.slowness import used  # not found when this is run as a program

    began = used()
    fresh = run(NOTEBOOK, tmp_path)
    seconds = used() - began
    assert complaints(fresh) == []
    assert text(fresh) == text(nbformat.read(NOTEBOOK, 4))
    assert seconds < LONGEST


def test_what_is_stored_reads_on_a_web_page() -> None:
    stored = nbformat.read(NOTEBOOK, 4)
    nbformat.validate(stored)
    assert NOTEBOOK.stat().st_size < LARGEST
    assert complaints(stored) == []
    assert sum("a picture" in shown for _, shown in text(stored)) >= 10


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("import warnings; warnings.warn('look out')", "look out"),
        ("1 / 0", "division by zero"),
        ("print('other words')", None),
    ],
)
def test_a_warning_an_error_and_other_words_are_noticed(source: str, complaint: str | None, tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    nbformat.write(notebook, tmp_path / "given.ipynb")
    fresh = run(tmp_path / "given.ipynb", tmp_path)
    assert [complaint in one for one in complaints(fresh) if complaint] == ([True] if complaint else [])
    assert (complaint is None) == (complaints(fresh) == [])
    assert text(fresh) != text(notebook)


def store() -> None:
    """Run the notebook and keep what it shows, if nothing went wrong."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        fresh = run(NOTEBOOK, Path(folder))
    if complaints(fresh):
        sys.exit("Not stored, as cells complained:\n" + "\n".join(complaints(fresh)))
    nbformat.write(fresh, NOTEBOOK)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        execute(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        store()
