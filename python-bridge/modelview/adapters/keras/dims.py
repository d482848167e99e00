"""What the dimensions of Keras's weights are called."""

from __future__ import annotations

from ...tensors.tensor import unique_dims
from .layers import Layer

__all__ = ["dim_names"]

_SPACE = ("depth", "height", "width")

_NAMES: dict[tuple[str, str], tuple[str, ...]] = {
    ("Dense", "kernel"): ("in", "out"),
    ("Embedding", "embeddings"): ("token", "channel"),
    ("SimpleRNNCell", "kernel"): ("in", "hidden"),
    ("SimpleRNNCell", "recurrent_kernel"): ("hidden", "hidden"),
    ("SimpleRNNCell", "bias"): ("hidden",),
    ("LSTMCell", "kernel"): ("in", "gate"),
    ("LSTMCell", "recurrent_kernel"): ("hidden", "gate"),
    ("LSTMCell", "bias"): ("gate",),
    ("GRUCell", "kernel"): ("in", "gate"),
    ("GRUCell", "recurrent_kernel"): ("hidden", "gate"),
    # One of the input and one of the state, where they are kept apart.
    ("GRUCell", "bias"): ("bias", "gate"),
}

# The last dimensions of a convolution's kernel; those of space come first.
_KERNELS: dict[tuple[str, str], tuple[str, ...]] = {
    ("BaseConv", "kernel"): ("in", "out"),
    ("BaseConvTranspose", "kernel"): ("out", "in"),
    ("BaseDepthwiseConv", "kernel"): ("in", "multiplier"),
    ("BaseSeparableConv", "depthwise_kernel"): ("in", "multiplier"),
    ("BaseSeparableConv", "pointwise_kernel"): ("in", "out"),
}
_CHANNEL = ("gamma", "beta", "moving_mean", "moving_variance", "scale")
_HEADS = {"query": ("in", "head", "channel"), "attention_output": ("head", "channel", "out")}
_HEADS["key"] = _HEADS["value"] = _HEADS["query"]


def dim_names(layer: Layer, name: str, shape: tuple[int, ...]) -> tuple[str, ...] | None:
    """Names by the layer's class or the closest base class that has any; `None` where unknown."""
    rank = len(shape)
    for cls in type(layer).__mro__:
        names = _of_class(layer, cls.__name__, name, rank)
        if names is not None and len(names) == rank:
            return unique_dims(names)
    if name == "bias" and rank == 1:
        return ("out",)
    return None


def _of_class(layer: Layer, kind: str, name: str, rank: int) -> tuple[str, ...] | None:
    if (kind, name) in _NAMES:
        return _NAMES[kind, name][-rank:] if kind == "GRUCell" else _NAMES[kind, name]
    if (kind, name) in _KERNELS and 3 <= rank <= 5:
        return (*_SPACE[5 - rank :], *_KERNELS[kind, name])
    if kind == "EinsumDense":
        if name == "kernel":
            return _HEADS.get(layer.name) or _of_equation(layer.equation)
        return ("head", "channel") if layer.name in _HEADS and rank == 2 else None
    if "Normalization" in kind and name in _CHANNEL:
        return ("channel",)
    return None


def _of_equation(equation: str) -> tuple[str, ...] | None:
    """The kernel of 'abc,cd->abd' has the dimensions in and out."""
    given, _, result = equation.replace("...", "").replace(" ", "").partition("->")
    _, _, kernel = given.partition(",")
    return tuple("out" if letter in result else "in" for letter in kernel) or None
