"""The dataflow of a Keras model: the graph that Keras holds of it, or what a symbolic call finds."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator

import keras

from ...errors import Cancelled
from ...inputs import Inputs
from ...structure import Dataflow, DataflowBuilder, Node
from ...tensors.progress import Cancel, Progress
from .._user_code import raised, written
from .examples import Call, built_with, calls_with
from .facts import layer_attributes, named_results
from .follow import Follower
from .graph import Graph
from .layers import Layer, has_graph, is_layer, is_own
from .untouched import untouched
from .walk import KerasWalk

__all__ = ["can_be_followed", "keras_dataflow"]

AS_BUILT = "It was called with shapes that it was built for: pass an example, ModelView(model, inputs=…)."

log = logging.getLogger("modelview.adapters")


def can_be_followed(model: Layer, inputs: Inputs | None) -> bool:
    """Whether anything says what a model is called with."""
    return has_graph(model) or inputs is not None or built_with(model) is not None


def keras_dataflow(
    walk: KerasWalk,
    modules: tuple[Node, ...],
    inputs: Inputs | None,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Dataflow:
    """Find what flows through a model. No value is computed, and the model is left as it is.

    Of a functional or sequential model by the graph that Keras holds, for a batch of any size: an example is not
    needed then, and not used. Of another by calling it on symbolic tensors, made of the example or as it was built.

    Returns
    -------
    Dataflow
        Of the tier 'functional', 'symbolic' or, where the model raised, 'modules'; `notes` has its own traceback.
    """
    started = time.monotonic()
    if cancelled is not None and cancelled():
        raise Cancelled
    if progress is not None:
        progress(0, 1, "Following the model symbolically")
    notes: list[str] = []
    found: Dataflow | None = None
    for tier, call in _ways(walk.root, inputs):
        builder = DataflowBuilder(modules)
        problems: list[tuple[Layer, Exception]] = []
        try:
            _find(walk, builder, call, problems, cancelled)
        except Cancelled:
            raise
        except Exception as problem:
            log.info("the model could not be followed", exc_info=True)
            notes = [raised(problem, *_frameworks())]
            if call is not None and inputs is None:
                notes.append(AS_BUILT)
            continue
        _describe(builder, walk)
        dataflow = builder.finish(tier, _told(walk, problems), time.monotonic() - started)
        if all(layer is not walk.root for layer, _ in problems):
            return dataflow
        found = found or dataflow
    # Of two ways that both raised, the later is the person's own example.
    return found or Dataflow(modules, notes=tuple(notes), seconds=time.monotonic() - started)


def _frameworks() -> list[str]:
    """Where the code of Keras and its back end is: a traceback is about the person's."""
    modules = [sys.modules.get(name) for name in ("keras", keras.backend.backend())]
    return [os.path.dirname(str(each.__file__)) + os.sep for each in modules if each is not None]


def _ways(model: Layer, inputs: Inputs | None) -> Iterator[tuple[str, Call | None]]:
    if has_graph(model):
        yield "functional", None
    elif inputs is not None:
        for call in calls_with(model, inputs):
            yield "symbolic", call
    else:
        yield "symbolic", built_with(model)


def _find(
    walk: KerasWalk,
    builder: DataflowBuilder,
    call: Call | None,
    problems: list[tuple[Layer, Exception]],
    cancelled: Cancel | None,
) -> None:
    model = walk.root

    def act() -> None:
        follower = Follower(model)
        graph = Graph(builder, walk, follower, cancelled)
        _held(graph, model) if call is None else _called(graph, follower, call)
        layers = {id(layer): layer for layer in walk.modules}
        problems.extend((layers[key], problem) for key, problem in follower.problems.items() if key in layers)

    untouched(model, act)


def _held(graph: Graph, model: Layer) -> None:
    for tensor in model.inputs:
        layer = tensor._keras_history.operation
        graph.give(tensor, layer.name, layer)
    results = model.outputs if isinstance(model, keras.Sequential) else model.output
    if isinstance(results, (list, tuple)) and len(results) == 1:
        results = results[0]
    graph.take(named_results(results))


def _called(graph: Graph, follower: Follower, call: Call) -> None:
    for name, tensor in call.inputs:
        graph.give(tensor, name)
    results = follower.model(*call.args, **call.kwargs)
    graph.take(follower.results or named_results(results))


def _described() -> Callable[[type], str | None]:
    known: dict[type, str | None] = {}

    def line(kind: type) -> str | None:
        if kind not in known:
            known[kind] = written(kind)
        return known[kind]

    return line


def _describe(builder: DataflowBuilder, walk: KerasWalk) -> None:
    """What each layer was made with, and the line where its class is written."""
    line = _described()
    for item, layer in zip(walk.found, walk.modules, strict=True):
        builder.describe(item.path, source=line(type(layer)), attributes=layer_attributes(layer))


def _told(walk: KerasWalk, problems: list[tuple[Layer, Exception]]) -> list[str]:
    """A sentence for each class of a person's own that is one operation where it might be several."""
    paths: dict[int, str] = {}
    for item, layer in zip(walk.found, walk.modules, strict=True):
        paths.setdefault(id(layer), item.path)
    told: dict[str, str] = {}
    for layer, problem in problems:
        kind = type(layer)
        if is_layer(layer) and not is_own(kind):
            where = f"in {paths[id(layer)]!r} ({kind.__name__})" if paths[id(layer)] else f"in {kind.__name__}"
            first = str(problem).strip().partition("\n")[0][:300]
            told.setdefault(
                kind.__name__,
                f"What happens {where} is one operation, since its `call` does not take symbolic tensors, as functions "
                f"of `keras.ops` do: {type(problem).__name__}: {first}",
            )
    return list(told.values())
