"""What a call of a PyTorch model costs, by module."""

import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import torch
import torchvision
import transformers
from pages import call
from test_kernel import kernel, page  # noqa: F401  (fixtures)
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from modelview import ModelView
from modelview.adapters import describe
from modelview.adapters.torch.recording import Recording
from modelview.errors import Cancelled, ProfileError


def profile_of(model, inputs=None, repeats=1, **options):
    return describe(model, inputs=inputs).structure.profile(repeats=repeats, **options)


def numbers(profile, name):
    """A measure's total and own number by path."""
    measure = profile[name]
    return {
        node.path: (total, own) for node, total, own in zip(profile.modules, measure.total, measure.own, strict=True)
    }


def check(profile):
    """Assert what holds of any profile."""
    children = {}
    for node in profile.modules:
        if node.parent is not None:
            children.setdefault(profile.modules[node.parent].path, []).append(node)
    for measure in profile.measures:
        if measure.name != "peak":
            assert sum(own or 0 for own in measure.own) == pytest.approx(measure.total[0])
        assert len(measure.total) == len(measure.own) == len(profile.modules) == len(profile.calls)
        by_path = numbers(profile, measure.name)
        again = {node.path for node in profile.modules if node.shared is not None}
        for path, (total, own) in by_path.items():
            if total is None or path in again:
                assert own is None
                continue
            assert total >= 0
            parts = [by_path[child.path][0] or 0 for child in children.get(path, []) if child.shared is None]
            if measure.name == "peak":
                assert all(part <= total for part in parts), path
            else:
                assert 0 <= own <= total
                assert own + sum(parts) <= total * (1 + 1e-9) + 1e-12, path
    assert all(isinstance(note, str) and note for note in profile.notes)


# FLOPs


@pytest.mark.parametrize(
    ("model", "shape", "flops"),
    [
        (nn.Linear(5, 7), (3, 5), 2 * 3 * 5 * 7),
        (nn.Linear(5, 7, bias=False), (2, 4, 5), 2 * 8 * 5 * 7),
        # For each value that comes out, a window of all channels of its group.
        (nn.Conv2d(4, 6, (3, 5), stride=2, padding=1), (2, 4, 9, 11), 2 * (2 * 6 * 5 * 5) * (4 * 3 * 5)),
        (nn.Conv2d(4, 8, 3, groups=4), (1, 4, 5, 5), 2 * (8 * 3 * 3) * (1 * 3 * 3)),
        (nn.Conv1d(3, 2, 4), (1, 3, 10), 2 * (2 * 7) * (3 * 4)),
        # For each value that goes in, what it adds to.
        (nn.ConvTranspose2d(4, 6, 2, stride=2), (1, 4, 3, 3), 2 * (4 * 3 * 3) * (6 * 2 * 2)),
        # At each step four gates of the input and of the state.
        (nn.LSTM(5, 7), (4, 3, 5), 2 * 4 * 3 * 4 * 7 * (5 + 7)),
        (nn.LSTM(5, 7, 2, bidirectional=True), (4, 3, 5), 2 * 4 * 3 * 4 * 7 * 2 * ((5 + 7) + (14 + 7))),
        (nn.GRU(5, 7), (4, 3, 5), 2 * 4 * 3 * 3 * 7 * (5 + 7)),
        (nn.ReLU(), (3, 5), 0),
    ],
)
def test_flops_of_a_layer_are_those_counted_by_hand(model, shape, flops):
    profile = profile_of(model, torch.randn(shape))
    assert profile["flops"].total[0] == profile["flops"].own[0] == flops
    check(profile)


class Attention(nn.Module):
    def __init__(self, how):
        super().__init__()
        self.how = how

    def forward(self, query, key, value):
        if self.how == "by hand":
            return torch.softmax(query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5, -1) @ value
        with nn.attention.sdpa_kernel(self.how):
            return nn.functional.scaled_dot_product_attention(query, key, value)


