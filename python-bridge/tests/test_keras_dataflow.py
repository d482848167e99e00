"""What flows through Keras models of every kind."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf
from graphs import check, parts, read, summary
from keras import layers, ops

from modelview import ModelView
from modelview.adapters import describe
from modelview.errors import Cancelled, InputsError
from modelview.inputs import Inputs
from modelview.structure import Edge

ROW = np.ones((2, 4), "float32")


@pytest.fixture(autouse=True)
def counted_from_the_start():
    """Keras numbers operations for as long as it runs."""
    keras.utils.clear_session(free_memory=False)


def follow(model, inputs=None):
    structure = describe(model, inputs=inputs).structure
    check(structure.dataflow, structure.tensors)
    return structure


def flow_of(model, inputs=None):
    return follow(model, inputs).dataflow


class Calls(keras.Model):
    """A model of one layer that calls what it is given."""

    def __init__(self, call, **held):
        super().__init__(name="calls")
        self.fc = layers.Dense(4, name="fc")
        for name, layer in held.items():
            setattr(self, name, layer)
        self._does = call

    def call(self, inputs):
        return self._does(self, inputs)


def test_edges_carry_shapes_and_dtypes():
    flow = flow_of(Calls(lambda self, x: ops.relu(self.fc(x)) + x), ROW)
    assert (flow.tier, flow.notes) == ("symbolic", ())
    assert flow.edges == (
        Edge("/inputs", "fc/dense", ("batch", 4), "float32"),
        Edge("fc/dense", "/relu", ("batch", 4), "float32"),
        Edge("/relu", "/add", ("batch", 4), "float32"),
        Edge("/inputs", "/add", ("batch", 4), "float32"),
        Edge("/add", "/output", ("batch", 4), "float32"),
    )
    fc = next(node for node in flow.nodes if node.path == "fc")
    assert fc.attributes["units"] == 4
    assert "dense.py" in fc.source
    assert fc.inputs == fc.outputs == ((("batch", 4), "float32"),)


@pytest.mark.parametrize(
    ("call", "names"),
    [
        (lambda self, x: self.fc(x), ["output"]),
        (lambda self, x: (self.fc(x), x + 1), ["output[0]", "output[1]"]),
        (lambda self, x: {"logits": self.fc(x), "more": [x * 2, None, 3]}, ["logits", "more[0]"]),
        (lambda self, x: Pair(self.fc(x), x * 2), ["first", "second"]),
        (lambda self, x: x, ["output"]),
        (lambda self, x: None, []),
    ],
)
def test_results_of_every_kind_are_named(call, names):
    flow = flow_of(Calls(call), ROW)
    assert flow.tier == "symbolic", flow.notes
    assert [node.name for node in flow.nodes if node.role == "output"] == names
    assert parts(flow) == 1


@dataclasses.dataclass
class Pair:
    first: object
    second: object


class Two(keras.Model):
    def __init__(self):
        super().__init__()
        self.fc = layers.Dense(4, name="fc")

    def call(self, x, y, training=False):
        return self.fc(x) + y


@pytest.mark.parametrize(
    ("model", "inputs", "names"),
    [
        (Two(), (ROW, ROW), ["x", "y"]),
        (Two(), {"x": ROW, "y": ROW, "training": True}, ["x", "y"]),
        (Two(), ((ROW,), {"y": ROW}), ["x", "y"]),
        (Calls(lambda self, x: self.fc(x["a"]) + x["b"]), {"a": ROW, "b": ROW}, ["a", "b"]),
        (Calls(lambda self, x: self.fc(x[0]) + x[1]), (ROW, ROW), ["inputs[0]", "inputs[1]"]),
        (Calls(lambda self, x: self.fc(x[0]) + x[1]), ([ROW, ROW],), ["inputs[0]", "inputs[1]"]),
        (Calls(lambda self, x: self.fc(x)), keras.KerasTensor((None, 4)), ["inputs"]),
        (Calls(lambda self, x: self.fc(x)), tf.constant(ROW), ["inputs"]),
    ],
)
def test_inputs_are_taken_as_people_write_them(model, inputs, names):
    flow = flow_of(model, inputs)
    assert flow.tier == "symbolic", flow.notes
    assert [node.name for node in flow.nodes if node.role == "input"] == names
    assert parts(flow) == 1


A, B = keras.Input((4,), name="a"), keras.Input((5,), name="b")
FIVE = np.ones((2, 5), "float32")
SEQUENTIAL = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
NAMED = keras.Model({"a": A, "b": B}, layers.Concatenate()([A, B]))
LISTED = keras.Model([A, B], layers.Concatenate()([A, B]))


@pytest.mark.parametrize(
    ("model", "inputs"),
    [
        (SEQUENTIAL, ROW),
        (SEQUENTIAL, np.ones((9, 4))),
        (SEQUENTIAL, np.ones((2, 4, 1), "float32")),
        (SEQUENTIAL, FIVE),
        (SEQUENTIAL, np.ones(4, "float32")),
        (SEQUENTIAL, np.ones((2, 3, 4, 5), "float32")),
        (SEQUENTIAL, {"inputs": ROW}),
        (SEQUENTIAL, {"inputs": FIVE}),
        (SEQUENTIAL, {"inputs": ROW, "training": False}),
        (NAMED, ({"a": ROW, "b": FIVE},)),
        (NAMED, ({"a": ROW, "b": ROW},)),
        (NAMED, ({"a": ROW},)),
        (NAMED, ({"a": ROW, "c": FIVE},)),
        (NAMED, ({"a": ROW, "b": FIVE, "z": FIVE},)),
        (LISTED, ([ROW, FIVE],)),
        (LISTED, ([FIVE, ROW],)),
        (LISTED, ([ROW],)),
        (LISTED, ([ROW, FIVE, FIVE],)),
        (LISTED, ({"a": ROW, "b": FIVE},)),
        (LISTED, ({"a": ROW, "z": FIVE},)),
    ],
)
@pytest.mark.filterwarnings("ignore:The structure of `inputs`")
def test_an_example_that_a_model_with_a_graph_would_not_take_is_refused_where_keras_refuses_it(model, inputs):
    call = Inputs.of(inputs)
    try:
        model(*call.args, **call.kwargs)
    except ValueError:
        with pytest.raises(InputsError, match=r"`inputs` does not fit: .* The model takes '.*' \(batch × 4 float32"):
            describe(model, inputs=inputs)
    else:
        assert flow_of(model, inputs).tier == "functional"


def test_an_example_that_does_not_fit_is_told_with_what_would():
    with pytest.raises(InputsError) as told:
        ModelView(LISTED, inputs=(ROW, np.ones((2, 7))))
    assert str(told.value) == (
        "`inputs` does not fit: 'b' is batch × 5 float32, and 2 × 7 was given. "
        "The model takes 'a' (batch × 4 float32), 'b' (batch × 5 float32), and says so itself: "
        "leave `inputs` out, or pass what it takes"
    )
    for model, inputs, said in [
        (SEQUENTIAL, "words", "a str, which has no shape, was given"),
        # Keras itself drops the second without a word.
        (SEQUENTIAL, (ROW, ROW), "2 were given by position"),
        (LISTED, {"a": ROW}, "'b' is missing"),
        (LISTED, (ROW, FIVE, FIVE), "3 were given by position"),
    ]:
        with pytest.raises(InputsError, match=said):
            describe(model, inputs=inputs)
    # By keywords and by position, as they are written for models of other kinds.
    for inputs in ({"a": ROW, "b": FIVE}, (ROW, FIVE), {"a": ROW, "b": FIVE, "training": False}):
        assert flow_of(LISTED, inputs).tier == flow_of(NAMED, inputs).tier == "functional"


def test_a_model_that_was_built_needs_no_example_and_one_that_was_not_asks_for_it():
    model = Calls(lambda self, x: self.fc(x))
    assert "inputs=" in flow_of(model).notes[0]
    model.build((None, 4))
    assert summary(flow_of(model)) == ["/inputs: input", "fc/dense: Dense", "/output: output"]
    # Keras keeps the shape of the first argument alone.
    two = Two()
    two(ROW, ROW)
    assert "inputs=" in flow_of(two).notes[0]
    assert flow_of(two, (ROW, ROW)).tier == "symbolic"


def test_an_example_of_one_size_serves_a_model_that_needs_it():
    flow = flow_of(Calls(lambda self, x: self.fc(x) + np.ones(x.shape, "float32")), ROW)
    assert flow.tier == "symbolic", flow.notes
    assert flow.edges[-1].shape == (2, 4)
    assert "/constant: constant" in summary(flow)


def test_a_shared_layer_is_two_calls_and_one_set_of_weights():
    structure = follow(Calls(lambda self, x: self.fc(self.fc(x)) + self.block(x), block=Block()), ROW)
    flow = structure.dataflow
    assert [node.path for node in flow.nodes if node.shared is not None] == ["fc@1"]
    structure = follow(Calls(lambda self, x: self.block(self.block(x)), block=Block()), ROW)
    assert summary(structure.dataflow) == [
        "/inputs: input",
        "block.inner/dense: Dense",
        "block/multiply: Multiply",
        "block@1.inner/dense: Dense",
        "block@1/multiply_1: Multiply",
        "/output: output",
    ]
    nodes = {node.path: node for node in structure.dataflow.nodes}
    assert (nodes["block@1"].shared, nodes["block@1.inner"].shared) == ("block", "block.inner")
    # The first call's edge into the block stands for all of what is in it.
    assert nodes["block"].outputs == nodes["block@1"].inputs


class Block(layers.Layer):
    """A layer of one's own, with weights and a layer."""

    def __init__(self, function=ops.multiply):
        super().__init__(name="block")
        self.inner = layers.Dense(4, name="inner")
        self.function = function

    def build(self, shape):
        self.inner.build(shape)
        self.scale = self.add_weight(shape=(4,), name="scale")
        self.unused = self.add_weight(shape=(4,), name="unused")

    def call(self, x):
        return self.function(self.inner(x), self.scale)


