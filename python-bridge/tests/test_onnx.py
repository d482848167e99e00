"""ONNX models: their tree, and what flows through them."""

import json

import numpy as np
import onnx
import onnx_ir as ir
import pytest
from graphs import check, summary
from onnx import TensorProto, helper, numpy_helper
from onnx_models import (
    BOOL,
    FLOAT,
    INT64,
    branch,
    checked,
    conditional,
    info,
    local,
    model,
    modules,
    operations,
    saved,
    two_blocks,
    weight,
    with_functions,
)

from modelview import ModelView
from modelview.adapters import describe
from modelview.errors import InputsError


def test_a_tree_is_in_the_names_of_nodes_and_equal_blocks_fold(tmp_path):
    described = checked(saved(two_blocks(), tmp_path), two_blocks())
    assert list(modules(described)) == [
        "",
        "encoder",
        "encoder.layer",
        "encoder.layer.0",
        "encoder.layer.0.attention",
        "encoder.layer.0.attention.query",
        "encoder.layer.0.attention.key",
        "encoder.layer.0.output",
        "encoder.layer.1",
        "encoder.layer.1.attention",
        "encoder.layer.1.attention.query",
        "encoder.layer.1.attention.key",
        "encoder.layer.1.output",
    ]
    assert "0 … 1" in repr(described.structure)
    assert "× 2" in repr(described.structure)
    # A weight whose name says nothing is where it is read.
    assert modules(described)["encoder.layer.1.attention.key"].own == ("weight/onnx::MatMul_11",)
    assert described.structure.totals["parameters"] == 6 * 64


def test_blocks_of_other_shapes_do_not_fold():
    made = two_blocks()
    made.graph.initializer[4].CopyFrom(weight(made.graph.initializer[4].name, 8, 9))
    described = describe(made)
    assert modules(described)["encoder.layer.0"].signature != modules(described)["encoder.layer.1"].signature


def test_a_module_of_one_operation_is_called_by_it_and_blocks_that_compute_something_else_do_not_fold():
    kinds = ["Relu", "Sigmoid", "Sigmoid"]
    nodes = []
    for i, kind in enumerate(kinds):
        nodes.append(helper.make_node("Add", [f"v{i}", f"w{i}"], [f"a{i}"], name=f"/h.{i}/shift/Add"))
        nodes.append(helper.make_node(kind, [f"a{i}"], [f"v{i + 1}"], name=f"/h.{i}/act/{kind}"))
    weights = [weight(f"w{i}", 4) for i in range(3)]
    described = describe(model(nodes, inputs=[info("v0")], outputs=[info("v3", shape=None)], weights=weights))
    drawn = modules(described)
    assert [drawn[f"h.{i}.act"].kind for i in range(3)] == kinds
    assert [drawn[f"h.{i}.shift"].kind for i in range(3)] == ["Add"] * 3
    assert [drawn[place].kind for place in ("", "h", "h.0")] == ["ONNX", "", ""]
    assert drawn["h.0"].signature != drawn["h.1"].signature == drawn["h.2"].signature


def test_what_a_sequential_is_called_is_not_said_twice():
    nodes = [
        helper.make_node("Relu", ["x"], ["h"], name="/layer1/layer1.0/act/Relu"),
        helper.make_node("Relu", ["h"], ["y"], name="/layer1/layer1.0/down/down.1/Relu"),
    ]
    assert list(modules(describe(model(nodes)))) == [
        "",
        "layer1",
        "layer1.0",
        "layer1.0.act",
        "layer1.0.down",
        "layer1.0.down.1",
    ]


