"""ONNX files that are not as they should be: refused with what is wrong, or drawn as far as they go."""

import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnx_ir as ir
import pytest
from google.protobuf.message import Message
from graphs import check
from onnx import TensorProto, helper, numpy_helper
from onnx_models import (
    FLOAT,
    INT64,
    checked,
    conditional,
    info,
    model,
    operations,
    saved,
    two_blocks,
    with_functions,
)

from modelview import errors
from modelview.adapters import describe


def relu(source, target, **kwargs):
    return helper.make_node("Relu", [source], [target], **kwargs)


def small():
    weight = helper.make_tensor("fc.weight", FLOAT, [4, 4], [0.5] * 16)
    nodes = [helper.make_node("MatMul", ["x", "fc.weight"], ["h"], name="/fc/MatMul"), relu("h", "y")]
    return model(nodes, weights=[weight], producer_name="tests")


def test_a_file_that_was_cut_anywhere_is_refused_or_drawn_as_far_as_it_is_whole(tmp_path):
    whole = small().SerializeToString()
    path = tmp_path / "model.onnx"
    refused = drawn = 0
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        try:
            described = describe(path)
        except errors.UnsupportedModelError as problem:
            said = str(problem)
            refused += "model.onnx" in said and ("cut" in said or "empty" in said)
            continue
        # The graph is whole, and what follows it is gone.
        assert [node.kind for node in operations(described.structure.dataflow)] == ["MatMul", "Relu"]
        assert length > len(small().graph.SerializeToString())
        drawn += 1
    assert refused + drawn == len(whole)
    assert 0 < drawn < 20


