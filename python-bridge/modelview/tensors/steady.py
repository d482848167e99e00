"""Measures of a tensor that somebody may write to meanwhile, as a training loop does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from ..errors import Cancelled, StaleError

if TYPE_CHECKING:
    from .tensor import Tensor

__all__ = ["stale_where_changed", "steady"]

Rest = ParamSpec("Rest")
Result = TypeVar("Result")
Measure = Callable[Concatenate["Tensor", Rest], Result]


def stale_where_changed(measure: Measure[Rest, Result]) -> Measure[Rest, Result]:
    """Say `StaleError` where a pass fails since it meets other values than the pass before it."""

    @wraps(measure)
    def measured(tensor: Tensor, /, *args: Rest.args, **kwargs: Rest.kwargs) -> Result:
        with _watched(tensor):
            return measure(tensor, *args, **kwargs)

    return measured


def steady(measure: Measure[Rest, Result]) -> Measure[Rest, Result]:
    """Say `StaleError` too where it does not fail: its numbers are of some values before a change and some after it."""

    @wraps(measure)
    def measured(tensor: Tensor, /, *args: Rest.args, **kwargs: Rest.kwargs) -> Result:
        with _watched(tensor) as version:
            found = measure(tensor, *args, **kwargs)
            if tensor.version != version:
                raise _changed(tensor)
            return found

    return measured


@contextmanager
def _watched(tensor: Tensor) -> Iterator[int]:
    """Gives the version that is measured; what fails after a change of it is stale."""
    version = tensor.version
    try:
        yield version
    except (Cancelled, StaleError):
        raise
    except Exception as problem:
        if tensor.version == version:
            raise
        raise _changed(tensor) from problem


def _changed(tensor: Tensor) -> StaleError:
    return StaleError(f"{tensor.address} changed while it was measured: measure it again")
