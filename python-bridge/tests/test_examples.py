"""The notebooks of examples/ run as they stand; the quickstart does so in a browser (quickstart.spec.ts)."""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_structure_notebook_runs_from_its_first_cell_to_its_last():
    notebook = nbformat.read(EXAMPLES / "02-structure.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": EXAMPLES}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    # A view of ours brings a picture of itself; the progress bar of a model that loads does not.
    views = [
        output
        for output in outputs
        if {"application/vnd.jupyter.widget-view+json", "image/png"} <= output.get("data", {}).keys()
    ]
    assert len(views) == 4
    printed = "".join(output.get("text", "") for output in outputs)
    for part in ("BertLayer × 6", "by export", 'digraph "all-MiniLM-L6-v2"', "forward time", "FLOP"):
        assert part in printed