def test_bytes_changed_anywhere_are_refused_or_drawn_and_nothing_else(tmp_path):
    whole = small().SerializeToString()
    path = tmp_path / "model.onnx"
    seen = set()
    for place in range(len(whole)):
        for change in (0x01, 0x80, 0xFF):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1 :])
            try:
                described = describe(path)
                flow = described.structure.dataflow
            except errors.UnsupportedModelError:
                seen.add("refused")
                continue
            check(flow, described.tensors)
            described.structure.to_json()
            flow.to_json()
            seen.add("drawn")
    assert seen == {"refused", "drawn"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty: it has 0 bytes"),
        (b"# A model\n\nNo, a text.\n" * 20, "is no ONNX model, or one that was cut"),
        (bytes(100), "is no ONNX model, or one that was cut"),
        (b"\x80\x04\x95pickle", "is no ONNX model, or one that was cut"),
        (onnx.StringStringEntryProto(key="a", value="b").SerializeToString(), "no ONNX model"),
        (b"\x08\x0a\x12\x05tests", "has no graph in it"),
    ],
)
def test_a_file_that_is_no_model_is_refused_with_what_is_wrong(data, said, tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(data)
    with pytest.raises(errors.UnsupportedModelError, match=said):
        describe(path)


def test_a_folder_a_missing_file_and_one_of_another_kind_are_refused_with_what_is_wrong(tmp_path):
    (tmp_path / "folder.onnx").mkdir()
    with pytest.raises(errors.UnsupportedModelError, match="is a folder with none of"):
        describe(tmp_path / "folder.onnx")
    with pytest.raises(errors.UnsupportedModelError, match="there is no file"):
        describe(tmp_path / "missing.onnx")
    with pytest.raises(errors.UnsupportedModelError, match="is a path or a name, not a model or an array"):
        describe(tmp_path / "model.h5")


def test_a_file_beyond_what_protobuf_reads_is_refused_with_the_way_out(tmp_path):
    path = tmp_path / "model.onnx"
    with path.open("wb") as file:
        file.truncate(2**31)
    with pytest.raises(errors.UnsupportedModelError, match="save_as_external_data=True"):
        describe(path)


def test_without_onnx_ir_an_error_says_how_to_install_it(tmp_path):
    path = saved(small(), tmp_path)
    code = (
        "import sys; sys.modules['onnx_ir'] = None\n"
        "from modelview.adapters import describe\nfrom modelview.errors import UnsupportedModelError\n"
        f"try:\n    describe({str(path)!r})\n"
        "except UnsupportedModelError as problem:\n    print(problem)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install modelview[onnx]" in ran.stdout


def test_no_framework_is_imported_for_what_is_no_onnx_model():
    code = (
        "import sys, numpy\nfrom modelview.adapters import describe\n"
        "describe({'w': numpy.ones(3)})\nprint([name for name in ('onnx', 'onnx_ir', 'torch') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_what_is_part_of_a_model_is_left_to_other_adapters(tmp_path):
    for part in (ir.DataType.FLOAT, small().graph, tmp_path / "model.safetensors"):
        with pytest.raises(errors.UnsupportedModelError):
            describe(part)


def test_a_circle_is_told_and_all_but_the_edge_that_closes_it_is_drawn(tmp_path):
    nodes = [
        helper.make_node("Add", ["x", "c"], ["a"], name="first"),
        relu("a", "b", name="second"),
        relu("b", "c", name="third"),
        relu("c", "y", name="last"),
    ]
    described = describe(saved(model(nodes), tmp_path))
    flow = described.structure.dataflow
    check(flow, described.tensors)
    assert len(operations(flow)) == 4
    assert {(edge.source, edge.target) for edge in flow.edges} == {
        ("/x", "/first"),
        ("/first", "/second"),
        ("/second", "/third"),
        ("/third", "/last"),
        ("/last", "/y"),
    }
    [note] = flow.notes
    assert "first → second → third → first" in note
    assert "not drawn" in note


def test_a_node_that_reads_itself_is_a_circle(tmp_path):
    flow = describe(saved(model([helper.make_node("Add", ["x", "y"], ["y"], name="me")]), tmp_path)).structure.dataflow
    assert "me → me" in flow.notes[0]
    assert [(edge.source, edge.target) for edge in flow.edges] == [("/x", "/me"), ("/me", "/y")]


def test_a_function_that_is_given_its_own_result_ends():
    same = helper.make_function("local", "Same", ["a"], ["a"], [], [helper.make_opsetid("", 20)])
    nodes = [helper.make_node("Same", ["y"], ["y"], domain="local")]
    described = describe(model(nodes, functions=[same]))
    check(described.structure.dataflow, described.tensors)


def test_many_circles_are_drawn():
    many = 5_000
    nodes = [helper.make_node("Sum", ["x", f"v{i + 1}", f"v{many - 1}"], [f"v{i}"]) for i in range(many - 1)]
    nodes.append(helper.make_node("Sum", ["v0"], [f"v{many - 1}"]))
    described = describe(model(nodes, outputs=[info("v0", shape=None)]))
    check(described.structure.dataflow, described.tensors)


def test_nodes_that_are_not_in_order_are_no_circle(tmp_path):
    nodes = [relu("b", "y", name="last"), relu("a", "b", name="second"), relu("x", "a", name="first")]
    described = describe(saved(model(nodes), tmp_path))
    assert described.structure.dataflow.notes == ()
    assert len(described.structure.edges) == 4
    check(described.structure.dataflow, described.tensors)


def test_a_name_that_nothing_makes_is_told_and_the_rest_is_drawn(tmp_path, capfd):
    nodes = [helper.make_node("Add", ["x", "lost"], ["y"], name="sum"), relu("nowhere", "z")]
    path = saved(model(nodes, outputs=[info("y"), info("never")]), tmp_path)
    described = describe(path)
    flow = described.structure.dataflow
    assert set(flow.notes) == {
        "Nothing makes 'lost', which sum reads.",
        "Nothing makes 'nowhere', which Relu reads.",
        "Nothing makes 'never', which the output never reads.",
    }
    assert len(operations(flow)) == 2
    check(flow, described.tensors)
    # The library's own warnings say nothing more.
    assert capfd.readouterr().err == ""


def test_what_is_left_out_on_purpose_is_no_lost_name():
    nodes = [helper.make_node("Clip", ["x", "", "high"], ["y"])]
    flow = describe(model(nodes, weights=[helper.make_tensor("high", FLOAT, [], [1.0])])).structure.dataflow
    assert flow.notes == ()


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (model([relu("x", "y"), relu("x", "y", name="again")]), "'y' twice (the second time it is made by 'again')"),
        (model([relu("x", "x")]), "'x' twice (the second time it is made by 'Relu')"),
        (model([relu("x", "y")], inputs=[info("x"), info("x")]), "'x' twice (the second time it is an input)"),
        (
            model([relu("x", "y")], weights=[helper.make_tensor("w", FLOAT, [1], [1.0])] * 2),
            "'w' twice (the second time it is an initializer)",
        ),
        (
            model([relu("x", "y")], weights=[helper.make_tensor("y", FLOAT, [1], [1.0])]),
            "'y' twice (the second time it is made by 'Relu')",
        ),
    ],
    ids=["two nodes", "an input and a node", "two inputs", "two initializers", "an initializer and a node"],
)
def test_one_name_for_two_things_is_refused_with_both(made, said, tmp_path):
    with pytest.raises(errors.UnsupportedModelError) as caught:
        describe(saved(made, tmp_path))
    assert said in str(caught.value)


def test_an_initializer_that_is_an_inputs_default_is_one_thing():
    made = model(
        [relu("w", "y")], inputs=[info("w", shape=(2,))], weights=[helper.make_tensor("w", FLOAT, [2], [1, 2])]
    )
    described = checked(made, made)
    assert [node.role for node in described.structure.nodes if node.role == "input"] == []


def function(name, nodes, inputs=("a",), outputs=("b",)):
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("local", 1)]
    return helper.make_function("local", name, list(inputs), list(outputs), nodes, opsets)


