"""A tensor on a device is pooled there. There is none here: the same code pools tensors of the processor's memory."""

import numpy as np
import pytest
import torch
from checks import check_plane

from modelview.adapters.torch import TorchSource
from modelview.adapters.torch.pooling import can_pool
from modelview.tensors import Plane, Pyramid, Tensor

RANDOM = np.random.default_rng(8)


class OnDevice(TorchSource):
    """As if its memory were a device's."""

    resident = False
    read_here = 0

    @property
    def pools(self):
        return can_pool(self.tensor())

    def read(self, index):
        values = super().read(index)
        self.read_here += values.size
        return values


def tensor(values, dims=None):
    return Tensor(OnDevice.of(values), ("array/a",), dims=dims)


@pytest.mark.parametrize(
    "dtype", ["float64", "float32", "float16", "bfloat16", "int8", "int16", "int32", "uint8", "bool", "int64"]
)
def test_cells_are_those_of_every_other_tensor(dtype):
    array = torch.from_numpy(RANDOM.standard_normal((601, 530)) * 90).to(getattr(torch, dtype))
    if array.is_floating_point():
        array[5, 7], array[100, 3], array[100, 4] = torch.nan, torch.inf, -torch.inf
    expected = array.float().numpy() if dtype == "bfloat16" else array.numpy()
    check_plane(tensor(array), expected)
    # Of 64-bit integers the sums would not be exact there.
    assert OnDevice.of(array).pools is (dtype != "int64")


@pytest.mark.parametrize("uses", [["facet", "row", "column"], ["column", "facet", "row"], ["row", 1, "column"]])
def test_every_use_of_every_dimension(uses):
    array = RANDOM.standard_normal((41, 30, 300)).astype("f4")
    check_plane(tensor(torch.from_numpy(array), ("x", "y", "z")), array, dict(zip("xyz", uses, strict=True)))


def test_a_view_with_other_strides():
    array = RANDOM.standard_normal((530, 601)).astype("f4")
    check_plane(tensor(torch.from_numpy(array).T), array.T)


def test_the_overview_copies_cells_only():
    subject = tensor(torch.zeros(1024, 2048))
    plane = Plane.of(subject)
    Pyramid(subject, plane).tile(plane.coarsest_tiles()[0])
    assert subject.source.read_here == 0


def test_of_the_processors_own_memory_it_is_not_asked():
    assert TorchSource.of(torch.zeros(3)).pools is False
    assert TorchSource.of(torch.zeros(3, device="meta")).pools is False