@pytest.mark.parametrize(
    "how", ["by hand", nn.attention.SDPBackend.MATH, nn.attention.SDPBackend.FLASH_ATTENTION], ids=str
)
def test_attention_counts_its_two_products_however_it_is_computed(how):
    batch, heads, queries, keys, width = 2, 3, 5, 7, 8
    inputs = [torch.randn(batch, heads, count, width) for count in (queries, keys, keys)]
    profile = profile_of(Attention(how), tuple(inputs))
    assert profile["flops"].total[0] == 2 * (2 * batch * heads * queries * keys * width)


@pytest.mark.parametrize("training", [True, False])
def test_a_fused_encoder_layer_is_counted_part_by_part(training):
    steps, width, wide = 6, 16, 40
    model = nn.TransformerEncoderLayer(width, 4, wide, batch_first=True).train(training)
    profile = profile_of(model, torch.randn(2, steps, width))
    flops = numbers(profile, "flops")
    attention = 2 * (2 * steps) * width * (3 * width + width) + 2 * (2 * 2 * steps * steps * width)
    assert flops["self_attn"] == (attention, attention)
    assert flops["linear1"][0] == flops["linear2"][0] == 2 * (2 * steps) * width * wide
    assert flops[""][0] == attention + 2 * flops["linear1"][0]
    # It ran in one piece where it was timed.
    assert (numbers(profile, "time")["linear1"][0] is None) == (not training)
    assert torch.backends.mha.get_fastpath_enabled()
    check(profile)


def test_flops_of_resnet18_are_the_known_ones_and_those_of_pytorchs_own_table():
    model, x = torchvision.models.resnet18().eval(), torch.randn(1, 3, 224, 224)
    profile = profile_of(model, x)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(x)
    flops = numbers(profile, "flops")
    assert flops[""][0] == counter.get_total_flops() == 3_628_146_688  # 1.814 GMAC
    by_module = {
        name.removeprefix("ResNet").removeprefix("."): sum(each.values())
        for name, each in counter.get_flop_counts().items()
        if name != "Global"
    }
    assert len(by_module) > 20
    assert {path: flops[path][0] for path in by_module} == by_module
    assert "relu_ × 17" in next(note for note in profile.notes if note.startswith("FLOPs"))
    check(profile)


# Time


class Uneven(nn.Module):
    def __init__(self):
        super().__init__()
        self.small = Products(1)
        self.large = Products(50)
        self.list = nn.ModuleList([Products(1), Products(1)])
        self.unused = nn.Linear(2, 2)

    def forward(self, x):
        x = self.large(self.small(x))
        for each in self.list:
            x = each(x)
        return x


class Products(nn.Module):
    def __init__(self, count):
        super().__init__()
        self.count = count

    def forward(self, x):
        for _ in range(self.count):
            x = (x @ x).clamp(-1, 1)
        return x


@pytest.mark.alone
def test_the_module_of_more_work_takes_more_time_and_the_parts_are_within_the_whole():
    started = time.perf_counter()
    profile = profile_of(Uneven(), torch.randn(256, 256), repeats=5)
    wall = time.perf_counter() - started
    check(profile)
    took = numbers(profile, "time")
    assert took["large"][0] > took["small"][0] > 0
    assert took["large"][1] == took["large"][0]
    assert took[""][0] <= profile.seconds <= wall
    # A list is not called, and has what its modules have.
    assert took["list"] == (pytest.approx(took["list.0"][0] + took["list.1"][0]), 0)
    assert took["unused"] == (None, None)
    assert dict(zip([node.path for node in profile.modules], profile.calls, strict=True)) == {
        "": 1, "small": 1, "large": 1, "list": 0, "list.0": 1, "list.1": 1, "unused": 0,
    }  # fmt: skip
    assert "Not called: unused." in profile.notes
    assert numbers(profile, "flops")["large"][0] == 50 * 2 * 256**3


