"""The graph in Graphviz's language, and as JSON."""

import json
import re
from pathlib import Path

import networkx
import numpy as np
import pytest
import torch
from dots import parse
from families import FAMILIES
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from modelview import ModelView
from modelview.adapters import describe
from modelview.errors import AddressError
from modelview.structure import Dataflow, Edge, Node
from modelview.structure.dot import dot_of


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(4)
        self.fc = nn.Linear(4, 4)
        self.off = nn.Identity()

    def forward(self, x):
        return x + self.off(torch.relu(self.fc(self.norm(x))))


class Tower(nn.Module):
    def __init__(self, count=3):
        super().__init__()
        self.blocks = nn.ModuleList([Block() for _ in range(count)])
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return {"logits": self.head(x), "last": x}


def tower():
    return describe(Tower(), inputs=torch.ones(5, 4)).structure


def labels(dot):
    return {name: node["label"] for name, node in dot.nodes.items()}


def arrows(dot):
    named = labels(dot)
    return {(named[source], named[target], edge["label"]) for source, target, edge in dot.edges}


def test_equal_blocks_are_one_node_and_the_values_between_them_stay_inside():
    dot = parse(tower().to_dot())
    assert arrows(dot) == {
        ("x", "0 … 2: Block × 3\n3 × 28 parameters", "5 × 4 float32"),
        ("0 … 2: Block × 3\n3 × 28 parameters", "head: Linear\n10 parameters", "5 × 4 float32"),
        ("0 … 2: Block × 3\n3 × 28 parameters", "last", "5 × 4 float32"),
        ("head: Linear\n10 parameters", "logits", "5 × 2 float32"),
    }
    [block] = [node for node in dot.nodes.values() if "Block" in node["label"]]
    assert [cluster["label"] for cluster in block["clusters"]] == ["blocks: ModuleList"]
    assert dot.attributes["label"] == "Tower"


def test_unfolded_every_operation_is_a_node_in_the_cluster_of_its_module():
    structure = tower()
    dot = parse(structure.to_dot(fold=False))
    operations = [index for index, node in enumerate(structure.nodes) if node.role != "module"]
    assert set(dot.nodes) == {f"n{index}" for index in operations}
    paths = {f"n{index}": structure.nodes[index].path for index in operations}
    assert [(paths[source], paths[target]) for source, target, _ in dot.edges] == [
        (edge.source, edge.target) for edge in structure.edges
    ]
    [index] = [index for index, node in enumerate(structure.nodes) if node.path == "blocks.1.fc/linear"]
    node = dot.nodes[f"n{index}"]
    assert node["label"] == "linear\nweight, bias"
    assert node["tooltip"].startswith("blocks.1.fc/linear (")
    assert [cluster["label"] for cluster in node["clusters"]] == ["blocks: ModuleList", "1: Block", "fc: Linear"]


@pytest.mark.parametrize("name", ["resnet", "bert", "t5", "mixture of experts", "speech, wav2vec2"])
def test_real_models_give_the_graph_that_was_found(name):
    torch.manual_seed(0)
    model, inputs = FAMILIES[name][0]()
    structure = describe(model, inputs=inputs).structure
    places = {node.path: f"n{index}" for index, node in enumerate(structure.nodes)}
    wanted = networkx.DiGraph((places[edge.source], places[edge.target]) for edge in structure.edges)
    dot = parse(structure.to_dot(fold=False))
    found = networkx.DiGraph((source, target) for source, target, _ in dot.edges)
    assert set(found.edges) == set(wanted.edges)
    assert set(dot.nodes) == set(wanted.nodes)
    for name, node in dot.nodes.items():
        above, clusters = structure.nodes[int(name[1:])].parent, [each["label"] for each in node["clusters"]]
        while structure.nodes[above].parent is not None:
            module = structure.nodes[above]
            assert clusters.pop().startswith(f"{module.name}: {module.kind}" if module.kind else module.name)
            above = module.parent
        assert not clusters

    # Folded it is a quotient of that graph: each node in one box, and an edge wherever one went between two boxes.
    folded = parse(structure.to_dot())
    assert len(folded.nodes) <= len(dot.nodes)
    ends = {name for edge in folded.edges for name in edge[:2]}
    assert ends == set(folded.nodes)
    assert networkx.number_weakly_connected_components(networkx.DiGraph(edge[:2] for edge in folded.edges)) == 1


def test_depth_says_how_many_levels_are_open():
    structure = tower()
    assert set(labels(parse(structure.to_dot(depth=0))).values()) == {
        "x",
        "blocks: ModuleList\n84 parameters",
        "head: Linear\n10 parameters",
        "logits",
        "last",
    }
    closed = parse(structure.to_dot(depth=1, fold=False))
    assert {label for label in labels(closed).values() if "Block" in label} == {
        f"{i}: Block\n28 parameters" for i in range(3)
    }
    assert arrows(closed) > {("0: Block\n28 parameters", "1: Block\n28 parameters", "5 × 4 float32")}


