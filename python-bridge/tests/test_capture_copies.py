"""A copy of a PyTorch model does what the model itself would, and where it does not, that is told."""

import pytest
import torch
import transformers
from families import SMALL
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from modelview.adapters import describe
from modelview.structure import Value


def flow_of(model, inputs=None):
    return describe(model, inputs=inputs).structure.dataflow


def outputs_of(flow):
    return [node.name for node in flow.nodes if node.role == "output"]


# What libraries hang on their modules


def bert():
    return transformers.BertModel(transformers.BertConfig(vocab_size=100, output_hidden_states=True, **SMALL))


def gpt2():
    config = transformers.GPT2Config(vocab_size=100, n_embd=32, n_layer=2, n_head=4, output_hidden_states=True)
    return transformers.GPT2Model(config)


def segformer():
    # It reads the hidden states of its encoder, whoever asked for them.
    config = transformers.SegformerConfig(
        depths=[1, 1, 1, 1], hidden_sizes=[8, 8, 16, 16], num_attention_heads=[1, 1, 2, 2], decoder_hidden_size=16,
        num_labels=3, image_size=64,
    )  # fmt: skip
    return transformers.SegformerForSemanticSegmentation(config)


@pytest.mark.parametrize("make", [bert, gpt2, segformer])
def test_a_model_that_collects_hidden_states_is_followed_after_a_call_as_before_it(make):
    model = make().eval()
    pixels = {"pixel_values": torch.zeros(1, 3, 64, 64)}
    inputs = pixels if make is segformer else {"input_ids": torch.ones(1, 4, dtype=torch.long)}
    before = flow_of(model, inputs)
    assert not any(module._forward_hooks for module in model.modules())
    with torch.no_grad():
        result = model(**inputs)
    hooks = [dict(module._forward_hooks) for module in model.modules()]
    assert any(hooks)
    structure = describe(model, inputs=inputs).structure
    after = structure.dataflow
    assert (after.tier, after.notes) == (before.tier, before.notes)
    assert outputs_of(after) == outputs_of(before)
    assert after.edges == before.edges
    states = [name for name in outputs_of(after) if name.startswith("hidden_states")]
    assert len(states) == len(result.hidden_states or ())
    profile = structure.profile(repeats=1)
    assert {measure.name for measure in profile.measures} == {"time", "memory", "peak", "flops"}, profile.notes
    assert [dict(module._forward_hooks) for module in model.modules()] == hooks


def test_a_librarys_hook_that_is_kept_is_called_as_it_was_registered():
    class Doubles:
        """As a hook of `torch.nn.utils` that takes keywords."""

        __module__ = "torch.nn.utils.example"

        def __call__(self, module, args, kwargs):
            return args, {"times": kwargs["times"] * 2}

    class Times(nn.Module):
        def forward(self, x, times=1):
            return torch.cat([x] * times)

    model = Times()
    model.register_forward_pre_hook(Doubles(), with_kwargs=True)
    flow = flow_of(model, ((torch.ones(1, 2),), {"times": 2}))
    assert [value.shape for value in flow.nodes[0].outputs] == [(4, 2)], flow.notes


# What writes in place


class InPlace(nn.Module):
    """Looks at its values, so that it is traced."""

    def __init__(self, act, inference=False):
        super().__init__()
        self.fc = nn.Linear(4, 4)
        self.act = act
        self.inference = inference

    def forward(self, x):
        with torch.inference_mode(self.inference):
            y = self.fc(x)
            view = y[:1]
            if not y.sum() < 1e9:
                return x
            return self.act(y) + view


class Rectifies(nn.Module):
    def forward(self, x):
        return nn.functional.relu(x, inplace=True)


@pytest.mark.parametrize("inference", [False, True])
@pytest.mark.parametrize(
    ("act", "name"),
    [(nn.ReLU(inplace=True), "relu"), (nn.Hardswish(inplace=True), "hardswish"), (Rectifies(), "relu")],
)
def test_a_function_in_place_is_an_operation_of_its_module_with_shapes(act, name, inference):
    flow = flow_of(InPlace(act, inference), torch.ones(2, 4))
    assert flow.tier == "trace"
    nodes = {node.path: node for node in flow.nodes}
    for path in ("act", f"act/{name}"):
        assert nodes[path].inputs == (Value((2, 4), "float32"),)
        assert nodes[path].outputs[0] == Value((2, 4), "float32")
    ends = {(edge.source, edge.target) for edge in flow.edges}
    # Both what it returned and the view from before have been written.
    assert {("fc/linear", f"act/{name}"), (f"act/{name}", "/add")} <= ends