def call(name, source, target):
    return helper.make_node(name, [source], [target], domain="local")


def test_a_function_that_calls_itself_is_refused_with_the_way_round(tmp_path):
    functions = [function("F", [call("G", "a", "b")]), function("G", [call("F", "a", "b")])]
    with pytest.raises(errors.UnsupportedModelError, match="'F' calls itself \\(F → G → F\\): ONNX has no recursion"):
        describe(saved(model([call("F", "x", "y")], functions=functions), tmp_path))


def test_two_functions_of_one_name_and_a_function_without_its_result_are_refused(tmp_path):
    twice = [function("F", [relu("a", "b")])] * 2
    with pytest.raises(errors.UnsupportedModelError, match="two functions named 'F'"):
        describe(saved(model([call("F", "x", "y")], functions=twice), tmp_path))
    lacking = [function("F", [relu("a", "c")])]
    with pytest.raises(errors.UnsupportedModelError, match="nothing in the function 'F' makes its output 'b'"):
        describe(saved(model([call("F", "x", "y")], functions=lacking), tmp_path))


def test_functions_that_double_each_other_are_drawn_as_one_node_a_call(tmp_path):
    functions = [function("F0", [relu("a", "b")])]
    for level in range(1, 60):
        nodes = [call(f"F{level - 1}", "a", "c"), call(f"F{level - 1}", "c", "b")]
        functions.append(function(f"F{level}", nodes))
    described = describe(saved(model([call("F59", "x", "y")], functions=functions), tmp_path))
    flow = described.structure.dataflow
    assert [node.kind for node in operations(flow)] == ["F59"]
    assert "some 10^18 nodes" in flow.notes[0]
    check(flow, described.tensors)


def test_functions_that_call_each_other_deeper_than_python_recurses_are_drawn_as_far_as_they_are_read(tmp_path):
    functions = [function("F0", [relu("a", "b")])]
    functions += [function(f"F{level}", [call(f"F{level - 1}", "a", "b")]) for level in range(1, 3000)]
    described = describe(saved(model([call("F2999", "x", "y")], functions=functions), tmp_path))
    flow = described.structure.dataflow
    assert "more than 64 deep" in flow.notes[0]
    assert [node.kind for node in operations(flow)] == ["F2935"]
    check(flow, described.tensors)