def built(model, inputs=ROW):
    model(inputs)
    return model


@pytest.mark.parametrize(
    ("function", "kinds"),
    [
        (ops.multiply, ["Dense", "Multiply"]),
        (lambda x, w: x * w, ["Dense", "Multiply"]),
        # What is made of the weight alone, the back end does.
        (lambda x, w: x + ops.exp(w), ["Dense", "Exp", "Add"]),
        (lambda x, w: w * x, ["Dense", "Mul"]),
        (lambda x, w: tf.nn.relu(x) * w, ["Dense", "Relu", "Mul"]),
        (tf.function(lambda x, w: x * w), ["Dense", "Multiply"]),
    ],
)
def test_the_operations_of_a_layer_of_ones_own_are_inside_it_and_say_what_they_read(function, kinds):
    structure = follow(built(Calls(lambda self, x: self.block(x), block=Block(function))), ROW)
    flow = structure.dataflow
    operations = [node for node in flow.nodes if node.role == "operation"]
    assert sorted(node.kind for node in operations) == sorted(kinds)
    assert {flow.nodes[node.parent].path for node in operations} == {"block", "block.inner"}
    assert read(flow) == {f"weight/block.{name}" for name in ("scale", "inner.kernel", "inner.bias")}
    assert parts(flow) == 1
    assert flow.notes == ()


