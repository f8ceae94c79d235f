"""Every kind of study, by the key of its block."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.config import Config
from engine.study.answered import Studied
from engine.study.claims.study import study_claims
from engine.study.events.study import study_events
from engine.study.sweep.study import study_sweep
from engine.study.walk.study import study_walk

#: A study of a config; the results folder is where it may look up, or keep, what other runs left (None: nowhere); then
#: whether to measure also what takes long. Claims and events leave nothing out.
STUDY: dict[str, Callable[[Config, Path | None, bool], Studied]] = {
    "claims": lambda config, results, _: study_claims(config, results),
    "event_study": lambda config, results, _: study_events(config, results),
    "sweep": study_sweep,
    "walk_forward": study_walk,
}
