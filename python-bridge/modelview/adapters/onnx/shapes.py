"""Shapes that a file does not have, by ONNX's own shape inference."""

from __future__ import annotations

from typing import Any

import onnx
import onnx_ir as ir

from ...structure import Value
from .graphs import all_nodes, graphs_of, inner_messages
from .types import value_of_type

__all__ = ["infer"]

LARGEST = 200_000_000
"""Bytes of a model without its weights that are given to shape inference, which copies them."""
SMALL = 1024
"""Bytes of a tensor whose values shape inference may need: the sizes of a Reshape."""


def infer(model: ir.Model, proto: Any) -> tuple[dict[ir.Value, Value], str | None]:
    """What is known of the values of a model whose file has nothing of them.

    Parameters
    ----------
    proto : onnx.ModelProto
        That `model` was made of; it is left as it is.

    Returns
    -------
    dict of Value to Value, str or None
        And why there are none.
    """
    if all(output.shape is not None for node in all_nodes(model.graph) for output in node.outputs if output.uses()):
        return {}, None
    light = _without_weights(proto)
    if light.ByteSize() > LARGEST:
        return (
            {},
            f"The file has no shapes, and is too large to infer them: {light.ByteSize():,} bytes without weights.",
        )
    try:
        inferred = onnx.shape_inference.infer_shapes(light, data_prop=True)
    except Exception as problem:
        first = str(problem).strip().partition("\n")[0]
        return {}, f"ONNX could not infer the shapes that the file does not have: {first[:300]}"
    if len(model.graph) != len(inferred.graph.node):
        return {}, "The model was changed after it was described: show it again for its shapes."
    found: dict[ir.Value, Value] = {}
    waiting: list[tuple[ir.Graph, Any]] = [(model.graph, inferred.graph)]
    while waiting:
        graph, known = waiting.pop()
        infos = {info.name: info for info in (*known.value_info, *known.output)}
        for node, other in zip(graph, known.node, strict=False):
            for output in node.outputs:
                if output.shape is None and output.name in infos:
                    found[output] = value_of_type(infos[output.name].type)
            if other.attribute:
                waiting += zip((inner for _, inner in graphs_of(node)), inner_messages(other), strict=False)
    return found, None


def _without_weights(proto: Any) -> Any:
    """A copy of a model in which the larger initializers have a type and no values."""
    light = onnx.ModelProto(ir_version=proto.ir_version)
    light.opset_import.extend(proto.opset_import)
    light.functions.extend(proto.functions)
    graph = light.graph
    graph.name = proto.graph.name
    for field in ("node", "input", "output", "value_info"):
        getattr(graph, field).extend(getattr(proto.graph, field))
    for tensor in proto.graph.initializer:
        if tensor.ByteSize() <= SMALL and tensor.data_location != onnx.TensorProto.EXTERNAL:
            graph.initializer.add().CopyFrom(tensor)
        else:
            bare = graph.initializer.add(name=tensor.name, data_type=tensor.data_type, dims=tensor.dims)
            bare.data_location = onnx.TensorProto.EXTERNAL
            bare.external_data.add(key="location", value="absent")
    return light
