"""Following a PyTorch model leaves it, its inputs and everybody's states exactly as they were, by either way."""

import copy
import logging
import random
import sys
import threading

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.modules import module as globals_
from torch.nn.utils import parametrizations, prune

from modelview.adapters import describe


class Following(nn.Module):
    """Does what it is given, and lets `torch.export` follow it or, by a look at the values, not."""

    def __init__(self, way, act, **held):
        super().__init__()
        self.way = way
        self.act = act
        self.fc = nn.Linear(4, 4)
        for name, value in held.items():
            setattr(self, name, value)

    def forward(self, x):
        if self.way == "trace" and not x.sum() < 1e9:
            return x
        return self.act(self, x)


def seen(model):
    """All that a call could change: of modules, parameters, buffers and what else they hold."""
    found = []
    for name, module in model.named_modules():
        tensors = {
            **module._parameters,
            **module._buffers,
            **{key: value for key, value in vars(module).items() if isinstance(value, torch.Tensor)},
        }
        rest = {key: plain(value) for key, value in vars(module).items() if key not in tensors and key != "act"}
        found.append((name, module.training, list(vars(module)), rest, {key: state(t) for key, t in tensors.items()}))
    return found


def plain(value):
    if isinstance(value, torch.Tensor):
        return state(value)
    if isinstance(value, (list, tuple, set)):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, torch.Generator):
        return value.get_state().tolist()
    return repr(value)


def state(tensor):
    if tensor is None:
        return None
    grad = tensor.grad if tensor.is_leaf else None
    return (
        id(tensor),
        tensor._version,
        tensor.data_ptr(),
        tensor.requires_grad,
        tensor.detach().numpy().tobytes(),
        None if grad is None else (id(grad), grad._version, grad.tolist()),
        len(tensor._backward_hooks or ()),
    )


def everybodys():
    """States that are the process's."""
    return (
        torch.get_rng_state().tolist(),
        random.getstate(),
        np.random.get_state()[1].tolist(),  # noqa: NPY002
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        torch.is_autocast_enabled("cpu"),
        torch.get_autocast_dtype("cpu"),
        torch.get_default_dtype(),
        torch.get_default_device(),
        torch.is_anomaly_enabled(),
        torch.overrides._get_current_function_mode_stack(),
        torch._C._len_torch_dispatch_stack(),
        len(globals_._global_forward_hooks),
        len(globals_._global_forward_pre_hooks),
        id(sys.stderr),
        [handler.filters for handler in logging.getLogger("torch").handlers],
    )


def writes_weight(self, x):
    with torch.no_grad():
        self.fc.weight.mul_(2)
    return self.fc(x)


def clips_data(self, x):
    self.fc.weight.data.clamp_(-0.01, 0.01)
    return self.fc(x)


def writes_view(self, x):
    with torch.no_grad():
        self.fc.weight[1:, :2] = 3
    return self.fc(x)


def replaces_weight(self, x):
    self.fc.weight = nn.Parameter(torch.ones(4, 4))
    return self.fc(x)


def backward(self, x):
    with torch.enable_grad():
        self.fc(x).sum().backward()
    return self.fc(x)


def freezes(self, x):
    self.fc.weight.requires_grad_(False)
    return self.fc(x)


def toggles(self, x):
    self.train(not self.training)
    return self.fc(x)


def counts(self, x):
    self.count += 1
    self.log.append(x)
    self.table["calls"] = self.count
    return self.fc(x)


def caches(self, x):
    self.cache[: len(x)] = x
    self.caches[0].add_(x)
    return self.fc(self.cache[: len(x)] + self.caches[0])


def seeds(self, x):
    torch.manual_seed(3)
    random.seed(1)
    np.random.seed(2)  # noqa: NPY002
    return self.fc(x) + torch.rand(4)


def sets_modes(self, x):
    torch.set_grad_enabled(False)
    torch.set_default_dtype(torch.float64)
    return self.fc(x)


def draws(self, x):
    return self.fc(x) + torch.rand(4, generator=self.generator)


def fine(self, x):
    return self.fc(x)


def child(self, x):
    return self.child(self.fc(x))


def pruned():
    layer = nn.Linear(4, 4)
    prune.l1_unstructured(layer, "weight", 0.5)
    return layer


