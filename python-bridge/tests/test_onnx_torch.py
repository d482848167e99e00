"""Models that PyTorch exports to ONNX are drawn as the models that they were."""

import contextlib
import io
import logging
import warnings

import numpy as np
import onnx
import pytest
import torch
import torchvision
import transformers
from onnx_models import all_nodes, checked, modules, operations
from torch import nn

from modelview.adapters import describe

SMALL = {"vocab_size": 60, "num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 16}

# Of words as many as there are: else the exporter computes what it can of the positions.
WORDS = {"dynamic_shapes": {"input_ids": {0: "batch", 1: "token"}}}


def drawn_at_random(model):
    """No two tensors are equal: the exporter makes one of those that are."""
    torch.manual_seed(0)
    with torch.no_grad():
        for tensor in (*model.parameters(), *model.buffers()):
            if tensor.is_floating_point():
                tensor.copy_(torch.rand_like(tensor) + 0.5)
    return model.eval()


def exported(model, args, folder, **kwargs):
    path = folder / "model.onnx"
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        logging.disable(logging.ERROR)
        try:
            program = torch.onnx.export(model, args, dynamo=True, verbose=False, **kwargs)
            program.save(path)
        finally:
            logging.disable(logging.NOTSET)
    return path, program


def resnet():
    return drawn_at_random(torchvision.models.resnet18(num_classes=10)), (torch.zeros(1, 3, 32, 32),), {}


def bert():
    config = transformers.BertConfig(intermediate_size=32, max_position_embeddings=20, **SMALL)
    return drawn_at_random(transformers.BertModel(config)), (torch.ones(2, 6, dtype=torch.long),), WORDS


def gpt2():
    config = transformers.GPT2Config(n_embd=16, n_layer=2, n_head=2, vocab_size=60, n_positions=20, use_cache=False)
    return drawn_at_random(transformers.GPT2Model(config)), (torch.ones(2, 6, dtype=torch.long),), WORDS


def encoder():
    layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
    model = drawn_at_random(nn.TransformerEncoder(layer, 2))
    return model, (torch.zeros(2, 5, 16),), {"dynamic_shapes": ({0: "batch"},)}


@pytest.fixture(scope="module", params=[resnet, bert, gpt2, encoder], ids=lambda make: make.__name__)
def case(request, tmp_path_factory):
    model, args, kwargs = request.param()
    return request.param.__name__, model, *exported(model, args, tmp_path_factory.mktemp("onnx"), **kwargs)


def test_what_is_drawn_is_what_is_in_the_file(case):
    _, _, path, _ = case
    described = checked(path, onnx.load(path))
    assert described.structure.dataflow.notes == ()
    assert len(operations(described.structure)) == len(all_nodes(onnx.load(path))) > 20


def test_every_parameter_is_there_once_with_the_models_values(case):
    name, model, path, _ = case
    tensors = describe(path).tensors
    arrays = {address: tensor.read() for address, tensor in tensors.items()}
    folded = {f"{place}." for place, module in model.named_modules() if isinstance(module, nn.BatchNorm2d)}
    missing = []
    for key, parameter in model.named_parameters():
        values = parameter.detach().numpy()
        # The exporter turns the weight of a product round, and cuts one of three products into three or not.
        equal = [
            address
            for address, array in arrays.items()
            if array.shape in (values.shape, values.shape[::-1])
            and (np.array_equal(array, values) or np.array_equal(array, values.T))
        ]
        if len(equal) != 1:
            missing.append(key)
    if name == "resnet":
        # Batch norms go into the convolution before them, which has other values then.
        assert all(
            any(key.startswith(place) for place in folded) or "conv" in key or "downsample" in key for key in missing
        )
        assert {"fc.weight", "fc.bias"} & set(missing) == set()
        with torch.no_grad():
            scale = model.bn1.weight / torch.sqrt(model.bn1.running_var + model.bn1.eps)
            fused = (model.conv1.weight * scale[:, None, None, None]).numpy()
        np.testing.assert_allclose(tensors["conv1.weight"].read(), fused, rtol=1e-5)
    else:
        assert missing == []


def test_the_modules_are_those_of_the_model_with_their_classes(case):
    name, model, path, _ = case
    known = {place: type(module).__name__ for place, module in model.named_modules()}
    drawn = modules(describe(path))
    assert drawn[""].kind == known[""]
    for place, node in drawn.items():
        # What nothing runs in has no class in the file: lists, and what another module computes with its weight.
        assert node.kind in (known[place], ""), place
        assert node.kind or known[place] in ("ModuleList", "Conv2d", "NonDynamicallyQuantizableLinear"), place
    # All that compute are there, but for what the exporter leaves out.
    gone = {known[place] for place in known if place not in drawn}
    assert gone <= {"Dropout", "Identity", "NonDynamicallyQuantizableLinear", "Conv2d", "BatchNorm2d"}, (name, gone)


def test_a_weight_is_in_the_module_that_it_is_of(case):
    _, model, path, _ = case
    described = describe(path)
    owners = {key: key.rpartition(".")[0] for key, _ in model.named_parameters()}
    for tensor in described.tensors.values():
        key = tensor.address.removeprefix("weight/")
        if key in owners:
            assert tensor.node == owners[key]


def test_equal_blocks_fold(case):
    name, _, path, _ = case
    described = describe(path)
    drawn = modules(described)
    parent = {"resnet": "layer1", "bert": "encoder.layer", "gpt2": "h", "encoder": "layers"}[name]
    assert drawn[f"{parent}.0"].signature == drawn[f"{parent}.1"].signature
    assert "× 2" in repr(described.structure)


def test_a_line_of_the_models_own_code_is_shown_and_sizes_have_their_names(case):
    name, _, path, _ = case
    described = describe(path)
    sources = {node.source for node in operations(described.structure) if node.source}
    own = {"resnet": "torchvision", "bert": "modeling_bert.py", "gpt2": "modeling_gpt2.py", "encoder": "transformer.py"}
    assert any(own[name] in source for source in sources)
    if name == "encoder":
        assert ("batch", 5, 16) in {edge.shape for edge in described.structure.edges}


def test_the_program_that_the_exporter_returns_is_shown_as_its_file(case):
    _, _, path, program = case
    in_file, in_memory = describe(path, name="m"), describe(program, name="m")
    assert [node.path for node in in_memory.structure.nodes] == [node.path for node in in_file.structure.nodes]
    for address, tensor in in_file.tensors.items():
        np.testing.assert_array_equal(in_memory.tensors[address].read(), tensor.read())


class Chosen(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.other = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x):
        return torch.cond(x.sum() > 0, lambda x: self.one(x), lambda x: self.other(x) + 1, (x,))


def test_a_condition_that_pytorch_exports_has_a_branch_for_each_way(tmp_path):
    path, _ = exported(drawn_at_random(Chosen()), (torch.ones(1, 4),), tmp_path)
    described = checked(path, onnx.load(path))
    [then] = [node for node in described.structure.modules if node.name == "then_branch"]
    [otherwise] = [node for node in described.structure.modules if node.name == "else_branch"]
    reads = {
        node.path.rpartition("/")[0]: node.reads for node in operations(described.structure) if node.kind == "Gemm"
    }
    assert reads == {
        then.path: ("weight/one.weight", "weight/one.bias"),
        otherwise.path: ("weight/other.weight", "weight/other.bias"),
    }


def test_a_loop_of_a_scripted_model_is_a_place_with_its_condition_inside(tmp_path):
    class Turns(nn.Module):
        def forward(self, x, n: int):
            for i in range(n):
                if bool(x.sum() > 0):  # noqa: SIM108 - a statement becomes a node with two branches
                    x = x + i
                else:
                    x = x * 2
            return x

    path = tmp_path / "loop.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scripted = torch.jit.script(Turns())
        torch.onnx.export(scripted, (torch.zeros(2, 4), torch.tensor(3)), path, dynamo=False)
    described = checked(path, onnx.load(path))
    assert [node.path for node in described.structure.modules] == [
        "",
        "Loop",
        "Loop.body",
        "Loop.body.If",
        "Loop.body.If.then_branch",
        "Loop.body.If.else_branch",
    ]
