"""Keras models as a tree of layers and weights: read as they are, and left as they were."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import random
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers, ops
from keras.src.backend.common.variables import initialize_all_variables

from modelview import ModelView, TensorView
from modelview.adapters import describe, tensor_of
from modelview.errors import ClosedError, NoValuesError, UnsupportedModelError
from modelview.tensors import Plane, Pyramid

HERE = Path(__file__).parents[1]


class Mixed(layers.Layer):
    """Layers as attributes, in a list and in a dictionary; weights of its own; a seed; a tied weight."""

    def __init__(self, name="mixed"):
        super().__init__(name=name)
        self.first = layers.Dense(4, name="first")
        self.many = [layers.Dense(4, name="many"), layers.Dropout(0.5, name="drop")]
        self.named = {"last": layers.Dense(4, name="last")}
        self.seed = keras.random.SeedGenerator(3)
        self.counted = self.add_weight(shape=(), dtype="int32", initializer="zeros", trainable=False, name="counted")

    def build(self, shape):
        for layer in (self.first, self.many[0], self.named["last"]):
            layer.build(shape)
        self.scale = self.add_weight(shape=(shape[-1],), name="scale", initializer="ones")
        self.tied = self.first.kernel

    def call(self, x):
        self.counted.assign_add(1)
        self.add_loss(ops.sum(x))
        x = self.many[1](self.many[0](self.first(x * self.scale)))
        return ops.matmul(self.named["last"](x), self.tied)


class Model(keras.Model):
    def __init__(self):
        super().__init__(name="model")
        self.mixed = Mixed()
        self.again = self.mixed
        self.head = keras.Sequential(
            [layers.Dense(3, name="hidden"), layers.BatchNormalization(name="norm")], name="head"
        )

    def call(self, x):
        return self.head(self.mixed(x))


@pytest.fixture
def model():
    made = Model()
    made(np.ones((2, 4), "float32"))
    return made


def test_layers_are_nested_by_their_names(model):
    modules = describe(model).structure.modules
    assert [(node.path, node.kind) for node in modules] == [
        ("", "Model"),
        ("mixed", "Mixed"),
        ("mixed.first", "Dense"),
        ("mixed.many", "Dense"),
        ("mixed.drop", "Dropout"),
        ("mixed.last", "Dense"),
        ("head", "Sequential"),
        ("head.hidden", "Dense"),
        ("head.norm", "BatchNormalization"),
    ]
    assert [node.parameters for node in modules] == [
        model.count_params(),
        *(layer.count_params() for layer in (model.mixed, model.mixed.first, model.mixed.many[0])),
        0,
        *(layer.count_params() for layer in (model.mixed.named["last"], model.head, *model.head.layers)),
    ]


def test_every_weight_is_there_once_and_reads_as_keras_has_it(model):
    view = describe(model)
    kernel = view.tensors["weight/mixed.first.kernel"]
    assert set(kernel.names) == {"weight/mixed.first.kernel", "weight/mixed.kernel"}
    assert len(view.tensors) == len(model.weights)
    by_id = {id(tensor.source._variable): tensor for tensor in view.tensors.values()}
    for variable in model.weights:
        tensor = by_id[id(variable)]
        assert tensor.kind == "parameter"
        assert (tensor.shape, tensor.dtype, tensor.device) == (tuple(variable.shape), variable.dtype, "cpu")
        assert tensor.nbytes == variable.numpy().nbytes
        assert tensor.requires_grad == any(variable is each for each in model.trainable_weights)
        np.testing.assert_array_equal(tensor.read(), variable.numpy())
    assert view.structure.totals["trainable"] == sum(each.numpy().size for each in model.trainable_weights)


@pytest.mark.parametrize("freeze", [lambda model: model, lambda model: model.head])
def test_what_is_frozen_trains_nothing(model, freeze):
    view = describe(model)
    freeze(model).trainable = False
    assert view.structure.totals["trainable"] == sum(each.numpy().size for each in model.trainable_weights)


DIMS = {
    layers.Dense(3): [(("in", "out")), ("out",)],
    layers.Conv1D(3, 2): [("width", "in", "out"), ("out",)],
    layers.Conv2D(3, 2): [("height", "width", "in", "out"), ("out",)],
    layers.Conv3D(3, 2): [("depth", "height", "width", "in", "out"), ("out",)],
    layers.Conv2DTranspose(3, 2): [("height", "width", "out", "in"), ("out",)],
    layers.DepthwiseConv2D(2): [("height", "width", "in", "multiplier"), ("out",)],
    layers.BatchNormalization(): [("channel",)] * 4,
    layers.EinsumDense("abc,cde->abde", (None, 2, 3)): [("in", "out", "out2")],
    layers.LSTM(3): [("in", "gate"), ("hidden", "gate"), ("gate",)],
    layers.GRU(3): [("in", "gate"), ("hidden", "gate"), ("bias", "gate")],
    layers.SimpleRNN(3): [("in", "hidden"), ("hidden", "hidden2"), ("hidden",)],
}


@pytest.mark.parametrize("layer", DIMS, ids=lambda layer: layer.name)
def test_dimensions_are_named_where_they_are_known(layer):
    rank = 3 if layer.name in ("conv1d", "lstm", "gru", "simple_rnn", "einsum_dense") else 4
    rank = {"dense": 2, "conv3d": 5}.get(layer.name, rank)
    layer.build((None, *[5] * (rank - 1)))
    assert [tensor.dims for tensor in describe(layer).tensors.values()] == DIMS[layer]


def test_the_heads_of_attention_are_named():
    layer = layers.MultiHeadAttention(2, 3)
    layer.build((None, 5, 4), (None, 5, 4))
    tensors = describe(layer).tensors
    assert tensors["weight/query.kernel"].dims == ("in", "head", "channel")
    assert tensors["weight/query.bias"].dims == ("head", "channel")
    assert tensors["weight/attention_output.kernel"].dims == ("head", "channel", "out")
    embedding = layers.Embedding(7, 3)
    embedding.build(None)
    assert describe(embedding).tensors["weight/embeddings"].dims == ("token", "channel")


@pytest.mark.parametrize(
    "dtype", ["float32", "float64", "float16", "bfloat16", "float8_e4m3fn", "int8", "uint8", "int64", "bool"]
)
def test_variables_of_every_dtype_are_read_in_part(dtype):
    values = np.arange(24).reshape(4, 6) % 5
    variable = keras.Variable(values, dtype=dtype)
    tensor = tensor_of(variable, name="v", dims=("row", "column")).tensors["array/v"]
    assert (tensor.dtype, tensor.shape) == (dtype, (4, 6))
    assert tensor.nbytes == 24 * np.dtype(keras.ops.convert_to_numpy(variable).dtype).itemsize
    np.testing.assert_array_equal(tensor.read(), keras.ops.convert_to_numpy(variable).astype("float64"))
    np.testing.assert_array_equal(tensor.read({"row": slice(1, 3), "column": 2}), tensor.read()[1:3, 2])
    Pyramid(tensor, Plane.of(tensor)).tile(Plane.of(tensor).coarsest_tiles()[0])


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int64"])
def test_a_variable_without_dimensions_and_one_without_values_are_read(dtype):
    assert tensor_of(keras.Variable(3, dtype=dtype)).tensors["array/array"].read() == 3
    assert tensor_of(keras.Variable(np.zeros((0, 3)), dtype=dtype)).tensors["array/array"].read().shape == (0, 3)


def test_only_the_slice_leaves_the_back_end(monkeypatch):
    tensor = tensor_of(keras.Variable(np.ones((1000, 1000)))).tensors["array/array"]
    tensor.read({"dim0": 0, "dim1": 0})
    moved = []
    convert = keras.ops.convert_to_numpy
    monkeypatch.setattr(keras.ops, "convert_to_numpy", lambda value: moved.append(value.shape) or convert(value))
    tensor.read({"dim0": slice(10, 20), "dim1": 3})
    assert [tuple(shape) for shape in moved] == [(10, 1)]


def test_variables_may_stand_in_a_mapping_and_alone():
    variable = keras.Variable(np.arange(6.0).reshape(2, 3), name="v")
    assert describe({"a": variable, "b": np.ones(2)}).tensors["weight/a"].requires_grad
    view = TensorView(variable)
    np.testing.assert_array_equal(view.tensors["array/array"].read(), variable.numpy())
    view.close()
    with pytest.raises(ClosedError):
        view.tensors["array/array"].read()


def changes(tensor, change):
    tensor.read()
    before = tensor.version
    assert tensor.version == before
    change()
    return tensor.version != before


@pytest.mark.parametrize("size", [4, 3000])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_an_assigned_variable_has_a_new_version_by_one_value_too(size, dtype):
    values = np.zeros((size, size), "float32")
    variable = keras.Variable(values, dtype=dtype)
    tensor = tensor_of(variable).tensors["array/array"]
    values[1, 1] = 1
    assert changes(tensor, lambda: variable.assign(values))
    assert tensor.read({"dim0": 1, "dim1": 1}) == 1
    assert changes(tensor, lambda: variable.assign_add(variable + 1))


def test_a_variable_that_was_written_to_sparsely_has_one_new_version_for_one_change():
    import tensorflow as tf

    variable = keras.Variable(np.zeros((40000, 100), "float32"))
    tensor = tensor_of(variable).tensors["array/array"]
    for row in (7, 0):
        # From then on TensorFlow copies it whenever it is read.
        assert changes(tensor, lambda row=row: variable.value.scatter_sub(tf.IndexedSlices(tf.ones((1, 100)), [row])))
        assert [tensor.version for _ in range(4)] == [tensor.version] * 4


def test_a_step_of_training_gives_every_weight_that_it_changes_a_new_version():
    model = keras.Sequential(
        [keras.Input((3,), dtype="int32"), layers.Embedding(5000, 16), layers.Flatten(), layers.Dense(1)]
    )
    tensors = describe(model).tensors
    model.compile(keras.optimizers.SGD(0.5), "mse")
    old = {address: tensor.read().copy() for address, tensor in tensors.items()}
    before = {address: tensor.version for address, tensor in tensors.items()}
    model.fit(np.arange(300).reshape(100, 3), np.ones((100, 1)), verbose=0)
    for address, tensor in tensors.items():
        assert tensor.version != before[address]
        assert not np.array_equal(tensor.read(), old[address])
        assert not changes(tensor, lambda: None)


def test_a_layer_that_is_not_built_has_no_weights_and_one_without_values_says_so():
    structure = describe(keras.Sequential([layers.Dense(3)])).structure
    assert (structure.totals["parameters"], structure.totals["tensors"]) == (0, 0)
    assert "inputs=" in structure.dataflow.notes[0]
    with keras.StatelessScope(initialize_variables=False):
        variable = keras.Variable(keras.initializers.Zeros(), shape=(2, 3))
    tensor = tensor_of(variable).tensors["array/array"]
    assert "build" in tensor.problem
    with pytest.raises(NoValuesError):
        tensor.read()
    initialize_all_variables()
    assert tensor.read().shape == (2, 3)


class Held(keras.Model):
    """Two layers in a third that has no `build` of its own, and one that never has weights."""

    def __init__(self, **held):
        super().__init__(name="held")
        self.inner = keras.Sequential([layers.Dense(4), layers.Flatten()], name="inner")
        self.head = layers.Dense(2, name="head")
        for name, layer in held.items():
            setattr(self, name, layer)

    def call(self, x):
        return self.head(self.inner(x))


def test_what_is_not_built_says_so_in_the_tree_and_the_summary_and_has_no_parameters_as_a_fact():
    x = np.ones((2, 3), "float32")
    model = Held()
    for inputs in (None, x):
        structure = describe(model, inputs=inputs).structure
        kinds = [node.kind for node in structure.modules]
        assert kinds == [f"{kind} (not built)" for kind in ("Held", "Sequential", "Dense")] + ["Flatten", *kinds[4:]]
        assert kinds[4:] == ["Dense (not built)"]
        text = str(structure.summary())
        assert text.startswith("held: Held (not built), 0 parameters in 0 tensors")
        assert "\n3 layers are not built: the weights are not there yet, and not counted. Call the model once" in text
    assert "Held (not built), 0 parameters" in repr(ModelView(model))
    model(x)
    structure = describe(model).structure
    assert [node.kind for node in structure.modules] == ["Held", "Sequential", "Dense", "Flatten", "Dense"]
    assert "not built" not in str(structure.summary())
    assert structure.totals["parameters"] == model.count_params() == 26
    # A layer that nothing has called, in a model that is built.
    model = Held(spare=layers.Dense(2))
    model(x)
    structure = describe(model).structure
    assert structure.kind == "Held"
    assert structure.modules[-1].kind == "Dense (not built)"
    assert "\n1 layer is not built: " in str(structure.summary())


@pytest.mark.parametrize("layer", [layers.Flatten(), layers.ReLU(), layers.Dropout(0.5)], ids=lambda layer: layer.name)
def test_a_layer_without_weights_is_what_it_is_whether_it_was_built_or_not(layer):
    structure = describe(layer).structure
    assert structure.kind == structure.modules[0].kind == type(layer).__name__
    assert "not built" not in str(structure)


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (keras.Sequential, "is a class"),
        (lambda: keras.optimizers.Adam(), "Keras model"),
        (lambda: keras.metrics.Mean(), "Keras model"),
        (lambda: keras.KerasTensor((2,)), "Keras model"),
    ],
)
def test_what_is_no_model_is_refused_with_what_would_be_one(thing, words):
    with pytest.raises(UnsupportedModelError, match=words):
        ModelView(thing if isinstance(thing, type) else thing())


def held(value, deep=True):
    """What an object is, and what is in it, so that it can be compared."""
    value = getattr(value, "__wrapped__", value)
    if isinstance(value, (bool, int, float, str, type(None))):
        return value
    if isinstance(value, dict):
        return id(value), [(key, held(each)) for key, each in value.items()]
    if isinstance(value, (list, tuple)):
        return id(value), [held(each) for each in value]
    if isinstance(value, set):
        return id(value), set(map(id, value))
    if type(value).__name__ == "Tracker":
        return id(value), held(vars(value)) if deep else None
    return id(value)


def state(model):
    """Everything about a model that following it could change, and about Keras."""
    layers_ = [model, *model._flatten_layers()]
    layers_ += [layer._functional for layer in layers_ if getattr(layer, "_functional", None) is not None]
    return {
        "layers": [{name: held(value) for name, value in vars(layer).items()} for layer in layers_],
        "weights": [(id(each), each.numpy().tobytes(), each.trainable) for each in model.variables],
        "losses": [id(each) for layer in layers_ for each in layer._losses],
        "random": (random.getstate(), np.random.get_state()[1].tobytes()),  # noqa: NPY002
        "names": dict(keras.src.backend.common.global_state.get_global_attribute("object_name_uids")),
        "globals": sorted(vars(keras.src.backend.common.global_state.GLOBAL_STATE_TRACKER)),
        "filtering": keras.config.is_traceback_filtering_enabled(),
    }


@pytest.mark.parametrize("build", [True, False])
def test_following_a_model_leaves_no_trace(build):
    model = Model()
    if build:
        model(np.ones((2, 4), "float32"))
    before = state(model)
    structure = describe(model, inputs=np.ones((2, 4), "float32")).structure
    assert structure.dataflow.tier == "symbolic"
    assert len(structure.edges) > 8
    assert state(model) == before
    model(np.ones((2, 4), "float32"))
    assert len(model.weights) == 14


def test_following_a_functional_model_leaves_no_trace():
    x = keras.Input((4,))
    model = keras.Model(x, Mixed("b")(ops.relu(Mixed("a")(x))))
    before = state(model)
    assert describe(model).structure.dataflow.tier == "functional"
    assert state(model) == before


def test_following_a_model_that_raises_leaves_no_trace():
    class Raises(Model):
        def call(self, x):
            super().call(x)
            raise ValueError("wrong number of wheels")

    model = Raises()
    before = state(model)
    flow = describe(model, inputs=np.ones((2, 4), "float32")).structure.dataflow
    assert flow.tier == "modules"
    assert "wrong number of wheels" in flow.notes[0]
    assert "test_keras.py" in flow.notes[0]
    assert "site-packages" not in flow.notes[0]
    assert state(model) == before


def test_a_tf_function_of_a_model_that_is_not_built_keeps_nothing_of_it():
    import tensorflow as tf

    class Scaled(layers.Layer):
        def build(self, shape):
            self.scale = self.add_weight(shape=(3,), initializer="ones", name="scale")

        @tf.function
        def scaled(self, x):
            return x * self.scale

        def call(self, x):
            return self.scaled(tf.abs(x))

    layer = Scaled()
    x = np.ones((2, 3), "float32")
    flow = describe(layer, inputs=x).structure.dataflow
    assert [node.kind for node in flow.nodes if node.role == "operation"] == ["Abs", "Mul"]
    assert layer.scaled.pretty_printed_concrete_signatures() == ""
    assert not tf.config.functions_run_eagerly()
    np.testing.assert_array_equal(layer(x), x)


def test_modelview_imports_no_keras_of_its_own():
    code = (
        "import sys, numpy, modelview.adapters as a; a.describe({'w': numpy.ones(2)}); "
        "assert not {'keras', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=HERE)


def test_another_back_end_shows_the_same():
    code = (
        "import numpy, keras; from modelview.adapters import describe; "
        "m = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dropout(.5)]); "
        "s = describe(m).structure; t = s.tensors['weight/dense.kernel']; t.read(); v = t.version; "
        "assert t.version == v; m.layers[0].kernel.assign(numpy.ones((4, 3))); assert t.version != v; "
        "assert t.device == 'cpu', t.device; "
        "assert (t.read({'in': 1}) == 1).all(); print(keras.backend.backend(), s.dataflow.tier, len(s.edges)); "
        "l = keras.layers.MultiHeadAttention(2, 3); l.build((None, 5, 4), (None, 5, 4)); "
        "f = describe(l, inputs=(numpy.ones((1, 5, 4)),) * 2).structure.dataflow; print(f.tier, len(f.edges))"
    )
    told = {}
    for backend in ("tensorflow", "torch"):
        environment = {**os.environ, "KERAS_BACKEND": backend}
        run = subprocess.run([sys.executable, "-c", code], cwd=HERE, env=environment, capture_output=True)
        assert run.returncode == 0, run.stderr.decode()
        told[backend] = run.stdout.decode().splitlines()
    assert told["torch"] == [f"torch{told['tensorflow'][0].removeprefix('tensorflow')}", told["tensorflow"][1]]
