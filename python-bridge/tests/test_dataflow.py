import collections
import copy
import dataclasses
import os
import random

import numpy as np
import pytest
import torch
import torchvision
import transformers
from families import FAMILIES, SMALL, UNet
from graphs import check, parts, read, summary
from torch import nn

from modelview import ModelView
from modelview.adapters import describe
from modelview.errors import Cancelled
from modelview.inputs import Inputs
from modelview.structure import Value


def flow_of(model, inputs=None):
    return describe(model, inputs=inputs).structure.dataflow


@pytest.fixture(scope="module")
def families():
    """Each family described once: (model, inputs, structure)."""
    made = {}

    def get(name):
        if name not in made:
            torch.manual_seed(0)
            model, inputs = FAMILIES[name][0]()
            made[name] = model, inputs, describe(model, inputs=inputs).structure
        return made[name]

    return get


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_gives_a_graph(families, name):
    _, _, structure = families(name)
    flow = structure.dataflow
    assert flow.tier == FAMILIES[name][1], flow.notes
    nodes = check(flow, structure.tensors)
    assert parts(flow) == 1
    # Every parameter is read by an operation, and by one that ran inside the module that has it, or nearby.
    parameters = {a for a, tensor in structure.tensors.items() if tensor.kind == "parameter"}
    assert parameters <= read(flow)
    assert {node.role for node in nodes.values()} >= {"module", "operation", "input", "output"}
    assert nodes[""].inputs
    assert nodes[""].outputs


def real_shapes(model, inputs):
    """What each module returned in a real forward, where it is one tensor: path to shapes of each call."""
    shapes = {}

    def note(path):
        def hook(_module, _args, result):
            if isinstance(result, torch.Tensor):
                shapes.setdefault(path, []).append((tuple(result.shape), str(result.dtype).removeprefix("torch.")))

        return hook

    handles = [module.register_forward_hook(note(path)) for path, module in model.named_modules() if path]
    call = Inputs.of(inputs if inputs is not None else dict(model.dummy_inputs))
    with torch.no_grad():
        model(*call.args, **call.kwargs)
    for handle in handles:
        handle.remove()
    return shapes


@pytest.mark.parametrize("name", [name for name in FAMILIES if name not in ("vit, transformers", "detection", "lstm")])
def test_shapes_agree_with_a_real_forward(families, name):
    model, inputs, structure = families(name)
    nodes = {node.path: node for node in structure.dataflow.nodes}
    shapes = real_shapes(copy.deepcopy(model).eval(), inputs)
    compared = 0
    for path, calls in shapes.items():
        for number, (shape, dtype) in enumerate(calls):
            node = nodes.get(f"{path}@{number}" if number else path)
            # A module whose result nothing reads, or that hands on what it was given, has nothing that leaves it.
            if node is not None and node.outputs:
                assert Value(shape, dtype) in node.outputs, node.path
                compared += 1
    assert compared > len(shapes) / 2


class Skip(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 8)
        self.second = nn.Linear(8, 4)

    def forward(self, x):
        return x + self.second(torch.relu(self.first(x)))


def test_a_small_graph_node_by_node():
    flow = flow_of(Skip(), torch.ones(2, 4))
    assert summary(flow) == [
        "/x: input",
        "first/linear: linear",
        "/relu: relu",
        "second/linear: linear",
        "/add: add",
        "/output: output",
    ]
    assert {(edge.source, edge.target, edge.shape, edge.dtype) for edge in flow.edges} == {
        ("/x", "first/linear", (2, 4), "float32"),
        ("first/linear", "/relu", (2, 8), "float32"),
        ("/relu", "second/linear", (2, 8), "float32"),
        ("/x", "/add", (2, 4), "float32"),
        ("second/linear", "/add", (2, 4), "float32"),
        ("/add", "/output", (2, 4), "float32"),
    }
    nodes = {node.path: node for node in flow.nodes}
    assert nodes["first/linear"].reads == ("weight/first.weight", "weight/first.bias")
    assert nodes["first"].inputs == (Value((2, 4), "float32"),)
    assert nodes["first"].outputs == (Value((2, 8), "float32"),)
    file, _, line = nodes["/add"].source.rpartition(":")
    with open(file, encoding="utf-8") as lines:
        assert list(lines)[int(line) - 1].strip() == "return x + self.second(torch.relu(self.first(x)))"
    assert nodes[""].source.startswith(file)


