"""What the load tests share: they skip where the load tools' packages (deploy/load/requirements.txt) are not installed."""

from __future__ import annotations

import os

os.environ["LOCUST_SKIP_MONKEY_PATCH"] = (
    "1"  # here Locust is only looked into: gevent must not patch the whole test run
)
