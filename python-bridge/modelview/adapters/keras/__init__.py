"""Keras 3: a model's layers, its weights, and what flows through it.

Imported only once the user has imported Keras, and written against Keras's own functions, whatever the back end.
Nothing here changes a model, and no value is read before a view asks.
"""

from __future__ import annotations

from dataclasses import replace

import keras

from ...errors import UnsupportedModelError
from ...inputs import Inputs
from ...model import Model
from ...structure import Capture, Dataflow
from ...tensors.progress import Cancel, Progress
from .._build import build
from .source import VariableSource

__all__ = ["describe", "source_of"]

UNBUILT = (
    "{many} not built: the weights are not there yet, and not counted. Call the model once, or its `build`, "
    "and show it again."
)


def source_of(value: object) -> VariableSource | None:
    """A source for a variable, or `None` for anything else."""
    return VariableSource(value) if isinstance(value, getattr(keras, "Variable", ())) else None


def describe(obj: object, *, name: str | None = None, inputs: Inputs | None = None) -> Model:
    """Describe a model or a layer; `NotImplemented` for anything else.

    Its tensors are what `summary()` counts, trainable or not: no seeds, metrics or state of an optimizer.

    Raises
    ------
    InputsError
        Where Keras holds its graph, and `inputs` is not what that takes.
    UnsupportedModelError
        Where it is of an older Keras.
    """
    layer = getattr(getattr(keras, "layers", None), "Layer", ())
    if not isinstance(obj, layer):
        return NotImplemented  # type: ignore[no-any-return]
    if not hasattr(keras, "KerasTensor"):
        raise UnsupportedModelError(f"this model is of Keras {keras.__version__}: ModelView shows those of Keras 3")
    from .dataflow import can_be_followed, keras_dataflow
    from .examples import check_example
    from .layers import has_graph, is_layer
    from .walk import KerasWalk

    if not is_layer(obj):
        return NotImplemented  # type: ignore[no-any-return]
    if inputs is not None and has_graph(obj):
        check_example(obj, inputs)
    walk = KerasWalk(obj, name or obj.name)
    walk.run()

    def find(progress: Progress | None, cancelled: Cancel | None) -> Dataflow:
        return keras_dataflow(walk, model.structure.modules, inputs, progress, cancelled)

    capture = Capture(find) if can_be_followed(obj, inputs) else None
    root = walk.found[0]
    model = build(root.name, root.kind, walk.found, walk.tensors, capture=capture)
    if walk.unbuilt:
        many = "1 layer is" if walk.unbuilt == 1 else f"{walk.unbuilt:,} layers are"
        model = Model(replace(model.structure, uncounted=UNBUILT.format(many=many)))
    return model
