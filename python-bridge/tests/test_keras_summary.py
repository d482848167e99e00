"""The graph of a Keras model is what its own `summary()` says."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest
from graphs import check, parts, read
from keras import layers, ops
from keras_summary import check_summary

from modelview.adapters import describe

# The smallest pictures that each takes.
APPLICATIONS = {
    "VGG16": 32,
    "ResNet50": 32,
    "MobileNet": 32,
    "EfficientNetB0": 32,
    "DenseNet121": 32,
    "NASNetMobile": 32,
    "Xception": 71,
    "ConvNeXtTiny": 32,
}


@pytest.mark.parametrize("name", APPLICATIONS)
def test_applications_give_the_graph_of_their_summary(name, monkeypatch):
    size = APPLICATIONS[name]
    model = getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3), classes=10)
    structure = describe(model).structure
    flow = structure.dataflow
    check(flow, structure.tensors)
    assert (flow.tier, flow.notes, parts(flow)) == ("functional", (), 1)
    rows = check_summary(model, structure, monkeypatch)
    assert len(rows) == len(model.operations)
    assert read(flow) == set(structure.tensors)


class Block(layers.Layer):
    def __init__(self, width):
        super().__init__()
        self.norm = layers.LayerNormalization()
        self.attention = layers.MultiHeadAttention(2, width // 2)
        self.feed = keras.Sequential([layers.Dense(2 * width, activation="gelu"), layers.Dense(width)])

    def build(self, shape):
        self.norm.build(shape)
        self.attention.build(shape, shape)
        self.feed.build(shape)

    def call(self, x):
        seen = self.norm(x)
        x = x + self.attention(seen, seen)
        return x + ops.relu(self.feed(x))


class Reader(keras.Model):
    def __init__(self):
        super().__init__()
        self.words = layers.Embedding(20, 8)
        self.blocks = [Block(8) for _ in range(3)]
        self.pool = layers.GlobalAveragePooling1D()
        self.frozen = layers.Dense(4, trainable=False)
        self.head = layers.Dense(2)

    def call(self, inputs):
        x = self.words(inputs)
        for block in self.blocks:
            x = block(x)
        return self.head(self.frozen(self.pool(x)))


def test_a_subclassed_model_gives_the_graph_of_its_summary(monkeypatch):
    model = Reader()
    model(keras.Input((5,), dtype="int32"))
    structure = describe(model, inputs=np.zeros((2, 5), "int32")).structure
    flow = structure.dataflow
    check(flow, structure.tensors)
    assert (flow.tier, flow.notes, parts(flow)) == ("symbolic", (), 1)
    # What it calls is not among what it holds: the summary says nothing of how they are connected.
    rows = check_summary(model, structure, monkeypatch)
    assert [row.name for row in rows] == [layer.name for layer in model.layers]
    assert read(flow) == set(structure.tensors)


def test_a_model_that_was_called_says_what_it_was_built_with(monkeypatch):
    model = Reader()
    model(np.zeros((2, 5), "int32"))
    structure = describe(model).structure
    check_summary(model, structure, monkeypatch)
    assert structure.dataflow.tier == "symbolic"


def test_repeated_blocks_are_equal_though_keras_numbers_all_that_is_in_them():
    model = Reader()
    model(np.zeros((2, 5), "int32"))
    modules = {node.kind: [] for node in describe(model).structure.modules}
    for node in describe(model).structure.modules:
        modules[node.kind].append(node.signature)
    assert len(modules["Block"]) == 3
    assert len(set(modules["Block"])) == 1


def nested():
    inner = keras.Input((4,), name="inner")
    hidden = layers.Dense(4, name="hidden")(inner)
    two = keras.Model(inner, [hidden, layers.ReLU(name="positive")(hidden)], name="two")
    one = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dropout(0.2)], name="one")
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    p, q = two(a)
    r, s = two(b)
    joined = layers.Concatenate(name="joined")([q, r, s])
    return keras.Model({"a": a, "b": b}, {"p": one(p), "q": joined, "e": one(b)}, name="nested")


def test_nested_models_and_second_calls_give_the_graph_of_their_summary(monkeypatch):
    model = nested()
    structure = describe(model).structure
    nodes = check(structure.dataflow, structure.tensors)
    rows = check_summary(model, structure, monkeypatch)
    assert {row.name: row.sources for row in rows}["joined"] == {"two"}
    assert [node.name for node in structure.dataflow.nodes if node.role == "output"] == ["e", "p", "q"]
    assert nodes["two@1"].shared == "two"
    assert nodes["two.hidden/dense"].reads == ("weight/two.hidden.kernel", "weight/two.hidden.bias")
    assert nodes["two@1.hidden/dense"].reads == nodes["two.hidden/dense"].reads


def test_operations_of_a_functional_model_stand_between_its_layers(monkeypatch):
    x = keras.Input((6,), name="x")
    y = layers.Dense(6, name="twice")
    model = keras.Model(x, ops.relu(y(y(x)) + 1.5)[:, :2])
    structure = describe(model).structure
    nodes = check(structure.dataflow, structure.tensors)
    check_summary(model, structure, monkeypatch)
    kinds = [node.kind for node in structure.dataflow.nodes if node.role == "operation"]
    assert kinds == ["Dense", "Dense", "Add", "Relu", "GetItem"]
    assert [edge.source for edge in structure.dataflow.edges][:2] == ["x/x", "twice/dense"]
    add = next(node for node in nodes.values() if node.kind == "Add")
    assert add.attributes["x2"] == 1.5


def test_optimizer_metrics_and_seeds_are_not_among_the_tensors(monkeypatch):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dropout(0.5), layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    before = check_summary(model, describe(model).structure, monkeypatch)
    model.fit(np.ones((4, 4)), np.ones((4, 1)), verbose=0)
    structure = describe(model).structure
    assert sum(row.parameters for row in before) == structure.totals["parameters"] == model.count_params()
    assert [*structure.tensors] == [
        f"weight/{layer.name}.{name}" for layer in (model.layers[0], model.layers[2]) for name in ("kernel", "bias")
    ]