def test_branches_within_branches_are_drawn_as_deep_as_they_go(tmp_path):
    condition = info("c", TensorProto.BOOL, ())
    graph = helper.make_graph([relu("x", "v")], "g", [], [info("v", shape=None)])
    for level in range(24):
        node = helper.make_node("If", ["c"], [f"v{level}"], then_branch=graph)
        graph = helper.make_graph([node], "branch", [], [info(f"v{level}", shape=None)])
    nodes = [helper.make_node("If", ["c"], ["y"], then_branch=graph)]
    made = model(nodes, inputs=[info("x"), condition])
    described = checked(saved(made, tmp_path), made)
    assert max(node.path.count("then_branch") for node in described.structure.modules) == 25


def test_strange_and_hostile_names_stay_names(tmp_path):
    names = [
        "",
        "/",
        "//",
        "...",
        "a..b",
        "/../..",
        "a/" * 300,
        "x" * 5000,
        "<img src=x>",
        "é/\u202e",
        "a@1",
        "/.",
        "\n",
    ]
    nodes = [relu("x" if i == 0 else f"v{i}", f"v{i + 1}", name=name) for i, name in enumerate(names)]
    weights = [
        helper.make_tensor(name, FLOAT, [1], [1.0]) for name in ("..", "a..w", ".", "b.", ".c", "d." * 300 + "w")
    ]
    nodes.append(helper.make_node("Op", [f"v{len(names)}", *(each.name for each in weights)], ["y"], domain="custom"))
    made = model(nodes, weights=weights)
    described = checked(saved(made, tmp_path), made)
    assert max(len(node.path.split(".")) for node in described.structure.modules) <= 70


def test_metadata_that_is_no_list_of_names_is_passed_over(tmp_path):
    for text in ("", "[", "[1, 2]", "__import__('os')", "'a'", "[" * 5000, "{'a': 1}", "x" * 200_000):
        node = relu("x", "y", name="/block/relu")
        node.metadata_props.add(key="pkg.torch.onnx.name_scopes", value=text)
        node.metadata_props.add(key="pkg.torch.onnx.class_hierarchy", value=text)
        node.metadata_props.add(key="pkg.torch.onnx.stack_trace", value=text)
        described = describe(saved(model([node]), tmp_path))
        assert [(each.path, each.source) for each in operations(described.structure)] == [("block/relu", None)]


def test_unknown_operators_domains_types_and_attributes_are_drawn(tmp_path):
    node = helper.make_node("Mystery", ["x"], ["y", "z"], domain="com.example.unknown", name="odd", size=3, word="a")
    node.attribute.add(name="raw", type=onnx.AttributeProto.STRING, s=b"\xff\xfe")
    node.attribute.add(name="raws", type=onnx.AttributeProto.STRINGS, strings=[b"\xff", b"b"])
    node.attribute.add(name="untyped")
    stored = numpy_helper.from_array(np.array([1.0], np.float32), "v")
    at = numpy_helper.from_array(np.array([2]), "i")
    node.attribute.append(helper.make_attribute("thin", helper.make_sparse_tensor(stored, at, [9])))
    kind = helper.make_map_type_proto(INT64, helper.make_tensor_type_proto(FLOAT, None))
    made = model([node], outputs=[helper.make_value_info("y", helper.make_sequence_type_proto(kind)), info("z", 99)])
    before = made.SerializeToString(deterministic=True)
    for obj in (made, saved(made, tmp_path)):
        described = describe(obj)
        [drawn] = operations(described.structure.dataflow)
        assert (drawn.path, drawn.kind) == ("/odd", "Mystery")
        assert drawn.attributes == {
            "domain": "com.example.unknown",
            "opset": 1,
            "size": 3,
            "word": "a",
            "raw": "\\xff\\xfe",
            "raws": ["\\xff", "b"],
            "untyped": "None",
            "thin": "sparse float32 9, 1 values stored",
        }
        assert {edge.dtype for edge in described.structure.edges if edge.source == "/odd"} == {
            "sequence(map(int64, float32))",
            "onnx type 99",
        }
    assert made.SerializeToString(deterministic=True) == before


