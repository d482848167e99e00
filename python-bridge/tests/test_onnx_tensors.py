"""Tensors of ONNX models: as they are stored, in the model or in other files."""

import os
import re

import ml_dtypes
import numpy as np
import onnx
import onnx_ir as ir
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx_models import checked, known_values, model, modules, saved

from modelview import errors
from modelview.adapters import describe

RAW = {
    "bool": TensorProto.BOOL,
    "uint8": TensorProto.UINT8,
    "int8": TensorProto.INT8,
    "uint16": TensorProto.UINT16,
    "int16": TensorProto.INT16,
    "uint32": TensorProto.UINT32,
    "int32": TensorProto.INT32,
    "uint64": TensorProto.UINT64,
    "int64": TensorProto.INT64,
    "float16": TensorProto.FLOAT16,
    "float32": TensorProto.FLOAT,
    "float64": TensorProto.DOUBLE,
    "complex64": TensorProto.COMPLEX64,
    "complex128": TensorProto.COMPLEX128,
    "bfloat16": TensorProto.BFLOAT16,
    "float8_e4m3fn": TensorProto.FLOAT8E4M3FN,
    "float8_e4m3fnuz": TensorProto.FLOAT8E4M3FNUZ,
    "float8_e5m2": TensorProto.FLOAT8E5M2,
    "float8_e5m2fnuz": TensorProto.FLOAT8E5M2FNUZ,
    "float8_e8m0fnu": TensorProto.FLOAT8E8M0,
    "float4_e2m1fn": TensorProto.FLOAT4E2M1,
    "int4": TensorProto.INT4,
    "uint4": TensorProto.UINT4,
    "int2": TensorProto.INT2,
    "uint2": TensorProto.UINT2,
}


PACKED = {"float4_e2m1fn": 4, "int4": 4, "uint4": 4, "int2": 2, "uint2": 2}
"""Bits of a value."""


def values_of(dtype, shape=(3, 5, 7)):
    """Every value of a small dtype, and any of a larger one."""
    rng = np.random.default_rng(0)
    known = getattr(ml_dtypes, dtype, None) or np.dtype(dtype)
    bits = PACKED.get(dtype, 8 * np.dtype(known).itemsize)
    if "int" in dtype:
        low = -(2 ** (bits - 1)) if dtype.startswith("int") else 0
        return rng.integers(low, low + 2**bits - 1, shape, np.int64 if low else np.uint64, endpoint=True).astype(known)
    if dtype == "bool" or bits <= 8:
        return rng.integers(0, 2 if dtype == "bool" else 2**bits, shape).astype(np.uint8).view(known)
    imaginary = 1j * rng.normal(size=shape) if dtype.startswith("complex") else 0
    return (rng.normal(size=shape) + imaginary).astype(known)


def reading(proto, **kwargs):
    return model([helper.make_node("Op", ["x", proto.name], ["y"], domain="custom")], weights=[proto], **kwargs)


def external(location, dims=(4, 6), name="w", dtype=TensorProto.FLOAT, **entries):
    proto = TensorProto(name=name, dims=dims, data_type=dtype, data_location=TensorProto.EXTERNAL)
    for key, value in {"location": location, **entries}.items():
        proto.external_data.add(key=key, value=str(value))
    return proto


def test_the_dtypes_tested_are_all_that_the_format_has():
    words = {TensorProto.UNDEFINED, TensorProto.STRING}
    across = {value for name, value in TensorProto.DataType.items() if name.startswith("FLOAT6")}
    assert {*RAW.values()} == {*TensorProto.DataType.values()} - words - across


