"""Findings: what every system earned after costs over its policy mix, by era, and what became of the claims.

Runs each file as `overweight run` does, trials counted; the page is made of what came back and of nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from engine.answers import answer
from engine.config import Config
from engine.config.own_sources import SampleSource
from engine.errors import ConfigError, Fault
from engine.fingerprint import question_id
from engine.measure import formulas
from engine.measure.inference import active_return_interval, verdict
from engine.measure.track import DateArray, Track, returns
from engine.result import Result
from engine.results import terminal
from engine.results.failures import Failure, exit_code
from engine.results.findings_page import page
from engine.results.findings_record import CONTROL, Earned, System
from engine.results.running import each
from engine.study.answered import Studied
from engine.trials import TRIALS, trials_of

#: What is asked where no file is named.
USUAL = ("configs/*.yaml", "configs/etf/*.yaml", "configs/claims/*.yaml")
#: The theses, by the strategy that acts on each; any other strategy is a control.
SYSTEMS = {
    "geopolitical_shock": "S1", "metals_lead": "S2", "error_correction": "S2", "hard_asset_rotation": "S3",
    "overheating_brake": "S4", "policy_stimulus": "S5", "broker_views": "S6", "safe_haven": "S7",
    "metal_leadership": "S8", "scarcity": "S9", "underowned": "S10", "ai_demand": "S12", "metal_over_miner": "S13",
}  # fmt: skip
#: Windows that reach into this year are parted here; older ones by decades.
SPLIT = 2022
#: Fewer sessions than these in an era say nothing.
LEAST_SESSIONS = 63


def write_findings(files: Sequence[str], *, out: Path | None, results: Path) -> int:
    """Run what is named, or USUAL, and write the page to `out`, or to stdout; the exit code, the highest of all.

    Where nothing could be run there is no page, and one that is there stays.
    """
    # What is named twice would be two systems, and two trials.
    named = files or usual()
    places = [os.path.realpath(name) for name in named]
    wanted = [name for i, name in enumerate(named) if places[i] not in places[:i]]
    answers = each(wanted, partial(answer, results=results), "running ")
    systems = [system_of(one, results) for one in answers if isinstance(one, Result)]
    studies = [one for one in answers if isinstance(one, Studied)]
    failed = [one for one in answers if isinstance(one, Failure)]
    if len(failed) == len(answers):
        return exit_code(answers)
    text = page(systems, studies, failed, asked=[*files, *([] if out is None else ["--out", str(out)])])
    if out is None:
        terminal.put(text)
        return exit_code(answers)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        found = f"a file that cannot be written ({error.strerror})"
        raise ConfigError(Fault("--out", "", f"`{out}`, {found}", "a file", "name another one")) from None
    terminal.put(f"{out}  {len(systems)} systems, {len(studies)} studies, {len(failed)} failures\n")
    return exit_code(answers)


def usual() -> list[str]:
    """Every file of USUAL below the working directory, sorted. Raises ConfigError where there is none."""
    found = [path.as_posix() for pattern in USUAL for path in sorted(Path().glob(pattern))]
    if not found:
        cure = "name files, or go to a folder that has `configs/`"
        raise ConfigError(Fault("FILES", "", "no config here", " or ".join(USUAL), cure))
    return found


def system_of(result: Result, results: Path | None) -> System:
    """What one run comes to, measured against its policy mix, whatever else it is `against`."""
    own, policy = result.own.track, result.portfolios["policy"].track
    per_year = result.config.sessions_per_year
    whole = earned("", own, policy, per_year)
    episodes = result.own.figures["episodes"]
    said = verdict(result.judgement.bets, whole.interval)
    error = formulas.volatility(returns(own) - returns(policy), per_year)
    sources = result.config.data.items()
    return System(
        system=system_name(result.config),
        name=result.name,
        window=(str(own.sessions[0]), str(own.sessions[-1])),
        whole=whole,
        ratio=formulas.information_ratio(whole.active, error),
        bets=None if episodes is None else int(episodes),
        variants=0 if results is None else trials_of(results / TRIALS, result),
        said=said,
        words=paid(said, whole.active),
        eras=tuple(
            earned(name, _cut(own, rows), _cut(policy, rows), per_year) for name, rows in eras(own.sessions)
        ),
        sample=any(isinstance(source, SampleSource) for _, source in sources),
        hindsight=any("hindsight" in caveat for caveat in result.judgement.caveats),
        fingerprint=result.panel.fingerprint,
        question=question_id(result.setting),
        sources=tuple(sorted({_file_of(name, source) for name, source in sources})),
    )  # fmt: skip


def system_name(config: Config) -> str:
    """Which thesis a config acts on: S2, S3+S4 with a brake, S11 for a blend; `control` for none."""
    own = "S11" if config.blend is not None else SYSTEMS.get(config.strategy or "")
    brakes = [SYSTEMS[brake.strategy] for brake in config.brake if brake.strategy in SYSTEMS]
    return "+".join(dict.fromkeys([*([own] if own else []), *brakes])) or CONTROL


def paid(said: str, active: float | None) -> str:
    """Whether a system paid, in words. Beyond chance only where the verdict says so; a baseline makes no bet."""
    if said.startswith("no bets"):
        return "baseline"
    if said.startswith("ahead"):
        return "paid"
    if said.startswith("behind"):
        return "lost"
    return "did not pay" if active is None or active <= 0.0 else "not shown to pay"


def earned(era: str, own: Track, policy: Track, per_year: float) -> Earned:
    """Difference of CAGRs over policy, with its interval (Newey-West)."""
    mine, other = formulas.cagr(own.equity, per_year), formulas.cagr(policy.equity, per_year)
    return Earned(era, formulas.difference(mine, other), active_return_interval(own, policy, per_year))


def eras(sessions: DateArray) -> Iterator[tuple[str, slice]]:
    """Before SPLIT and from it on, for a window that reaches there; else decades. Rows begin a session before the era.

    Eras of fewer than LEAST_SESSIONS are left out.
    """
    years = sessions.astype("datetime64[Y]").astype(np.int64) + 1970
    if years[-1] >= SPLIT:
        spans = [(f"before {SPLIT}", 0, SPLIT - 1), (f"from {SPLIT}", SPLIT, int(years[-1]))]
    else:
        first = int(years[0]) // 10 * 10
        spans = [(f"{decade}s", decade, decade + 9) for decade in range(first, int(years[-1]) + 1, 10)]
    for name, start, stop in spans:
        rows = np.flatnonzero((years >= start) & (years <= stop))
        if len(rows) > LEAST_SESSIONS:
            yield name, slice(max(int(rows[0]) - 1, 0), int(rows[-1]) + 1)


def _cut(track: Track, rows: slice) -> Track:
    """Some sessions of a track; the first one is the start."""
    return Track(track.sessions[rows], track.equity[rows], track.cash_rate[rows], track.traded[rows], track.costs[rows])


def _file_of(name: str, source: object) -> str:
    """Where a source comes from, as a reader knows it."""
    kind: str = getattr(source, "source", name)
    where = getattr(source, "path", None) or getattr(source, "calendar", None)
    return f"{kind} {Path(where).name}" if where else kind
