"""What the tests of ONNX models share: plain `onnx` to compare with, and small models to begin from."""

import numpy as np
import onnx
from graphs import MODULE, check
from onnx import TensorProto, helper, numpy_helper

from modelview.adapters import describe

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def info(name, dtype=FLOAT, shape=("batch", 4)):
    return helper.make_tensor_value_info(name, dtype, shape)


def model(nodes, inputs=None, outputs=None, weights=(), functions=(), opset=20, **kwargs):
    """A model whose nodes are given, from `x` to `y` if not said otherwise."""
    inputs = [info("x")] if inputs is None else inputs
    outputs = [info("y", shape=None)] if outputs is None else outputs
    graph = helper.make_graph(nodes, "main", inputs, outputs, list(weights))
    domains = {function.domain for function in functions} | {"", *(node.domain for node in nodes)}
    opsets = [helper.make_opsetid(domain, opset if domain == "" else 1) for domain in sorted(domains)]
    return helper.make_model(graph, opset_imports=opsets, functions=list(functions), **kwargs)


def saved(made, folder, name="model.onnx"):
    path = folder / name
    path.write_bytes(made.SerializeToString())
    return path


def inner_graphs(node):
    for attribute in node.attribute:
        if attribute.type == onnx.AttributeProto.GRAPH:
            yield attribute.g
        elif attribute.type == onnx.AttributeProto.GRAPHS:
            yield from attribute.graphs


def all_nodes(made):
    """Each node of a model that runs, in order: graphs within nodes before the node, calls of functions opened."""
    functions = {(function.domain, function.name): function for function in made.functions}

    def walk(nodes):
        for node in nodes:
            called = functions.get((node.domain, node.op_type))
            if called is not None:
                yield from walk(called.node)
                continue
            for graph in inner_graphs(node):
                yield from walk(graph.node)
            yield node

    return list(walk(made.graph.node))


def operations(flow):
    """The nodes that stand for nodes of the file: not the inputs of graphs within nodes."""
    return [node for node in flow.nodes if node.role in ("operation", "constant") and node.kind != "input"]


def known_values(array):
    """An array as ModelView has it: what NumPy lacks is widened, by ml_dtypes."""
    if array.dtype.isbuiltin == 1:
        return array
    name = array.dtype.name
    return array.astype(np.uint8 if name.startswith("uint") else np.int8 if name.startswith("int") else np.float32)


def checked(obj, made):
    """Describe a model, and compare all of it with plain `onnx`; returns what was described."""
    described = describe(obj)
    flow = described.structure.dataflow
    assert flow.tier == "file"
    check(flow, described.tensors)
    nodes, drawn = all_nodes(made), operations(flow)
    assert [node.op_type for node in nodes] == [node.kind for node in drawn]
    _check_edges(made, flow, drawn)
    for proto in made.graph.initializer:
        tensor = described.tensors[f"weight/{proto.name}"]
        assert tensor.shape == tuple(proto.dims)
        if proto.data_type != TensorProto.STRING:
            np.testing.assert_array_equal(tensor.read(), known_values(numpy_helper.to_array(proto)))
    return described


def _check_edges(made, flow, drawn):
    """Where no graph is within another, the edges and the tensors that are read are those of the file."""
    if made.functions or any(True for node in made.graph.node for _ in inner_graphs(node)):
        return
    paths = {}
    held = {proto.name for proto in made.graph.initializer}
    held |= {proto.values.name for proto in made.graph.sparse_initializer}
    for value, node in zip(
        [value for value in made.graph.input if value.name not in held],
        [node for node in flow.nodes if node.role == "input"],
        strict=True,
    ):
        paths[value.name] = node.path
    for proto, node in zip(made.graph.node, drawn, strict=True):
        paths |= {name: node.path for name in proto.output if name}
    outputs = [node for node in flow.nodes if node.role == "output"]
    given = [(list(proto.input), node) for proto, node in zip(made.graph.node, drawn, strict=True)]
    given += [([value.name], node) for value, node in zip(made.graph.output, outputs, strict=True)]
    expected = {(paths[name], node.path) for names, node in given for name in names if name in paths}
    assert {(edge.source, edge.target) for edge in flow.edges} == expected
    for names, node in given:
        if node.role != "constant":
            assert set(node.reads) == {f"weight/{name}" for name in names if name in held}


