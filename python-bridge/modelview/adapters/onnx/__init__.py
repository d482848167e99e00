"""ONNX: a tree, a dataflow and tensors from a file, or from a model in memory, by onnx_ir.

Neither `onnx` nor `onnx_ir` is imported before there is a model to show.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from ...errors import UnsupportedModelError
from ...inputs import Inputs
from ...model import Model

__all__ = ["describe"]

ENDING = ".onnx"


def describe(obj: object, *, name: str | None = None, inputs: Inputs | None = None) -> Model:
    """Describe an ONNX model; `NotImplemented` for what is none. No value is read.

    Parameters
    ----------
    obj : Path, onnx.ModelProto, onnx_ir.Model or torch.onnx.ONNXProgram
        A file whose name ends in '.onnx', or a model in memory.
    name : str, optional
        What to call it; the file's name without its ending, or the graph's name, if not given.
    inputs : Inputs, optional
        Not needed: a file says what comes in. One that does not fit is refused.

    Raises
    ------
    InputsError
        Where `inputs` is not what the model takes.
    UnsupportedModelError
        Where it cannot be read, with what is wrong.

    Examples
    --------
    >>> import onnx_ir as ir
    >>> node = ir.node("Relu", [ir.val("x", ir.DataType.FLOAT, ["batch", 3])], name="act")
    >>> graph = ir.Graph(node.inputs, node.outputs, nodes=[node], name="tiny", opset_imports={"": 20})
    >>> [edge.value for edge in describe(ir.Model(graph, ir_version=10)).structure.edges][0]
    Value(shape=('batch', 3), dtype='float32')
    """
    if isinstance(obj, Path):
        if not obj.name.endswith(ENDING) or not obj.is_file():
            return NotImplemented  # type: ignore[no-any-return]
        return _model().describe_file(obj, name, inputs)  # type: ignore[no-any-return]
    kind = type(obj)
    where = kind.__module__.partition(".")[0]
    if kind.__name__ == "ONNXProgram" and where == "torch":
        # What `torch.onnx.export` returns.
        obj: Any = obj.model  # type: ignore[attr-defined, no-redef]
    elif (where, kind.__name__) not in (("onnx", "ModelProto"), ("onnx_ir", "Model")):
        return NotImplemented  # type: ignore[no-any-return]
    return _model().describe_object(obj, name, inputs)  # type: ignore[no-any-return]


def _model() -> Any:
    try:
        import_module("onnx_ir")
    except ImportError as problem:
        raise UnsupportedModelError(
            f"an ONNX model is read by the package onnx_ir ({problem}): pip install modelview[onnx]"
        ) from None
    return import_module(".model", __name__)
