"""Executes notebooks and writes them, with what they print and draw, into a folder.

    python execute.py FOLDER NOTEBOOK…

Ends with 1 where a cell fails, where a committed notebook is invalid or has outputs, or where an output
shows a phone number of the dataset in clear.
"""

import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets.config import Config

import cases

# Every phone of the bundled evidence begins so; see its README.
PHONE = re.compile(r"90000\s?0\d{4}")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SECONDS_A_CELL = 300


def texts(notebook) -> list[str]:
    """What the cells printed, as the reader sees it; pictures aside."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    shown = [part for output in outputs for kind, part in output.get("data", {}).items() if kind.startswith("text/")]
    return shown + [output["text"] for output in outputs if "text" in output]


def execute(notebook, beside: Path) -> str | None:
    """Runs all cells, as if Jupyter had opened the notebook in its folder. The failure, if any."""
    # The kernel is spoken to through sockets in a folder of our own, not through ports of the machine.
    with tempfile.TemporaryDirectory(prefix="kernel-") as sockets:
        local = Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/ipc"}})
        where = {"metadata": {"path": str(beside)}}
        try:
            NotebookClient(notebook, config=local, timeout=SECONDS_A_CELL, resources=where).execute()
        except CellExecutionError as error:
            return COLOUR.sub("", str(error))
    return None


def wrong(path: Path, folder: Path) -> str | None:
    """What is wrong with one notebook, if anything."""
    notebook = nbformat.read(path, as_version=4)
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        return f"not a valid notebook: {error.message}"
    if any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells):
        return "has outputs: clear them before it is committed"
    fault = execute(notebook, path.parent)
    nbformat.write(notebook, folder / path.name)
    clear = [found for text in texts(notebook) for found in PHONE.findall(text)]
    return fault or (f"shows {len(clear)} phone numbers in clear" if clear else None)


def main() -> int:
    folder, *notebooks = map(Path, sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    print(cases.run("--version").strip(), "at", cases.binary(), flush=True)
    failed = 0
    for path in notebooks:
        fault = wrong(path.resolve(), folder)
        failed += fault is not None
        print(f"{path.name}: {fault or 'holds'}", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
