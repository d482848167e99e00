"""What `model.summary()` prints, read back: the reference that a graph is compared with."""

import re
from typing import NamedTuple


class Row(NamedTuple):
    name: str
    kind: str
    shapes: list
    parameters: int
    sources: set | None


def summary_of(model, monkeypatch):
    """The rows of the table, and the totals below it by name."""
    # Wide enough that no name is broken into lines.
    monkeypatch.setenv("COLUMNS", "400")
    lines = []
    model.summary(print_fn=lines.append, line_length=390)
    text = "\n".join(lines)
    rows = [_row(cells) for cells in _cells(text)]
    totals = {name: int(count.replace(",", "")) for name, count in re.findall(r"(\S+) params: ([\d,]+)", text)}
    return rows, totals


def _cells(text):
    """The cells of each row: a row may take several lines, and ends with a rule."""
    open_ = None
    for line in text.splitlines():
        if line.startswith("│"):
            cells = [cell.strip() for cell in line.strip("│").split("│")]
            open_ = cells if open_ is None else [f"{a} {b}".strip() for a, b in zip(open_, cells, strict=True)]
        elif open_ is not None:
            yield open_
            open_ = None


def _row(cells):
    name, kind = re.fullmatch(r"(.*) \((\w+)\)", cells[0]).groups()
    shapes = [
        tuple(None if size == "None" else int(size) for size in re.findall(r"None|\d+", shape))
        for shape in re.findall(r"\(([^()]*)\)", cells[1])
    ]
    sources = {re.sub(r"\[.*", "", each) for each in cells[3].split(", ")} - {"-"} if len(cells) > 3 else None
    return Row(name, kind, shapes, int(cells[2].split()[0].replace(",", "")), sources)


def rows_of(structure):
    """The same of our graph: what stands directly in the model."""
    flow = structure.dataflow
    nodes = {node.path: index for index, node in enumerate(flow.nodes)}

    def top(path):
        index = nodes[path]
        while flow.nodes[index].parent:
            index = flow.nodes[index].parent
        return index

    def row(index):
        # A second call of a layer is in the row of that layer.
        first = flow.nodes[index].shared
        return index if first is None else nodes[first]

    sources = {}
    for edge in flow.edges:
        source, target = top(edge.source), top(edge.target)
        if source != target:
            sources.setdefault(row(target), set()).add(flow.nodes[row(source)].name)
    rows = {}
    for index, node in enumerate(flow.nodes):
        if node.parent == 0 and node.role in ("module", "operation") and node.shared is None:
            shapes = [tuple(None if isinstance(size, str) else size for size in value.shape) for value in node.outputs]
            rows[node.name] = Row(node.name, node.kind, shapes, node.parameters, sources.get(index, set()))
    return rows


def check_summary(model, structure, monkeypatch):
    """Assert that a graph says what the summary says, and nothing else."""
    rows, totals = summary_of(model, monkeypatch)
    ours = rows_of(structure)
    if structure.dataflow.tier == "symbolic":
        # The summary has what a model of one's own holds, and not what it does with it.
        ours = {name: row for name, row in ours.items() if name in {layer.name for layer in model.layers}}
    assert set(ours) == {row.name for row in rows}
    for row in rows:
        mine = ours[row.name]
        assert (mine.kind, mine.parameters) == (row.kind, row.parameters), row.name
        # Of layers that were called with values Keras may not know the shape: '?'.
        assert set(mine.shapes) == set(row.shapes or mine.shapes), row.name
        if row.sources is not None:
            assert mine.sources == row.sources, row.name
    assert structure.totals["parameters"] == totals["Total"]
    assert structure.totals["trainable"] == totals["Trainable"]
    return rows
