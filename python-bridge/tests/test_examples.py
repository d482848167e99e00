"""The notebooks of examples/ run as they stand; the quickstart does so in a browser (quickstart.spec.ts)."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

EXAMPLES = Path(__file__).parents[2] / "examples"


RUN = {
    "02-structure": (4, ("BertLayer × 6", "by export", 'digraph "all-MiniLM-L6-v2"', "forward time", "FLOP")),
    "03-tensors": (3, ("Distribution of 147,456 values", "Channels of 'out', 384", "Spectrum of 384 × 384")),
}


@pytest.mark.parametrize("name", RUN)
def test_a_notebook_runs_from_its_first_cell_to_its_last(name):
    count, printed = RUN[name]
    notebook = nbformat.read(EXAMPLES / f"{name}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": EXAMPLES}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    # A view of ours brings a picture of itself; the progress bar of a model that loads does not.
    views = [
        output
        for output in outputs
        if {"application/vnd.jupyter.widget-view+json", "image/png"} <= output.get("data", {}).keys()
    ]
    assert len(views) == count
    text = "".join(output.get("text", "") for output in outputs)
    for part in printed:
        assert part in text
