"""Which adapter answers for an object."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any, Protocol

import numpy as np

from ..errors import UnsupportedModelError
from ..inputs import Inputs
from ..model import Model
from ..tensors.source import TensorSource
from . import files, mapping
from ._installed import installed, newly_installed
from ._lazy import framework_source, torch_adapter
from .numpy import NumpySource

__all__ = ["Adapter", "describe", "source_of"]

FRAMEWORKS: dict[str, str] = {"keras": "keras", "onnx": "onnx", "onnx_ir": "onnx", "zarr": "zarr"}
"""Of the packages whose objects an adapter of ours knows, and that are only looked for once they are imported."""


class Adapter(Protocol):
    """What an adapter is: a function, or a module with a function of this name."""

    def describe(self, obj: object, *, name: str | None = None, inputs: Inputs | None = None) -> Model:
        """Describe an object, or return `NotImplemented` for the next adapter to try.

        It must not import a framework for an object that is not of it, must not change the
        object, and must not read its values.
        """


def describe(obj: object, *, name: str | None = None, inputs: object = None) -> Model:
    """Describe a model: its modules and tensors. No value is read.

    Parameters
    ----------
    obj : object
        A `torch.nn.Module`; a Keras model or layer; a mapping of names to tensors such as a `state_dict`; a path to a
        file that one of `adapters.files.FORMATS` names.
    name : str, optional
        What to call it; the class's name if not given.
    inputs : object, optional
        An example to call it with, for its dataflow: see `Inputs.of`. Of a model that says itself what it takes it is
        checked, and not used.

    Raises
    ------
    InputsError
        Where the model says that it does not take such `inputs`.
    UnsupportedModelError
        For anything else, with a sentence that says what to do.
    """
    if isinstance(obj, Model):
        return obj
    example = None if inputs is None else Inputs.of(inputs)
    adapters: tuple[Callable[..., Model], ...] = (*installed(), *_loaded(), files.describe)
    for adapter in adapters:
        model = adapter(obj, name=name, inputs=example)
        if model is not NotImplemented:
            return model
    if isinstance(obj, Mapping):
        return mapping.describe(obj, source_of, name=name)
    for late in newly_installed():
        model = late(obj, name=name, inputs=example)
        if model is not NotImplemented:
            return model
    raise UnsupportedModelError(_refusal(obj))


def _loaded() -> Iterator[Callable[..., Any]]:
    """Our adapters for the frameworks that the user has imported: they are not ours to import."""
    for framework, adapter in FRAMEWORKS.items():
        if framework in sys.modules:
            yield import_module(f"modelview.adapters.{adapter}").describe
    # Last, since a layer of Keras on PyTorch is a module too.
    torch = torch_adapter()
    if torch is not None:
        yield torch.describe


def source_of(value: object, problem: str | None = None) -> TensorSource | None:
    """A source for one array or tensor, or `None` where the value is neither."""
    if isinstance(value, (np.ndarray, np.generic)):
        return NumpySource(np.asanyarray(value))
    return framework_source(value)


def _refusal(obj: object) -> str:
    accepted = (
        "ModelView shows a torch.nn.Module, a Keras model or layer, a state_dict (a mapping of names to tensors), "
        f"an ONNX model in memory, and the path of a file that ends in {', '.join(files.FORMATS)}."
    )
    kind = type(obj)
    named = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    if obj is None:
        return f"None is not a model. Did the function that made it forget to return it? {accepted}"
    if isinstance(obj, type):
        return f"{obj.__name__} is a class, not a model. Make one first: ModelView({obj.__name__}(…))"
    if kind.__module__.partition(".")[0] == "modelview" and kind.__name__ in ("ModelView", "TensorView"):
        return f"this is a {kind.__name__} already. Write its name at the end of a cell to see it, or pass the model"
    if {"shape", "dtype"} <= {*dir(obj)}:
        return f"this is one array, not a model: TensorView(array) shows it. {accepted}"
    if "load_state_dict" in dir(obj) and hasattr(obj, "param_groups"):
        return f"{kind.__name__} is an optimizer. Show the model that it trains: ModelView(model). {accepted}"
    if callable(getattr(obj, "named_parameters", None)) or "flax" in named:
        return f"{named} is not of a framework that ModelView reads yet. {accepted}"
    if callable(obj):
        return f"{getattr(obj, '__name__', named)} is a function, not a model. {accepted}"
    return f"{named} is not a model. {accepted}"
