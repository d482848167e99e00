"""NumPy arrays of every kind, and what `numpy.asarray` makes of lists and scalars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from mmap import mmap
from os import PathLike
from typing import Any

import numpy as np

from ..errors import UnsupportedModelError
from ..model import Model
from ..tensors.dtype import Array, bfloat16_to_float32, value_dtype
from ..tensors.source import Index, TensorSource
from ..tensors.tensor import Tensor
from . import files
from ._build import Found, build
from ._lazy import framework_source

__all__ = ["NumpySource", "dtype_names", "tensor_of"]

_PLAIN = "biufc"
MOST_NAMED = 8


class NumpySource:
    """An array where it is: strides of any kind, byte orders, ml_dtypes' kinds, masks.

    A masked cell of a masked array reads as NaN. Integers and bools, which have none, are then
    read as float32, or as float64 from 32 bits on.
    """

    device = "cpu"
    layout = "strided"
    requires_grad: bool | None = None
    problem: str | None = None

    def __init__(self, array: Array) -> None:
        masked = isinstance(array, np.ma.MaskedArray)
        self._mask = np.ma.getmaskarray(array) if masked and np.ma.is_masked(array) else None
        # A matrix keeps two dimensions whatever is taken from it, a plain array does not.
        self._array = np.asarray(array)
        self.resident = not _in_file(self._array)
        self._stored, self.dtype = dtype_names(self._array.dtype)
        if self._mask is not None and self._array.dtype.kind in "biu":
            self.dtype = "float64" if self._array.dtype.itemsize >= 4 else "float32"
        self._table = _table(self._array.dtype, self._stored)

    @property
    def shape(self) -> tuple[int, ...]:
        """The array's shape: one that is reshaped in place is noticed."""
        return self._array.shape

    @property
    def strides(self) -> tuple[int, ...]:
        """The array's strides, in bytes."""
        return self._array.strides

    @property
    def nbytes(self) -> int:
        """The array's bytes."""
        return self._array.nbytes

    def version(self) -> object:
        """Nothing tells when an array's values change: see `Tensor.touch`."""
        return self._array.shape

    def identity(self) -> object:
        """Equal for two arrays that are the same memory seen in the same way."""
        if not self._array.size:
            return None
        pointer = self._array.__array_interface__["data"][0]
        return "numpy", pointer, self._array.shape, self._array.strides, self.dtype

    def read(self, index: Index) -> Array:
        """See `TensorSource.read`."""
        values = np.asarray(self._array[index])
        if self._stored == "bfloat16":
            values = bfloat16_to_float32(values.view(np.uint16))
        elif self._table is not None:
            values = np.asarray(self._table[values.view(np.uint8)])
        elif _is_plain(values.dtype) and not values.dtype.isnative:
            values = values.astype(values.dtype.newbyteorder("="))
        elif not _is_plain(values.dtype):
            values = values.astype(value_dtype(self._stored))
        if self._mask is not None:
            values = values.astype(value_dtype(self.dtype))
            values[self._mask[index]] = np.nan
        return values


def tensor_of(array: object, *, name: str | None = None, dims: Sequence[str] | None = None) -> Model:
    """A model of one tensor, at the address `array/<name>`: what `TensorView` shows.

    Parameters
    ----------
    array : array_like, torch.Tensor, keras.Variable, Tensor, str or Path
        Of any rank. A `Tensor` of another view is shown from where it is. Lists and numbers go through `numpy.asarray`.
        A path is of a file that `ModelView` reads.
    name : str, optional
        What to call it, 'array' if not given. Of a file with several tensors: the one that is meant.
    dims : sequence of str, optional
        A name for each dimension.

    Raises
    ------
    UnsupportedModelError
        For what has no numbers in it, and for names that do not fit.

    Examples
    --------
    >>> tensor_of([[1, 2], [3, 4]], name="w").tensors["array/w"].shape
    (2, 2)
    """
    source: TensorSource | None
    if isinstance(array, (str, PathLike)):
        array = _in_model(files.describe(array), name)
        name = name or array.address.partition("/")[2]
    name = name or "array"
    if isinstance(array, Tensor):
        # One of `mv.tensors`: the same source, in its own dtype and under its own names.
        source, dims = array.source, array.dims if dims is None else dims
    else:
        source = framework_source(array)
    if source is None:
        source = NumpySource(_asarray(array))
    if dims is not None:
        dims = tuple(dims) if not isinstance(dims, str) else (dims,)
        rank = len(source.shape)
        if len(dims) != rank or len(set(dims)) != rank or not all(isinstance(d, str) for d in dims):
            raise UnsupportedModelError(
                f"dims={dims!r} for an array of shape {source.shape}: give {rank} different names"
            )
    tensor = Tensor(source, (f"array/{name}",), dims=tuple(dims or ()), kind="array")
    return build(name, "array", [Found("", name, "array", None, [0], [name])], [tensor])


