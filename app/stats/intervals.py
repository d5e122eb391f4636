"""Intervals of shares (methods.md section 3)."""

import numpy as np
from scipy import special

from app.stats.edge import Real, divide


def wilson(successes: Real, n: Real, confidence: float = 0.95) -> tuple[Real, Real]:
    """The Wilson interval of a share without continuity correction (Wilson 1927), each limit 0 to 1.

    `successes` and `n` have one shape. Undefined for n = 0.

    >>> [round(float(limit), 4) for limit in wilson(np.array(15.0), np.array(20.0))]
    [0.5313, 0.8881]
    """
    z = special.ndtri((1 + confidence) / 2)
    share = divide(successes, n)
    spread = 1 + divide(np.full_like(n, z**2), n)
    middle = (share + divide(np.full_like(n, z**2 / 2), n)) / spread
    half = z / spread * np.sqrt(divide(share * (1 - share), n) + divide(np.full_like(n, z**2 / 4), n**2))
    return np.maximum(middle - half, 0), np.minimum(middle + half, 1)