def test_a_tree_is_in_the_names_of_weights_where_nodes_have_none():
    weights = [weight(f"h.{i}.{name}.weight", 4, 4) for i in range(2) for name in ("up", "down")]
    nodes, source = [], "x"
    for i in range(2):
        nodes += [
            helper.make_node("MatMul", [source, f"h.{i}.up.weight"], [f"a{i}"]),
            helper.make_node("Relu", [f"a{i}"], [f"b{i}"]),
            helper.make_node("MatMul", [f"b{i}", f"h.{i}.down.weight"], [f"c{i}"]),
            helper.make_node("Add", [source, f"c{i}"], [f"d{i}"]),
        ]
        source = f"d{i}"
    nodes.append(helper.make_node("Softmax", [source], ["y"]))
    described = checked(model(nodes, weights=weights), model(nodes, weights=weights))
    assert [node.path for node in operations(described.structure)] == [
        "h.0.up/MatMul",
        # Between two modules of a block: in the block.
        "h.0/Relu",
        "h.0.down/MatMul",
        # Between blocks, and what reads the model's input or gives its output.
        "/Add",
        "h.1.up/MatMul",
        "h.1/Relu",
        "h.1.down/MatMul",
        "/Add_1",
        "/Softmax",
    ]
    assert "0 … 1" in repr(described.structure)


def test_without_any_names_the_graph_is_flat():
    nodes = [helper.make_node("Relu", ["x"], ["h"]), helper.make_node("Relu", ["h"], ["y"])]
    described = checked(model(nodes), model(nodes))
    assert list(modules(described)) == [""]
    assert summary(described.structure) == ["/x: input", "/Relu: Relu", "/Relu_1: Relu", "/y: output"]


def test_metadata_of_pytorchs_exporter_is_believed_before_names():
    nodes = []
    for i, (scopes, classes) in enumerate(
        [
            (["", "fc", "linear"], ["my.Net", "torch.nn.Linear", "aten.linear.default"]),
            (["", "relu"], ["my.Net", "aten.relu.default"]),
            (["", "fc", "linear_1"], ["my.Net", "torch.nn.Linear", "aten.linear.default"]),
        ]
    ):
        node = helper.make_node("Relu", [f"v{i}"], [f"v{i + 1}"], name=f"/other/node_{i}")
        node.metadata_props.add(key="pkg.torch.onnx.name_scopes", value=repr(scopes))
        node.metadata_props.add(key="pkg.torch.onnx.class_hierarchy", value=repr(classes))
        trace = (
            'File "/site-packages/torch/nn/x.py", line 1, in f\n  a\nFile "/home/me/net.py", line 7, in forward\n  b\n'
        )
        trace += 'File "/lib/site-packages/torch/nn/modules/linear.py", line 134, in forward\n  c'
        node.metadata_props.add(key="pkg.torch.onnx.stack_trace", value=trace)
        nodes.append(node)
    described = describe(model(nodes, inputs=[info("v0")], outputs=[info("v3", shape=None)]))
    assert {node.path: node.kind for node in described.structure.modules} == {"": "Net", "fc": "Linear"}
    assert [node.path for node in operations(described.structure)] == ["fc/node_0", "/node_1", "fc/node_2"]
    assert {node.source for node in operations(described.structure)} == {"/home/me/net.py:7"}


def test_modules_come_in_the_order_in_which_data_reaches_them():
    nodes = [
        # Exporters put copies of tied weights first, in any order.
        helper.make_node("Identity", ["first.w"], ["tied"], name="/second/Identity"),
        helper.make_node("Add", ["x", "first.w"], ["h"], name="/first/Add"),
        helper.make_node("Add", ["h", "tied"], ["y"], name="/second/Add"),
    ]
    described = describe(model(nodes, weights=[weight("first.w", 4), weight("unread.w", 4)]))
    assert list(modules(described)) == ["", "first", "second", "unread"]


def test_edges_have_the_shapes_of_the_file_or_those_that_onnx_infers(tmp_path):
    weights = [weight("w", 4, 6)]
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["h"]),
        helper.make_node("Cast", ["h"], ["c"], to=TensorProto.BFLOAT16),
        helper.make_node("Mystery", ["c"], ["u"], domain="custom"),
        helper.make_node("Relu", ["u"], ["y"]),
    ]
    made = model(nodes, weights=weights, outputs=[info("y", shape=(None, "width"))])
    flow = describe(saved(made, tmp_path)).structure.dataflow
    assert [str(edge.value) for edge in flow.edges] == [
        "batch × 4 float32",
        "batch × 6 float32",
        "batch × 6 bfloat16",
        # Of what an unknown operator makes nothing is known.
        "?",
        "? × width float32",
    ]
    # What a file says is believed.
    made.graph.value_info.append(info("h", shape=("rows", 6)))
    made.graph.value_info.append(info("c", TensorProto.FLOAT8E5M2, ("rows", 6)))
    made.graph.value_info.append(info("u", TensorProto.INT4, ()))
    flow = describe(saved(made, tmp_path)).structure.dataflow
    assert [str(edge.value) for edge in flow.edges][1:4] == ["rows × 6 float32", "rows × 6 float8_e5m2", "scalar int4"]


