"""What a million requests cost by Lambda's price formula."""

from __future__ import annotations

import math
from collections.abc import Sequence

# US dollars, us-east-1, first tier, without the free tier, as AWS published them in 2025 (aws.amazon.com/lambda/pricing).
PRICES_OF = "us-east-1, 2025"
PER_REQUEST = 0.20 / 1_000_000
PER_GB_SECOND = {"x86_64": 0.0000166667, "arm64": 0.0000133334}
MB_PER_GB = 1024


def billed_ms(seconds: float) -> int:
    """Every begun millisecond counts."""
    return max(1, math.ceil(round(seconds * 1000, 6)))


def per_million(memory_mb: int, durations: Sequence[float], arch: str = "x86_64") -> float:
    """Dollars for a million requests that take what these took, in seconds: requests and GB-seconds."""
    mean = sum(map(billed_ms, durations)) / len(durations) / 1000
    return 1_000_000 * (PER_REQUEST + memory_mb / MB_PER_GB * mean * PER_GB_SECOND[arch])
