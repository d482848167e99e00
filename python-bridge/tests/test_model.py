"""The neutral description: structure, names, closing."""

import numpy as np
import pytest
import torch
from torch import nn

from modelview.adapters import describe
from modelview.errors import AddressError, ClosedError
from modelview.structure import format_bytes


class Block(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.fc = nn.Linear(width, width)


def blocks(count, width=8):
    return nn.Sequential(*(Block(width) for _ in range(count)))


def test_nodes_come_parents_first_in_module_order():
    structure = describe(blocks(2)).structure
    assert [n.path for n in structure.modules] == ["", "0", "0.norm", "0.fc", "1", "1.norm", "1.fc"]
    assert [n.parent for n in structure.modules] == [None, 0, 1, 1, 0, 4, 4]
    assert structure.edges == ()
    assert "inputs=" in structure.dataflow.notes[0]
    assert structure.modules[3].own == ("weight/0.fc.weight", "weight/0.fc.bias")
    assert structure.modules[1].parameters == 8 + 8 + 64 + 8
    assert structure.modules[0].bytes == 2 * 88 * 4


def test_modules_of_equal_structure_have_equal_signatures():
    model = nn.ModuleDict({"a": blocks(3), "b": blocks(3), "c": blocks(3, 4), "d": nn.ReLU(), "e": nn.GELU()})
    sign = {n.path: n.signature for n in describe(model).structure.modules}
    assert sign["a"] == sign["b"] != sign["c"]
    assert sign["a.0"] == sign["a.2"] == sign["b.1"] != sign["c.1"]
    assert sign["d"] != sign["e"]
    model.a[1].fc.half()
    sign = {n.path: n.signature for n in describe(model).structure.modules}
    assert sign["a.0"] != sign["a.1"]


def test_totals_count_each_tensor_once():
    model = nn.Sequential(nn.Embedding(10, 4), nn.Linear(4, 10, bias=False), nn.BatchNorm1d(10))
    model[1].weight = model[0].weight
    model[2].weight.requires_grad = False
    totals = describe(model).structure.totals
    assert totals == {
        "parameters": 40 + 20,
        "trainable": 40 + 10,
        "bytes": 4 * (40 + 20 + 20) + 8,
        "tensors": 6,
        "modules": 4,
        "dtypes": {"float32": 4 * 80, "int64": 8},
        "devices": {"cpu": 328},
    }


def test_the_structure_prints_as_a_tree_with_repeated_blocks_folded():
    text = str(describe(blocks(12), name="tower").structure)
    assert text.splitlines()[:4] == [
        "tower: Sequential, 1,056 parameters in 48 tensors, 4.22 KB",
        "module      kind        parameters",
        "└─ 0 … 11   Block × 12     12 × 88",
        "   ├─ norm  LayerNorm           16",
    ]
    assert len(str(describe(nn.Sequential(*(nn.Linear(1, i + 1) for i in range(200)))).structure).splitlines()) < 75


def test_names_that_say_more_than_a_number_are_not_folded():
    attention = nn.ModuleDict({name: nn.Linear(4, 4) for name in ("query", "key", "value")})
    lines = str(describe(nn.Sequential(attention)).structure).splitlines()
    assert [line.strip("└├│─ ").split() for line in lines[3:6]] == [
        [name, "Linear", "20"] for name in ("query", "key", "value")
    ]


def test_a_lazy_tensor_counts_no_values_before_it_has_a_shape():
    model = describe(nn.Sequential(nn.LazyLinear(3), nn.Linear(3, 2)))
    assert model.structure.totals["parameters"] == 8
    assert model.tensors["0.weight"].size == 0
    assert describe({"scalar": np.float32(1)}).tensors["scalar"].size == 1


def test_bytes_are_written_for_people():
    assert [format_bytes(n) for n in (0, 999, 1000, 999_999, 5 * 10**12)] == ["0 B", "999 B", "1 KB", "1 MB", "5 TB"]


def test_a_tensor_is_found_by_address_alias_or_bare_name():
    model = nn.Sequential(nn.Embedding(10, 4), nn.Linear(4, 10, bias=False), nn.BatchNorm1d(10))
    model[1].weight = model[0].weight
    tensors = describe(model).tensors
    tied = tensors["weight/0.weight"]
    assert tied is tensors["weight/1.weight"] is tensors["1.weight"]
    assert tied.names == ("weight/0.weight", "weight/1.weight")
    assert tensors["2.running_mean"].kind == "buffer"
    assert "nothing" not in tensors
    assert 3 not in tensors
    assert len(tensors) == len(list(tensors)) == len({id(t) for t in tensors.values()})


def test_a_wrong_address_is_answered_with_close_ones():
    tensors = describe(blocks(2)).tensors
    with pytest.raises(AddressError, match=r"Close to it: 'weight/0.fc.weight'") as caught:
        tensors["weight/0.fc.wieght"]
    assert isinstance(caught.value, KeyError)
    assert caught.value.code == "unknown-address"
    assert "\\n" not in str(caught.value)
    with pytest.raises(KeyError):
        tensors[0]
    with pytest.raises(AddressError, match="none"):
        describe(nn.ReLU()).tensors["weight"]


def test_a_closed_model_has_let_go_and_says_so():
    import gc
    import weakref

    model = nn.Linear(3, 3)
    view = describe(model, inputs=torch.ones(1, 3))
    tensor = view.tensors["weight"]
    tensor.read()
    watch = weakref.ref(model)
    view.close()
    del model
    gc.collect()
    assert watch() is None
    assert tensor.shape == (3, 3)
    assert "closed" in tensor.descriptor()["problem"]
    assert "Shapes: not known yet" in str(view.structure)
    for ask in (tensor.read, tensor.statistics, view.structure.summary, view.structure.profile):
        with pytest.raises(ClosedError) as caught:
            ask()
        assert caught.value.code == "closed"


def test_the_structure_is_json():
    import json

    value = describe(blocks(2)).structure.to_json()
    json.dumps(value, allow_nan=False)
    assert set(value) == {"name", "kind", "nodes", "tensors", "totals"}
    assert set(value["nodes"][0]) == {
        *("path", "name", "kind", "parent", "parameters", "bytes"),
        *("own", "signature", "shared", "training"),
    }
    assert set(value["tensors"][0]) == {
        *("address", "names", "node", "kind", "shape", "dims", "dtype", "device"),
        *("layout", "nbytes", "version", "requires_grad", "problem"),
    }


def test_a_state_dict_is_a_tree_of_its_dotted_names():
    model = blocks(3)
    view = describe(model.state_dict())
    assert [n.path for n in view.structure.modules][:4] == ["", "0", "0.norm", "0.fc"]
    assert view.structure.modules[1].signature == view.structure.modules[4].signature
    assert view.structure.totals["parameters"] == sum(p.numel() for p in model.parameters())
    assert view.structure.totals["trainable"] is None
    assert view.tensors["0.fc.weight"].dims == ("out", "in")
    np.testing.assert_array_equal(view.tensors["0.fc.weight"].read(), model[0].fc.weight.detach().numpy())


def test_a_checkpoint_is_entered_and_tied_weights_are_one():
    weight = torch.ones(3, 3)
    view = describe({"epoch": 3, "model": {"a.w": weight, "b.w": weight}, "extra": np.zeros(2), "none": None})
    assert list(view.tensors) == ["weight/model.a.w", "weight/extra"]
    assert view.tensors["model.b.w"].names == ("weight/model.a.w", "weight/model.b.w")
    assert view.structure.totals["parameters"] == 11
    around = {"w": weight}
    around["self"] = around
    assert list(describe(around).tensors) == ["weight/w"]