def test_a_function_that_could_write_in_place_and_did_not_is_no_operation():
    flow = flow_of(InPlace(nn.Dropout(inplace=True)).eval(), torch.ones(2, 4))
    assert flow.tier == "trace"
    assert not [node for node in flow.nodes if node.path.startswith("act/")]


# What people hang on their modules


def widen(module, args, result):
    return torch.cat([result, result], -1)


class Counts:
    def __call__(self, module, args):
        pass


def test_a_model_that_needs_its_hooks_is_said_to_have_been_called_without_them():
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(8, 2))
    handle = model[0].register_forward_hook(widen)
    for module in model.modules():
        module.register_forward_pre_hook(Counts())
    sentence = (
        "What was called is a copy without the forward hooks that were added to the model: Counts of the model, 0, 1; "
        "widen of 0."
    )
    structure = describe(model, inputs=torch.ones(1, 4)).structure
    assert structure.dataflow.tier == "modules"
    for note in (structure.dataflow.notes[-1], structure.profile(repeats=1).notes[0], str(structure.summary())):
        assert "mat1 and mat2 shapes cannot be multiplied" in note
        assert note.endswith(sentence)
    assert model(torch.ones(1, 4)).shape == (1, 2)
    # One that does without them is told to have been called without them too.
    handle.remove()
    model[1] = nn.Linear(4, 2)
    structure = describe(model, inputs=torch.ones(1, 4)).structure
    without = sentence.replace(", 1; widen of 0", "")
    assert structure.dataflow.tier == "export"
    assert structure.dataflow.notes == (without,)
    assert without in structure.profile(repeats=1).notes


def test_librarys_hooks_and_those_on_gradients_are_not_told_of():
    model = nn.utils.parametrizations.weight_norm(nn.Linear(4, 4))
    model.register_full_backward_hook(lambda module, given, made: None)
    assert flow_of(model, torch.ones(1, 4)).notes == ()


# What a model raises


