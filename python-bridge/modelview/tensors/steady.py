"""Measures of a tensor that somebody may write to meanwhile, as a training loop does."""

from __future__ import annotations

from collections.abc import Callable
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
        version = tensor.version
        try:
            return measure(tensor, *args, **kwargs)
        except (Cancelled, StaleError):
            raise
        except Exception as problem:
            if tensor.version == version:
                raise
            raise _changed(tensor) from problem

    return measured


def steady(measure: Measure[Rest, Result]) -> Measure[Rest, Result]:
    """Say `StaleError` too where it does not fail: its numbers are of some values before a change and some after it."""
    careful = stale_where_changed(measure)

    @wraps(measure)
    def measured(tensor: Tensor, /, *args: Rest.args, **kwargs: Rest.kwargs) -> Result:
        version = tensor.version
        found = careful(tensor, *args, **kwargs)
        if tensor.version != version:
            raise _changed(tensor)
        return found

    return measured


def _changed(tensor: Tensor) -> StaleError:
    return StaleError(f"{tensor.address} changed while it was measured: measure it again")