def test_a_module_that_waits_has_that_time_and_so_has_the_one_that_calls_it():
    class Sleeps(nn.Module):
        def forward(self, x):
            time.sleep(0.05)
            return x

    class Calls(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = Sleeps()

        def forward(self, x):
            time.sleep(0.02)
            return self.inner(self.inner(x))

    took = numbers(profile_of(Calls(), torch.ones(1)), "time")
    assert took["inner"][0] >= 0.1
    assert took[""][1] >= 0.02
    assert took[""][0] == pytest.approx(took[""][1] + took["inner"][0])


def test_slow_calls_are_timed_fewer_times_unless_a_number_is_asked_for(monkeypatch):
    monkeypatch.setattr("modelview.adapters.torch.profile.ENOUGH_SECONDS", 0.05)

    class Sleeps(nn.Module):
        calls = 0

        def forward(self, x):
            Sleeps.calls += 1
            time.sleep(0.03)
            return x

    structure = describe(Sleeps(), inputs=torch.ones(1)).structure
    assert "median of one call" in structure.profile().notes[-1]
    Sleeps.calls = 0
    assert "median of 3 calls" in structure.profile(repeats=3).notes[-1]
    # One to warm up, one for FLOPs, one for memory; three without and three with the profiler.
    assert Sleeps.calls == 9


class Event:
    """As `torch.profiler` tells of a range, or an allocation, on one of two devices."""

    def __init__(self, name, device, device_time=0.0, begin=0, length=0, nbytes=0):
        self.name, self.device_type, self.device_time_total = name, device, device_time
        self.begin, self.length, self.bytes = begin, length, nbytes


class Raw:
    """An event as the profiler keeps it before it is turned into an object."""

    def __init__(self, event):
        self.name, self.device_type = lambda: event.name, lambda: event.device_type
        self.start_ns, self.duration_ns, self.nbytes = lambda: event.begin, lambda: event.length, lambda: event.bytes


def test_on_a_gpu_it_is_the_gpus_time_and_memory():
    # No machine of ours has one: these are the profiler's words on one that has.
    host, gpu = torch.profiler.DeviceType.CPU, torch.profiler.DeviceType.CUDA
    events = [
        Event("modelview/0", host, device_time=30.0, begin=0, length=100),
        Event("modelview/1", host, device_time=20.0, begin=10, length=50),
        # The same range as it is drawn on the device.
        Event("modelview/1", gpu, begin=200, length=25),
        Event("[memory]", gpu, begin=5, nbytes=100),
        Event("[memory]", gpu, begin=20, nbytes=40),
        Event("[memory]", host, begin=25, nbytes=7000),
        Event("[memory]", gpu, begin=30, nbytes=-40),
        Event("[memory]", gpu, begin=40, nbytes=30),
        Event("[memory]", gpu, begin=70, nbytes=-100),
    ]

    class Profiler:
        profiler = property(lambda self: self)
        kineto_results = type("Results", (), {"events": lambda self: [Raw(event) for event in events]})()

        def events(self):
            return events

    recording = Recording(
        Profiler(), {"modelview/0": ("",), "modelview/1": ("", "fc")}, torch.device("cuda"), wall=1e-4
    )
    assert recording.seconds() == {("",): pytest.approx(10e-6), ("", "fc"): pytest.approx(20e-6)}
    memory = recording.memory()
    assert memory.allocated == {("",): 100, ("", "fc"): 70}
    assert memory.peak == {("",): 140, ("", "fc"): 40}


# Memory


class Allocates(nn.Module):
    def __init__(self, count, keep):
        super().__init__()
        self.count, self.keep = count, keep

    def forward(self, x):
        kept = []
        for _ in range(self.count):
            made = torch.empty(1 << 20, dtype=torch.uint8)
            if self.keep:
                kept.append(made)
            else:
                del made
        return x


def test_memory_is_what_was_allocated_and_its_peak_what_was_held_at_once():
    model = nn.Sequential(Allocates(5, keep=True), Allocates(5, keep=False), nn.Linear(8, 1 << 18))
    profile = profile_of(model, torch.ones(1, 8))
    check(profile)
    memory, peak = numbers(profile, "memory"), numbers(profile, "peak")
    mega = 1 << 20
    assert 5 * mega <= memory["0"][0] < 5.2 * mega
    assert 5 * mega <= memory["1"][0] < 5.2 * mega
    assert 5 * mega <= peak["0"][0] < 5.2 * mega
    assert mega <= peak["1"][0] < 1.2 * mega
    # What comes out of a layer, at least.
    assert memory["2"][0] >= 4 * (1 << 18)
    assert memory[""][0] == sum(memory[path][0] for path in "012") + memory[""][1]
    assert peak[""][0] < memory[""][0]
    assert profile["peak"].own == (None,) * 4


# Calls


def test_a_module_that_is_called_twice_has_the_sum_and_one_that_is_shared_has_it_marked_in_each_place():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.block = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
            self.again = self.block[0]

        def forward(self, x):
            return self.again(self.block(self.block(x)))

    profile = profile_of(Twice(), torch.ones(3, 4))
    one = 2 * 3 * 4 * 4
    flops = numbers(profile, "flops")
    assert (flops["block.0"], flops["again"]) == ((3 * one, 3 * one), (3 * one, None))
    # The block has what was done in it, and not what its layer did elsewhere.
    assert (flops["block"], flops[""]) == ((2 * one, 0), (3 * one, 0))
    rows = profile.rows()
    assert [row["calls"] for row in rows] == [1, 2, 3, 2, 3]
    assert [row["shared"] for row in rows] == [None, None, None, None, "block.0"]
    for name in ("flops", "time", "memory"):
        assert sum(row[f"{name}_own"] or 0 for row in rows) == pytest.approx(rows[0][name])
    lines = str(profile).splitlines()
    assert [line.endswith("the same as block.0") for line in lines[:6]] == [False, False, False, False, False, True]


def test_a_module_that_calls_itself_counts_once():
    class Knot(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)
            self.me = self

        def forward(self, x, depth=2):
            return self.me(self.fc(x), depth - 1) if depth else x

    profile = profile_of(Knot(), torch.ones(1, 4))
    check(profile)
    assert numbers(profile, "flops") == {"": (64, 0), "fc": (64, 64), "me": (64, None)}
    assert profile.calls == (3, 2, 3)


def test_what_a_scripted_module_does_inside_is_its_own():
    class Holds(nn.Module):
        def __init__(self):
            super().__init__()
            self.scripted = torch.jit.script(nn.Sequential(nn.Linear(4, 4), nn.ReLU()))

        def forward(self, x):
            return self.scripted(x)

    profile = profile_of(Holds(), torch.ones(1, 4))
    check(profile)
    assert numbers(profile, "flops")["scripted"] == (32, 32)
    assert numbers(profile, "time")["scripted"][1] > 0


def test_a_model_of_transformers_is_profiled_with_the_inputs_that_it_brings():
    config = transformers.LlamaConfig(
        vocab_size=100, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        intermediate_size=64,
    )  # fmt: skip
    model = transformers.LlamaForCausalLM(config).eval()
    profile = profile_of(model)
    check(profile)
    tokens = model.dummy_inputs["input_ids"].numel()
    flops = numbers(profile, "flops")
    for name, module in model.named_modules():
        if isinstance(module, nn.Linear):
            assert flops[name][0] == 2 * tokens * module.weight.numel(), name
    assert flops["model.layers"][0] == 2 * flops["model.layers.0"][0] > 0


def test_a_model_of_higher_order_operators_is_measured():
    class Decides(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x):
            x = self.fc(x)
            return torch.cond(x.sum() > 0, torch.sin, torch.cos, (x,))

    profile = profile_of(Decides(), torch.ones(2, 4))
    check(profile)
    assert len(profile.measures) == 4, profile.notes
    assert numbers(profile, "flops")["fc"] == (64, 64)


def test_what_compiles_itself_and_cannot_be_watched_is_measured_but_for_its_flops():
    class Refuses(nn.Module):
        """As `flex_attention` does where a dispatch mode is on."""

        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x):
            if torch.utils._python_dispatch._get_current_dispatch_mode() is not None:
                raise RuntimeError("non-infra torch dispatch mode present")
            self.fc.weight.data.zero_()
            return self.fc(x)

    model = Refuses()
    profile = profile_of(model, torch.ones(2, 4))
    check(profile)
    assert [measure.name for measure in profile.measures] == ["time", "memory", "peak"]
    assert "FLOPs could not be counted: RuntimeError" in profile.notes[1]
    assert model.fc.weight.ne(0).any()


