"""What a call of a PyTorch model costs: time, memory and floating-point operations by module."""

from __future__ import annotations

import contextlib
import logging
import time
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from statistics import median

import torch
from torch import nn
from torch.utils import _pytree as pytree

from ...errors import Cancelled, ProfileError
from ...inputs import Inputs
from ...structure import Measure, Node, Profile, Stack, added_up, called, highest
from ...structure.profile_table import format_quantity
from ...structure.words import listed
from ...tensors.progress import Cancel, Progress
from .._user_code import raised
from .call import as_before, following, fresh
from .clone import clone, give_own, hooks_left_out
from .facts import PLUMBING, scripted
from .flops import count_flops, on_meta
from .kept import kept
from .recording import record, synchronize

__all__ = ["torch_profile"]

log = logging.getLogger("modelview.adapters")

REPEATS = 5
ENOUGH_SECONDS = 10.0
"""Of timed calls, after which none is begun where no number of them was asked for."""

# Warming up, counting FLOPs, following memory.
OTHER_CALLS = 3


def torch_profile(
    model: nn.Module,
    modules: Sequence[Node],
    inputs: Inputs,
    repeats: int | None = None,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Profile:
    """Call a copy of a model several times, and measure.

    The model is left as it is: the copy shares its parameters and has its own buffers, each call has its own inputs,
    and the random state is put back.

    Parameters
    ----------
    repeats
        Calls that are timed; by default 5, or fewer where they take long.

    Returns
    -------
    Profile
        Where the model raises, or has no values, without what could not be measured; `notes` say why.
    """
    if torch.autograd._profiler_enabled():  # type: ignore[attr-defined]
        raise ProfileError("torch.profiler is at work already, and there can be one at a time: profile outside of it")
    run = _Run(model, modules, inputs, repeats, progress, cancelled)
    with as_before(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return run.profile()


class _Run:
    def __init__(
        self,
        model: nn.Module,
        modules: Sequence[Node],
        inputs: Inputs,
        repeats: int | None,
        progress: Progress | None,
        cancelled: Cancel | None,
    ) -> None:
        self.started = time.perf_counter()
        self.model = model
        self.modules = tuple(modules)
        self.inputs = inputs
        self.wanted = repeats
        self.repeats = repeats or REPEATS
        self.progress = progress
        self.cancelled = cancelled
        self.without = hooks_left_out(model)
        self.measures: list[Measure] = []
        self.notes: list[str] = []
        self.calls: Counter[Stack] = Counter()
        tensors = [*model.parameters(), *model.buffers(), *_tensors(inputs)]
        self.bare = any(tensor.is_meta for tensor in tensors)
        self.device = tensors[0].device if tensors else torch.device("cpu")

    def profile(self) -> Profile:
        """Take every measure that can be taken."""
        self._tell(0, "Warming up")
        if self.bare:
            self.notes.append("The model or its input is on the meta device, without values: only FLOPs are counted.")
            self.notes += [] if self.without is None else [self.without]
            with torch.no_grad():
                self._flops(self._without_values)
        elif self._warm_up():
            with torch.set_grad_enabled(self.gradients):
                self._flops(lambda: (self.copied, fresh(self.inputs)))
                self._record()
        else:
            with torch.no_grad():
                self._flops(self._without_values, again=True)
        order = {"time": 0, "memory": 1, "peak": 2, "flops": 3}
        self.measures.sort(key=lambda measure: order[measure.name])
        return Profile(
            self.modules,
            tuple(self.measures),
            called(self.modules, self.calls),
            tuple(self.notes),
            time.perf_counter() - self.started,
        )

    def _tell(self, done: int, label: str) -> None:
        if self.cancelled is not None and self.cancelled():
            raise Cancelled
        if self.progress is not None:
            self.progress(done, OTHER_CALLS + self.repeats, label)

    def _warm_up(self, *, gradients: bool = False, watched: bool = True) -> bool:
        """Call it once, for what is only done in a first call. Whether it can be called."""
        self.copied, self.gradients = clone(self.model, buffers=True), gradients
        inputs = fresh(self.inputs)
        try:
            if not watched:
                give_own(self.copied)
            with (
                torch.set_grad_enabled(gradients),
                kept(self.copied) if watched else contextlib.nullcontext(()) as written,
                following(self.copied, self.cancelled, lambda stack: self.calls.update([stack])),
            ):
                self.copied(*inputs.args, **inputs.kwargs)
            synchronize(self.device)
            # Watching what is written takes time: later calls write into memory of their own instead.
            give_own(self.copied, written)
        except Cancelled:
            raise
        except Exception as problem:
            log.info("the model could not be called", exc_info=True)
            self.calls.clear()
            said = str(problem) if isinstance(problem, RuntimeError) else ""
            # What compiles itself cannot be watched.
            if watched and "dispatch mode" in said:
                return self._warm_up(gradients=gradients, watched=False)
            # A forward pass that is made of gradients: forces are those of an energy.
            if not gradients and "grad" in said:
                return self._warm_up(gradients=True, watched=watched)
            self.notes.append(self._raised(problem))
            return False
        mode = "training" if self.model.training else "evaluation"
        how = "with gradients, since it raised without them" if gradients else "without gradients"
        self.notes.append(f"Each call was a forward pass of a copy in {mode} mode, {how}.")
        self.notes += [] if self.without is None else [self.without]
        hidden = scripted(self.model)
        left = self._not_called()
        seen = [path for path in left if path.rpartition(".")[0] not in hidden]
        if seen:
            self.notes.append(f"Not called: {listed(seen)}.")
        if len(seen) < len(left):
            unseen = [path for path in left if path not in seen]
            self.notes.append(f"Not seen, inside of a scripted module: {listed(unseen)}.")
        return True

    def _raised(self, problem: Exception) -> str:
        said = raised(problem, *PLUMBING)
        return said if self.without is None else f"{said}\n{self.without}"

    def _not_called(self) -> list[str]:
        """Modules that neither were called nor hold one that was; of each branch the topmost."""
        counts = called(self.modules, self.calls)
        busy: set[int] = set()
        for index, count in enumerate(counts):
            place: int | None = index if count else None
            while place is not None and place not in busy:
                busy.add(place)
                place = self.modules[place].parent
        return [node.path for index, node in enumerate(self.modules) if index not in busy and node.parent in busy]

    def _without_values(self) -> tuple[nn.Module, Inputs]:
        return on_meta(clone(self.model, buffers=True), self.inputs)

    def _flops(self, made: Callable[[], tuple[nn.Module, Inputs]], *, again: bool = False) -> None:
        """Count; `again` where the model has raised already, which was told."""
        self._tell(1, "Counting FLOPs")
        try:
            flops = count_flops(*made(), self.cancelled)
        except Cancelled:
            raise
        except Exception as problem:
            log.info("FLOPs could not be counted", exc_info=True)
            if not again:
                first = str(problem).strip().partition("\n")[0][:300]
                self.notes.append(f"FLOPs could not be counted: {type(problem).__name__}: {first}")
            return
        self.measures.append(added_up(self.modules, "flops", "FLOPs", "FLOP", flops.spent))
        if not self.calls:
            self.calls.update(flops.calls)
        note = "FLOPs: counted from shapes by torch.utils.flop_counter; a multiply-add is two."
        if flops.added:
            names = [f"{name} {format_quantity(count, 'FLOP')}" for name, count in flops.added.items()]
            note += f" Added by formulas of modelview's, for it has none: {listed(names)}."
        if flops.unknown:
            names = [f"{name} × {count:,}" for name, count in flops.unknown.most_common()]
            note += f" Without a formula, and left out, are: {listed(names)}."
        self.notes.append(note)

    def _record(self) -> None:
        try:
            self._memory()
            self._time()
        except Cancelled:
            raise
        except Exception as problem:
            # Not in its first call, but in a later one.
            log.info("the model could not be called again", exc_info=True)
            self.notes.append(self._raised(problem))

    def _memory(self) -> None:
        self._tell(2, "Following memory")
        recording = record(self.copied, fresh(self.inputs), self.device, self.cancelled, memory=True)
        memory = recording.memory()
        self.measures += [
            added_up(self.modules, "memory", "memory allocated", "B", memory.allocated),
            highest(self.modules, "peak", "peak memory", "B", memory.peak),
        ]
        self.notes.append(
            f"Memory: bytes that one call allocated on {recording.clock}, freed again or not, by torch.profiler; "
            "weights and inputs were there before. Peak memory: the most at once beyond what was when the module began."
        )

    def _time(self) -> None:
        plain: list[float] = []
        recorded: list[float] = []
        spent: list[dict[Stack, float]] = []
        clock = self.device
        for number in range(self.repeats):
            if self.wanted is None and sum(plain) + sum(recorded) > ENOUGH_SECONDS:
                break
            self._tell(OTHER_CALLS + number, f"Timing, call {number + 1} of {self.repeats}")
            # Without the profiler too, turn by turn: what it adds is told.
            inputs = fresh(self.inputs)
            started = time.perf_counter()
            with following(self.copied, self.cancelled):
                self.copied(*inputs.args, **inputs.kwargs)
            synchronize(self.device)
            plain.append(time.perf_counter() - started)
            recording = record(self.copied, fresh(self.inputs), self.device, self.cancelled)
            recorded.append(recording.wall)
            spent.append(recording.seconds())
            clock = recording.clock
        # The median of what each did itself: such numbers add up, where medians of sums do not.
        stacks = {stack: None for each in spent for stack in each}
        middle = {stack: median(each.get(stack, 0.0) for each in spent) for stack in stacks}
        self.measures.append(added_up(self.modules, "time", "forward time", "s", middle))
        threads = f", {torch.get_num_threads()} threads" if clock.type == "cpu" else ""
        calls = "one call" if len(spent) == 1 else f"{len(spent)} calls"
        with_it, without = format_quantity(median(recorded), "s"), format_quantity(median(plain), "s")
        self.notes.append(
            f"Time: on {clock}{threads}, by torch.profiler: the median of {calls}, after one to warm up, of what each "
            "module did itself, added up. The profiler takes time too, most of all where modules are small: a call "
            f"took {with_it} with it and {without} without."
        )
        if clock.type != self.device.type:
            self.notes.append(
                f"The profiler does not see {self.device}: the times are those of the host, which does not wait for it."
            )


def _tensors(inputs: Inputs) -> list[torch.Tensor]:
    leaves = pytree.tree_leaves((inputs.args, dict(inputs.kwargs)))
    return [leaf for leaf in leaves if isinstance(leaf, torch.Tensor)]
