"""The dataflow of a PyTorch model, by the best way that works for it."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from ...errors import Cancelled
from ...inputs import Inputs
from ...structure import Dataflow, DataflowBuilder, Node
from ...structure.words import listed
from ...tensors import Tensors
from ...tensors.progress import Cancel, Progress
from .._user_code import raised, written
from .call import as_before, fresh
from .clone import clone, hooks_left_out
from .export import export_into
from .facts import PLUMBING, scripted
from .trace import trace_into

__all__ = ["known_inputs", "torch_dataflow"]

log = logging.getLogger("modelview.adapters")


def known_inputs(model: nn.Module) -> Inputs | None:
    """The example that a model of `transformers` carries, or `None`."""
    try:
        dummy = getattr(model, "dummy_inputs", None)
        wanted = getattr(model, "main_input_name", None)
        if isinstance(dummy, dict) and dummy and (wanted is None or wanted in dummy):
            return Inputs.of(dict(dummy))
        # Of a vision model it is often the base class's, which are words.
        config: Any = model.config
        size = config.image_size
        height, width = (size, size) if isinstance(size, int) else size
        picture = torch.zeros(1, config.num_channels, height, width)
    except Exception:
        return None
    return Inputs.of({"pixel_values": picture}) if wanted == "pixel_values" else None


def torch_dataflow(
    model: nn.Module,
    modules: Sequence[Node],
    tensors: Tensors,
    inputs: Inputs,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Dataflow:
    """Find what flows through a model that is called with `inputs`.

    By `torch.export` where that follows it, else by running a copy once. The model is left as it is: a copy is called,
    that shares its parameters and has its own buffers, and the random state is put back.

    Returns
    -------
    Dataflow
        Of the tier 'export', 'trace' or, where the model raised, 'modules'; `notes` has the model's own traceback. They
        name the hooks that the copy was without.
    """
    started = time.monotonic()
    without = hooks_left_out(model)
    notes: list[str] = []
    ways: tuple[tuple[str, bool, Callable[..., None]], ...] = (
        ("export", False, lambda builder, copied: export_into(builder, copied, inputs, tensors)),
        ("trace", True, lambda builder, copied: trace_into(builder, copied, fresh(inputs), tensors, cancelled)),
    )
    for number, (tier, buffers, find) in enumerate(ways):
        if cancelled is not None and cancelled():
            raise Cancelled
        if progress is not None:
            progress(number, len(ways), f"Following the model by {tier}")
        builder = DataflowBuilder(modules)
        try:
            with as_before(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                find(builder, clone(model, buffers=buffers))
        except Cancelled:
            raise
        except (Exception, SystemExit) as problem:
            log.info("the model could not be followed by %s", tier, exc_info=True)
            notes.append(_why(tier, problem))
            continue
        _describe(builder, model, modules)
        notes += [] if without is None else [without]
        hidden = scripted(model) if tier == "trace" else []
        if hidden:
            # Of those within each other the outermost.
            outer = [path or "the model" for path in hidden if not path or path.rpartition(".")[0] not in hidden]
            notes.append(f"What a scripted module (torch.jit) does inside is not seen: {listed(outer)}.")
        return builder.finish(tier, notes, time.monotonic() - started)
    if without is not None:
        # In one sentence with what the model raised, that may come of it.
        notes[-1] += f"\n{without}"
    lazy = [
        path or "the model"
        for path, module in model.named_modules()
        if any(is_lazy(held) for held in (*module._parameters.values(), *module._buffers.values()))
    ]
    notes += [f"Not initialised yet: {listed(lazy)}. Call the model once, then show it again."] if lazy else []
    return Dataflow(tuple(modules), notes=tuple(notes), seconds=time.monotonic() - started)


def _why(tier: str, problem: BaseException) -> str:
    if tier == "export":
        first = str(problem).strip().partition("\n")[0]
        return f"torch.export could not follow it: {type(problem).__name__}: {first[:500]}"
    return raised(problem, *PLUMBING)


def _describe(builder: DataflowBuilder, model: nn.Module, modules: Sequence[Node]) -> None:
    """The line where each module's class is written."""
    known: dict[type, str | None] = {}
    by_path = dict(model.named_modules())
    for node in modules:
        module = by_path.get(node.path)
        if module is not None:
            kind = type(module)
            if kind not in known:
                known[kind] = written(kind)
            builder.describe(node.path, source=known[kind])