# The model is as before


def test_a_model_and_its_inputs_are_left_exactly_as_they_were():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)
            self.norm = nn.BatchNorm1d(4)
            self.drop = nn.Dropout()
            self.seen = torch.zeros(1)

        def forward(self, x):
            self.seen += 1
            x += np.random.rand()  # noqa: NPY002
            return self.drop(self.norm(self.fc(x)))

    model, x = Model(), torch.ones(3, 4)
    heard = []
    model.register_forward_hook(lambda *_: heard.append(1))
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    before = {
        name: (id(value), value._version, value.detach().clone())
        for name, value in model.state_dict(keep_vars=True).items()
    }
    states = torch.get_rng_state(), np.random.get_state()[1].tolist()  # noqa: NPY002
    attributes = [set(vars(module)) for module in model.modules()]
    environment = dict(os.environ)
    profile = profile_of(model, x, repeats=2)
    assert len(profile.measures) == 4
    assert (states[0].equal(torch.get_rng_state()), x.eq(1).all(), x._version) == (True, True, 0)
    assert states[1] == np.random.get_state()[1].tolist()  # noqa: NPY002
    after = model.state_dict(keep_vars=True)
    for name, (identity, version, value) in before.items():
        assert (id(after[name]), after[name]._version) == (identity, version)
        assert after[name].equal(value)
    assert all(parameter.grad.eq(1).all() for parameter in model.parameters())
    assert model.seen.item() == 0
    assert all(module.training for module in model.modules())
    assert [set(vars(module)) for module in model.modules()] == attributes
    assert not heard
    assert torch.is_grad_enabled()
    assert dict(os.environ) == environment
    no_hooks()