ACTS = {
    "writes its weight": (writes_weight, dict),
    "writes through .data": (clips_data, dict),
    "writes part of its weight": (writes_view, dict),
    "replaces its weight": (replaces_weight, dict),
    "runs backward": (backward, dict),
    "freezes its weight": (freezes, dict),
    "changes its mode": (toggles, dict),
    "counts its calls": (counts, lambda: {"count": 0, "log": [], "table": {"calls": 0}}),
    "counts, and cannot be copied": (
        counts,
        lambda: {"count": 0, "log": [], "table": {"calls": 0}, "lock": threading.Lock()},
    ),
    "writes to a cache": (caches, lambda: {"cache": torch.zeros(5, 4), "caches": [torch.zeros(3, 4)]}),
    "writes to a cache, and cannot be copied": (
        caches,
        lambda: {"cache": torch.zeros(5, 4), "caches": [torch.zeros(3, 4)], "lock": threading.Lock()},
    ),
    "sets seeds": (seeds, dict),
    "sets modes": (sets_modes, dict),
    "draws of its own generator": (draws, lambda: {"generator": torch.Generator().manual_seed(0)}),
    "batch norm": (child, lambda: {"child": nn.BatchNorm1d(4)}),
    "dropout": (child, lambda: {"child": nn.Dropout(0.5)}),
    "spectral norm": (child, lambda: {"child": parametrizations.spectral_norm(nn.Linear(4, 4))}),
    "spectral norm, by hooks": (child, lambda: {"child": nn.utils.spectral_norm(nn.Linear(4, 4))}),
    "weight norm": (child, lambda: {"child": parametrizations.weight_norm(nn.Linear(4, 4))}),
    "pruned": (child, lambda: {"child": pruned()}),
    "a table with a largest norm": (
        lambda self, x: self.child(x.argmax(1)),
        lambda: {"child": nn.Embedding(4, 4, max_norm=0.1)},
    ),
    "recurrent": (lambda self, x: self.child(self.fc(x))[0], lambda: {"child": nn.LSTM(4, 4)}),
}  # fmt: skip


NEVER_EXPORTED = {"writes through .data"}


@pytest.mark.parametrize("way", ["export", "trace"])
@pytest.mark.parametrize("act", ACTS)
def test_nothing_that_a_forward_does_reaches_the_persons_model(way, act):
    torch.manual_seed(0)
    what, held = ACTS[act]
    model = Following(way, what, **held()).train()
    heard = []
    model.register_forward_hook(lambda *_: heard.append("forward"))
    model.fc.register_forward_pre_hook(lambda *_: heard.append("before"))
    model.fc.register_full_backward_hook(lambda *_: heard.append("backward"))
    model.fc.weight.register_hook(lambda _: heard.append("gradient"))
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 2)
    model.fc.bias.requires_grad_(False)
    x = torch.randn(3, 4)
    before, mine = seen(model), everybodys()
    flow = describe(model, inputs=x).structure.dataflow
    assert flow.edges, flow.notes
    assert flow.tier == ("trace" if act in NEVER_EXPORTED else way)
    assert everybodys() == mine
    assert seen(model) == before
    assert heard == []


@pytest.mark.parametrize("way", ["export", "trace"])
def test_a_model_that_raises_is_left_as_it_was_too(way):
    def writes_and_raises(self, x):
        writes_weight(self, x)
        torch.set_grad_enabled(False)
        raise ValueError("wheels")

    model = Following(way, writes_and_raises)
    before, mine = seen(model), everybodys()
    assert "wheels" in describe(model, inputs=torch.ones(3, 4)).structure.dataflow.notes[-1]
    assert (seen(model), everybodys()) == (before, mine)


@pytest.mark.parametrize("way", ["export", "trace"])
def test_inputs_that_a_model_writes_to_are_left_as_they_were(way):
    def greedy(self, x):
        x["t"].mul_(2)
        x["list"].append(3)
        x["new"] = 1
        return self.fc(x["t"])

    class Greedy(Following):
        def forward(self, x):
            return self.act(self, x) if way == "export" or x["t"].sum() < 1e9 else None

    x = {"t": torch.ones(3, 4), "list": [1, 2]}
    kept = copy.deepcopy(x), x["t"]._version
    flow = describe(Greedy(way, greedy), inputs=(x,)).structure.dataflow
    assert flow.edges
    assert x["t"].equal(kept[0]["t"])
    assert x["t"]._version == kept[1]
    assert (x["list"], list(x)) == ([1, 2], ["t", "list"])


@pytest.mark.parametrize("way", ["export", "trace"])
@pytest.mark.parametrize(
    "mode",
    [
        torch.no_grad,
        torch.inference_mode,
        lambda: torch.autocast("cpu", torch.bfloat16),
        lambda: torch.set_grad_enabled(True),
        lambda: torch.device("cpu"),
    ],
    ids=["no_grad", "inference_mode", "autocast", "grad", "device"],
)
def test_whatever_mode_the_cell_is_in(way, mode):
    model = Following(way, child, child=nn.BatchNorm1d(4)).train()
    before = seen(model)
    with mode():
        mine = everybodys()[3:10]
        flow = describe(model, inputs=torch.ones(3, 4)).structure.dataflow
        assert everybodys()[3:10] == mine
    assert flow.edges, flow.notes
    assert seen(model) == before


def test_nothing_is_written_into_the_cell_and_other_threads_are_heard(capfd):
    log = logging.getLogger("torch.fx.experimental.symbolic_shapes")
    said = threading.Event()

    def act(self, x):
        if not said.is_set():
            said.set()
            speaks = threading.Thread(target=lambda: sys.stderr.write("from elsewhere\n"))
            speaks.start()
            speaks.join()
        return self.fc(x)

    model = Following("trace", act)
    assert describe(model, inputs=torch.ones(3, 4)).structure.dataflow.tier == "trace"
    wrong = nn.Sequential(nn.Linear(2, 2))
    assert describe(wrong, inputs=torch.ones(1, 3)).structure.dataflow.tier == "modules"
    out, err = capfd.readouterr()
    assert (out, err) == ("", "from elsewhere\n")
    assert not log.filters