def test_a_model_written_with_tensorflow_is_followed_into_its_layers():
    inner = keras.Input((4,), name="given")
    held = keras.Model(inner, layers.Dense(4, name="first")(inner), name="held")
    stack = keras.Sequential([layers.Dense(4, name="a"), layers.Dense(4, name="b")], name="stack")

    def call(self, x):
        y = self.held(tf.concat([x[:, :2], x[:, 2:]], 1))
        y = tf.nn.relu(self.stack(self.fc(y))) + self.fc(self.held(y))
        return {"y": y, "shape": tf.shape(x)}

    structure = follow(Calls(call, held=held, stack=stack), ROW)
    flow = structure.dataflow
    assert (flow.tier, flow.notes, parts(flow)) == ("symbolic", (), 1)
    assert summary(flow) == [
        "/inputs: input",
        "/Shape: Shape",
        "/StridedSlice: StridedSlice",
        "/StridedSlice_1: StridedSlice",
        "/ConcatV2: ConcatV2",
        "held.given/input_layer: InputLayer",
        "held.first/dense: Dense",
        "fc/dense: Dense",
        "stack.a/dense: Dense",
        "stack.b/dense: Dense",
        "/Relu: Relu",
        "held@1.given/input_layer: InputLayer",
        "held@1.first/dense: Dense",
        "fc@1/dense: Dense",
        "/AddV2: AddV2",
        "/shape: output",
        "/y: output",
    ]
    assert flow.edges[-1].shape == ("batch", 4)