def modules(described):
    return {node.path: node for node in described.structure.modules if node.role == MODULE}


def weight(name, *shape):
    return numpy_helper.from_array(np.random.default_rng(len(name)).normal(size=shape).astype(np.float32), name)


def block(number, source, target, names):
    """An attention of one head, and its numbered weights, as PyTorch's older exporter names them."""
    base = f"/encoder/layer.{number}/attention"
    weights = [weight(f"{names}MatMul_{10 * number + i}", 8, 8) for i in range(3)]
    kept = [f"q{number}", f"k{number}", f"s{number}", f"p{number}"]
    nodes = [
        helper.make_node("MatMul", [source, weights[0].name], [kept[0]], name=f"{base}/query/MatMul"),
        helper.make_node("MatMul", [source, weights[1].name], [kept[1]], name=f"{base}/key/MatMul"),
        helper.make_node("MatMul", kept[:2], [kept[2]], name=f"{base}/MatMul"),
        helper.make_node("Softmax", [kept[2]], [kept[3]], name=f"{base}/Softmax"),
        helper.make_node("MatMul", [kept[3], weights[2].name], [target], name=f"/encoder/layer.{number}/output/MatMul"),
    ]
    return nodes, weights


def two_blocks():
    first, second = block(0, "x", "h", "onnx::"), block(1, "h", "y", "onnx::")
    return model([*first[0], *second[0]], inputs=[info("x", shape=(8, 8))], weights=[*first[1], *second[1]])


def branch(name, nodes, outputs, inputs=(), weights=()):
    return helper.make_graph(nodes, name, list(inputs), [info(each, shape=None) for each in outputs], list(weights))


def conditional():
    then = branch("t", [helper.make_node("Add", ["h", "w.bias"], ["a"], name="/block/Add")], ["a"])
    otherwise = branch("e", [helper.make_node("Mul", ["h", "inner"], ["b"])], ["b"], weights=[weight("inner", 4)])
    nodes = [
        helper.make_node("Relu", ["x"], ["h"], name="/block/Relu"),
        helper.make_node("If", ["c"], ["y"], then_branch=then, else_branch=otherwise, name="/block/If"),
    ]
    return model(nodes, inputs=[info("x"), info("c", BOOL, ())], weights=[weight("w.bias", 4)])


def local(name, inputs, outputs, nodes, **kwargs):
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("local", 1)]
    return helper.make_function("local", name, inputs, outputs, nodes, opsets, **kwargs)


def with_functions():
    scaled = local(
        "Scaled",
        ["a", "factor", "unused"],
        ["b"],
        [
            helper.make_node("Mul", ["a", "factor"], ["m"]),
            helper.make_node("LeakyRelu", ["m"], ["b"]),
        ],
        attributes=["slope"],
        attribute_protos=[helper.make_attribute("steps", 3)],
    )
    scaled.node[1].attribute.add(name="alpha", ref_attr_name="slope", type=onnx.AttributeProto.FLOAT)
    scaled.node[0].attribute.add(name="times", ref_attr_name="steps", type=onnx.AttributeProto.INT)
    twice = local(
        "Twice",
        ["a", "f"],
        ["c", "a"],
        [
            helper.make_node("Scaled", ["a", "f"], ["b"], domain="local", name="first", slope=0.5),
            helper.make_node("Scaled", ["b", "f"], ["c"], domain="local", name="second", slope=0.25, steps=4),
        ],
    )
    nodes = [
        helper.make_node("Twice", ["x", "w"], ["h", "same"], domain="local", name="/net/twice"),
        helper.make_node("Scaled", ["h", "w"], ["i"], domain="local", name="/net/once"),
        helper.make_node("Add", ["i", "same"], ["y"], name="/net/Add"),
    ]
    return model(nodes, weights=[weight("w", 4)], functions=[scaled, twice])
