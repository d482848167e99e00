"""Named tensors, and the ways of looking at one: selections, planes, tiles, statistics.

NumPy is all that is imported here: where the values come from is a source's business.
"""

from .cache import Cache, shared_cache
from .plane import Plane, TileAddress
from .pyramid import Pyramid, Tile
from .selection import Selection
from .source import TensorSource
from .statistics import Histogram, Robust, Statistics, clipped
from .tensor import Tensor
from .tensors import Tensors

__all__ = [
    "Cache",
    "Histogram",
    "Plane",
    "Pyramid",
    "Robust",
    "Selection",
    "Statistics",
    "Tensor",
    "TensorSource",
    "Tensors",
    "Tile",
    "TileAddress",
    "clipped",
    "shared_cache",
]