@pytest.mark.parametrize("raw", [True, False], ids=["raw bytes", "numbers"])
@pytest.mark.parametrize("dtype", RAW)
def test_values_and_slices_of_each_dtype_are_those_of_the_model(dtype, raw):
    values = values_of(dtype)
    proto = numpy_helper.from_array(values, "w")
    assert proto.data_type == RAW[dtype]
    if not raw:
        flat = values.reshape(-1)
        if dtype in PACKED:
            # Packed: a number of each byte.
            proto.int32_data.extend(proto.raw_data)
        elif dtype in ("bfloat16", "float16"):
            proto.int32_data.extend(flat.view(np.uint16).tolist())
        elif dtype.startswith("float8"):
            proto.int32_data.extend(flat.view(np.uint8).tolist())
        else:
            proto = helper.make_tensor("w", RAW[dtype], values.shape, flat.tolist())
        proto.ClearField("raw_data")
    tensor = describe(reading(proto)).tensors["weight/w"]
    known = known_values(values)
    assert (tensor.dtype, tensor.shape, tensor.problem) == (dtype, values.shape, None)
    np.testing.assert_array_equal(tensor.read(), known)
    np.testing.assert_array_equal(tensor.read({"dim0": 1, "dim2": slice(2, 6)}), known[1, :, 2:6])
    np.testing.assert_array_equal(tensor.read({"dim0": 2, "dim1": 3, "dim2": 4}), known[2, 3, 4])
    np.testing.assert_array_equal(tensor.read({"dim1": slice(4, 4)}), known[:, 4:4])


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int4", "uint2", "bool", "complex128"])
def test_values_in_another_file_are_read_from_where_they_are(dtype, tmp_path):
    values = values_of(dtype)
    data = numpy_helper.from_array(values, "w").raw_data
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "part.bin").write_bytes(b"\xff" * 13 + data + b"\xff" * 5)
    proto = external("weights/part.bin", values.shape, dtype=RAW[dtype], offset=13, length=len(data))
    tensor = describe(saved(reading(proto), tmp_path)).tensors["weight/w"]
    np.testing.assert_array_equal(tensor.read(), known_values(values))
    np.testing.assert_array_equal(tensor.read({"dim0": 1, "dim2": slice(2, 6)}), known_values(values)[1, :, 2:6])


def test_a_model_saved_by_onnx_with_external_data_is_drawn_as_it_is(tmp_path):
    weights = [
        numpy_helper.from_array(np.random.default_rng(i).normal(size=(50, 40)), f"layer.{i}.w") for i in range(3)
    ]
    nodes = [helper.make_node("Add", ["x" if i == 0 else f"h{i}", f"layer.{i}.w"], [f"h{i + 1}"]) for i in range(3)]
    nodes.append(helper.make_node("Identity", ["h3"], ["y"]))
    path = tmp_path / "model.onnx"
    onnx.save(model(nodes, weights=weights), path, save_as_external_data=True, location="model.bin", size_threshold=0)
    assert (tmp_path / "model.bin").stat().st_size >= 3 * 50 * 40 * 8
    described = checked(path, onnx.load(path))
    assert described.structure.totals["parameters"] == 6000
    # By the model in memory too, that knows where it came from.
    np.testing.assert_array_equal(
        describe(ir.load(path)).tensors["weight/layer.1.w"].read(), numpy_helper.to_array(weights[1])
    )


def test_nothing_is_decoded_and_no_other_file_is_opened_before_a_tensor_is_looked_at(tmp_path, monkeypatch):
    values = np.arange(24, dtype=np.float32).reshape(4, 6)
    (tmp_path / "w.bin").write_bytes(values.tobytes())
    inside = numpy_helper.from_array(values, "inside")
    node = helper.make_node("Op", ["x", "w", "inside"], ["y"], domain="custom")
    path = saved(model([node], weights=[external("w.bin"), inside]), tmp_path)
    decoded, opened = [], []
    real = ir.serde.TensorProtoTensor.tobytes
    monkeypatch.setattr(ir.serde.TensorProtoTensor, "tobytes", lambda self: decoded.append(self.name) or real(self))
    monkeypatch.setattr(ir.serde.TensorProtoTensor, "numpy", lambda self: pytest.fail("decoded by numpy"))
    path_open = type(path).open
    monkeypatch.setattr(type(path), "open", lambda self, *a, **k: opened.append(self.name) or path_open(self, *a, **k))
    described = describe(path)
    assert described.structure.to_json()["tensors"]
    assert described.structure.edges
    assert (decoded, "w.bin" in opened) == ([], False)
    np.testing.assert_array_equal(described.tensors["weight/w"].read(), values)
    np.testing.assert_array_equal(described.tensors["weight/inside"].read(), values)
    assert (decoded, "w.bin" in opened) == (["inside"], True)