def test_recurrent_layers_and_wrappers_are_one_operation_that_reads_all_their_weights():
    x = keras.Input((None,), dtype="int32", name="x")
    y = layers.Embedding(20, 8, mask_zero=True, name="words")(x)
    y = layers.LSTM(5, return_sequences=True, name="lstm")(y)
    y = layers.Bidirectional(layers.GRU(3, return_sequences=True, name="gru"), name="both")(y)
    y = layers.TimeDistributed(layers.Dense(2, name="each"), name="times")(y)
    structure = follow(keras.Model(x, y))
    nodes = {node.path: node for node in structure.dataflow.nodes}
    assert nodes["lstm/lstm"].reads == tuple(
        f"weight/lstm.lstm_cell.{name}" for name in ("kernel", "recurrent_kernel", "bias")
    )
    assert len(nodes["both/bidirectional"].reads) == 6
    assert nodes["times/time_distributed"].reads == ("weight/times.each.kernel", "weight/times.each.bias")
    assert read(structure.dataflow) == set(structure.tensors)
    assert structure.edges[0].shape == ("batch", "?")
    assert (structure.dataflow.tier, structure.dataflow.notes) == ("functional", ())


def test_attention_has_its_projections_and_a_mask_comes_along():
    x = keras.Input((6,), dtype="int32", name="x")
    y = layers.Embedding(20, 8, mask_zero=True, name="words")(x)
    structure = follow(keras.Model(x, layers.MultiHeadAttention(2, 4, name="attention")(y, y)))
    flow = structure.dataflow
    lines = summary(flow)
    for name in ("query", "key", "value", "attention_output"):
        assert f"attention.{name}/einsum_dense: EinsumDense" in lines
    assert [edge.target for edge in flow.edges if edge.source == "words/embedding"] == [
        f"attention.{name}/einsum_dense" for name in ("query", "key", "value")
    ]
    # The mask is made of what the embedding was given, and reaches what multiplies.
    [mask] = [node.path for node in flow.nodes if node.kind == "NotEqual"]
    reached, waiting = set(), [mask]
    while waiting:
        here = waiting.pop()
        reached.add(here)
        waiting += [edge.target for edge in flow.edges if edge.source == here]
    assert any("dot_product" in path for path in reached)
    assert read(flow) == set(structure.tensors)


def test_layers_that_share_layers_put_what_happens_where_it_happens():
    shared = layers.Dense(4, name="shared")
    x = keras.Input((4,))
    left = keras.Sequential([keras.Input((4,)), shared], name="left")
    right = keras.Sequential([keras.Input((4,)), shared, layers.ReLU(name="relu")], name="right")
    structure = follow(keras.Model(x, right(left(x))))
    operations = [line for line in summary(structure.dataflow) if line.endswith(("Dense", "ReLU"))]
    assert operations == ["left.shared/dense: Dense", "right.shared/dense: Dense", "right.relu/re_lu: ReLU"]
    assert structure.tensors["weight/right.shared.kernel"].address == "weight/left.shared.kernel"


