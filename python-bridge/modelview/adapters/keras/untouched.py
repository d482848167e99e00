"""A symbolic call that leaves no trace: on the model, on its weights, on Keras."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import keras
from keras.src.backend.common import global_state

from .._random import random_as_before
from .layers import Layer, all_layers

__all__ = ["in_graph", "tf_functions_inline", "untouched"]


def untouched(model: Layer, act: Callable[[], None]) -> None:
    """Do something that calls the layers of a model symbolically, and put everything back.

    A symbolic call appends to the calls that each layer and operation remembers, builds what is not built, forgets
    losses, and counts the names that Keras gives. What the layers hold is therefore noted before and put back after.
    What the model's own code writes to variables is collected by Keras (`StatelessScope`) and dropped; where the back
    end has graphs (TensorFlow) `act` runs within one that is then thrown away, so that nothing is computed either.

    Raises
    ------
    Exception
        Whatever `act` raises.
    """
    problem: list[BaseException] = []

    def guarded() -> None:
        try:
            act()
        except BaseException as raised:
            # Keras would raise another one in its place.
            problem.append(raised)

    notes = [_Note(each) for each in (*all_layers(model), *_operations(model), global_state.GLOBAL_STATE_TRACKER)]
    try:
        with random_as_before(), _quiet(), tf_functions_inline(True), keras.StatelessScope(initialize_variables=False):
            in_graph(guarded)
    finally:
        for note in notes:
            note.put_back()
    if problem:
        raise problem[0]


def in_graph(act: Callable[..., None], *args: Any, **kwargs: Any) -> None:
    """Call a function as Keras calls a layer to learn its shapes: on the back end's tensors that have no values."""
    _Act(act).compute_output_spec(*args, **kwargs)


class _Act(keras.Operation):  # type: ignore[misc]
    def __init__(self, act: Callable[..., None]) -> None:
        super().__init__(name="modelview")
        self.call = act


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Keras would write the arguments of each call into the message of what the model's code raises.
        keras.config.disable_traceback_filtering()
        yield


@contextlib.contextmanager
def tf_functions_inline(inline: bool) -> Iterator[None]:
    """Have what is a `tf.function` run as the Python function that it is, or not.

    It would keep what it made of a call, and use it again: of a model that is not built, with values that are none.
    """
    tensorflow = sys.modules.get("tensorflow") if keras.backend.backend() == "tensorflow" else None
    if tensorflow is None:
        yield
        return
    before = tensorflow.config.functions_run_eagerly()
    tensorflow.config.run_functions_eagerly(inline)
    try:
        yield
    finally:
        tensorflow.config.run_functions_eagerly(before)


def _operations(model: Layer) -> Iterator[Any]:
    """Operations that are no layers and that a layer keeps."""
    for layer in all_layers(model):
        for value in vars(layer).values():
            if isinstance(value, keras.Operation) and not isinstance(value, keras.layers.Layer):
                yield value


class _Note:
    """What an object holds: its attributes, and what is in those that are lists, dictionaries and sets."""

    def __init__(self, noted: Any) -> None:
        self._noted = noted
        self._attributes = dict(vars(noted))
        self._contents: dict[int, tuple[Any, Any]] = {}
        for value in self._attributes.values():
            self._look(value)
        tracker = self._attributes.get("_tracker")
        self._tracker = None if tracker is None else _Note(tracker)

    def _look(self, value: Any) -> None:
        # TensorFlow wraps what it tracks.
        value = getattr(value, "__wrapped__", value)
        if id(value) in self._contents:
            return
        inner: tuple[Any, ...] = ()
        if isinstance(value, (list, set)):
            self._contents[id(value)] = value, value.copy()
        elif isinstance(value, dict):
            self._contents[id(value)] = value, dict(value)
        if isinstance(value, (list, tuple, dict)):
            inner = tuple(value.values() if isinstance(value, dict) else value)
        for each in (*inner, getattr(value, "_storage", None)):
            if isinstance(each, (list, tuple, dict, set)):
                self._look(each)

    def put_back(self) -> None:
        """Give the object and what is in it the contents of before."""
        held = vars(self._noted)
        for name in [name for name in held if name not in self._attributes]:
            del held[name]
        held.update(self._attributes)
        # By the methods of the plain types: Keras's own kinds track what is put into them.
        for value, before in self._contents.values():
            if isinstance(value, list):
                list.__setitem__(value, slice(None), before)
            elif isinstance(value, dict):
                dict.clear(value)
                dict.update(value, before)
            else:
                set.clear(value)
                set.update(value, before)
        if self._tracker is not None:
            self._tracker.put_back()