def test_one_bert_layer_node_by_node():
    config = transformers.BertConfig(vocab_size=100, hidden_size=32, num_hidden_layers=1, num_attention_heads=4,
                                     intermediate_size=64, attn_implementation="sdpa")  # fmt: skip
    flow = flow_of(transformers.BertModel(config).eval())
    layer = [line for line in summary(flow) if line.startswith("encoder.layer.0")]
    attention = "encoder.layer.0.attention"
    for line in [
        f"{attention}.self.query/linear: linear",
        f"{attention}.self.key/linear: linear",
        f"{attention}.self.value/linear: linear",
        f"{attention}.self/scaled_dot_product_attention: scaled_dot_product_attention",
        f"{attention}.output.dense/linear: linear",
        f"{attention}.output/add: add",
        f"{attention}.output.LayerNorm/layer_norm: layer_norm",
        "encoder.layer.0.intermediate.dense/linear: linear",
        "encoder.layer.0.intermediate.intermediate_act_fn/gelu: gelu",
        "encoder.layer.0.output.dense/linear: linear",
        "encoder.layer.0.output/add: add",
        "encoder.layer.0.output.LayerNorm/layer_norm: layer_norm",
    ]:
        assert line in layer
    edges = {(edge.source, edge.target) for edge in flow.edges}
    # Both residual connections.
    assert ("embeddings.LayerNorm/layer_norm", f"{attention}.output/add") in {
        (source, target) for source, target in edges if "dropout" not in source
    } or ("embeddings.dropout/dropout", f"{attention}.output/add") in edges
    assert (f"{attention}.output.LayerNorm/layer_norm", "encoder.layer.0.output/add") in edges


def test_a_module_that_runs_twice_is_two_calls():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.block = nn.Sequential(nn.Linear(4, 4), nn.ReLU())

        def forward(self, x):
            return self.block(self.block(x))

    structure = describe(Twice(), inputs=torch.ones(1, 4)).structure
    nodes = check(structure.dataflow, structure.tensors)
    assert nodes["block@1"].shared == "block"
    assert nodes["block.0@1"].shared == "block.0"
    assert structure.dataflow.nodes[nodes["block.0@1"].parent].path == "block@1"
    assert ("block.1/relu", "block.0@1/linear") in {(e.source, e.target) for e in structure.edges}
    assert structure.totals["parameters"] == nodes["block@1"].parameters == 20


class Branch(nn.Module):
    """What it does depends on the values: `torch.export` cannot follow."""

    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = nn.Linear(4, 4)
        self.norm = nn.BatchNorm1d(4)

    def forward(self, x):
        x = self.a(x) if x.sum() > 0 else self.b(x)
        y = torch.zeros_like(x)
        y[:, :2] = x[:, 2:]
        y += 1
        return self.norm(y)


def test_what_export_cannot_follow_is_traced_and_the_reason_told():
    flow = flow_of(Branch(), torch.ones(3, 4))
    assert flow.tier == "trace"
    assert "data-dependent" in flow.notes[0]
    assert read(flow) >= {"weight/a.weight", "weight/norm.weight"}
    assert "weight/b.weight" not in read(flow)
    edges = {(edge.source, edge.target) for edge in flow.edges}
    # Written in place: what follows reads what was written.
    assert {("/zeros_like", "/setitem"), ("/setitem", "/add"), ("/add", "norm/batch_norm")} <= edges


