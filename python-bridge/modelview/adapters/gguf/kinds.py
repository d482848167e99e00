"""The kinds of values that a GGUF file has: plain numbers, and blocks of some that share a scale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize

from ...tensors.dtype import Array
from ..safetensors.dtypes import DTYPES, StoredDtype

__all__ = ["Kind", "kind_of"]

PLAIN = {"I8": "I8", "I16": "I16", "I32": "I32", "I64": "I64", "F16": "F16", "BF16": "BF16", "F32": "F32", "F64": "F64"}
"""The kinds that are plain numbers, and what safetensors calls them."""


@dataclass(frozen=True)
class Kind:
    """How the values of a tensor are stored.

    Attributes
    ----------
    name : str
        'float32' for plain numbers; of packed ones what the format calls them: 'Q4_K'.
    values, nbytes : int
        Of one block.
    plain : StoredDtype or None
        Of plain numbers, whose blocks are of one value.
    number : int
        By which the format knows it.
    """

    name: str
    values: int
    nbytes: int
    plain: StoredDtype | None
    number: int

    @property
    def unpacks(self) -> bool:
        """Whether the package can make numbers of it."""
        return self.plain is not None or _unpacks(self.number)

    def unpack(self, rows: Array) -> Array:
        """The numbers in whole blocks.

        Parameters
        ----------
        rows : ndarray of uint8
            Of shape (rows, blocks × `nbytes`).

        Returns
        -------
        ndarray of float32
            Of shape (rows, blocks × `values`).
        """
        # A scale may be any pattern of bits.
        with np.errstate(all="ignore"):
            return np.asarray(dequantize(rows, GGMLQuantizationType(self.number)), np.float32)


@cache
def kind_of(number: int) -> Kind | None:
    """A kind by its number, or `None` where the package knows none such."""
    try:
        known = GGMLQuantizationType(number)
        values, nbytes = GGML_QUANT_SIZES[known]
    except (KeyError, ValueError):
        return None
    plain = DTYPES[PLAIN[known.name]] if known.name in PLAIN else None
    return Kind(known.name if plain is None else plain.name, values, nbytes, plain, number)


@cache
def _unpacks(number: int) -> bool:
    kind = GGMLQuantizationType(number)
    try:
        dequantize(np.zeros((1, GGML_QUANT_SIZES[kind][1]), np.uint8), kind)
    except NotImplementedError:
        return False
    return True