def test_large_weights_are_not_given_to_shape_inference_and_small_ones_are(monkeypatch):
    sizes = numpy_helper.from_array(np.array([2, -1, 2]), "sizes")
    large = weight("large", 100, 100)
    nodes = [
        helper.make_node("MatMul", ["x", "large"], ["h"]),
        helper.make_node("Reshape", ["h", "sizes"], ["r"]),
        helper.make_node("Relu", ["r"], ["y"]),
    ]
    made = model(nodes, inputs=[info("x", shape=(3, 100))], weights=[large, sizes])
    given = []
    real = onnx.shape_inference.infer_shapes
    monkeypatch.setattr(onnx.shape_inference, "infer_shapes", lambda m, **k: given.append(m) or real(m, **k))
    described = describe(made)
    assert given == []
    assert [edge.shape for edge in described.structure.edges if edge.target == "/Relu"] == [(2, 75, 2)]
    [light] = given
    assert light.ByteSize() < 2000
    assert len(made.graph.initializer[0].raw_data) == 40_000


def test_nodes_have_their_attributes_domain_opset_and_words():
    node = helper.make_node(
        "Op", ["x"], ["y"], domain="custom", doc_string="what it does", axis=-1, alpha=0.1, names=["a", "b"],
        ratios=[0.1, 0.5], many=list(range(1000)), table=numpy_helper.from_array(np.array([[1, 2], [3, 4]], np.int8)),
        big=numpy_helper.from_array(np.zeros((5, 7), np.float16)), nan=float("nan"),
        kind=helper.make_tensor_type_proto(FLOAT, [2]),
    )  # fmt: skip
    [drawn] = operations(describe(model([node])).structure)
    attributes = dict(drawn.attributes)
    assert "Tensor(FLOAT)" in attributes.pop("kind")
    assert attributes == {
        "domain": "custom",
        "opset": 1,
        "doc_string": "what it does",
        "axis": -1,
        "alpha": 0.1,
        "names": ["a", "b"],
        "ratios": [0.1, 0.5],
        "many": "1,000 values",
        "table": [[1, 2], [3, 4]],
        "big": "float16 5 × 7",
        "nan": "nan",
    }


def test_the_model_says_who_made_it(tmp_path):
    made = model(
        [helper.make_node("Relu", ["x"], ["y"])], producer_name="maker", producer_version="1.2", doc_string="d"
    )
    made.metadata_props.add(key="license", value="BSD")
    made.ir_version = 9
    root = describe(saved(made, tmp_path)).structure.modules[0]
    assert root.attributes == {
        "license": "BSD",
        "producer": "maker 1.2",
        "ir_version": 9,
        "opset_imports": ["ai.onnx 20"],
        "doc_string": "d",
        "graph": "main",
    }
    assert describe(made).structure.dataflow.nodes[0].attributes == root.attributes


def test_nodes_that_nothing_reads_are_drawn_since_they_are_in_the_file():
    nodes = [
        helper.make_node("Relu", ["x"], ["dead"]),
        helper.make_node("Constant", [], ["lonely"], value_float=1.0),
        helper.make_node("Relu", ["x"], ["y"]),
    ]
    checked(model(nodes), model(nodes))


def pairs(flow):
    return {(edge.source, edge.target) for edge in flow.edges}