def test_a_model_is_left_exactly_as_it_was():
    for model, inputs in [(Branch(), torch.ones(3, 4)), (UNet(), (torch.randn(2, 3, 16, 16), torch.ones(2)))]:
        model.train()
        calls = []
        model.register_forward_hook(lambda *_, calls=calls: calls.append(1))
        for parameter in model.parameters():
            parameter.grad = torch.ones_like(parameter)
        before = {
            name: (id(value), value._version, value.detach().clone())
            for name, value in model.state_dict(keep_vars=True).items()
        }
        grads = [id(parameter.grad) for parameter in model.parameters()]
        forward = [dict(vars(module)) for module in model.modules()]
        states = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
        flow = flow_of(model, inputs)
        assert flow.tier in ("export", "trace")
        assert states[0].equal(torch.get_rng_state())
        assert states[1:] == (random.getstate(), np.random.get_state()[1].tolist())  # noqa: NPY002
        after = model.state_dict(keep_vars=True)
        for name, (identity, version, value) in before.items():
            assert (id(after[name]), after[name]._version) == (identity, version)
            assert after[name].equal(value)
        assert grads == [id(parameter.grad) for parameter in model.parameters()]
        assert all(module.training for module in model.modules())
        assert [vars(module).keys() for module in model.modules()] == [each.keys() for each in forward]
        assert not calls
        from torch.nn.modules import module as globals_

        assert not globals_._global_forward_hooks
        assert not globals_._global_forward_pre_hooks


def test_the_inputs_are_left_as_they_were_by_a_model_that_writes_to_them():
    class Writes(nn.Module):
        def forward(self, x):
            return x.add_(1) if x.sum() > 0 else x

    x = torch.ones(2)
    assert flow_of(Writes(), x).tier == "trace"
    assert x.equal(torch.ones(2))


@pytest.mark.parametrize(
    ("inputs", "same"),
    [
        (torch.ones(2, 4), Inputs((torch.ones(2, 4),))),
        ((torch.ones(2, 4),), Inputs((torch.ones(2, 4),))),
        ({"x": torch.ones(2, 4)}, Inputs((), {"x": torch.ones(2, 4)})),
        (((torch.ones(2, 4),), {}), Inputs((torch.ones(2, 4),))),
    ],
)
def test_inputs_are_taken_as_people_write_them(inputs, same):
    assert flow_of(Skip(), inputs).edges == flow_of(Skip(), same).edges


def test_without_inputs_there_is_the_tree_and_a_sentence():
    structure = describe(Skip()).structure
    assert structure.nodes == structure.modules
    assert structure.edges == ()
    assert "inputs=" in structure.dataflow.notes[0]


class Returns(nn.Module):
    def __init__(self, make):
        super().__init__()
        self.fc = nn.Linear(2, 2)
        self.make = make

    def forward(self, x):
        return self.make(self.fc(x))


@pytest.mark.parametrize(
    ("make", "names"),
    [
        (lambda y: y, ["output"]),
        (lambda y: (y, y + 1), ["output[0]", "output[1]"]),
        (lambda y: {"logits": y, "more": [y * 2, None, 3]}, ["logits", "more[0]"]),
        (lambda y: Inputs((y,), {"k": y * 2}), ["args[0]", "kwargs.k"]),
        (lambda y: None, []),
        (lambda y: 3.5, []),
    ],
)
def test_results_of_every_kind_are_named(make, names):
    flow = flow_of(Returns(make), torch.ones(1, 2))
    assert flow.tier == "export", flow.notes
    assert [node.name for node in flow.nodes if node.role == "output"] == names


