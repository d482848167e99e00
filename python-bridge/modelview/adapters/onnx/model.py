"""An ONNX model described: its tree and tensors at once, its dataflow when that is first asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import onnx_ir as ir

from ...inputs import Inputs
from ...model import Model
from ...structure import Capture
from .._build import build
from .._signature import Signature
from .dataflow import onnx_dataflow
from .external import ExternalFiles
from .plan import KIND, Plan
from .read import read_file, to_ir
from .types import value_of
from .weights import Weights

__all__ = ["describe_file", "describe_object"]


def describe_file(path: Path, name: str | None, inputs: Inputs | None) -> Model:
    """Describe a file; see the package's `describe`."""
    proto = read_file(path)
    model = to_ir(proto, path.name, ours=True)
    files = ExternalFiles(path.parent, path)
    return _describe(model, name or path.name.removesuffix(".onnx"), lambda tensor: files, proto, inputs)


def describe_object(obj: Any, name: str | None, inputs: Inputs | None) -> Model:
    """Describe an `onnx.ModelProto` or an `onnx_ir.Model`, which are left as they are."""
    if isinstance(obj, ir.Model):
        known: dict[str, ExternalFiles] = {}

        def beside(tensor: ir.ExternalTensor) -> ExternalFiles:
            folder = str(tensor.base_dir)
            return known.setdefault(folder, ExternalFiles(Path(folder)))

        return _describe(obj, name or obj.graph.name or "model", beside, None, inputs)
    named = name or obj.graph.name or "model"
    nowhere = ExternalFiles(None)
    return _describe(to_ir(obj, named, ours=False), named, lambda tensor: nowhere, obj, inputs)


def _describe(model: ir.Model, name: str, files: Any, proto: Any, inputs: Inputs | None) -> Model:
    if inputs is not None:
        _signature(model.graph).check(inputs.args, inputs.kwargs)
    plan = Plan(model, name)
    weights = Weights(plan, files)
    plan.reorder(weights.owners)
    built = build(name, KIND, plan.found, weights.tensors).structure
    modules = (replace(built.modules[0], attributes=_facts(model)), *built.modules[1:])
    capture = Capture(
        lambda progress, cancelled: onnx_dataflow(plan, modules, weights.held, proto, cancelled), calls=False
    )
    return Model(replace(built, modules=modules, capture=capture))


def _signature(graph: ir.Graph) -> Signature:
    # An initializer may be an input's default.
    optional = frozenset(value.name or "" for value in graph.inputs if value.name in graph.initializers)
    return Signature({value.name or "": value_of(value) for value in graph.inputs}, optional)


def _facts(model: ir.Model) -> dict[str, Any]:
    """What a file says of itself."""
    opsets = [f"{domain or 'ai.onnx'} {version}" for domain, version in model.graph.opset_imports.items()]
    facts = {
        "producer": f"{model.producer_name or ''} {model.producer_version or ''}".strip(),
        "ir_version": model.ir_version,
        "opset_imports": opsets,
        "domain": model.domain,
        "model_version": model.model_version,
        "doc_string": model.doc_string,
        "graph": model.graph.name,
        "graph_doc_string": model.graph.doc_string,
    }
    told = {key: value for key, value in facts.items() if value not in (None, "", [])}
    return {**model.metadata_props, **told}