@pytest.mark.parametrize(
    "location",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "a/../../secret.bin",
        "..\\secret.bin",
        "C:\\secret.bin",
        "w\0.bin",
        "link.bin",
    ],
)
def test_values_outside_the_models_folder_are_never_opened_and_the_rest_is_shown(location, tmp_path, monkeypatch):
    (tmp_path / "secret.bin").write_bytes(bytes(96))
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "link.bin").symlink_to(tmp_path / "secret.bin")
    (folder / "good.bin").write_bytes(np.ones(24, np.float32).tobytes())
    node = helper.make_node("Op", ["x", "w", "good"], ["y"], domain="custom")
    path = saved(model([node], weights=[external(location), external("good.bin", name="good")]), folder)
    opened = []
    path_open = type(path).open
    monkeypatch.setattr(type(path), "open", lambda self, *a, **k: opened.append(self.name) or path_open(self, *a, **k))
    described = describe(path)
    tensor = described.tensors["weight/w"]
    assert tensor.shape == (4, 6)
    assert "out of" in tensor.problem or "outside" in tensor.problem
    assert "not opened" in tensor.problem
    with pytest.raises(errors.NoValuesError, match="not opened"):
        tensor.read()
    assert described.tensors["weight/good"].read().sum() == 24
    assert set(opened) <= {"model.onnx", "good.bin"}
    assert len(described.structure.dataflow.edges) == 2


def test_a_linked_folder_leads_no_further_than_a_linked_file(tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "w.bin").write_bytes(bytes(96))
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "sub").symlink_to(tmp_path / "other")
    tensor = describe(saved(reading(external("sub/w.bin")), folder)).tensors["weight/w"]
    assert "leads out of the model's folder" in tensor.problem


def test_links_of_a_model_and_its_data_to_one_folder_are_followed_as_in_hugging_faces_cache(tmp_path):
    blobs, snapshot = tmp_path / "blobs", tmp_path / "snapshots" / "abc"
    blobs.mkdir()
    snapshot.mkdir(parents=True)
    values = np.arange(24, dtype=np.float32).reshape(4, 6)
    (blobs / "0123").write_bytes(values.tobytes())
    saved(reading(external("model.onnx_data")), blobs, "4567")
    (snapshot / "model.onnx").symlink_to("../../blobs/4567")
    (snapshot / "model.onnx_data").symlink_to("../../blobs/0123")
    np.testing.assert_array_equal(describe(snapshot / "model.onnx").tensors["weight/w"].read(), values)
    # The folder's path says which file is meant.
    np.testing.assert_array_equal(describe(str(snapshot)).tensors["weight/w"].read(), values)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"location": "missing.bin"}, "not beside the model"),
        ({"location": "folder"}, "not beside the model"),
        ({"location": ""}, "does not say in which"),
        ({"location": "w.bin", "offset": 90}, "the bytes 90 to 186 of 'w.bin', which has 96"),
        ({"location": "w.bin", "offset": 10**30}, "which has 96"),
        ({"location": "w.bin", "length": 95}, "takes 96 bytes, and the model says that 95"),
        ({"location": "w.bin", "length": 10**20}, "the model says that"),
        ({"location": "w.bin", "offset": "-4"}, "is no number: '-4'"),
        ({"location": "w.bin", "length": "many"}, "is no number: 'many'"),
        ({"location": "w.bin", "offset": "٣"}, "is no number"),
    ],
)
def test_a_file_that_does_not_hold_a_tensor_is_said_of_that_tensor_alone(entries, said, tmp_path):
    (tmp_path / "w.bin").write_bytes(bytes(96))
    (tmp_path / "folder").mkdir()
    inside = numpy_helper.from_array(np.ones(3, np.float32), "inside")
    node = helper.make_node("Op", ["x", "w", "inside"], ["y"], domain="custom")
    described = describe(saved(model([node], weights=[external(**entries), inside]), tmp_path))
    assert said in described.tensors["weight/w"].problem
    with pytest.raises(errors.NoValuesError):
        described.tensors["weight/w"].read()
    assert described.tensors["weight/inside"].read().tolist() == [1, 1, 1]


def test_a_file_that_is_written_anew_or_removed_after_it_was_described_is_noticed(tmp_path):
    data = tmp_path / "w.bin"
    data.write_bytes(bytes(96))
    tensor = describe(saved(reading(external("w.bin")), tmp_path)).tensors["weight/w"]
    before = tensor.version
    data.write_bytes(np.ones(24, np.float32).tobytes())
    os.utime(data, ns=(1, 1))
    assert tensor.version > before
    assert tensor.read().sum() == 24
    data.write_bytes(bytes(50))
    with pytest.raises(errors.NoValuesError, match="no longer the one"):
        tensor.read()
    data.unlink()
    assert "cannot be read any more" in tensor.problem


