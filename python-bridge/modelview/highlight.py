"""A mask over a tensor, by which a person marks cells: checked, and made a tensor of its own."""

from __future__ import annotations

import numpy as np

from .adapters import source_of
from .errors import ModelViewError
from .tensors import Tensor
from .tensors.source import TensorSource

__all__ = ["Mask", "MaskError", "mask_of"]


class MaskError(ModelViewError, ValueError):
    """A mask that does not fit its tensor."""

    code = "bad-argument"


class Mask(Tensor):
    """What marks cells of a tensor. Where these stand in another order, it stands in the same.

    Parameters
    ----------
    source : TensorSource
        Of bools.
    subject : Tensor
        The tensor that is marked.
    version : int
        The first one.
    """

    def __init__(self, source: TensorSource, subject: Tensor, version: int) -> None:
        address = f"highlight/{subject.address}"
        super().__init__(source, (address,), dims=subject.dims, node=subject.node, kind="mask", version=version)
        self._subject = subject
        self._seen = subject.version

    @property
    def subject(self) -> Tensor:
        """The tensor that is marked."""
        return self._subject

    @property
    def version(self) -> int:
        """Rises with the subject's: other values may stand in another order."""
        seen = self._subject.version
        if seen != self._seen:
            self._seen = seen
            return self.touch()
        return super().version


def mask_of(tensor: Tensor, mask: object, version: int) -> Mask:
    """The mask as a tensor of the same shape and dimensions, at `highlight/<address>`; it is copied.

    Parameters
    ----------
    tensor : Tensor
    mask : array_like of bool
        Of the tensor's shape, or one that NumPy broadcasts to it.
    version : int
        What it is the version of: higher than that of the mask before it.

    Raises
    ------
    MaskError
        Where it is not of bools, or of another shape.
    """
    source = source_of(mask)
    whole = tuple(slice(0, size) for size in source.shape) if source is not None else ()
    values = np.asarray(mask) if source is None else source.read(whole)
    if values.dtype != np.bool_:
        raise MaskError(f"a mask is of True and False, not of {values.dtype}: write a condition, such as `array > 3`")
    try:
        spread = np.broadcast_to(np.array(values), tensor.shape)
    except ValueError:
        raise MaskError(
            f"the mask is of shape {values.shape}, and {tensor.address} of {tensor.shape}: give one of that shape, or "
            "one that NumPy broadcasts to it"
        ) from None
    source = source_of(spread)
    assert source is not None
    return Mask(source, tensor, version)
