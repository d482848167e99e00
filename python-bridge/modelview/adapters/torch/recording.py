"""One call of a model under `torch.profiler`: what each module took and allocated."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile, record_function, supported_activities

from ...inputs import Inputs
from ...structure import Stack
from ...tensors.progress import Cancel
from .call import following

__all__ = ["Memory", "Recording", "record", "synchronize"]

_QUIET = "KINETO_LOG_LEVEL"


class Memory(NamedTuple):
    """Bytes by the stack of modules at work.

    Attributes
    ----------
    allocated : dict
        By the last one itself, freed again or not.
    peak : dict
        The most that was allocated at once beyond what was when the last one began, in any of its calls.
    """

    allocated: dict[Stack, float]
    peak: dict[Stack, float]


def record(
    model: nn.Module, inputs: Inputs, device: torch.device, cancelled: Cancel | None = None, *, memory: bool = False
) -> Recording:
    """Call a model (a copy, please) with a named range for each module.

    Parameters
    ----------
    device
        Where it computes.
    memory
        Follow what is allocated, which takes time of its own.
    """
    names: dict[Stack, str] = {}
    ranges: list[record_function] = []

    def begin(stack: Stack) -> None:
        ranges.append(record_function(names.setdefault(stack, f"modelview/{len(names)}")))
        ranges[-1].__enter__()  # type: ignore[no-untyped-call]

    def end(_: Stack) -> None:
        ranges.pop().__exit__(None, None, None)

    activities = [ProfilerActivity.CPU, *_activity(device)]
    with _quiet(), profile(activities=activities, profile_memory=memory) as profiler:
        started = time.perf_counter()
        with following(model, cancelled, begin, end):
            model(*inputs.args, **inputs.kwargs)
        synchronize(device)
        seconds = time.perf_counter() - started
    stacks = {name: stack for stack, name in names.items()}
    return Recording(profiler, stacks, device if _activity(device) else torch.device("cpu"), seconds)


@dataclass(frozen=True)
class Recording:
    """What the profiler saw of one call.

    Attributes
    ----------
    profiler : torch.profiler.profile
        It has stopped.
    stacks : dict
        By the name of their range.
    clock : torch.device
        Whose time is told.
    wall : float
        Seconds that the call took.
    """

    profiler: Any
    stacks: dict[str, Stack]
    clock: torch.device
    wall: float

    def seconds(self) -> dict[Stack, float]:
        """Time of each stack's last module, without that of the modules that it called."""
        took = dict.fromkeys(self.stacks.values(), 0.0)
        if self.clock.type == "cpu":
            for stack, start, end in self._ranges():
                took[stack] += (end - start) / 1e9
        else:
            # What the range's operations took on the device, wherever in time that was.
            for event in self.profiler.events():
                if event.name in self.stacks and event.device_type.name == "CPU":
                    took[self.stacks[event.name]] += event.device_time_total / 1e6
        own = dict(took)
        for stack, number in took.items():
            if len(stack) > 1:
                own[stack[:-1]] -= number
        return {stack: max(0.0, number) for stack, number in own.items()}

    def memory(self) -> Memory:
        """Bytes that were allocated where the model computes."""
        counted = self.clock.type.upper()
        changes = sorted(
            (event.start_ns(), event.nbytes())
            for event in self._events()
            if event.name() == "[memory]" and event.device_type().name == counted
        )
        allocated: dict[Stack, float] = dict.fromkeys(self.stacks.values(), 0.0)
        peak = dict(allocated)
        level = 0
        # Stack, end, level at its beginning, highest level.
        inside: list[tuple[Stack, int, int, list[int]]] = []

        def leave(until: float) -> None:
            while inside and inside[-1][1] <= until:
                stack, _, first, highest = inside.pop()
                peak[stack] = max(peak[stack], highest[0] - first)
                if inside:
                    inside[-1][3][0] = max(inside[-1][3][0], highest[0])

        waiting = iter([*changes, (float("inf"), 0)])
        moment, change = next(waiting)
        for stack, start, end in [*sorted(self._ranges(), key=lambda it: (it[1], -it[2])), ((), float("inf"), 0)]:
            while moment < start:
                leave(moment)
                level += change
                if inside:
                    allocated[inside[-1][0]] += max(0, change)
                    inside[-1][3][0] = max(inside[-1][3][0], level)
                moment, change = next(waiting)
            leave(start)
            inside.append((stack, int(end), level, [level]))
        return Memory(allocated, peak)

    def _events(self) -> Any:
        # `profiler.events()` makes an object of each, which takes seconds where there are many, and puts the changes of
        # memory into sums.
        return self.profiler.profiler.kineto_results.events()

    def _ranges(self) -> Iterator[tuple[Stack, int, int]]:
        """Stack, begin and end in nanoseconds of each module's call."""
        for event in self._events():
            stack = self.stacks.get(event.name())
            if stack is not None and event.device_type().name == "CPU":
                yield stack, event.start_ns(), event.start_ns() + event.duration_ns()


def synchronize(device: torch.device) -> None:
    """Wait until a device has done what it was given."""
    wait = getattr(getattr(torch, device.type, None), "synchronize", None)
    if wait is not None:
        wait()


def _activity(device: torch.device) -> list[ProfilerActivity]:
    """What the profiler can see of a device that is not the host."""
    seen = {activity.name: activity for activity in supported_activities()}  # type: ignore[no-untyped-call]
    return [seen[device.type.upper()]] if device.type != "cpu" and device.type.upper() in seen else []


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The profiler tells its beginning and its end on stderr, which a notebook shows; it reads this when first used."""
    before = os.environ.get(_QUIET)
    os.environ.setdefault(_QUIET, "6")
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_QUIET, None)
