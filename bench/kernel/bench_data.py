"""What the benchmark looks at, and the raw comm that it is compared with. Runs in the notebook's kernel."""

from __future__ import annotations

import gc

import numpy as np

SIDE = 4096
STACK = (512, 256, 256)
BITS = 9


def weight(seed: int) -> np.ndarray:
    """Make a float32 matrix like a trained weight, with a block of large values that a probe finds on screen.

    Another seed for every look: nothing that a library may have kept of the last one is of use.
    """
    values = np.random.default_rng(seed).standard_normal((SIDE, SIDE), dtype=np.float32)
    values *= np.float32(0.02)
    values[SIDE // 4 : SIDE // 2, SIDE // 2 : SIDE * 3 // 4] += np.float32(0.2)
    values[:16, :16] += np.float32(0.2)  # for who shows the corners alone
    gc.collect()
    return values


def small() -> np.ndarray:
    """Make something to warm a library up with."""
    return np.random.default_rng(0).standard_normal((64, 64), dtype=np.float32)


def stack() -> np.ndarray:
    """Make a float32 tensor of 512 slices of 256 KiB, each with its number written on it.

    Nine blocks of 24 cells in the top left corner of slice `i` are the bits of `i`: +1 or -1 in weights of 0.02.
    """
    values = np.random.default_rng(0).standard_normal(STACK, dtype=np.float32)
    values *= np.float32(0.02)
    for index in range(STACK[0]):
        for bit in range(BITS):
            left = 24 * bit
            values[index, :24, left : left + 24] = 1 if index >> bit & 1 else -1
    return values


def serve_echo() -> None:
    """Answer each message of a comm `bench-echo` with as many bytes as it asks for."""
    from comm import get_comm_manager

    payload = np.random.default_rng(1).integers(0, 255, 1 << 22, dtype=np.uint8).tobytes()

    def opened(comm, _message) -> None:
        def answer(message) -> None:
            asked = message["content"]["data"]
            comm.send(data={"number": asked["number"]}, buffers=[payload[: asked["bytes"]]])

        comm.on_msg(answer)

    get_comm_manager().register_target("bench-echo", opened)
