"""What blocks need to run on another machine: markets, strategies, the working directory; and whether it is the same
engine that runs them there.
"""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np

from engine.config import Config
from engine.config.endings import ENDINGS
from engine.config.sweep import Span
from engine.config.vary import varied
from engine.errors import OverweightError
from engine.fingerprint import CODE, LIBRARIES, code_fingerprint
from engine.strategy import folders
from engine.study.sweep.kept import MARKETS, UNREAD, market_key
from engine.study.sweep.plan import Plan, root_of

#: Keys under which a config may name other configs, which bring markets and strategies of their own.
NAMING = ("blend", "against")
#: What a market hangs on beside what it reads.
AT_ONCE = ("trade", "trade.after")


@dataclass(frozen=True, slots=True)
class Errand:
    """What is to be done. address: None for a cluster of `cores` that is started now, with its files in `scratch`.

    patience: seconds to wait for an answer of the cluster, and for a node with a processor where it has none.
    """

    plan: Plan
    folder: Path
    todo: tuple[int, ...]
    address: str | None
    cores: int
    scratch: str
    patience: float


@dataclass(frozen=True, slots=True)
class Luggage:
    """home: the working directory of whoever asks. token: a file that only machines with the same folders see.

    strategies: by file name, for those without. alone: whether all that blocks read besides is in their markets.
    engine: what must be the same over there, by name.
    """

    home: str
    token: str
    strategies: Mapping[str, bytes]
    alone: bool
    engine: Mapping[str, str]

    def settle(self) -> bool:
        """Go where the files are, in this process. Whether that is the asker's own folder, with all that is in it."""
        if Path(self.token).is_file():
            os.chdir(self.home)
            return True
        folder = Path(tempfile.mkdtemp(prefix="overweight-"))
        (folder / "strategies").mkdir()
        for name, content in self.strategies.items():
            (folder / "strategies" / name).write_bytes(content)
        os.chdir(folder)
        return False


def packed(plan: Plan, token: Path) -> Luggage:
    """The luggage of a plan's blocks."""
    found: dict[str, bytes] = {}
    for folder in reversed(folders()):
        found |= {path.name: path.read_bytes() for path in sorted(folder.glob("*.py"))}
    return Luggage(os.getcwd(), str(token.resolve()), found, _alone(plan), engine_marks())


def engine_marks() -> dict[str, str]:
    """What must be equal on two machines for equal figures: the engine's code, the libraries, the processor's kind."""
    marks = {"overweight": code_fingerprint((*CODE, "study")), "python": platform.python_version()}
    return marks | {"machine": platform.machine()} | {name: metadata.version(name) for name in LIBRARIES}


def differing(luggage: Luggage) -> dict[str, str]:
    """Of those what is not the same here: name to what is found."""
    return {name: found for name, found in engine_marks().items() if luggage.engine[name] != found}


def _alone(plan: Plan) -> bool:
    swept = {root_of(key) for key in plan.variants.keys}
    named = plan.config.blend or any(name.endswith(ENDINGS) for name in plan.config.against)
    return not named and swept.isdisjoint(NAMING)


def markets_of(plan: Plan, block: int) -> dict[str, Config]:
    """By key, for each market that a block reads a config that reads it; none where they are so many that no process
    would keep them: each then reads its own.
    """
    rows = plan.rows(block)
    keys = [k for k, key in enumerate(plan.variants.keys) if root_of(key) not in UNREAD or key in AT_ONCE]
    places = [rows if isinstance(plan.variants.axes[k], Span) else plan.variants.column(k, rows) for k in keys]
    _, first = np.unique(np.column_stack([np.zeros(len(rows), np.int64), *places]), axis=0, return_index=True)
    found: dict[str, Config] = {}
    for row in rows[first].tolist() if len(first) <= MARKETS else ():
        values = plan.variants.values(row)
        for said in ({plan.variants.keys[k]: values[plan.variants.keys[k]] for k in keys}, values):
            try:
                config = varied(plan.config, said)
            except OverweightError:
                continue
            found.setdefault(market_key(config), config)
            break
    return found