def test_branches_are_places_of_their_own_that_read_from_outside(tmp_path):
    described = checked(saved(conditional(), tmp_path), conditional())
    assert {node.path: node.kind for node in described.structure.modules if node.path.startswith("block")} == {
        "block": "",
        "block.If": "If",
        "block.If.then_branch": "Graph",
        "block.If.else_branch": "Graph",
    }
    flow = described.structure.dataflow
    assert pairs(flow) == {
        ("/x", "block/Relu"),
        # The node's own place is not said again within it.
        ("block/Relu", "block.If.then_branch/Add"),
        ("block/Relu", "block.If.else_branch/Mul"),
        ("/c", "block.If/If"),
        ("block.If.then_branch/Add", "block.If/If"),
        ("block.If.else_branch/Mul", "block.If/If"),
        ("block.If/If", "/y"),
    }
    reads = {node.path: node.reads for node in flow.nodes if node.reads}
    assert reads == {
        "block.If.then_branch/Add": ("weight/w.bias",),
        "block.If.else_branch/Mul": ("weight/inner",),
    }
    assert described.tensors["inner"].node == "block.If.else_branch"
    np.testing.assert_array_equal(described.tensors["inner"].read(), numpy_helper.to_array(weight("inner", 4)))
    assert {edge.shape for edge in flow.edges if edge.target == "block.If/If"} == {(), ("batch", 4)}


def test_names_of_weights_in_two_branches_are_told_apart():
    graphs = [
        branch(name, [helper.make_node("Add", ["x", "w"], [name])], [name], weights=[weight("w", 4)]) for name in "ab"
    ]
    node = helper.make_node("If", ["c"], ["y"], then_branch=graphs[0], else_branch=graphs[1])
    described = describe(model([node], inputs=[info("x"), info("c", BOOL, ())]))
    check(described.structure.dataflow, described.tensors)
    assert list(described.tensors) == ["weight/w", "weight/If.then_branch.w"]
    assert described.structure.totals["parameters"] == 8


def test_a_loop_is_drawn_without_an_edge_back():
    body = branch(
        "body",
        [
            helper.make_node("Identity", ["more"], ["on"]),
            helper.make_node("Add", ["carried", "outside"], ["next"]),
            helper.make_node("Cast", ["turn"], ["each"], to=FLOAT),
        ],
        ["on", "next", "each"],
        inputs=[
            info("turn", INT64, ()),
            info("more", BOOL, ()),
            info("carried", shape=(4,)),
            info("unread", shape=(4,)),
        ],
    )
    # The last carried value goes round untouched, and is read by nothing.
    body.output.insert(2, info("unread", shape=None))
    nodes = [
        helper.make_node("Relu", ["x"], ["outside"]),
        helper.make_node("Loop", ["count", "", "x", "x"], ["y", "", "scan"], body=body),
    ]
    made = model(nodes, inputs=[info("x", shape=(4,)), info("count", INT64, ())], outputs=[info("y", shape=None)])
    flow = checked(made, made).structure.dataflow
    assert pairs(flow) == {
        ("/x", "/Relu"),
        ("/count", "Loop/Loop"),
        ("/x", "Loop/Loop"),
        ("/x", "Loop.body/carried"),
        ("/x", "Loop.body/unread"),
        ("/Relu", "Loop.body/Add"),
        ("Loop.body/more", "Loop.body/Identity"),
        ("Loop.body/carried", "Loop.body/Add"),
        ("Loop.body/turn", "Loop.body/Cast"),
        ("Loop.body/Identity", "Loop/Loop"),
        ("Loop.body/Add", "Loop/Loop"),
        ("Loop.body/unread", "Loop/Loop"),
        ("Loop.body/Cast", "Loop/Loop"),
        ("Loop/Loop", "/y"),
    }


@pytest.mark.parametrize(("opset", "given"), [(8, ["", "x", "s"]), (11, ["x", "s"])])
def test_a_scan_gives_its_body_what_it_is_given_in_each_version(opset, given):
    body = branch("body", [helper.make_node("Add", ["state", "row"], ["out"])], ["out", "out"])
    body.input.extend([info("state", shape=(4,)), info("row", shape=(4,))])
    del body.output[1]
    node = helper.make_node("Scan", given, ["y"], body=body, num_scan_inputs=1)
    made = model([node], inputs=[info("x", shape=(4,)), info("s", shape=(3, 4))], opset=opset)
    flow = checked(made, made).structure.dataflow
    assert {("/x", "Scan.body/state"), ("/s", "Scan.body/row"), ("Scan.body/Add", "Scan/Scan")} <= pairs(flow)


