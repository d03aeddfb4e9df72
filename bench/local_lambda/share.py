"""What Lambda gives a function of an amount of memory."""

from __future__ import annotations

# "At 1,769 MB, a function has the equivalent of one vCPU", and in proportion: AWS Lambda Developer Guide, Configure memory.
MB_PER_VCPU = 1769
MIN_MB, MAX_MB = 128, 10240
MEBIBYTE = 2**20

# The share is given in slices: so many microseconds of every period, which an idle environment finds whole. AWS does not say
# how long its period is; 20 ms is what is reported from watching a busy function's pauses. A request that needs less than a
# slice is not slowed down at all, here as there.
PERIOD_US = 20_000


def check_memory(memory_mb: int) -> int:
    if not MIN_MB <= memory_mb <= MAX_MB:
        raise ValueError(f"{memory_mb} MB: Lambda gives from {MIN_MB} to {MAX_MB} MB")
    return memory_mb


def cpu_share(memory_mb: int) -> float:
    """vCPUs: 512 MB is 0.289, 1769 MB is 1, 10240 MB is 5.79."""
    return check_memory(memory_mb) / MB_PER_VCPU


def quota_us(memory_mb: int, period_us: int = PERIOD_US) -> int:
    """Microseconds of CPU in each period."""
    return round(cpu_share(memory_mb) * period_us)


def memory_bytes(memory_mb: int) -> int:
    return check_memory(memory_mb) * MEBIBYTE
