"""Fingerprints: what makes a result the same result, and what it stood on."""

from __future__ import annotations

import hashlib
import json
import platform
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from engine.decide import Setting
from engine.market.panel import Panel
from engine.market.quality import findings, short
from engine.market.table import Table
from engine.portfolio.blend import Part

ENGINE = Path(__file__).parent
#: Rooms and modules whose code can move a figure; reports, commands and comparisons cannot.
CODE = (
    "config",
    "market",
    "signals",
    "strategy.py",
    "portfolio",
    "peer/book.py",
    "peer/orders.py",
    "peer/simulated.py",
    "decide.py",
    "measure",
    "judge.py",
    "audit",
    "backtest.py",
)
LIBRARIES = ("numpy", "numba", "pandas", "pyarrow", "pydantic", "PyYAML")


def result_id(setting: Setting) -> str:
    """16 hex digits: a hash of the question, the data and the code. The same question answers into the same folder."""
    return _digest("\0".join((*_asked(setting), code_fingerprint())))


def variant_id(setting: Setting) -> str:
    """Like `result_id`, without the engine's code: the same variant, whichever engine ran it."""
    return _digest("\0".join(_asked(setting)))


def _asked(setting: Setting) -> tuple[str, ...]:
    """The question, the data, the strategy (of a blend with those of its parts), and the brakes."""
    question = json.dumps(setting.config.question(), sort_keys=True)
    brakes = (brake.source for brake in setting.brakes)
    return (question, setting.panel.fingerprint, setting.strategy.source, *brakes)


def question_id(setting: Setting) -> str:
    """What is being asked, whatever the parameters: the strategy, or what is blended, and the sleeves it looks at."""
    config = setting.config
    sleeves = {name: list(sleeve.members) or sleeve.series for name, sleeve in {**config.watch, **config.hold}.items()}
    return _digest(json.dumps([config.strategy or sorted(config.blend or ()), sleeves], sort_keys=True))


def manifest(setting: Setting) -> dict[str, Any]:
    """What a result stood on: versions, data, code. Neither time, host nor duration."""
    panel = setting.panel
    return {
        "versions": {
            "overweight": metadata.version("overweight"),
            "python": platform.python_version(),
            "machine": platform.machine(),
            **{name.lower(): metadata.version(name) for name in LIBRARIES},
            **(_peer_versions() if setting.config.simulator == "vectorbt" else {}),
        },
        "data": {
            "fingerprint": panel.fingerprint,
            "first": str(panel.sessions[0]),
            "last": str(panel.sessions[-1]),
            "sessions": len(panel.sessions),
            "series": dict(panel.digests),
            "quality": short(findings(held_prices(panel))),
        },
        "code": {
            "engine": code_fingerprint(),
            "strategy": _digest(setting.strategy.source),
            **({"brakes": [_digest(brake.source) for brake in setting.brakes]} if setting.brakes else {}),
        },
        **({"parts": {part.name: _part(part) for part in setting.parts}} if setting.parts else {}),
    }


def _part(part: Part) -> dict[str, str]:
    return {"data": part.data, "strategy": _digest(part.source)}


def _peer_versions() -> dict[str, str]:
    """vectorbt's version, and that of its rust engine, which serves where it is installed."""
    found = {name: [one.version for one in metadata.distributions(name=name)] for name in ("vectorbt", "vectorbt-rust")}
    return {name: versions[0] for name, versions in found.items() if versions}


def held_prices(panel: Panel) -> Table:
    """The prices of what is held, as a table to be looked over."""
    labels = tuple(label for label, held in zip(panel.assets, panel.held, strict=True) if held)
    return Table(panel.sessions, labels, panel.prices[:, panel.held], "prices", "what is held")


@cache
def code_fingerprint(parts: tuple[str, ...] = CODE) -> str:
    """A hash of the engine's sources that can move a figure, or of some of them, in the order of their names."""
    digest = hashlib.sha256()
    for part in parts:
        for path in sorted((ENGINE / part).rglob("*.py")) if (ENGINE / part).is_dir() else [ENGINE / part]:
            digest.update(f"{path.relative_to(ENGINE).as_posix()}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