def test_a_sequence_map_and_graphs_of_unknown_operators_are_places_too():
    body = branch("body", [helper.make_node("Relu", ["item"], ["out"])], ["out"], inputs=[info("item")])
    others = [branch(f"g{i}", [helper.make_node("Relu", ["x"], [f"o{i}"])], [f"o{i}"]) for i in range(2)]
    nodes = [
        helper.make_node("SequenceMap", ["s"], ["t"], body=body),
        helper.make_node("Choose", ["t"], ["y"], domain="custom", options=others),
    ]
    sequence = helper.make_tensor_sequence_value_info("s", FLOAT, [4])
    flow = checked(*[model(nodes, inputs=[info("x"), sequence])] * 2).structure.dataflow
    assert ("/s", "SequenceMap.body/item") in pairs(flow)
    assert {("Choose.options_0/Relu", "Choose/Choose"), ("Choose.options_1/Relu", "Choose/Choose")} <= pairs(flow)
    assert [str(edge.value) for edge in flow.edges if edge.source == "/s"] == ["? sequence(float32)"] * 2


def test_each_call_of_a_function_is_a_place_with_what_is_inside(tmp_path):
    described = checked(saved(with_functions(), tmp_path), with_functions())
    assert {node.path: node.kind for node in described.structure.modules} == {
        "": "ONNX",
        "net": "",
        "net.twice": "Twice",
        "net.twice.first": "Scaled",
        "net.twice.second": "Scaled",
        "net.once": "Scaled",
    }
    flow = described.structure.dataflow
    assert pairs(flow) == {
        ("/x", "net.twice.first/Mul"),
        ("net.twice.first/Mul", "net.twice.first/LeakyRelu"),
        ("net.twice.first/LeakyRelu", "net.twice.second/Mul"),
        ("net.twice.second/Mul", "net.twice.second/LeakyRelu"),
        ("net.twice.second/LeakyRelu", "net.once/Mul"),
        ("net.once/Mul", "net.once/LeakyRelu"),
        ("net.once/LeakyRelu", "net/Add"),
        # What a function hands on comes from where it was made.
        ("/x", "net/Add"),
        ("net/Add", "/y"),
    }
    nodes = {node.path: node for node in flow.nodes}
    reads = {path: node.reads for path, node in nodes.items() if node.reads}
    assert list(reads) == ["net.twice.first/Mul", "net.twice.second/Mul", "net.once/Mul"]
    assert set(reads.values()) == {("weight/w",)}
    # What a call gives, what the function has of itself, and what neither says.
    assert nodes["net.twice.first/LeakyRelu"].attributes == {"opset": 18, "alpha": 0.5}
    assert nodes["net.twice.second/LeakyRelu"].attributes == {"opset": 18, "alpha": 0.25}
    assert nodes["net.once/LeakyRelu"].attributes == {"opset": 18}
    assert [nodes[f"net.{path}/Mul"].attributes["times"] for path in ("twice.first", "twice.second", "once")] == [
        3,
        4,
        3,
    ]
    assert nodes["net.twice.second"].attributes["slope"] == 0.25
    assert described.tensors["w"].node == "net"
    assert modules(described)["net.twice.first"].signature == modules(described)["net.once"].signature


def test_a_constant_in_a_function_is_one_tensor_however_often_it_is_called():
    value = numpy_helper.from_array(np.arange(32, dtype=np.float32))
    nodes = [helper.make_node("Constant", [], ["k"], value=value), helper.make_node("Add", ["a", "k"], ["b"])]
    calls = [
        helper.make_node("Shift", ["x"], ["h"], domain="local"),
        helper.make_node("Shift", ["h"], ["y"], domain="local"),
    ]
    described = checked(*[model(calls, functions=[local("Shift", ["a"], ["b"], nodes)])] * 2)
    assert described.structure.totals["parameters"] == 32
    assert [node.reads for node in described.structure.nodes if node.role == "constant"] == [("weight/k",)] * 2


