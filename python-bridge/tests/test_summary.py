"""The structure as text, beside `torchinfo`, whose users know what they look for."""

import numpy as np
import pytest
import torch
import torchinfo
from families import FAMILIES
from torch import nn

from modelview.adapters import describe
from modelview.structure import Value


class TwoInputs(nn.Module):
    def __init__(self):
        super().__init__()
        self.left = nn.Linear(4, 8)
        self.right = nn.Linear(6, 8)
        self.norm = nn.BatchNorm1d(8)

    def forward(self, x, *, y):
        both = self.norm(self.left(x) + self.right(y))
        return {"sum": both.sum(1), "both": both}


class Shared(nn.Module):
    """One layer under two names and called twice, beside one that is tied to an embedding."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(10, 4)
        self.first = nn.Linear(4, 4)
        self.again = self.first
        self.head = nn.Linear(4, 10, bias=False)
        self.head.weight = self.words.weight

    def forward(self, ids):
        return self.head(self.again(torch.relu(self.first(self.words(ids)))))


def frozen():
    model = nn.Sequential(*(nn.Linear(8, 8) for _ in range(6)), nn.Linear(8, 2))
    for parameter in model[:4].parameters():
        parameter.requires_grad = False
    return model


REAL = {
    "resnet": FAMILIES["resnet"][0],
    "bert": FAMILIES["bert"][0],
    "two inputs": lambda: (TwoInputs(), ((torch.ones(3, 4),), {"y": torch.ones(3, 6)})),
    "shared": lambda: (Shared(), torch.zeros(2, 5, dtype=torch.long)),
    "partly frozen": lambda: (frozen(), torch.ones(3, 8)),
}


def given(model, inputs):
    """How `torchinfo` is told the same inputs."""
    if inputs is None:
        return {"input_data": dict(model.dummy_inputs)}
    if isinstance(inputs, tuple) and isinstance(inputs[-1], dict):
        return {"input_data": list(inputs[0]), **inputs[1]}
    return {"input_data": inputs}


@pytest.mark.parametrize("name", REAL)
def test_numbers_equal_those_of_torchinfo(name):
    torch.manual_seed(0)
    model, inputs = REAL[name]()
    model.eval()
    found = describe(model, inputs=inputs).structure.summary(fold=False, depth=20, lines=10_000)
    # It counts a weight that two modules hold twice.
    tied = model.head.weight.numel() if name == "shared" else 0
    theirs = torchinfo.summary(model, **given(model, inputs), depth=20, verbose=0)
    assert found.parameters == theirs.total_params - tied == sum(p.numel() for p in model.parameters())
    assert found.trainable == theirs.trainable_params - tied
    assert found.frozen == theirs.total_params - theirs.trainable_params
    assert found.parameter_bytes == sum(p.numel() * p.element_size() for p in model.parameters())
    assert found.buffer_bytes == sum(b.numel() * b.element_size() for b in model.buffers())

    paths = {id(module): path for path, module in model.named_modules()}
    rows = {row.path: row for row in found.rows}
    shapes = {}
    for info in theirs.summary_list:
        if info.output_size:
            shapes.setdefault(paths[info.layer_id], tuple(info.output_size))
    compared = 0
    for path, row in rows.items():
        assert row.parameters == sum(p.numel() for p in model.get_submodule(path).parameters())
        if row.outputs and path in shapes:
            assert shapes[path] in [value.shape for value in row.outputs], path
            compared += 1
    assert compared > 0.6 * len(rows)


def test_a_summary_says_what_torchinfos_users_look_for():
    text = str(describe(TwoInputs(), inputs=REAL["two inputs"]()[1]).structure.summary())
    assert text == "\n".join(
        [
            "TwoInputs: TwoInputs, 112 parameters in 9 tensors, 520 B",
            "module    kind         input  output  parameters",
            "├─ left   Linear       3 × 4  3 × 8           40",
            "├─ right  Linear       3 × 6  3 × 8           56",
            "└─ norm   BatchNorm1d  3 × 8  3 × 8           16",
            "",
            "parameters  112, 448 B",
            "trainable   112",
            "frozen      0",
            "buffers     17 values, 72 B",
            "dtype       float32 512 B, int64 8 B",
            "device      cpu",
            "input       x  3 × 4 float32",
            "            y  3 × 6 float32",
            "output      sum  3 float32",
            "            both  3 × 8 float32",
        ]
    )


def test_printing_never_calls_the_model_and_shows_the_shapes_that_are_known():
    class Counted(nn.Sequential):
        calls = 0

        def forward(self, x):
            Counted.calls += 1
            return super().forward(x)

    structure = describe(Counted(nn.Linear(4, 2)), inputs=torch.ones(3, 4)).structure
    before = str(structure)
    assert "3 × 4" not in before
    assert before.splitlines()[-1] == (
        "Shapes: not known yet. `.structure.summary()` finds them, and may call a copy of the model to do so."
    )
    assert str(structure.summary(shapes=False)) == before
    assert Counted.calls == 0
    known = structure.summary()
    assert known.rows[0].outputs == (Value((3, 2), "float32"),)
    assert "Shapes:" not in str(known)
    assert str(structure) == str(known)


def test_where_shapes_cannot_be_known_the_text_says_what_to_do():
    assert "Shapes: not known. Only the modules are known" in str(describe(nn.Linear(2, 2)).structure)
    assert "inputs=" in str(describe(nn.Linear(2, 2)).structure)
    text = str(describe(nn.Sequential(nn.Linear(2, 2)), inputs=torch.ones(1, 3)).structure.summary())
    assert text.splitlines()[2].split() == ["└─", "0", "Linear", "6"]
    assert "mat1 and mat2 shapes cannot be multiplied" in text


def test_shared_modules_and_several_calls_are_marked_and_counted_once():
    summary = describe(Shared(), inputs=torch.zeros(2, 5, dtype=torch.long)).structure.summary()
    rows = {row.path: row for row in summary.rows}
    assert (rows["again"].shared, rows["first"].shared, rows["first"].calls) == ("first", None, 2)
    assert rows["again"].outputs == rows["first"].outputs == (Value((2, 5, 4), "float32"),)
    assert summary.parameters == 40 + 20
    assert summary.shared == 1
    lines = str(summary).splitlines()
    assert lines[3].split()[-3:] == ["called", "2", "times"]
    assert lines[4].endswith("the same as first")
    assert "shared      1 module is listed again, and counted once" in lines


def test_frozen_layers_are_apart_even_where_their_structure_is_equal():
    summary = describe(frozen(), inputs=torch.ones(3, 8)).structure.summary()
    assert [(row.name, row.count, row.parameters, row.frozen) for row in summary.rows] == [
        ("0 … 3", 4, 72, 72),
        ("4 … 5", 2, 72, 0),
        ("6", 1, 18, 0),
    ]
    assert (summary.trainable, summary.frozen) == (2 * 72 + 18, 4 * 72)
    head, first, *_ = [line.split() for line in str(summary).splitlines()[1:]]
    assert head == ["module", "kind", "input", "output", "parameters", "frozen"]
    assert first[-6:] == ["4", "×", "72", "4", "×", "72"]


def test_frozen_parameters_of_a_shared_module_are_counted_where_it_is_again():
    model = nn.ModuleDict({"a": nn.Sequential(nn.Sequential(nn.Linear(2, 2)))})
    model["b"] = nn.ModuleList([model["a"][0]])
    model["a"].requires_grad_(False)
    rows = {row.path: row for row in describe(model).structure.summary(fold=False).rows}
    assert {path: row.frozen for path, row in rows.items()} == {"a": 6, "a.0": 6, "a.0.0": 6, "b": 6, "b.0": 6}
    assert describe(model).structure.summary().frozen == 6


def test_equal_layers_with_other_shapes_are_not_one_row():
    pools = nn.Sequential(*(nn.MaxPool1d(2) for _ in range(3)))
    structure = describe(pools, inputs=torch.ones(1, 1, 16)).structure
    assert [row.name for row in structure.summary(shapes=False).rows] == ["0 … 2"]
    assert [(row.name, row.outputs[0].shape) for row in structure.summary().rows] == [
        ("0", (1, 1, 8)),
        ("1", (1, 1, 4)),
        ("2", (1, 1, 2)),
    ]


def test_depth_fold_and_lines_choose_the_rows():
    model = nn.Sequential(*(nn.Sequential(nn.Linear(2, 2), nn.ReLU()) for _ in range(4)))
    structure = describe(model).structure
    assert [row.name for row in structure.summary().rows] == ["0 … 3", "0", "1"]
    flat = structure.summary(depth=1, fold=False)
    assert [(row.path, row.inside) for row in flat.rows] == [(str(i), 2) for i in range(4)]
    assert "2 modules inside" in str(flat)
    cut = structure.summary(fold=False, depth=2, lines=5)
    assert (len(cut.rows), cut.cut) == (5, True)
    assert "… (13 modules)" in str(cut)
    assert structure.summary(depth=0).rows == ()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"depth": -1}, "depth is a number of levels from 0 on or None, not -1"),
        ({"depth": 1.5}, "depth is a number of levels from 0 on or None, not 1.5"),
        ({"depth": "all"}, "not 'all'"),
        ({"depth": True}, "not True"),
        ({"lines": -1}, "lines is a number of rows from 0 on, not -1"),
        ({"lines": None}, "lines is a number of rows from 0 on, not None"),
    ],
)
def test_what_is_no_number_of_levels_or_rows_is_refused_with_what_is(asked, said):
    with pytest.raises(ValueError, match=said):
        describe(nn.Linear(2, 2)).structure.summary(**asked)


def test_where_lines_are_few_all_of_the_model_is_shown_less_deep():
    model = nn.Sequential(*(nn.Sequential(*(nn.Linear(2, i + j + 1) for j in range(5))) for i in range(20)))
    summary = describe(model).structure.summary()
    assert [row.path for row in summary.rows] == [str(i) for i in range(20)]
    assert not summary.cut


def test_ten_thousand_modules_print_on_one_screen():
    model = nn.Sequential(
        *(nn.Sequential(*(nn.Linear(2, 2 + (i + j) % 3) for j in range(99))) for i in range(100)),
    )
    structure = describe(model).structure
    text = str(structure)
    assert "… (10,001 modules)" in text
    assert len(text.splitlines()) < 75
    assert "19,800 tensors" in text.splitlines()[0]


def test_a_tower_deeper_than_python_recurses_prints():
    model = nn.Linear(1, 1)
    for _ in range(2000):
        model = nn.Sequential(model)
    structure = describe(model).structure
    assert "1,988 modules inside" in str(structure)
    assert structure.summary(depth=3000, lines=3000).rows[-1].kind == "Linear"


def test_names_stay_on_their_line():
    model = nn.Module()
    model.add_module("a\nb\x1b[31m", nn.Linear(1, 1))
    model.add_module("long" * 1000, nn.Linear(2, 1))
    text = str(describe(model, name="x\ny").structure)
    assert text.startswith("x\\ny: Module")
    assert "a\\nb\\x1b[31m" in text
    assert max(map(len, text.splitlines()[:4])) < 100


def test_a_state_dict_and_an_empty_model_print():
    text = str(describe({"w": np.ones((2, 3), np.float32)}).structure)
    assert "trainable" not in text
    assert "parameters  6, 24 B" in text
    assert "0 parameters in 0 tensors" in str(describe(nn.ReLU()).structure)


def test_tensors_without_values_are_told_with_the_reason_and_without_a_call():
    described = describe(nn.Sequential(nn.Linear(3, 2, device="meta"), nn.Linear(2, 2)))
    first = described.tensors["weight/0.weight"]
    summary = described.structure.summary(shapes=False)
    assert summary.caveats == (
        f"2 tensors have no values to show, the first of them weight/0.weight: {first.problem}.",
    )
    assert summary.caveats[0] in str(summary).splitlines()
    assert describe(nn.Linear(3, 2)).structure.summary().caveats == ()