def test_a_hundred_thousand_nodes_open_in_seconds_and_in_bounded_memory(tmp_path):
    many = 100_000
    nodes = []
    for i in range(many):
        kind, more = ("Relu", []) if i % 2 else ("Add", ["w.b"])
        nodes.append(helper.make_node(kind, [f"v{i}", *more], [f"v{i + 1}"], name=f"/layers.{i // 50}/sub/op{i}"))
    weight = helper.make_tensor("w.b", FLOAT, [4], [1.0] * 4)
    made = model(nodes, inputs=[info("v0")], outputs=[info(f"v{many}", shape=None)], weights=[weight])
    path = saved(made, tmp_path)
    # In a process of its own, whose memory and whose limit of recursion are its own.
    code = (
        "import sys\nsys.path.insert(0, sys.argv[2])\nfrom graphs import check\n"
        "import onnx_ir\nfrom modelview.adapters import describe\nsys.setrecursionlimit(300)\n"
        # What `resource` has of the peak is begun with by the process that starts this one.
        "peak = lambda: next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "before = peak()\ndescribed = describe(sys.argv[1])\n"
        "flow = described.structure.dataflow\nused = peak() - before\n"
        "check(flow, described.tensors)\n"
        "shapes = {edge.shape for edge in flow.edges}\nassert shapes == {('batch', 4)}, shapes\n"
        "print(len(flow.nodes), len(flow.edges), used * 1024)"
    )
    folder = str(Path(__file__).parent)
    ran = subprocess.run([sys.executable, "-c", code, path, folder], capture_output=True, text=True, check=True)
    nodes_drawn, edges, used = map(float, ran.stdout.split())
    # 2,000 blocks, each with one module in it, the list of them, and the weight's module.
    assert (nodes_drawn, edges) == (many + 2 * 2000 + 3 + 2, many + 1)
    assert 1e8 < used < 1.5e9


def test_models_with_random_things_changed_in_them_are_refused_or_drawn_and_nothing_else(tmp_path):
    rng = random.Random(0)
    sources = [make().SerializeToString() for make in (conditional, two_blocks, with_functions)]
    seen = {"refused": 0, "drawn": 0}
    for _ in range(400):
        made = onnx.ModelProto.FromString(rng.choice(sources))
        for _ in range(rng.randint(1, 3)):
            _change(made, rng)
        try:
            described = describe(saved(made, tmp_path))
            flow = described.structure.dataflow
        except errors.UnsupportedModelError:
            seen["refused"] += 1
            continue
        check(flow, described.tensors)
        json.dumps([flow.to_json(), described.structure.to_json()], allow_nan=False)
        seen["drawn"] += 1
    assert min(seen.values()) > 5


def _change(made, rng):
    """Clear, set or copy one field of one message in a model."""
    messages, waiting = [], [made]
    while waiting:
        message = waiting.pop()
        messages.append(message)
        for field, value in message.ListFields():
            if field.type == field.TYPE_MESSAGE:
                waiting += [value] if isinstance(value, Message) else value
    message = rng.choice(messages)
    field = rng.choice(message.DESCRIPTOR.fields)
    held = getattr(message, field.name)
    plain = {
        field.TYPE_STRING: ["", "x", "y", "h", "w", "Scaled", "If", "local", "/a/b", "q.w", "slope"],
        field.TYPE_BYTES: [b"", b"\xff\xfe", b"1234"],
        field.TYPE_FLOAT: [0.5, float("nan")],
        field.TYPE_DOUBLE: [0.5, float("inf")],
        field.TYPE_ENUM: list(range(16)),
        field.TYPE_MESSAGE: [each for each in messages if each.DESCRIPTOR is field.message_type],
        field.TYPE_INT32: [0, -1, 1, 8, 99],
        field.TYPE_INT64: [0, -1, 1, 8, 2**62],
    }.get(field.type, [0, 1, 2**31])
    if rng.random() < 0.2 or not plain:
        message.ClearField(field.name)
        return
    value = rng.choice(plain)
    if field.type == field.TYPE_MESSAGE:
        copied = type(value)()
        copied.CopyFrom(value)
        if isinstance(held, Message):
            held.CopyFrom(copied)
        else:
            held.append(copied)
    elif hasattr(held, "append"):
        held.append(value)
    elif field.type != field.TYPE_ENUM or value in field.enum_type.values_by_number:
        setattr(message, field.name, value)