@pytest.mark.parametrize(
    ("dims", "count", "said", "parameters"),
    [
        ((4, 6), 23, "4 × 6 of float32 take 96 bytes, and it has 92: the file was cut, or it lies", 24),
        ((4, 6), 25, "it has 100", 24),
        ((1000, 1000), 1, "1000 × 1000 of float32 take 4,000,000 bytes, and it has 4", 1_000_000),
        ((), 0, "a scalar of float32 take 4 bytes, and it has 0", 1),
        # Of these there is no number of values that could be meant.
        ((-3, 2), 4, "its shape has a negative size: -3 × 2", 0),
        ((2**40, 2**40), 4, "no memory holds", 0),
        ((1,) * 33, 1, "33 dimensions", 0),
    ],
)
@pytest.mark.parametrize("raw", [True, False], ids=["raw bytes", "numbers"])
def test_a_shape_that_does_not_fit_the_bytes_is_counted_as_it_is_declared_and_told(
    dims, count, said, parameters, raw, tmp_path
):
    proto = TensorProto(name="w", dims=dims, data_type=TensorProto.FLOAT)
    if raw:
        proto.raw_data = np.ones(count, np.float32).tobytes()
    else:
        proto.float_data.extend([1.0] * count)
    described = describe(saved(reading(proto), tmp_path))
    tensor = described.tensors["weight/w"]
    assert said in tensor.problem
    totals = described.structure.totals
    assert (totals["parameters"], totals["bytes"]) == (parameters, 4 * parameters)
    assert tensor.shape == (dims if parameters else ())
    assert described.structure.to_json()["tensors"][0]["problem"] == tensor.problem
    # It is seen without a look at the tensor.
    assert f"\n1 tensor has no values to show, weight/w: {tensor.problem}." in str(described.structure)
    with pytest.raises(errors.NoValuesError, match=re.escape(said)):
        tensor.read()


def test_words_sparse_tensors_and_what_lies_across_bytes_are_shown_with_the_reason(tmp_path):
    words = helper.make_tensor("words", TensorProto.STRING, [2], [b"a", b"b"])
    six = TensorProto(name="six", dims=[4], data_type=TensorProto.FLOAT6E2M3, raw_data=bytes(3))
    stored = numpy_helper.from_array(np.array([1, 2], np.float32), "sparse")
    sparse = helper.make_sparse_tensor(stored, numpy_helper.from_array(np.array([0, 5]), "at"), [2, 3])
    node = helper.make_node("Op", ["x", "words", "six", "sparse"], ["y"], domain="custom")
    made = model([node], weights=[words, six])
    made.graph.sparse_initializer.append(sparse)
    before = made.SerializeToString(deterministic=True)
    for obj in (made, saved(made, tmp_path)):
        described = describe(obj)
        tensors = described.tensors
        assert "words" in tensors["words"].problem
        assert "across bytes" in tensors["six"].problem
        assert tensors["sparse"].problem == "it is sparse: 2 of its values are stored, which ModelView does not draw"
        assert [tensors[name].shape for name in ("words", "six", "sparse")] == [(2,), (4,), (2, 3)]
        # Words are no parameters.
        assert described.structure.totals["parameters"] == 10
        [operation] = [each for each in described.structure.nodes if each.kind == "Op"]
        assert operation.reads == ("weight/words", "weight/six", "weight/sparse")
    assert made.SerializeToString(deterministic=True) == before


def test_a_dtype_that_is_newer_than_onnx_ir_is_said_of_that_tensor_alone(tmp_path):
    proto = TensorProto(name="w", dims=[2], data_type=99, raw_data=bytes(2))
    tensor = describe(saved(reading(proto), tmp_path)).tensors["weight/w"]
    assert tensor.problem == "its data type has the number 99, which this onnx_ir does not know"