def _in_file(array: Array) -> bool:
    """Whether an array, or what it is a view of, is mapped from a file."""
    seen: object = array
    while seen is not None and not isinstance(seen, mmap):
        seen = getattr(seen, "obj", None) if isinstance(seen, memoryview) else getattr(seen, "base", None)
    return seen is not None


def _in_model(model: Model, name: str | None) -> Tensor:
    """The tensor of a file that is meant."""
    tensors = model.tensors
    found = tensors.resolve(name)
    if found is None and len(tensors) == 1:
        found = next(iter(tensors.values()))
    if found is None:
        names = [address.partition("/")[2] for address in tensors]
        listed = ", ".join(map(repr, names[:MOST_NAMED])) + ", …" * (len(names) > MOST_NAMED)
        raise UnsupportedModelError(
            f"{model.name} has {len(names)} tensors{'' if name is None else f', and none is called {name!r}'}: "
            f"{listed}. Show one, TensorView(path, name={names[0]!r}), or all of them, ModelView(path)"
        )
    return found


def _asarray(obj: object) -> Array:
    if isinstance(obj, np.ndarray):
        return obj
    if isinstance(obj, Iterator):
        raise UnsupportedModelError(f"a {type(obj).__name__} can be read once only: make a list of it, list(…), first")
    if obj is None or isinstance(obj, (bytes, type, dict, set)):
        what = "None" if obj is None else f"{type(obj).__name__} {str(obj)[:60]!r}"
        raise UnsupportedModelError(
            f"{what} is not an array. TensorView shows NumPy arrays, torch tensors, lists of numbers, and files of "
            "such arrays"
        )
    if callable(getattr(obj, "named_parameters", None)):
        raise UnsupportedModelError(f"{type(obj).__name__} is a model, not an array: ModelView(model) shows it")
    try:
        return np.asarray(obj)
    except Exception as error:
        raise UnsupportedModelError(
            f"NumPy can make no array of this {type(obj).__name__} ({error}). Give an array, a "
            "torch tensor, or lists of numbers of equal length"
        ) from None


def _is_added(dtype: np.dtype[Any]) -> bool:
    """Whether it is one of ml_dtypes' kinds, of which some say that they are floats like NumPy's own."""
    return dtype.type.__module__.partition(".")[0] == "ml_dtypes"


def _is_plain(dtype: np.dtype[Any]) -> bool:
    return dtype.kind in _PLAIN and not _is_added(dtype)


def dtype_names(dtype: np.dtype[Any]) -> tuple[str, str]:
    """The name of the dtype as it is stored, and as it is shown."""
    kind = "V" if _is_added(dtype) else dtype.kind
    if kind in "biu" or (kind in "fc" and dtype.itemsize <= (8 if kind == "f" else 16)):
        return dtype.name, dtype.name
    if kind in "fc":
        raise UnsupportedModelError(
            f"{dtype.name} values have more precision than can be shown. Convert them with "
            f".astype('{'float64' if kind == 'f' else 'complex128'}')"
        )
    if dtype.names is not None:
        raise UnsupportedModelError(
            f"a structured array has a value for each of its fields {list(dtype.names)}. Show one: "
            f"array[{dtype.names[0]!r}]"
        )
    if kind in "mM":
        raise UnsupportedModelError(
            f"{dtype.name} values are times, not numbers. Convert them first, for example with .astype('int64')"
        )
    if kind == "O":
        raise UnsupportedModelError(
            "an array of Python objects (dtype=object) has no numbers of one kind. Convert it first, "
            "for example with .astype('float64')"
        )
    if kind in "SUT":
        raise UnsupportedModelError("an array of text has no numbers to show")
    if _is_added(dtype):
        return dtype.name, dtype.name
    raise UnsupportedModelError(f"an array of {dtype} has no numbers that can be shown")


def _table(dtype: np.dtype[Any], stored: str) -> Array | None:
    """The values of all 256 patterns of a one-byte float: looking up is faster than converting."""
    if _is_plain(dtype) or dtype.itemsize != 1 or stored.startswith(("int", "uint")):
        return None
    with np.errstate(all="ignore"):
        return np.arange(256, dtype=np.uint8).view(dtype).astype(np.float32)
