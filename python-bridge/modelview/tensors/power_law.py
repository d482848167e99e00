"""A power law fitted to the tail of some positive numbers.

The continuous maximum-likelihood estimate, with the start of the tail where the Kolmogorov–Smirnov distance between the
tail and its fit is least: A. Clauset, C. R. Shalizi & M. E. J. Newman, "Power-law distributions in empirical data",
SIAM Review 51 (2009), sections 3.1 and 3.3. So do the packages `powerlaw`, and `weightwatcher` for the eigenvalues of
layers (C. H. Martin & M. W. Mahoney, JMLR 22 (2021)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import Cancelled
from .dtype import Array

if TYPE_CHECKING:
    from .progress import Cancel

__all__ = ["FEWEST", "PowerLaw", "fit_power_law"]

FEWEST = 20
"""Numbers without which there is no tail to speak of."""


@dataclass(frozen=True)
class PowerLaw:
    """A density in proportion to x^-alpha from `xmin` on.

    Attributes
    ----------
    alpha : float
        The exponent, 1 + n / Σ log(x / xmin).
    xmin : float
        The least number of the tail.
    distance : float
        The Kolmogorov–Smirnov distance between the tail and the fit, D.
    tail : int
        How many numbers the tail has, n.
    """

    alpha: float
    xmin: float
    distance: float
    tail: int

    @property
    def sigma(self) -> float:
        """The standard error of `alpha`: (alpha − 1) / √n."""
        return float((self.alpha - 1) / np.sqrt(self.tail))

    def to_json(self) -> dict[str, Any]:
        """The protocol's JSON value."""
        return {"alpha": self.alpha, "xmin": self.xmin, "D": self.distance, "tail": self.tail}


def fit_power_law(values: Array, cancelled: Cancel | None = None) -> PowerLaw | None:
    """Fit positive numbers; `None` where fewer than 20 of them, or no two that differ, leave nothing to fit.

    Raises
    ------
    Cancelled

    Examples
    --------
    >>> uniform = (np.arange(1000) + 0.5) / 1000
    >>> fitted = fit_power_law((1 - uniform) ** (-1 / 1.5))  # the quantiles of a power law of exponent 2.5
    >>> round(fitted.alpha, 1)
    2.5
    """
    ranked = np.sort(np.asarray(values, np.float64))
    count = ranked.size
    if count < FEWEST or ranked[0] == ranked[-1]:
        return None
    logs = np.log(ranked)
    best: PowerLaw | None = None
    sums = np.cumsum(logs[::-1])[::-1]
    for start in range(count - 1):
        if start % 64 == 0 and cancelled is not None and cancelled():
            raise Cancelled("Fitting a power law: cancelled")
        tail = count - start
        spread = sums[start] - tail * logs[start]
        if not spread > tail * 1e-12:
            continue
        alpha = 1 + tail / spread
        # What the law says is below each number, less the part of the tail that is.
        away = -np.expm1((1 - alpha) * (logs[start:] - logs[start])) - np.arange(tail) / tail
        distance = float(max(away.max(), -away.min()))
        if best is None or distance < best.distance:
            best = PowerLaw(float(alpha), float(ranked[start]), distance, tail)
    return best