@pytest.mark.parametrize("make", [two_blocks, conditional, with_functions])
def test_a_model_in_memory_is_drawn_as_its_file_and_is_left_as_it_is(make, tmp_path):
    made = make()
    before = made.SerializeToString(deterministic=True)
    in_file = describe(saved(made, tmp_path), name="m")
    by_message = describe(made, name="m")
    parsed = ir.from_proto(made)
    text = str(parsed)
    by_ir = describe(parsed, name="m")
    for other in (by_message, by_ir):
        assert [node.to_json() for node in other.structure.modules] == [
            node.to_json() for node in in_file.structure.modules
        ]
        assert pairs(other.structure.dataflow) == pairs(in_file.structure.dataflow)
        for address, tensor in in_file.tensors.items():
            np.testing.assert_array_equal(other.tensors[address].read(), tensor.read())
    assert made.SerializeToString(deterministic=True) == before
    assert str(parsed) == text


def test_a_view_of_a_file_shows_its_tree_its_tensors_and_its_graph(tmp_path):
    path = saved(two_blocks(), tmp_path)
    view = ModelView(str(path))
    assert view.structure.name == "model"
    assert view.structure.kind == "ONNX"
    assert view.tensors["weight/onnx::MatMul_0"].shape == (8, 8)
    graph = json.loads(json.dumps(view.structure.dataflow.to_json(), allow_nan=False))
    assert graph["tier"] == "file"
    assert len(graph["edges"]) == len(view.structure.edges) == 13
    # A folder with a model in it, as Hugging Face's libraries leave it.
    assert ModelView(tmp_path).structure.name == "model"
    view.close()


def test_printing_says_that_shapes_are_read_and_nothing_is_called(tmp_path):
    made = two_blocks()
    for obj in (saved(made, tmp_path), made, ir.from_proto(made)):
        structure = describe(obj).structure
        assert str(structure).splitlines()[-1] == (
            "Shapes: not known yet. `.structure.summary()` reads what the model has of them; nothing is called for it."
        )
        assert "8 × 8" in str(structure.summary())
        assert "Shapes:" not in str(structure)


def test_an_example_that_a_file_does_not_take_is_refused_with_what_it_takes(tmp_path):
    """It is not called with one, but a wrong one is a mistake that should be heard of."""
    inputs = [info("x", shape=("batch", 3)), info("mask", BOOL, (1, "length")), info("w", shape=(3,))]
    nodes = [helper.make_node("Add", ["x", "w"], ["y"]), helper.make_node("Not", ["mask"], ["n"])]
    made = model(nodes, inputs=inputs, weights=[weight("w", 3)])
    path = saved(made, tmp_path)
    x, mask = np.ones((8, 3)), np.ones((1, 5), bool)
    for fits in ((x, mask), {"x": x, "mask": mask}, ((x,), {"mask": mask}), {"x": x, "mask": mask, "w": np.ones(3)}):
        for obj in (path, made, ir.from_proto(made)):
            assert summary(describe(obj, inputs=fits).structure.dataflow) == summary(describe(obj).structure.dataflow)
    for wrong, said in [
        ((np.ones((8, 7)), mask), "'x' is batch × 3 float32, and 8 × 7 was given"),
        ((np.ones(3), mask), "'x' is batch × 3 float32, and 3 was given"),
        ((x, np.ones((2, 5))), "'mask' is 1 × length bool, and 2 × 5 was given"),
        ((3.0, mask), "'x' is batch × 3 float32, and scalar was given"),
        ((x, [[True]]), "'mask' is 1 × length bool, and a list, which has no shape, was given"),
        (x, "'mask' is missing"),
        ((x, mask, x), "3 were given by position"),
        ({"x": x, "mask": mask, "ids": x}, "it takes none named 'ids'"),
        ({"x": x, "mask": mask, "w": x}, "'w' is 3 float32, and 8 × 3 was given"),
    ]:
        for obj in (path, made, ir.from_proto(made)):
            with pytest.raises(InputsError) as told:
                describe(obj, inputs=wrong)
            assert str(told.value) == (
                f"`inputs` does not fit: {said}. The model takes 'x' (batch × 3 float32), 'mask' (1 × length bool), "
                "and says so itself: leave `inputs` out, or pass what it takes"
            )
    sequence = helper.make_tensor_sequence_value_info("s", FLOAT, None)
    length = model([helper.make_node("SequenceLength", ["s"], ["y"])], inputs=[sequence])
    assert describe(length, inputs=([np.ones(3)],)).structure.dataflow.tier == "file"