def test_a_model_that_writes_into_its_own_weights_is_left_as_it_was():
    class Clips(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)
            self.tied = nn.Linear(4, 4)
            self.tied.weight = self.fc.weight

        def forward(self, x):
            self.fc.weight.data.mul_(0.5)
            with torch.no_grad():
                self.fc.bias.add_(1)
            return self.tied(self.fc(x))

    model = Clips()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    profile = profile_of(model, torch.ones(1, 4), repeats=2)
    assert len(profile.measures) == 4
    assert all(value.equal(before[name]) for name, value in model.state_dict().items())


def no_hooks():
    from torch.nn.modules import module as globals_

    assert not globals_._global_forward_hooks
    assert not globals_._global_forward_pre_hooks
    assert not torch.autograd._profiler_enabled()


# What cannot be measured


def test_a_forward_pass_that_is_made_of_gradients_is_measured_with_them():
    class Force(nn.Module):
        def __init__(self):
            super().__init__()
            self.energy = nn.Linear(3, 1)

        def forward(self, positions):
            positions.requires_grad_()
            return torch.autograd.grad(self.energy(positions).sum(), positions)[0]

    profile = profile_of(Force(), torch.ones(2, 3))
    check(profile)
    assert "with gradients, since it raised without them" in profile.notes[0]
    # Forward in the layer; back to the positions outside of it.
    assert numbers(profile, "flops") == {"": (24, 12), "energy": (12, 12)}


def test_a_model_without_values_has_flops_alone():
    with torch.device("meta"):
        model = nn.Sequential(nn.Linear(5, 7), nn.ReLU())
    profile = profile_of(model, torch.empty(3, 5, device="meta"))
    check(profile)
    assert [measure.name for measure in profile.measures] == ["flops"]
    assert profile["flops"].total == (210, 210, 0)
    assert profile.calls == (1, 1, 1)
    assert "meta device" in profile.notes[0]
    with pytest.raises(KeyError, match="no measure 'time': there is 'flops'"):
        profile["time"]


