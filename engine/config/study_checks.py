"""What stands beside a study and says nothing to it: keys of a run, and a second study.

Only what the study's own file says, or a `--set`, is looked at: in a run that it stands on all keys have a meaning.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.config.claim_kinds import ShocksClaim
from engine.config.extends import OF_PRICES, STUDIES
from engine.config.marked import Marked, MarkedFault, Path
from engine.config.models import Config
from engine.config.record import Record, choice

#: What every study of prices reads beside its own block: the market.
MARKET = ("hold", "watch", "data", "membership", "base_currency", "fx", "accept")
#: What an event study reads beside that: the days of its events, and when a decision that knew of one is executed.
EVENTS = ("from", "to", "trade.after", "trade.at")
#: Which studies stand on another one in the same file.
BESIDE = {"claims": "event_study", "walk_forward": "sweep"}
CALLED = {"event_study": "an event study", "claims": "claims"}


def study_findings(config: Config, tree: Marked) -> Iterator[MarkedFault]:
    """Every key of the study's own file that moves nothing in it: a reader would believe that it does."""
    study = config.study
    if study is None:
        return
    for key in STUDIES:
        if key in tree.children() and key not in (study, BESIDE.get(study)):
            found = f"`{key}` beside `{study}`"
            yield _at(tree, (key,), found, "one study in a file", "give each a file of its own")
    if study not in OF_PRICES:
        return
    read = (*MARKET, *EVENTS) if _measures_events(config) else MARKET
    for path in _written(tree):
        if tree.dotted(path) not in read and path[0] not in (*read, *STUDIES) and not _usual(config, path):
            found = f"a key that says nothing to {CALLED[study]}"
            days = path[0] in ("from", "to")
            cure = f"write `{path[0]}` in each claim" if days else "remove it; a run has a file of its own"
            yield _at(tree, path, found, choice(read), cure)


def _measures_events(config: Config) -> bool:
    return config.study == "event_study" or any(isinstance(one, ShocksClaim) for one in (config.claims or {}).values())


def _written(tree: Marked) -> Iterator[Path]:
    """Every key of the study's own file or of a `--set`; of `trade` every key in it."""
    for key, value in tree.children().items():
        below = value.children() if key == "trade" else {}
        written: dict[Path, Marked] = {(key, name): node for name, node in below.items()} or {(key,): value}
        for path, one in written.items():
            own = one.key_place.file == tree.place.file or one.place.file.startswith("--set ")
            if not one.implied and own:
                yield path


def _usual(config: Config, path: Path) -> bool:
    """Whether a key says what holds without it, as all do that a resolved study writes out."""
    block: Record = config.trade if path[0] == "trade" else config
    name, field = next((name, one) for name, one in type(block).model_fields.items() if path[-1] in (name, one.alias))
    usual = {"strategy": "buy_and_hold", "policy": dict.fromkeys(config.hold, 1.0 / len(config.hold))}
    return bool(getattr(block, name) in (field.default, usual.get(name, field.default)))


def _at(tree: Marked, path: Path, found: str, expected: str, cure: str) -> MarkedFault:
    return MarkedFault(tree.nearest(path)[0].key_place, tree.dotted(path), found, expected, cure)
