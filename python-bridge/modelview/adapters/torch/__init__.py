"""PyTorch: a module's tree, its tensors, and what flows through it.

Imported only once the user has imported torch. Nothing here changes a model: no hook, no gradient, no mode, and no
value is read before a view asks.
"""

from __future__ import annotations

import torch
from torch import nn

from ...errors import ProfileError
from ...inputs import Inputs
from ...model import Model
from ...structure import Capture, Dataflow, Profile, Profiler
from ...tensors.progress import Cancel, Progress
from .._build import build
from .source import TorchSource
from .walk import TorchWalk, kind_of, unwrapped

__all__ = ["describe", "source_of"]

NOTHING_TO_CALL_WITH = (
    "A profile calls the model, and there is nothing to call it with: pass an example, ModelView(model, inputs=…) or "
    "mv.profile(inputs)."
)


def source_of(value: object) -> TorchSource | None:
    """A source for a tensor, or `None` for anything else."""
    return TorchSource.of(value) if isinstance(value, torch.Tensor) else None


def describe(obj: object, *, name: str | None = None, inputs: Inputs | None = None) -> Model:
    """Describe a module; `NotImplemented` for anything else."""
    if not isinstance(obj, nn.Module):
        return NotImplemented  # type: ignore[no-any-return]
    module = unwrapped(obj)
    walk = TorchWalk(module, name or kind_of(module))
    walk.run()
    # What follows a model needs much of PyTorch, and only who looks at the dataflow.
    from .dataflow import known_inputs, torch_dataflow

    example = inputs or known_inputs(module)

    def find(progress: Progress | None, cancelled: Cancel | None) -> Dataflow:
        structure = model.structure
        assert example is not None
        return torch_dataflow(module, structure.modules, structure.tensors, example, progress, cancelled)

    def measure(wanted: object, repeats: int | None, progress: Progress | None, cancelled: Cancel | None) -> Profile:
        from .profile import torch_profile

        given = example if wanted is None else Inputs.of(wanted)
        if given is None:
            raise ProfileError(NOTHING_TO_CALL_WITH)
        return torch_profile(module, model.structure.modules, given, repeats, progress, cancelled)

    capture = None if example is None else Capture(find)
    model = build(
        walk.found[0].name, kind_of(module), walk.found, walk.tensors, capture=capture, profiler=Profiler(measure)
    )
    return model
