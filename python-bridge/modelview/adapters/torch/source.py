"""A torch tensor as a source: looked up at each use, sliced where it is, then moved."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter

from ...errors import NoValuesError
from ...tensors.dtype import Array, value_dtype
from ...tensors.pool import Cells
from ...tensors.source import Index
from .pooling import can_pool, pool_on_device
from .sparse import SparseBlocks

__all__ = ["TorchSource"]

_SPARSE = {
    torch.sparse_coo: "sparse_coo",
    torch.sparse_csr: "sparse_csr",
    torch.sparse_csc: "sparse_csc",
    torch.sparse_bsr: "sparse_bsr",
    torch.sparse_bsc: "sparse_bsc",
}
_PACKED = ("int", "uint", "bits", "float4")
"""Kinds with several values to a byte: torch stores them, and converts none of them."""


class TorchSource:
    """A parameter or buffer of a module by name, or a tensor alone.

    A module's tensor is looked up each time, so that one that is replaced, moved or given new
    `.data` is noticed. What cannot be noticed is an in-place change through `.data` or through
    NumPy: torch does not count those (`Tensor.touch` says so).
    """

    def __init__(self, owner: Any, held: str, name: str) -> None:
        self._owner = owner
        self._held = held
        self._name = name
        self._sparse: tuple[object, SparseBlocks] | None = None

    @classmethod
    def of(cls, tensor: torch.Tensor) -> TorchSource:
        """A source for a tensor that belongs to no module."""
        return cls(tensor, "", "")

    def tensor(self) -> Any:
        """The tensor now, or `None` where the module has it no longer."""
        if not self._held:
            return self._owner
        try:
            return getattr(self._owner, self._held)[self._name]
        except Exception:
            return None

    @property
    def shape(self) -> tuple[int, ...]:
        """See `TensorSource`."""
        tensor = self.tensor()
        if tensor is None or _uninitialised(tensor):
            return ()
        try:
            return tuple(int(size) for size in tensor.shape)
        except Exception:
            return ()

    @property
    def strides(self) -> tuple[int, ...] | None:
        """The strides in elements, where the layout has strides."""
        try:
            tensor = self.tensor()
            return tuple(tensor.stride()) if tensor.layout == torch.strided else None
        except Exception:
            return None

    @property
    def dtype(self) -> str:
        """See `TensorSource`."""
        try:
            return str(self.tensor().dtype).removeprefix("torch.")
        except Exception:
            return "unknown"

    @property
    def device(self) -> str:
        """See `TensorSource`."""
        try:
            return str(self.tensor().device)
        except Exception:
            return "unknown"

    @property
    def layout(self) -> str:
        """See `TensorSource`."""
        try:
            return str(self.tensor().layout).removeprefix("torch.").strip("_")
        except Exception:
            return "unknown"

    @property
    def nbytes(self) -> int:
        """See `TensorSource`; of a sparse tensor, its indices and values."""
        tensor = self.tensor()
        if tensor is None or _uninitialised(tensor):
            return 0
        try:
            if tensor.layout in _SPARSE:
                return sum(part.numel() * part.element_size() for part in _parts(tensor))
            return int(tensor.numel() * tensor.element_size())
        except Exception:
            return 0

    @property
    def requires_grad(self) -> bool | None:
        """See `TensorSource`. A tensor alone that does not may be a copy of one that does."""
        try:
            wanted = bool(self.tensor().requires_grad)
            return wanted if wanted or self._held else None
        except Exception:
            return None

    @property
    def resident(self) -> bool:
        """See `TensorSource`; what a subclass of a tensor does when it is read is its own affair."""
        tensor = self.tensor()
        plain = type(tensor) in (torch.Tensor, nn_parameter) and not _uninitialised(tensor)
        return plain and tensor.device.type == "cpu" and tensor.layout == torch.strided

    @property
    def problem(self) -> str | None:
        """See `TensorSource`."""
        tensor = self.tensor()
        if tensor is None:
            return "the module no longer has this tensor: show the model again"
        if _uninitialised(tensor):
            return (
                "not initialised yet: run the model once, so that lazy modules learn their shapes, then show it again"
            )
        kinds = {cls.__name__ for cls in type(tensor).__mro__}
        if "FakeTensor" in kinds:
            return "a fake tensor has a shape and no values"
        if "DTensor" in kinds:
            return "spread over several devices (DTensor): show tensor.full_tensor() instead"
        try:
            dtype = str(tensor.dtype).removeprefix("torch.")
            if tensor.is_meta:
                return (
                    "on the meta device, which keeps shapes and no values: load the weights first, "
                    "or give them memory with model.to_empty(device='cpu')"
                )
            if dtype.startswith(_PACKED) and dtype not in _plain():
                return f"torch has no conversion from {dtype} values to numbers: dequantise it first"
            if tensor.layout not in _SPARSE and tensor.layout != torch.strided:
                return f"the layout {tensor.layout} cannot be read: show tensor.to_dense() instead"
        except Exception as error:
            return f"it cannot be read: {type(error).__name__}: {error}"
        return None

    def version(self) -> object:
        """Whose memory it is, and how often torch has counted a change in place."""
        tensor = self.tensor()
        if tensor is None:
            return None
        try:
            # Inference tensors count no changes, and say so by raising.
            count = None if tensor.is_inference() else tensor._version
        except Exception:
            count = None
        return id(tensor), count, _pointer(tensor)

    def identity(self) -> object:
        """Equal for tensors that are the same memory seen in the same way; `None` without memory."""
        tensor = self.tensor()
        pointer = _pointer(tensor)
        if not pointer or type(tensor) not in (torch.Tensor, nn_parameter):
            return None
        return (
            pointer,
            tuple(tensor.shape),
            tuple(tensor.stride()),
            tensor.dtype,
            str(tensor.device),
            tensor.is_conj(),
            tensor.is_neg(),
        )

    def read(self, index: Index) -> Array:
        """See `TensorSource`."""
        problem = self.problem
        if problem is not None:
            raise NoValuesError(problem)
        try:
            with torch.no_grad():
                return self._read(self.tensor(), index)
        except Exception as error:
            raise NoValuesError(
                f"torch could not read this {type(self.tensor()).__name__}: {type(error).__name__}: {error}"
            ) from error

    @property
    def pools(self) -> bool:
        """See `PoolingSource`: where the tensor is on a device, and one that can."""
        tensor = self.tensor()
        plain = type(tensor) in (torch.Tensor, nn_parameter) and not _uninitialised(tensor)
        return plain and tensor.device.type not in ("cpu", "meta") and can_pool(tensor)

    def pool_block(self, index: Index, roles: tuple[str, ...], level: int) -> Cells:
        """See `PoolingSource`."""
        problem = self.problem
        if problem is not None:
            raise NoValuesError(problem)
        with torch.no_grad():
            return pool_on_device(self.tensor().detach()[index], roles, level)

    def _read(self, tensor: Any, index: Index) -> Array:
        tensor = tensor.detach()
        if tensor.layout in _SPARSE:
            return self._blocks(tensor).read(index)
        if tensor.is_quantized:
            return _dequantised(tensor, index)
        part = tensor[index]
        if part.device.type != "cpu":
            part = part.cpu()
        wanted = value_dtype(str(part.dtype).removeprefix("torch."))
        if str(part.dtype).removeprefix("torch.") != wanted.name:
            part = part.to(getattr(torch, wanted.name))
        return np.asarray(part.resolve_conj().resolve_neg().numpy())

    def _blocks(self, tensor: Any) -> SparseBlocks:
        """The sparse tensor's entries in order, found once for each version."""
        version = self.version()
        if self._sparse is None or self._sparse[0] != version:
            self._sparse = (version, SparseBlocks(tensor))
        return self._sparse[1]