class Wrong(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts = nn.Sequential(nn.Sequential(nn.Linear(3, 4)))

    def forward(self, x):
        return self.parts(x)


def test_a_traceback_has_the_persons_lines_and_the_layers_by_either_way_and_none_of_pytorchs_between():
    structure = describe(Wrong(), inputs=torch.ones(2, 5)).structure
    for note in (structure.dataflow.notes[-1], structure.profile(repeats=1).notes[0]):
        lines = [line.strip() for line in note.splitlines() if line.startswith('  File "')]
        assert [line.rpartition(" in ")[2] for line in lines] == ["forward", "forward"]
        assert __file__ in lines[0]
        assert "linear.py" in lines[1]


# What runs where nobody sees it


class Scripted(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = torch.jit.script(nn.Sequential(nn.Linear(3, 4), nn.Sequential(nn.ReLU())))
        self.traced = torch.jit.trace(nn.Sequential(nn.Linear(4, 4)), torch.ones(2, 4))
        self.unused = nn.Linear(4, 4)

    def forward(self, x):
        return self.traced(self.inner(x))


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize(
    ("make", "places", "unseen", "uncalled"),
    [
        (Scripted, "inner, traced", "inner.0, inner.1, traced.0", "unused"),
        (lambda: torch.jit.script(nn.Sequential(nn.Linear(3, 4), nn.ReLU())), "the model", "0, 1", None),
    ],
)
def test_what_is_inside_of_a_scripted_module_is_said_not_to_be_seen(make, places, unseen, uncalled):
    structure = describe(make(), inputs=torch.ones(2, 3)).structure
    assert structure.dataflow.tier == "trace"
    assert structure.dataflow.notes[1:] == (f"What a scripted module (torch.jit) does inside is not seen: {places}.",)
    notes = structure.profile(repeats=1).notes
    assert f"Not seen, inside of a scripted module: {unseen}." in notes
    assert [note for note in notes if note.startswith("Not called")] == [f"Not called: {uncalled}."][: bool(uncalled)]


# What has no shape yet


def test_parameters_that_are_not_initialised_are_said_to_be_so_in_their_row_and_in_the_sums():
    model = nn.Sequential(nn.Linear(4, 4), nn.Sequential(nn.LazyLinear(3), nn.Linear(3, 2)), nn.LazyBatchNorm1d())
    structure = describe(model, inputs=torch.ones(2, 4)).structure
    text = str(structure.summary())
    head, _, first, block, lazy, last, norm, *_ = text.splitlines()
    assert head.startswith("Sequential: Sequential, 28 parameters in 11 tensors, 6 of them not initialised, 1")
    assert [line.split("initialised")[0].split()[-2:] for line in (block, lazy, norm)] == [
        ["partly", "not"], ["LazyLinear", "not"], ["LazyBatchNorm1d", "not"]
    ]  # fmt: skip
    assert not any("initialised" in line for line in (first, last))
    assert structure.summary().uninitialised == 6
    assert "Shapes: not known. Not initialised yet: 1.0, 2. Call the model once" in text
    # Nothing was initialised by looking at it; once the person has called the model, all is known.
    assert structure.summary().uninitialised == 6
    model(torch.ones(2, 4))
    called = str(describe(model, inputs=torch.ones(2, 4)).structure.summary())
    assert "initialised" not in called
    assert "2 × 3" in called


# What a call costs


def test_flops_that_pytorchs_counter_does_not_count_are_told_apart_from_its_own():
    class Attends(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(8, 8)

        def forward(self, x):
            return nn.functional.scaled_dot_product_attention(self.fc(x), x, x)

    x = torch.randn(2, 3, 5, 8)
    model = Attends()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(x)
    profile = describe(model, inputs=x).structure.profile(repeats=1)
    attention = 2 * (2 * 2 * 3 * 5 * 5 * 8)
    assert profile["flops"].total[0] == counter.get_total_flops() + attention
    [note] = [note for note in profile.notes if note.startswith("FLOPs")]
    assert (
        "Added by formulas of modelview's, for it has none: _scaled_dot_product_flash_attention_for_cpu 4.8 kFLOP"
        in note
    )
    profile = describe(model.fc, inputs=x).structure.profile(repeats=1)
    assert not any("Added" in note for note in profile.notes)


# What comes out


class ReturnsNothing(nn.Module):
    """Keeps what it computes, as one that logs does."""

    def __init__(self, traced):
        super().__init__()
        self.l = nn.Linear(3, 4)
        self.inner = nn.Sequential(nn.Linear(3, 5), nn.ReLU())
        self.traced = traced

    def forward(self, x):
        if self.traced and not x.sum() < 1e9:
            return
        self.l(x)
        self.inner(x)


@pytest.mark.parametrize("traced", [False, True])
def test_what_nothing_reads_has_a_shape_and_so_has_the_module_that_made_it(traced):
    flow = flow_of(ReturnsNothing(traced), torch.ones(2, 3))
    assert flow.tier == ("trace" if traced else "export")
    shapes = {node.path: [value.shape for value in node.outputs] for node in flow.nodes}
    assert shapes["l"] == shapes["l/linear"] == [(2, 4)]
    assert shapes["inner"] == shapes["inner.1"] == shapes["inner.1/relu"] == [(2, 5)]
    assert shapes[""] == []


class Both(nn.Module):
    def __init__(self):
        super().__init__()
        self.states = nn.Linear(3, 4)
        self.pooled = nn.Linear(4, 2)

    def forward(self, x):
        states = self.states(x)
        return states, self.pooled(states)


class Swaps(nn.Module):
    """Returns first what was made last."""

    def __init__(self, traced):
        super().__init__()
        self.both = Both()
        self.traced = traced

    def forward(self, x):
        if self.traced and not x.sum() < 1e9:
            return x
        states, pooled = self.both(x)
        return {"pooled": pooled * 2, "states": states}


@pytest.mark.parametrize("traced", [False, True])
def test_what_comes_out_of_a_module_is_in_the_order_in_which_it_was_made_and_of_the_model_as_returned(traced):
    flow = flow_of(Swaps(traced), torch.ones(2, 3))
    assert flow.tier == ("trace" if traced else "export")
    nodes = {node.path: [value.shape for value in node.outputs] for node in flow.nodes}
    assert nodes["both"] == [(2, 4), (2, 2)]
    assert nodes[""] == [(2, 2), (2, 4)]
