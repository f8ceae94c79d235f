"""What a study that starts processes of its own needs: how many, and where they find what this one has imported."""

from __future__ import annotations

import os
import sys


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def environment() -> dict[str, str]:
    """This process's own, with its places of modules: a Python started in it imports the same engine."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