def test_the_inside_of_one_module_names_what_is_beyond_it():
    structure = tower()
    dot = parse(structure.to_dot(within="blocks.1", direction="right"))
    assert (dot.attributes["label"], dot.attributes["rankdir"]) == ("Tower: blocks.1", "LR")
    assert arrows(dot) == {
        ("blocks.0/add", "norm: LayerNorm\n8 parameters", "5 × 4 float32"),
        ("blocks.0/add", "add", "5 × 4 float32"),
        ("norm: LayerNorm\n8 parameters", "fc: Linear\n20 parameters", "5 × 4 float32"),
        ("fc: Linear\n20 parameters", "relu", "5 × 4 float32"),
        ("relu", "add", "5 × 4 float32"),
        ("add", "blocks.2.norm/layer_norm", "5 × 4 float32"),
        ("add", "blocks.2/add", "5 × 4 float32"),
    }
    with pytest.raises(AddressError, match=r"Close to it: 'blocks.1'"):
        structure.to_dot(within="block.1")
    with pytest.raises(AddressError, match=r"^no module 'nope'. Close to it: "):
        structure.to_dot(within="nope")
    with pytest.raises(AddressError, match=r"^the path of a module is a string such as 'blocks', not 3"):
        structure.to_dot(within=3)
    with pytest.raises(AddressError, match=r"^no module 'fc': this model has none"):
        describe(nn.Linear(2, 2)).structure.to_dot(within="fc")
    with pytest.raises(ValueError, match="depth is a number of levels from 0 on or None, not -1"):
        structure.to_dot(depth=-1)
    with pytest.raises(ValueError, match="'down' or 'right'"):
        structure.to_dot(direction="up")


def test_without_a_dataflow_it_is_the_tree_of_modules():
    dot = parse(describe(Tower().state_dict(), name="saved").structure.to_dot())
    named = labels(dot)
    assert {(named[source], named[target]) for source, target, _ in dot.edges} == {
        ("saved: state dict\n94 parameters", "blocks\n84 parameters"),
        ("saved: state dict\n94 parameters", "head\n10 parameters"),
        ("blocks\n84 parameters", "0 … 2 × 3\n3 × 28 parameters"),
    }


def test_a_shared_module_and_many_values_between_two_boxes():
    class Many(nn.Module):
        def __init__(self):
            super().__init__()
            self.split, self.join = Split(), Join()
            self.again = self.join

        def forward(self, x):
            return self.again(self.join(self.split(x))[None].expand(5, -1, -1))

    class Split(nn.Module):
        def forward(self, x):
            return [x[i] + torch.zeros(i + 1, 1) for i in range(5)]

    class Join(nn.Module):
        def forward(self, xs):
            return torch.cat([xs[i] * 2 for i in range(5)])

    dot = parse(describe(Many(), inputs=torch.ones(5, 1)).structure.to_dot(depth=0))
    assert {("split: Split", "join: Join", "1 × 1 float32\n2 × 1 float32\n3 × 1 float32\nand 2 more")} <= arrows(dot)
    assert "join@1: Join (the same as join)" in labels(dot).values()


NASTY = st.text(max_size=30) | st.sampled_from(
    [
        '"',
        "\\",
        '\\"',
        "a\\",
        "\\N\\G\\l",
        "<b>",
        "<script>alert(1)</script>",
        "&lt;&#60;&amp;",
        "a\nb\r\0\x1b",
        "{|}",
        "];",
    ]
)


@settings(deadline=None)
@given(st.lists(NASTY, min_size=3, max_size=6), NASTY, NASTY)
def test_any_name_is_a_label_and_nothing_more(names, kind, title):
    modules = (Node("", title, kind, None), Node("m", names[0], kind, 0))
    nodes = (*modules, *(Node(f"m/{i}", name, kind, 1, role="operation") for i, name in enumerate(names[1:])))
    edges = tuple(Edge(f"m/{i}", f"m/{i + 1}", (kind, 2), "float32") for i in range(len(names) - 2))
    for flow in (Dataflow(nodes, edges), Dataflow(modules)):
        dot = parse(dot_of(title, flow, fold=False, direction="down"))
        assert set(dot.nodes) == ({f"n{i}" for i in range(2, len(nodes))} if flow.edges else {"n0", "n1"})
        assert len(dot.edges) == (len(edges) if flow.edges else 1)
    readable = [name for name in names[1:] if name.isprintable()]
    assert set(readable) <= {
        node["label"] for node in parse(dot_of(title, Dataflow(nodes, edges), direction="down")).nodes.values()
    }


def test_a_tower_deeper_than_python_recurses_is_written():
    model = nn.Linear(1, 1)
    for _ in range(1500):
        model = nn.Sequential(model)
    structure = describe(model).structure
    dot = parse(structure.to_dot())
    assert len(dot.nodes) == 1501
    assert len(dot.edges) == 1500


def test_the_graph_as_json_is_what_the_page_is_told_with_the_models_name():
    structure = tower()
    graph = structure.graph_json()
    again = json.loads(json.dumps(graph, allow_nan=False))
    assert again == graph
    assert (graph["name"], graph["kind"], graph["tier"]) == ("Tower", "Tower", "export")
    assert graph["totals"]["parameters"] == 94
    assert {key: graph[key] for key in structure.dataflow.to_json()} == structure.dataflow.to_json()
    edges = [
        (graph["nodes"][source]["path"], graph["nodes"][target]["path"], *graph["values"][value])
        for source, target, value in graph["edges"]
    ]
    assert edges == [(edge.source, edge.target, list(edge.shape), edge.dtype) for edge in structure.edges]
    assert describe({"w": np.ones(2)}).structure.graph_json()["edges"] == []


def test_the_docs_say_what_works(capsys):
    text = (Path(__file__).parents[2] / "docs" / "structure.md").read_text(encoding="utf-8")
    mv = ModelView(Tower(), inputs=torch.ones(5, 4))
    names = {"mv": mv}
    for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(code, names)
    assert capsys.readouterr().out.count("Tower: Tower, 94 parameters") == 3
    assert parse(names["inside"]).attributes["label"] == "Tower: blocks"
    assert set(names["flow"].edges(data="dtype")) == {
        (edge.source, edge.target, "float32") for edge in mv.structure.edges
    }
    rows = re.findall(r"^\| `(.*?)` +\|", text, re.MULTILINE)
    assert set(mv.structure.graph_json()) == {key for row in rows for key in row.split("`, `")}