def test_a_model_that_raises_shows_its_tree_and_its_own_traceback():
    class Raises(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(2, 2)

        def forward(self, x):
            raise ValueError("wrong number of wheels")

    flow = flow_of(Raises(), torch.ones(1, 2))
    assert (flow.tier, flow.edges, [node.path for node in flow.nodes]) == ("modules", (), ["", "fc"])
    assert "wrong number of wheels" in flow.notes[-1]
    assert "test_dataflow.py" in flow.notes[-1]
    assert "modelview" not in flow.notes[-1].replace("test_dataflow", "").partition("Traceback")[0]


def test_scripted_traced_and_compiled_models_give_a_graph():
    inner = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
    x = torch.ones(1, 4)
    for model in (torch.jit.script(inner), torch.jit.trace(inner, x)):
        flow = flow_of(model, x)
        assert flow.tier == "trace"
        assert [node.kind for node in flow.nodes if node.role == "operation"] == ["forward"]
        assert read(flow) == {"weight/0.weight", "weight/0.bias"}
    compiled = flow_of(torch.compile(inner), x)
    assert summary(compiled) == ["/input: input", "0/linear: linear", "1/relu: relu", "/output: output"]


def test_a_module_that_holds_itself_and_one_that_cannot_be_copied():
    import threading

    class Knot(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)
            self.me = self
            self.lock = threading.Lock()
            self.plain = [self.fc]

        def forward(self, x):
            with self.lock:
                return self.plain[0](x)

    model = Knot()
    structure = describe(model, inputs=torch.ones(1, 4)).structure
    assert read(structure.dataflow) == {"weight/fc.weight", "weight/fc.bias"}
    assert model.me is model
    assert structure.dataflow.edges


def test_weight_norm_and_its_hooks_still_make_the_weight():
    with pytest.warns(FutureWarning):
        model = nn.utils.weight_norm(nn.Linear(3, 2))
    assert read(flow_of(model, torch.ones(1, 3))) == {"weight/bias", "weight/weight_g", "weight/weight_v"}


def test_a_dataflow_is_found_once_and_can_be_cancelled():
    model = describe(Branch(), inputs=torch.ones(3, 4))
    capture = model.structure.capture
    with pytest.raises(Cancelled):
        capture(None, lambda: True)
    assert not capture.known
    told = []
    found = capture(lambda done, total, label: told.append((done, total, label)), lambda: False)
    assert capture.known
    assert capture() is found is model.structure.dataflow
    assert [label for *_, label in told] == ["Following the model by export", "Following the model by trace"]


def test_a_view_takes_inputs():
    view = ModelView(Skip(), inputs=torch.ones(2, 4))
    assert len(view.structure.edges) == 6
    view.close()


def test_a_model_on_the_meta_device_has_a_graph_without_weights():
    config = transformers.LlamaConfig(vocab_size=100, num_key_value_heads=2, **SMALL)
    with torch.device("meta"):
        model = transformers.LlamaForCausalLM(config)
    ids = torch.zeros(1, 5, dtype=torch.long, device="meta")
    flow = flow_of(model, {"input_ids": ids})
    assert flow.tier == "export", flow.notes
    assert parts(flow) == 1


def test_a_detection_model_with_a_list_of_pictures(families):
    _, _, structure = families("detection")
    outputs = [node.name for node in structure.nodes if node.role == "output"]
    assert outputs == ["output[0].boxes", "output[0].labels", "output[0].scores"]
    assert isinstance(families("detection")[0], torchvision.models.detection.FasterRCNN)


def ends(flow):
    """Source and target of each edge."""
    return {(edge.source, edge.target) for edge in flow.edges}


def dependent(model):
    """The same model, made so that `torch.export` cannot follow it."""

    class Dependent(type(model)):
        def forward(self, *args, **kwargs):
            given = [leaf for leaf in torch.utils._pytree.tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
            if not (given[0] if given else torch.zeros(1)).sum() < 1e9:
                raise AssertionError
            return super().forward(*args, **kwargs)

    model.__class__ = Dependent
    return model


WAYS = pytest.mark.parametrize("way", [lambda model: model, dependent], ids=["export", "trace"])


class Asks(nn.Module):
    """Computes what it is given."""

    def __init__(self, act):
        super().__init__()
        self.fc = nn.Linear(4, 4)
        self.act = act

    def forward(self, *args, **kwargs):
        return self.act(self.fc, *args, **kwargs)


ONES = torch.ones(3, 4)


@WAYS
@pytest.mark.parametrize(
    ("act", "inputs", "names"),
    [
        (lambda fc, *, a, b: fc(a) + b, {"a": ONES, "b": ONES * 2}, {"a", "b"}),
        (lambda fc, x, *, mask=None: fc(x) * mask, ((ONES,), {"mask": ONES * 2}), {"args_0", "mask"}),
        (lambda fc, x, y: fc(x) + y, (ONES, ONES * 2), {"args_0", "args_1"}),
        (lambda fc, d: fc(d["a"]) + d["more"][1], ({"a": ONES, "more": [3, ONES * 2]},), None),
        (lambda fc, x, how, times, nothing: fc(x) * times if how == "twice" else x, (ONES, "twice", 2, None), None),
        (lambda fc: fc(torch.ones(1, 4)), (), set()),
    ],
    ids=["keywords", "both", "several", "nested", "no tensors", "none"],
)
def test_models_are_called_as_they_want_to_be(way, act, inputs, names):
    structure = describe(way(Asks(act)), inputs=inputs).structure
    flow = structure.dataflow
    assert flow.tier == ("export" if "Dependent" not in structure.kind else "trace"), flow.notes
    check(flow, structure.tensors)
    assert read(flow) == {"weight/fc.weight", "weight/fc.bias"}
    assert [node.kind for node in flow.nodes if node.role == "output"] == ["output"]
    if names is not None:
        found = {node.name for node in flow.nodes if node.role == "input"}
        assert len(found) == len(names)
        assert found == names or flow.tier == "export"


@dataclasses.dataclass
class Answer:
    logits: object
    more: object = None


class Opaque:
    def __init__(self, hidden):
        self.hidden = hidden
        self.me = self


@WAYS
@pytest.mark.parametrize(
    ("make", "names"),
    [
        (lambda y: Answer(y, [y * 2, 3]), ["logits", "more[0]"]),
        (lambda y: Answer(y, Answer(y * 2)), ["logits", "more.logits"]),
        (lambda y: [{"a": Answer(y)}, Answer(None, y * 2)], ["output[0].a.logits", "output[1].more"]),
        (lambda y: collections.namedtuple("Two", "mean var")(y, y * 2), ["mean", "var"]),
        (lambda y: Opaque(y * 2), ["hidden"]),
        (lambda y: torch.distributions.Normal(y, 1.0, validate_args=False), ["loc", "scale"]),
        (lambda y: None, []),
        (lambda y: "text", []),
    ],
)  # fmt: skip
def test_results_within_results_are_named_and_nothing_is_nothing(way, make, names):
    structure = describe(way(Returns(make)), inputs=torch.ones(1, 2)).structure
    flow = structure.dataflow
    check(flow, structure.tensors)
    assert [node.name for node in flow.nodes if node.role == "output"] == names
    # What it computes is there, though nothing reads it.
    assert "weight/fc.weight" in read(flow)


def test_what_is_written_in_place_is_read_by_what_follows_in_an_exported_graph():
    class Writes(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)
            self.register_buffer("cache", torch.zeros(3, 4))

        def forward(self, x):
            y = torch.zeros_like(x)
            y[:, :2] = self.fc(x)[:, 2:]
            flat = y.view(-1)
            flat.mul_(2)
            self.cache[1:] = y[1:]
            return y, self.cache + 1

    structure = describe(Writes(), inputs=torch.ones(3, 4)).structure
    flow = structure.dataflow
    assert flow.tier == "export"
    check(flow, structure.tensors)
    assert parts(flow) == 1
    copies = [node.path for node in flow.nodes if node.kind == "copy_"]
    assert len(copies) == 2
    kinds = {node.path: node.kind for node in flow.nodes}
    after = {source: {kinds[target] for start, target in ends(flow) if start == source} for source in kinds}
    assert "mul_" in {kind for start in (copies[0], "/view") for kind in after[start]}
    assert ("/mul_", "/output[0]") in ends(flow)
    assert (copies[1], "/add") in ends(flow)


class Inner(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x):
        return torch.relu(self.fc(x))


class Outer(nn.Module):
    """One module under three names, called by two of them, the later first."""

    def __init__(self):
        super().__init__()
        inner = Inner()
        self.a = nn.ModuleList([inner])
        self.b = nn.ModuleList([inner, nn.Linear(4, 4)])
        self.c = inner

    def forward(self, x):
        return self.b[1](self.a[0](self.c(x)))


@WAYS
def test_a_shared_module_is_where_it_comes_first_and_its_calls_are_told_apart(way):
    structure = describe(way(Outer()), inputs=ONES).structure
    flow = structure.dataflow
    nodes = check(flow, structure.tensors)
    ran = [node.path for node in flow.nodes if node.role == "operation" and node.kind in ("linear", "relu")]
    assert ran == ["a.0.fc/linear", "a.0/relu", "a.0.fc@1/linear", "a.0@1/relu", "b.1/linear"]
    assert {nodes[path].shared for path in ("a.0@1", "a.0.fc@1")} == {"a.0", "a.0.fc"}
    assert flow.nodes[nodes["a.0.fc@1"].parent].path == "a.0@1"
    assert [nodes[path].shared for path in ("b.0", "c")] == ["a.0", "a.0"]
    assert "a.0.fc/linear" in nodes
    assert nodes["a.0"].outputs == (Value((3, 4), "float32"),)


@WAYS
def test_a_module_that_calls_itself_has_an_end(way):
    class Again(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x, depth=2):
            return x if depth == 0 else self(self.fc(x), depth - 1)

    structure = describe(way(Again()), inputs=ONES).structure
    check(structure.dataflow, structure.tensors)
    assert [node.kind for node in structure.nodes if node.role == "operation"] == ["linear", "linear"]

    class Endless(nn.Module):
        def forward(self, x):
            return self(x)

    flow = flow_of(way(Endless()), ONES)
    assert flow.tier == "modules"
    assert "RecursionError" in flow.notes[-1]
    assert len(flow.notes[-1]) < 5000


@WAYS
@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (lambda: ValueError("wheels"), "ValueError: wheels"),
        (StopIteration, "StopIteration"),
        (lambda: SystemExit(3), "SystemExit: 3"),
        (lambda: KeyError("k"), "KeyError: 'k'"),
    ],
)
def test_whatever_a_forward_raises_is_told_with_the_persons_own_lines(way, problem, said):
    def act(fc, x):
        raise problem()

    flow = flow_of(way(nn.Sequential(nn.Identity(), Asks(act))), ONES)
    assert (flow.tier, flow.edges) == ("modules", ())
    assert [node.path for node in flow.nodes] == ["", "0", "1", "1.fc"]
    note = flow.notes[-1]
    assert note.startswith("The model raised when it was called:\nTraceback (most recent call last):\n")
    assert note.endswith(said)
    assert "raise problem()" in note
    assert "return self.act(self.fc, *args, **kwargs)" in note
    assert not any(os.path.join("modelview", "adapters") in line for line in note.splitlines())
    assert "_call_impl" not in note