def test_mixed_precision_shows_in_the_edges():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = Calls(lambda self, x: self.block(self.fc(x)), block=Block())
    finally:
        keras.config.set_dtype_policy("float32")
    structure = follow(built(model))
    assert {tensor.dtype for tensor in structure.tensors.values()} == {"float32"}
    assert [edge.dtype for edge in structure.edges] == ["bfloat16"] * 4
    flow = flow_of(model, ROW)
    assert [edge.dtype for edge in flow.edges] == ["float32", "bfloat16", "bfloat16", "bfloat16"]
    assert parts(flow) == 1


def test_lambdas_layers_without_weights_and_one_layer_alone():
    model = keras.Sequential([keras.Input((4,)), layers.Lambda(lambda x: x * 2, name="twice"), layers.Flatten()])
    flow = flow_of(model)
    assert [node.kind for node in flow.nodes if node.role == "operation"] == ["Lambda", "Flatten"]
    dense = layers.Dense(3)
    assert flow_of(dense).tier == "modules"
    dense.build((None, 4))
    assert summary(flow_of(dense)) == ["/inputs: input", "/dense: Dense", "/output: output"]


def test_a_sequential_model_that_is_not_built_takes_an_example():
    model = keras.Sequential([layers.Dense(3, name="a"), layers.ReLU(name="b")])
    assert flow_of(model).tier == "modules"
    flow = flow_of(model, ROW)
    assert summary(flow) == ["/inputs: input", "a/dense: Dense", "b/re_lu: ReLU", "/output: output"]
    assert not model.built


def test_a_model_that_calls_itself_and_one_that_makes_a_layer_in_its_call():
    class Falls(layers.Layer):
        def __init__(self):
            super().__init__()
            self.fc = layers.Dense(4, name="fc")

        def call(self, x, depth=3):
            return x if depth == 0 else self(self.fc(x), depth=depth - 1)

    assert [line for line in summary(flow_of(Falls(), ROW)) if "Dense" in line] == [
        "fc/dense: Dense",
        "fc@1/dense: Dense",
        "fc@2/dense: Dense",
    ]
    flow = flow_of(Calls(lambda self, x: layers.ReLU(name="made")(self.fc(x))), ROW)
    assert "/made: ReLU" in summary(flow)


def test_what_cannot_be_followed_is_one_operation_with_a_reason_or_the_tree_with_a_traceback():
    class Opaque(layers.Layer):
        def build(self, shape):
            self.scale = self.add_weight(shape=(4,), name="scale")

        def compute_output_spec(self, x):
            return keras.KerasTensor(x.shape, x.dtype)

        def call(self, x):
            return keras.ops.convert_to_tensor(np.asarray(x) * 2)

    structure = follow(built(Calls(lambda self, x: self.opaque(self.fc(x)), opaque=Opaque(name="opaque"))), ROW)
    flow = structure.dataflow
    assert summary(flow) == ["/inputs: input", "fc/dense: Dense", "opaque/opaque: Opaque", "/output: output"]
    assert "'opaque' (Opaque)" in flow.notes[0]
    assert read(flow) == set(structure.tensors)

    def raises(self, x):
        raise RuntimeError("wrong number of wheels")

    flow = flow_of(Calls(raises), ROW)
    assert (flow.tier, flow.edges, [node.path for node in flow.nodes]) == ("modules", (), ["", "fc"])
    assert "RuntimeError: wrong number of wheels" in flow.notes[0]
    assert "test_keras_dataflow.py" in flow.notes[0]


def test_a_dataflow_is_found_once_and_can_be_cancelled():
    capture = describe(Calls(lambda self, x: self.fc(x)), inputs=ROW).structure.capture
    with pytest.raises(Cancelled):
        capture(None, lambda: True)
    calls = iter([False, False, True])
    with pytest.raises(Cancelled):
        capture(None, lambda: next(calls))
    assert not capture.known
    told = []
    found = capture(lambda done, total, label: told.append(label), lambda: False)
    assert capture() is found
    assert told == ["Following the model symbolically"]


def test_a_view_shows_a_keras_model():
    view = ModelView(built(Calls(lambda self, x: self.fc(x))), inputs=ROW)
    assert len(view.structure.edges) == 2
    assert view.tensors["weight/fc.kernel"].read().shape == (4, 4)
    view.close()