nn_parameter = torch.nn.Parameter


def _uninitialised(tensor: Any) -> bool:
    # Not isinstance: the metaclass of parameters makes that slow, and this is asked very often.
    return issubclass(type(tensor), (UninitializedParameter, UninitializedBuffer))


def _pointer(tensor: Any) -> object:
    try:
        if tensor.layout in _SPARSE:
            return tuple(part.data_ptr() for part in _parts(tensor))
        return tensor.data_ptr()
    except Exception:
        return None


def _parts(tensor: Any) -> tuple[Any, ...]:
    if tensor.layout == torch.sparse_coo:
        return tensor._indices(), tensor._values()
    if tensor.layout in (torch.sparse_csr, torch.sparse_bsr):
        return tensor.crow_indices(), tensor.col_indices(), tensor.values()
    return tensor.ccol_indices(), tensor.row_indices(), tensor.values()


def _plain() -> frozenset[str]:
    return frozenset({"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"})


def _dequantised(tensor: Any, index: Index) -> Array:
    """The values that the quantised ones stand for, of the slice alone where torch can slice."""
    try:
        return np.asarray(tensor[index].dequantize().cpu().numpy())
    except Exception:
        # Torch slices per-channel quantised tensors along few dimensions.
        return np.asarray(tensor.dequantize()[index].cpu().numpy())