def test_a_tensor_that_two_nodes_read_is_one_and_is_where_both_are():
    shared = numpy_helper.from_array(np.ones((3, 3), np.float32), "onnx::MatMul_7")
    nodes = [
        helper.make_node("MatMul", ["x", "onnx::MatMul_7"], ["h"], name="/body/first/MatMul"),
        helper.make_node("MatMul", ["h", "onnx::MatMul_7"], ["y"], name="/body/second/MatMul"),
    ]
    described = describe(model(nodes, weights=[shared]))
    assert [tensor.node for tensor in described.tensors.values()] == ["body"]
    assert described.structure.totals["parameters"] == 9
    assert modules(described)["body"].own == ("weight/onnx::MatMul_7",)
    assert modules(described)["body.first"].parameters == 0


def test_a_large_constant_is_a_tensor_and_a_small_one_an_attribute():
    large = numpy_helper.from_array(np.arange(20, dtype=np.float32))
    nodes = [
        helper.make_node("Constant", [], ["large"], value=large, name="/a/Constant"),
        helper.make_node("Constant", [], ["small"], value=numpy_helper.from_array(np.array([1, 2]))),
        helper.make_node("Op", ["x", "large", "small"], ["y"], domain="custom"),
    ]
    described = checked(model(nodes), model(nodes))
    flow = {node.path: node for node in described.structure.nodes}
    assert flow["a/Constant"].reads == ("weight/large",)
    assert described.tensors["large"].read().tolist() == list(range(20))
    assert described.tensors["large"].node == "a"
    assert flow["/Constant"].attributes["value"] == [1, 2]
    assert (flow["/Constant"].role, flow["/Constant"].reads) == ("constant", ())


def test_the_dimensions_of_a_weight_are_called_what_they_are_to_its_operation():
    shapes = {"conv": (2, 1, 3, 3), "turned": (4, 4), "plain": (4, 4), "product": (4, 4), "up": (2, 1, 3)}
    weights = [numpy_helper.from_array(np.ones(shape, np.float32), name) for name, shape in shapes.items()]
    nodes = [
        helper.make_node("Conv", ["x", "conv"], ["a"]),
        helper.make_node("Gemm", ["a", "turned"], ["b"], transB=1),
        helper.make_node("Gemm", ["b", "plain"], ["c"]),
        helper.make_node("MatMul", ["c", "product"], ["d"]),
        helper.make_node("ConvTranspose", ["d", "up"], ["y"]),
    ]
    tensors = describe(model(nodes, weights=weights)).tensors
    assert {name: tensors[name].dims for name in shapes} == {
        "conv": ("out", "in", "height", "width"),
        "turned": ("out", "in"),
        "plain": ("in", "out"),
        "product": ("in", "out"),
        "up": ("in", "out", "width"),
    }


def test_tensors_of_a_model_in_memory_are_asked_for_when_they_are_looked_at():
    asked = []

    def make():
        asked.append(True)
        return ir.tensor(np.arange(4.0), name="lazy")

    lazy = ir.LazyTensor(make, dtype=ir.DataType.DOUBLE, shape=ir.Shape([4]), name="lazy")
    broken = ir.LazyTensor(
        lambda: ir.tensor(np.arange(3.0)), dtype=ir.DataType.DOUBLE, shape=ir.Shape([4]), name="broken"
    )
    half = ir.tensor(np.ones(2, ml_dtypes.bfloat16), name="half")
    values = [ir.Value(name=each.name, const_value=each) for each in (lazy, broken, half)]
    x = ir.val("x", ir.DataType.DOUBLE, [4])
    node = ir.node("Op", [x, *values], domain="custom")
    graph = ir.Graph([x], node.outputs, nodes=[node], initializers=values, opset_imports={"": 20}, name="g")
    described = describe(ir.Model(graph, ir_version=10))
    assert described.structure.to_json()["tensors"]
    assert described.structure.edges
    assert asked == []
    assert described.tensors["lazy"].read().tolist() == [0, 1, 2, 3]
    assert asked == [True]
    assert described.tensors["half"].read().tolist() == [1, 1]
    with pytest.raises(errors.NoValuesError, match="gave no values"):
        described.tensors["broken"].read()


def test_a_message_in_memory_says_where_its_values_would_be():
    tensor = describe(reading(external("w.bin"))).tensors["weight/w"]
    assert tensor.problem == "its values are in the file 'w.bin': show the model by its path, ModelView('….onnx')"
