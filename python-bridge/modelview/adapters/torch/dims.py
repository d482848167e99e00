"""What the dimensions of torch's parameters are called."""

from __future__ import annotations

from typing import Any

from ...tensors.tensor import unique_dims

__all__ = ["dim_names"]

_SPACE = ("depth", "height", "width")

_WEIGHTS: dict[str, tuple[str, ...]] = {
    "Linear": ("out", "in"),
    "LazyLinear": ("out", "in"),
    "NonDynamicallyQuantizableLinear": ("out", "in"),
    "Bilinear": ("out", "in1", "in2"),
    "Embedding": ("token", "channel"),
    "EmbeddingBag": ("token", "channel"),
    # transformers' Conv1D, of GPT-2: a Linear with its weight the other way round.
    "Conv1D": ("in", "out"),
}
_VECTORS = {"bias": "out", "in_proj_bias": "out"}
_CHANNEL = ("weight", "bias", "running_mean", "running_var")


def dim_names(module: Any, local: str, shape: tuple[int, ...]) -> tuple[str, ...] | None:
    """Names by the module's class or the closest base class that has any; `None` where unknown."""
    rank = len(shape)
    names = None
    for cls in type(module).__mro__:
        names = _of_class(cls.__name__, local, rank)
        if names is not None:
            break
    if names is None or len(names) != rank:
        names = _of_name(local, rank)
    return None if names is None or len(names) != rank else unique_dims(names)


def _of_class(kind: str, local: str, rank: int) -> tuple[str, ...] | None:
    weight = local == "weight" or local.startswith("weight_")
    if kind in _WEIGHTS and weight:
        return _WEIGHTS[kind] if rank == len(_WEIGHTS[kind]) else None
    if "Norm" in kind:
        if local in _CHANNEL and rank == 1:
            return ("channel",)
        if local in _CHANNEL and rank > 1:
            return (*_SPACE[-(rank - 1) :], "channel")[-rank:]
    if kind.startswith(("ConvTranspose", "LazyConvTranspose")) and weight and rank >= 3:
        return ("in", "out", *_SPACE[5 - rank :])
    if kind in ("Conv1d", "Conv2d", "Conv3d", "_ConvNd") and weight and rank >= 3:
        return ("out", "in", *_SPACE[5 - rank :])
    if kind in ("RNNBase", "RNNCellBase"):
        if local.startswith("weight_ih"):
            return ("gate", "in")
        if local.startswith("weight_h"):
            return ("gate", "hidden")
        if local.startswith("bias_"):
            return ("gate",)
    if kind == "MultiheadAttention" and rank == 2 and local.endswith("proj_weight"):
        return ("out", "in")
    if kind == "PReLU" and weight:
        return ("channel",)
    return None


def _of_name(local: str, rank: int) -> tuple[str, ...] | None:
    if rank == 1 and local in _VECTORS:
        return (_VECTORS[local],)
    if rank == 1 and local in ("running_mean", "running_var"):
        return ("channel",)
    return None