def test_numbers_of_the_program_are_the_models_and_do_not_keep_blocks_from_folding():
    made = two_blocks()
    # An axis that only the first block happens to read: the second has it from elsewhere.
    made.graph.initializer.append(numpy_helper.from_array(np.array([-1, 8]), "val_7"))
    made.graph.initializer.append(numpy_helper.from_array(np.array(0.125, np.float32), "val_8"))
    made.graph.node[2].input.extend(["val_7", "val_8"])
    described = describe(made)
    assert [described.tensors[name].node for name in ("val_7", "val_8")] == ["", ""]
    assert "× 2" in repr(described.structure)
    assert operations(described.structure)[2].reads == ("weight/val_7", "weight/val_8")


def test_nodes_that_the_exporter_put_in_itself_are_in_no_module_of_its_own():
    nodes = [helper.make_node("Relu", ["x"], ["h"], name="a"), helper.make_node("Relu", ["h"], ["y"], name="b")]
    for node, scopes in zip(
        nodes, (["_empty_nn_module_stack_from_metadata_hook", "sym_size"], ["", "fc", "relu"]), strict=True
    ):
        node.metadata_props.add(key="pkg.torch.onnx.name_scopes", value=repr(scopes))
    assert [node.path for node in operations(describe(model(nodes)).structure)] == ["/a", "fc/b"]


def test_a_weight_stays_in_its_module_where_an_exporter_computes_it_in_another():
    nodes = [
        helper.make_node("Conv", ["x", "block.conv.weight", "b"], ["h"], name="/block/norm/Conv"),
        # Of a model that was called something else within what was exported.
        helper.make_node("Add", ["h", "wrapped.inner.bias"], ["y"], name="/inner/Add"),
    ]
    weights = [weight("block.conv.weight", 4, 4, 1), weight("b", 4, 5), weight("wrapped.inner.bias", 4, 5)]
    described = describe(model(nodes, weights=weights))
    assert [tensor.node for tensor in described.tensors.values()] == ["block.conv", "block.norm", "inner"]


def test_a_graph_that_a_function_is_given_leaves_its_node_without_branches():
    choose = local("Choose", ["a", "c"], ["b"], [helper.make_node("If", ["c"], ["b"])], attributes=["way"])
    for name in ("then_branch", "else_branch"):
        choose.node[0].attribute.add(name=name, ref_attr_name="way", type=onnx.AttributeProto.GRAPH)
    way = branch("way", [helper.make_node("Relu", ["x"], ["o"])], ["o"])
    nodes = [helper.make_node("Choose", ["x", "c"], ["y"], domain="local", way=way)]
    described = describe(model(nodes, inputs=[info("x"), info("c", BOOL, ())], functions=[choose]))
    check(described.structure.dataflow, described.tensors)
    assert pairs(described.structure.dataflow) == {("/c", "Choose/If"), ("Choose/If", "/y")}


def test_a_message_that_was_changed_since_is_drawn_as_it_was_described():
    made = model([helper.make_node("Relu", ["x"], ["h"]), helper.make_node("Relu", ["h"], ["y"])])
    described = describe(made)
    made.graph.node.append(helper.make_node("Relu", ["y"], ["z"]))
    flow = described.structure.dataflow
    assert len(operations(flow)) == 2
    assert flow.notes == ("The model was changed after it was described: show it again for its shapes.",)
