"""A named tensor: what it is, and its values when asked for."""

from __future__ import annotations

import weakref
from collections.abc import Hashable, Mapping, Sequence
from math import prod
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ClosedError, NoValuesError
from .arranged import OrderedSource
from .cache import shared_cache
from .channels import Channels, channels_of
from .derive import derive
from .distribution import Distribution, distribution_of, quantiles_of
from .dtype import Array
from .ordering import order_of
from .ridgelines import Ridgelines, ridgelines_of
from .selection import Selection, Use
from .source import ClosedSource, TensorSource
from .spectrum import Spectrum, spectrum_of
from .statistics import Statistics, statistics_of

if TYPE_CHECKING:
    from .progress import Cancel, Progress

__all__ = ["Tensor", "unique_dims"]


class Tensor:
    """A tensor with an address, read when asked and not before.

    Parameters
    ----------
    source : TensorSource
        Where the values come from.
    names : tuple of str
        Its addresses; tied weights have several, the first is `address`.
    dims : sequence of str, optional
        A name for each dimension; `dim0`, `dim1`, … where not given or not of the right number.
    node : str
        The path of the node that it belongs to.
    kind : str
        'parameter', 'buffer', 'array' or 'mask'.
    version : int
        The first one.

    Examples
    --------
    >>> from modelview.adapters import tensor_of
    >>> tensor = tensor_of(np.arange(6.0).reshape(2, 3), dims=("out", "in")).tensors["array/array"]
    >>> tensor.read({"out": 1})
    array([3., 4., 5.])
    >>> tensor.read({"in": "mean"})
    array([1., 4.])
    """

    def __init__(
        self,
        source: TensorSource,
        names: tuple[str, ...],
        *,
        dims: tuple[str, ...] | None = None,
        node: str = "",
        kind: str = "array",
        version: int = 0,
    ) -> None:
        self.source = source
        self.names = names
        self.node = node
        self.kind = kind
        self._dims = tuple(dims or ())
        self._lock = Lock()
        self._version = version
        self._token = source.version()
        self.owner = shared_cache().new_owner()
        self._remembers = False

    @property
    def address(self) -> str:
        """Where it is found: `weight/<path>`, `buffer/<path>`, `array/<name>`."""
        return self.names[0]

    @property
    def subject(self) -> Tensor:
        """The tensor whose values are put in order and have components: itself, and of a mask the one that it marks."""
        return self

    @property
    def shape(self) -> tuple[int, ...]:
        """The extent of each dimension."""
        return self.source.shape

    @property
    def dims(self) -> tuple[str, ...]:
        """A name for each dimension, no two the same."""
        rank = len(self.source.shape)
        return self._dims if len(self._dims) == rank else tuple(f"dim{i}" for i in range(rank))

    @property
    def dtype(self) -> str:
        """The dtype's name as its framework has it: 'float32', 'bfloat16', 'float8_e4m3fn'."""
        return self.source.dtype

    @property
    def size(self) -> int:
        """How many values it has: none while a lazy module has not learnt its shape."""
        shape = self.source.shape
        return prod(shape) if shape or self.source.nbytes else 0

    @property
    def nbytes(self) -> int:
        """The bytes that it takes where it is."""
        return self.source.nbytes

    @property
    def device(self) -> str:
        """Where it is: 'cpu', 'cuda:0', 'meta'."""
        return self.source.device

    @property
    def layout(self) -> str:
        """How it is stored: 'strided', 'sparse_coo', 'sparse_csr', and so on."""
        return self.source.layout

    @property
    def requires_grad(self) -> bool | None:
        """Whether training changes it; `None` where that has no meaning."""
        return self.source.requires_grad

    @property
    def problem(self) -> str | None:
        """`None`, or a sentence: why it has no values, and what to do."""
        return self.source.problem

    @property
    def version(self) -> int:
        """Rises when the values may have changed."""
        token = self.source.version()
        with self._lock:
            changed = bool(token != self._token)
            if changed:
                self._token = token
                self._version += 1
            version = self._version
        if changed:
            shared_cache().clear(self.owner)
        return version

    def touch(self) -> int:
        """Say that the values have changed, where that cannot be noticed: in a NumPy array.

        Returns
        -------
        int
            The new version.
        """
        with self._lock:
            self._version += 1
        shared_cache().clear(self.owner)
        return self.version

    def read(
        self,
        selection: Selection | Mapping[str, Any] | None = None,
        component: str | None = None,
    ) -> Array:
        """The values as a NumPy array.

        Parameters
        ----------
        selection : mapping, optional
            `{dimension: use}`. An index drops its dimension, a reduction ('mean', 'min', 'max',
            'sum', 'std', 'norm') too, a slice keeps part of it and a list of indices these, in their order;
            'row', 'column', 'facet' and dimensions that are not mentioned are kept whole.
        component : str, optional
            'magnitude', 'phase', 'real' or 'imaginary' of complex values. Without it (and with
            nothing reduced) they are read as complex.

        Returns
        -------
        ndarray
            Over the kept dimensions in the tensor's order. Read-only where it is a view of the
            model's own memory, which it is wherever possible: copy it before writing.

        Raises
        ------
        SelectionError
            Where the selection does not fit.
        NoValuesError
            Where there are no values; see `problem`.
        """
        self.check_values()
        checked = Selection.of(self, selection, component, keep=True)
        # Complex values stay whole unless a component is asked for, here or in the selection.
        asked = component is not None or isinstance(selection, Selection)
        asked = asked or (isinstance(selection, Mapping) and "component" in selection)
        source = derive(self, checked, whole=not asked and checked.statistic is None)
        steps: list[slice] = []
        index: list[int | slice] = []
        picked: dict[int, Array] = {}
        for name, size in zip(self.dims, self.shape, strict=True):
            use = checked.dims[name]
            if name in checked.reduced:
                continue
            if isinstance(use, tuple):
                picked[len(index)] = np.array(use, np.int64)
                index.append(slice(0, len(use)))
                steps.append(slice(None))
                continue
            if isinstance(use, int):
                if size == 0:
                    raise NoValuesError(f"dimension {name!r} is empty: it has no index {use}")
                index.append(use)
                continue
            kept, step = _forward(use, size)
            index.append(kept)
            steps.append(step)
        if picked:
            source = OrderedSource(source, picked)
        values = source.read(tuple(index))[tuple(steps)]
        if values.flags.writeable:
            values = values.view()
            values.flags.writeable = False
        return values

    def statistics(
        self,
        selection: Selection | Mapping[str, Any] | None = None,
        progress: Progress | None = None,
        cancelled: Cancel | None = None,
    ) -> Statistics:
        """Count, range, mean, deviation, histogram and robust range of the finite values.

        Of the whole tensor, or with a selection that reduces dimensions, of the reduced tensor;
        a fixed index does not change them.

        Raises
        ------
        SelectionError, NoValuesError, Cancelled
        """
        checked = Selection.of(self, selection, keep=True)
        return statistics_of(self, checked, progress, cancelled)

    def distribution(
        self,
        selection: Selection | Mapping[str, Any] | None = None,
        *,
        scope: str = "tensor",
        progress: Progress | None = None,
        cancelled: Cancel | None = None,
    ) -> Distribution:
        """How the values are spread: counts, moments, norms, quantiles, histograms and patterns of zeros, all exact.

        Parameters
        ----------
        selection : mapping, optional
            Its reductions are done first, and a complex tensor's component is taken.
        scope : str
            'tensor', or 'slice': of the values at the selection's fixed indices and slices alone.

        Raises
        ------
        SelectionError, NoValuesError, Cancelled

        Examples
        --------
        >>> from modelview.adapters import tensor_of
        >>> tensor = tensor_of(np.array([[-1.0, 0.0, 0.0, 3.0], [2.0, 0.0, 0.0, 0.0]])).tensors["array/array"]
        >>> tensor.distribution().quantiles[0.5], tensor.distribution().zero
        (0.0, 5)
        >>> tensor.distribution({"dim0": 1}, scope="slice").l1
        2.0
        >>> [(zeros.name, zeros.empty, zeros.total) for zeros in tensor.distribution().sparsity]
        [('rows', 0, 2), ('columns', 2, 4), ('2:4', 2, 2), ('1×4', 0, 2)]
        """
        checked = Selection.of(self, selection, keep=True)
        return distribution_of(self, checked, scope, progress, cancelled)

    def quantiles(
        self,
        p: float | Sequence[float],
        selection: Selection | Mapping[str, Any] | None = None,
        *,
        scope: str = "tensor",
        progress: Progress | None = None,
        cancelled: Cancel | None = None,
    ) -> Array:
        """The values below which parts of the finite values lie: `np.quantile`, without holding the values.

        Parameters
        ----------
        p : float or sequence of float
            From 0 to 1.
        selection, scope
            As of `distribution`.

        Returns
        -------
        ndarray of float64
            In the order of `p`; NaN where no value is finite.

        Raises
        ------
        ValueError
            Where a part is not between 0 and 1.
        SelectionError, NoValuesError, Cancelled

        Examples
        --------
        >>> from modelview.adapters import tensor_of
        >>> tensor_of(np.array([1.0, 2.0, np.nan, 4.0])).tensors["array/array"].quantiles([0, 0.5, 0.75])
        array([1., 2., 3.])
        """
        parts = np.asarray(p, np.float64)
        if not ((parts >= 0) & (parts <= 1)).all():
            raise ValueError(f"quantiles at {p}: give numbers from 0 to 1")
        checked = Selection.of(self, selection, keep=True)
        found = quantiles_of(self, checked, parts.ravel().tolist(), scope, progress, cancelled)
        return np.array(found, np.float64).reshape(parts.shape)

    def ridgelines(
        self,
        dim: str,
        selection: Selection | Mapping[str, Any] | None = None,
        *,
        scope: str = "tensor",
        indices: Sequence[int] | None = None,
        scale: str = "symlog",
        progress: Progress | None = None,
        cancelled: Cancel | None = None,
    ) -> Ridgelines:
        """A histogram of each index of a dimension, all over the bins of `distribution`.

        Parameters
        ----------
        dim : str
            The dimension.
        selection, scope
            As of `distribution`.
        indices : sequence of int, optional
            At most 64. Without them as many are spread evenly over the dimension.
        scale : str
            'symlog': bins of equal width in the logarithm of the magnitude, or 'linear'.

        Returns
        -------
        Ridgelines
            Has `.edges`, `.counts` (indices × bins), `.medians` and `.indices`.

        Raises
        ------
        SelectionError, NoValuesError, Cancelled

        Examples
        --------
        >>> from modelview.adapters import tensor_of
        >>> tensor = tensor_of(np.array([[1.0, 2.0, 3.0], [-9.0, 4.0, 5.0]]), dims=("out", "in")).tensors["array/array"]
        >>> tensor.ridgelines("out").medians
        (2.0, 4.0)
        >>> tensor.ridgelines("in", indices=[2], scale="linear").counts.sum().item()
        2
        """
        checked = Selection.of(self, selection, keep=True)
        return ridgelines_of(self, checked, dim, scope, indices, scale, progress, cancelled)

    def channels(
        self,
        dim: str,
        selection: Selection | Mapping[str, Any] | None = None,
        *,
        scope: str = "tensor",
        progress: Progress | None = None,
        cancelled: Cancel | None = None,
    ) -> Channels:
        """Statistics of each index of a dimension, as a table.

        Parameters
        ----------
        dim : str
            The dimension.
        selection : mapping, optional
            Its reductions are done first, and a complex tensor's component is taken.
        scope : str
            'tensor', or 'slice': of the values at the selection's fixed indices alone.

        Returns
        -------
        Channels
            Has `.table` (a structured array), `["l2"]` (a column) and `.sort("l2")`.

        Raises
        ------
        SelectionError, NoValuesError, Cancelled

        Examples
        --------
        >>> from modelview.adapters import tensor_of
        >>> tensor = tensor_of(np.array([[3.0, 4.0], [0.0, 0.5]]), dims=("out", "in")).tensors["array/array"]
        >>> tensor.channels("out")["l2"]
        array([5. , 0.5])
        >>> tensor.channels("in").sort("max")["index"]
        array([1, 0])
        """
        checked = Selection.of(self, selection, keep=True)
        return channels_of(self, checked, dim, scope, progress, cancelled)

    def order(
        self,
        dim: str,
        selection: Selection | Mapping[str, Any] | None = None,
        *,
        by: str = "norm",
        progress: Progress | None = None,
        cancelled: Cancel | None = None,
    ) -> Array:
        """The indices of a dimension in another order.

        Parameters
        ----------
        dim : str
            The dimension.
        selection : mapping, optional
            The values at its fixed indices are compared, after its reductions; without it all values.
        by : str
            'norm' or 'mean', the largest first, or 'cluster': what is alike stands together. For that there may be
            8,192 indices.

        Returns
        -------
        ndarray of int64
            What stands at each place.

        Raises
        ------
        SelectionError, NoValuesError, Cancelled

        Examples
        --------
        >>> from modelview.adapters import tensor_of
        >>> tensor = tensor_of(np.array([[1.0, 1.0], [3.0, 4.0]]), dims=("out", "in")).tensors["array/array"]
        >>> tensor.order("out")
        array([1, 0])
        """
        checked = Selection.of(self, selection, keep=True)
        return order_of(self, checked.plain, dim, by, progress, cancelled)

    def spectrum(
        self,
        selection: Selection | Mapping[str, Any] | None = None,
        flatten: str | None = None,
        *,
        progress: Progress | None = None,
        cancelled: Cancel | None = None,
    ) -> Spectrum:
        """The singular values of a matrix, its norms and ranks, and the power law of its eigenvalues.

        Parameters
        ----------
        selection : mapping, optional
            Its rows × columns at its indices; of a facet's dimension the first index. Where it names neither rows nor
            columns, the two dimensions that it keeps. `None` is the default selection.
        flatten : str, optional
            The matrix is this dimension × all others, whatever the selection's indices.

        Raises
        ------
        SelectionError
            Also where the shorter side is longer than 16,384.
        NoValuesError, Cancelled

        Examples
        --------
        >>> from modelview.adapters import tensor_of
        >>> tensor = tensor_of(np.diag([3.0, 4.0, 0.0]), dims=("out", "in")).tensors["array/array"]
        >>> tensor.spectrum()
        <Spectrum of 3 × 3: σ₁ 4, rank 2, stable rank 1.562>
        >>> tensor.spectrum().values
        array([4., 3., 0.])
        """
        checked = Selection.of(self, selection, keep=selection is not None)
        return spectrum_of(self, checked, flatten, progress, cancelled)

    def recall(self, key: Hashable) -> Any:
        """What was remembered under this key, or `None`."""
        return shared_cache().get(self.owner, key)

    def remember(self, key: Hashable, value: Any, nbytes: int) -> None:
        """Put something computed from the values into the shared cache, for as long as this tensor lives."""
        with self._lock:
            first, self._remembers = not self._remembers, True
        if first:
            # Here and not at the start: a finaliser for each of 20,000 tensors takes a second.
            weakref.finalize(self, shared_cache().clear, self.owner).atexit = False
        shared_cache().put(self.owner, key, value, nbytes)

    def check_values(self) -> None:
        """Raise `NoValuesError` with the sentence of `problem`, if there is one.

        After `close`, `ClosedError`.
        """
        problem = self.problem
        if isinstance(self.source, ClosedSource):
            raise ClosedError(self.source.problem)
        if problem is not None:
            raise NoValuesError(problem)

    def close(self) -> None:
        """Let go of the source and of what was cached; what it was can still be asked."""
        if not isinstance(self.source, ClosedSource):
            self.source = ClosedSource(self.source)
        shared_cache().clear(self.owner)

    def descriptor(self) -> dict[str, Any]:
        """The tensor as the protocol's JSON value, without any of its values."""
        return {
            "address": self.address,
            "names": list(self.names),
            "node": self.node,
            "kind": self.kind,
            "shape": list(self.shape),
            "dims": list(self.dims),
            "dtype": self.dtype,
            "device": self.device,
            "layout": self.layout,
            "nbytes": self.nbytes,
            "version": self.version,
            "requires_grad": self.requires_grad,
            "problem": self.problem,
        }

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        values = self.read()
        return np.array(values, dtype=dtype, copy=copy)

    def __repr__(self) -> str:
        dims = ", ".join(f"{d}={n}" for d, n in zip(self.dims, self.shape, strict=True))
        return f"<Tensor {self.address!r} {self.dtype} ({dims})>"


def _forward(use: Use, size: int) -> tuple[slice, slice]:
    """Split a slice into the forward, step-1 range that sources read and a step within it."""
    start, stop, step = use.indices(size) if isinstance(use, slice) else (0, size, 1)
    picked = range(start, stop, step)
    if not picked:
        return slice(0, 0), slice(None)
    low, high = min(picked[0], picked[-1]), max(picked[0], picked[-1])
    return slice(low, high + 1), slice(None, None, step)


def unique_dims(dims: tuple[str, ...]) -> tuple[str, ...]:
    """Tell equal names apart.

    Examples
    --------
    >>> unique_dims(("channel", "channel", "width"))
    ('channel', 'channel2', 'width')
    """
    seen: list[str] = []
    for name in dims:
        number, fresh = 2, name
        while fresh in seen:
            fresh = f"{name}{number}"
            number += 1
        seen.append(fresh)
    return tuple(seen)