def test_a_model_that_raises_tells_its_own_traceback():
    class Raises(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(2, 2)

        def forward(self, x):
            self.fc(x)
            raise ValueError("wrong number of wheels")

    profile = profile_of(Raises(), torch.ones(1, 2))
    assert (profile.measures, profile.calls) == ((), (0, 0))
    [note] = profile.notes
    assert "wrong number of wheels" in note
    assert "test_profile.py" in note
    assert "adapters" not in note
    assert str(profile) == note
    assert "nothing could be measured" in repr(profile)
    no_hooks()


def test_a_model_that_raises_in_a_later_call_has_what_was_measured_before():
    class Tires(nn.Module):
        def __init__(self):
            super().__init__()
            self.calls = 0

        def forward(self, x):
            self.calls += 1
            if self.calls == 4:
                raise ValueError("tired")
            return x @ x

    profile = profile_of(Tires(), torch.ones(2, 2))
    assert [measure.name for measure in profile.measures] == ["memory", "peak", "flops"]
    assert "ValueError: tired" in profile.notes[-1]
    no_hooks()


def test_a_model_whose_parameters_are_not_made_yet_is_left_so():
    model = nn.Sequential(nn.LazyLinear(3))
    profile = profile_of(model, torch.ones(2, 4))
    assert profile.measures == ()
    assert "uninitialized parameter" in profile.notes[0].lower()
    assert isinstance(model[0].weight, nn.parameter.UninitializedParameter)


def test_a_model_that_only_fails_on_values_still_has_flops():
    class TooLarge(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 1)
            self.scale = torch.ones(1)

        def forward(self, x):
            return self.fc(x.expand(1 << 50, 4).contiguous() * self.scale)

    model = TooLarge()
    profile = profile_of(model, torch.ones(1, 4))
    assert profile["flops"].total == (8 << 50, 8 << 50)
    assert [measure.name for measure in profile.measures] == ["flops"]
    assert "TooLarge" in str(profile)
    assert "allocate" in profile.notes[0]
    assert model.fc.weight.device.type == model.scale.device.type == "cpu"


@pytest.mark.parametrize("repeats", [0, -1, 1.5, True, "3"])
def test_a_number_of_repeats_that_is_none_is_refused(repeats):
    with pytest.raises(ProfileError, match="`repeats`"):
        profile_of(nn.ReLU(), torch.ones(1), repeats=repeats)


def test_without_inputs_it_says_how_to_give_them_and_takes_them():
    view = ModelView(nn.Linear(2, 3))
    with pytest.raises(ProfileError, match=r"mv\.profile\(inputs\)"):
        view.profile()
    assert view.profile(torch.ones(4, 2), repeats=1)["flops"].total == (48,)
    assert view.profile({"input": torch.ones(5, 2)}, repeats=1)["flops"].total == (60,)
    view.close()


def test_what_is_not_called_says_what_to_show_instead():
    view = ModelView({"fc.weight": np.ones((2, 3))})
    with pytest.raises(ProfileError, match=r"torch\.nn\.Module, and this is none \(state dict\)"):
        view.profile()
    view.close()


def test_beside_another_profiler_it_refuses_and_lets_that_one_be():
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as other:
        torch.ones(2) + 1
        with pytest.raises(ProfileError, match=r"torch\.profiler is at work"):
            profile_of(nn.ReLU(), torch.ones(1))
    assert any(event.name == "aten::add" for event in other.events())


# Cancel, progress, one at a time


class Slow(nn.Module):
    """Twenty modules, of which the test may be told."""

    def __init__(self):
        super().__init__()
        self.parts = nn.ModuleList(nn.Linear(2, 2) for _ in range(20))
        self.told = []

    def forward(self, x):
        for part in self.parts:
            x = part(x)
        return x


@pytest.mark.parametrize("call", range(5))
def test_it_is_cancelled_in_the_middle_of_any_call(call):
    structure = describe(Slow(), inputs=torch.ones(1, 2)).structure
    asked = 0

    def cancelled():
        nonlocal asked
        asked += 1
        # Within a call there are 21 modules to ask at.
        return asked > call * 23 + 12

    with pytest.raises(Cancelled):
        structure.profile(repeats=1, cancelled=cancelled)
    assert asked < call * 23 + 16
    assert structure.profiler.last is None
    no_hooks()
    assert structure.profile(repeats=1) is structure.profiler.last


def test_a_model_that_catches_everything_is_cancelled_all_the_same():
    class Catches(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(2, 2)

        def forward(self, x):
            try:
                return self.fc(x)
            except Exception:
                return x

    stop = iter([False, False])
    with pytest.raises(Cancelled):
        profile_of(Catches(), torch.ones(1, 2), cancelled=lambda: next(stop, True))
    no_hooks()


def test_an_interrupted_call_leaves_nothing_behind():
    class Interrupted(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(2, 2)
            self.calls = 0

        def forward(self, x):
            self.calls += 1
            if self.calls == 3:
                raise KeyboardInterrupt
            return self.fc(x)

    with pytest.raises(KeyboardInterrupt):
        profile_of(nn.Sequential(Interrupted()), torch.ones(1, 2))
    no_hooks()
    assert profile_of(nn.Linear(2, 2), torch.ones(1, 2))["time"].total[0] > 0


def test_it_tells_how_far_it_is():
    told = []
    profile_of(nn.ReLU(), torch.ones(1), repeats=2, progress=lambda *what: told.append(what))
    assert told == [
        (0, 5, "Warming up"),
        (1, 5, "Counting FLOPs"),
        (2, 5, "Following memory"),
        (3, 5, "Timing, call 1 of 2"),
        (4, 5, "Timing, call 2 of 2"),
    ]


def test_one_profile_of_a_model_runs_at_a_time():
    class Asks(nn.Module):
        problem = None

        def forward(self, x):
            try:
                structure.profile()
            except ProfileError as problem:
                Asks.problem = problem
            return x

    structure = describe(Asks(), inputs=torch.ones(1)).structure
    structure.profile(repeats=1)
    assert "is being profiled" in str(Asks.problem)


# Text, JSON, the page


def test_a_profile_prints_as_a_table_of_what_fits():
    profile = profile_of(nn.Sequential(nn.Linear(1000, 1000), nn.Sequential(nn.ReLU())), torch.ones(1, 1000))
    head, first, second, third, fourth, blank, *notes = str(profile).splitlines()
    assert head.split("  ")[0] == "module"
    starts = ["Sequential ", "├─ 0  ", "└─ 1  ", "   └─ 0  "]
    assert all(line.startswith(start) for line, start in zip((first, second, third, fourth), starts, strict=True))
    assert "2 MFLOP" in second
    assert (blank, tuple(notes)) == ("", profile.notes)
    deep = str(profile_of(nn.Sequential(*(nn.Sequential(nn.ReLU()) for _ in range(50))), torch.ones(1)))
    assert "… 101 modules: rows() has them all" in deep
    assert len(deep.partition("\n\n")[0].splitlines()) == 53


def test_rows_and_json_have_every_module():
    profile = profile_of(nn.Sequential(nn.Linear(2, 3), nn.ReLU()), torch.ones(1, 2))
    rows = profile.rows()
    assert [row["path"] for row in rows] == ["", "0", "1"]
    assert rows[1]["flops"] == rows[1]["flops_own"] == 12
    assert list(rows[0]) == ["path", "kind", "shared", "calls", "time", "time_own", "memory", "memory_own", "peak",
                             "peak_own", "flops", "flops_own"]  # fmt: skip
    assert rows[0]["time"] == profile.to_json()["measures"][0]["total"][0]


def test_a_page_is_answered_by_index_of_the_structure(asked):
    talk = asked(nn.Sequential(nn.Linear(4, 8), nn.ModuleList([nn.ReLU()])[0], nn.Identity()), inputs=torch.ones(3, 4))
    talk.say(call("s", "structure"))
    talk.say(call("p", "profile"))
    result = talk.result("p")
    assert list(result) == ["measures", "calls", "notes", "seconds"]
    assert [(each["name"], each["unit"]) for each in result["measures"]] == [
        ("time", "s"), ("memory", "B"), ("peak", "B"), ("flops", "FLOP"),
    ]  # fmt: skip
    nodes = talk.result("s")["nodes"]
    for measure in result["measures"]:
        assert len(measure["total"]) == len(measure["own"]) == len(nodes) == len(result["calls"])
    assert result["measures"][3]["total"] == [192, 192, 0, 0]
    assert result["measures"][2]["own"] == [None] * 4


def test_a_page_is_told_why_there_is_none(asked):
    talk = asked({"fc.weight": np.ones((2, 3))})
    talk.say(call("p", "profile"))
    end = talk.end("p")
    assert (end["kind"], end["code"]) == ("error", "bad-argument")
    assert "torch.nn.Module" in end["message"]
    talk.say(call("q", "profile", repeats=3))
    assert talk.end("q")["code"] == "bad-argument"


def test_a_profile_that_a_page_cancels_ends_within_a_call_and_can_be_asked_for_again(asked):
    class Waits(nn.Module):
        entered = threading.Event()
        go = threading.Event()
        reached = 0

        def __init__(self):
            super().__init__()
            self.first = nn.Identity()
            self.second = nn.Identity()

        def forward(self, x):
            x = self.first(x)
            self.entered.set()
            self.go.wait(5)
            x = self.second(x)
            Waits.reached += 1
            return x

    talk = asked(Waits(), inputs=torch.ones(2))
    talk.say(call("p", "profile"))
    assert Waits.entered.wait(20)
    talk.say({"kind": "cancel", "requests": ["p"]})
    Waits.go.set()
    assert talk.end("p")["cancelled"] is True
    assert Waits.reached == 0
    talk.say(call("q", "profile"))
    assert talk.result("q")["calls"] == [1, 1, 1]


SETUP = """
import torch, threading, time
from torch import nn
from modelview import ModelView
class Model(nn.Module):
    threads = []
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)
    def forward(self, x):
        Model.threads.append(threading.current_thread() is threading.main_thread())
        time.sleep(0.1)
        return self.fc(x)
mv = ModelView(Model(), inputs=torch.ones(1, 4))
print(mv.model_id)
"""


@pytest.mark.alone
def test_a_model_is_profiled_between_two_cells_with_progress_and_the_view_lives_meanwhile(page):  # noqa: F811
    model = page.run(SETUP).strip()
    page.open(model)
    page.say({"kind": "hello", "protocol": 1, "client": "c", "devicePixelRatio": 1,
              "credits": {"requests": 4, "bytes": 1 << 23}})  # fmt: skip
    page.hear("welcome")
    page.start("print('begun', flush=True)\ntime.sleep(2)\nassert not Model.threads")
    page.say(call("p", "profile"))
    # Another request is answered while this one waits for the cell.
    page.say(call("s", "structure"))
    _, waited = page.hear("done", "s", 1.5)
    assert waited < 1
    page.hear("progress", "p", 10)
    page.hear("done", "p", 20)
    printed = [m["content"]["text"] for m in page.seen if m["msg_type"] == "stream"]
    assert not any("profiler" in text for text in printed)
    assert not any(m["msg_type"] == "error" for m in page.seen)
    assert page.run("print(all(Model.threads), len(Model.threads), mv.structure.profiler.last.calls)").split() == [
        "True", "13", "(1,", "1)",
    ]  # fmt: skip


def test_the_profilers_own_words_are_not_printed():
    # In a process of its own: the profiler reads how loud it is when it is first used.
    code = (
        "import torch; from torch import nn; from modelview import ModelView\n"
        "ModelView(nn.Linear(2, 2), inputs=torch.ones(1, 2)).profile(repeats=1)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment.pop("KINETO_LOG_LEVEL", None)
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