def test_an_error_that_cannot_be_printed_is_told_too():
    class MuteError(Exception):
        def __str__(self):
            raise RuntimeError

    def act(fc, x):
        raise MuteError

    assert "MuteError" in flow_of(Asks(act), ONES).notes[-1]


def test_scripted_and_compiled_parts_of_a_model_are_followed():
    inner = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
    for part in (torch.jit.script(copy.deepcopy(inner)), torch.jit.trace(copy.deepcopy(inner), ONES)):
        structure = describe(nn.Sequential(part, nn.Linear(4, 2)), inputs=ONES).structure
        check(structure.dataflow, structure.tensors)
        assert ends(structure.dataflow) == {
            ("/input", "0/forward"),
            ("0/forward", "1/linear"),
            ("1/linear", "/output"),
        }
        assert read(structure.dataflow) == {
            f"weight/{name}" for name in ("0.0.weight", "0.0.bias", "1.weight", "1.bias")
        }
    for model in (nn.Sequential(torch.compile(inner), nn.Linear(4, 2)), dependent(nn.Sequential(torch.compile(inner)))):
        flow = flow_of(model, ONES)
        assert {"linear", "relu"} <= {node.kind for node in flow.nodes if node.role == "operation"}
    inner.compile()
    assert summary(flow_of(inner, ONES)) == ["/input: input", "0/linear: linear", "1/relu: relu", "/output: output"]


@WAYS
def test_names_are_data_in_a_graph_too(way):
    class Named(nn.Module):
        def __init__(self):
            super().__init__()
            self.add_module("a/b @1 <script>", nn.Linear(4, 4))
            self.add_module("output", nn.Linear(4, 4))

        def forward(self, x):
            return {"output": self._modules["output"](self._modules["a/b @1 <script>"](x)), "x": x + 1}

    structure = describe(way(Named()), inputs=ONES).structure
    check(structure.dataflow, structure.tensors)
    assert read(structure.dataflow) == set(structure.tensors)
    assert [node.name for node in structure.nodes if node.role == "output"] == ["output", "x"]


def test_a_model_that_is_not_initialised_says_so():
    flow = flow_of(nn.Sequential(nn.Linear(4, 4), nn.Identity(), nn.LazyLinear(3)), torch.ones(1, 5))
    assert flow.tier == "modules"
    assert flow.notes
