"""START HERE: config in, Result out.

1. Build the config's panel (the market as it was known), lay out the decision days.
2. Ask the strategy on every decision day, with the past alone; turn scores into stances, stances into targets.
3. Simulate the strategy, and beside it what it must beat: policy, policy held, policy matched, momentum, always over;
   where the config has a brake, also the strategy without it.
4. Measure, judge, ask some decisions again without the future, and say what the strategy says today.
5. Give it an id that is a hash of question, data and code (`engine.answers` loads and saves around this page).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from engine.audit.short import short_audit
from engine.config import Config, load
from engine.decide import (
    Decided,
    Setting,
    decide,
    decided_as,
    set_up,
    stance_in_force,
    trading_days,
    within_limits,
)
from engine.errors import ConfigError
from engine.fingerprint import manifest, result_id
from engine.judge import Figures, Portfolio, judge, outlook, warned
from engine.market.labels import is_label
from engine.market.panel import Panel
from engine.market.table import Matrix
from engine.measure.metrics import measure
from engine.measure.track import Track
from engine.portfolio import controls
from engine.portfolio.attribution import attribute
from engine.portfolio.costs import Costs, costs_of, free
from engine.portfolio.ledger import Decisions, Ledger, first_session, run_ledger
from engine.portfolio.tilt import targets_of
from engine.portfolio.tranches import first_of_each, run_tranches
from engine.result import Result


def backtest(config: Config) -> Result:
    """Run a loaded config; nothing is saved. Raises ConfigError, StrategyError or DataError."""
    return backtest_setting(set_up(config))


def backtest_setting(setting: Setting) -> Result:
    """Run a question that is set up already. Raises ConfigError, StrategyError or DataError."""
    config = setting.config
    decided = decide(setting)
    portfolios = simulate_all(setting, decided)
    reference = config.against[0]
    audit = short_audit(decided.heard)
    return Result(
        id=result_id(setting),
        setting=setting,
        decided=decided,
        portfolios=portfolios,
        reference=reference,
        judgement=warned(judge(setting, decided, portfolios, reference), audit),
        audit=audit,
        outlook=outlook(setting, decided),
        attribution=attribute(
            config, setting.panel, setting.sleeves, portfolios["strategy"].ledger, portfolios["policy"].ledger
        ),
        manifest=manifest(setting),
    )


def simulate_all(setting: Setting, decided: Decided) -> dict[str, Portfolio]:
    """The strategy, its controls, and whatever else the config is held `against`, each simulated and measured."""
    targets, ledgers = _simulated(setting, decided)
    tracks = {name: track_of(setting, ledger) for name, ledger in ledgers.items()}
    return {
        name: Portfolio(targets[name], ledgers[name], track, figures_of(setting, decided, tracks, name))
        for name, track in tracks.items()
    }


def own_tracks(setting: Setting, decided: Decided) -> dict[str, Track]:
    """The tracks from which the strategy's own figures are made, and no other: what a study of many runs simulates."""
    needed = {"strategy", "policy", "policy_matched", setting.config.against[0]}
    return {name: track_of(setting, ledger) for name, ledger in _simulated(setting, decided, needed)[1].items()}


def beside_policy(setting: Setting, decided: Decided) -> tuple[Track, Track]:
    """The strategy's own track, and that of its policy mix, which trades on the same days."""
    targets = (decided.targets, targets_of(setting.mix, setting.mix.policy))
    own, policy = (track_of(setting, simulate(setting, one, decided)) for one in targets)
    return own, policy


def figures_of(setting: Setting, decided: Decided, tracks: Mapping[str, Track], name: str = "strategy") -> Figures:
    """Every metric of one of the tracks, held against others among them.

    What is about the strategy's own stance and average weights, only the strategy has.
    """
    own = name == "strategy"
    return measure(
        tracks[name],
        tracks[setting.config.against[0]],
        tracks["policy_matched"] if own else None,
        stance_in_force(setting, decided)[1] if own and decided.stance is not None else None,
        sessions_per_year=setting.config.sessions_per_year,
        policy=tracks["policy"],
    )


def _simulated(
    setting: Setting, decided: Decided, needed: Collection[str] | None = None
) -> tuple[dict[str, Matrix], dict[str, Ledger]]:
    """Targets and ledgers by name: of all portfolios, or of those that are needed."""
    targets = {"strategy": decided.targets, **control_targets(setting, decided)}
    ledgers = {name: simulate(setting, one, decided) for name, one in targets.items() if not needed or name in needed}
    targets["policy_held"] = targets["policy"]
    if not needed or "policy_held" in needed:
        ledgers["policy_held"] = simulate_on(setting, targets["policy"], first_of_each(setting.tranche))
    for name in setting.config.against:
        if name not in targets and (not needed or name in needed):
            targets[name], ledgers[name] = _rival(setting, name)
    return targets, ledgers


def control_targets(setting: Setting, decided: Decided) -> dict[str, Matrix]:
    """Target weights (D, N) of the policy mix, the matched mix, and, where there is a stance, of the rival stances.

    Rivals keep the config's limits and brakes as the strategy does; the policy mix is the benchmark, and stays as it is
    written. `unbraked` is the strategy without its brakes.
    """
    config, panel, mix = setting.config, setting.panel, setting.mix
    targets = {
        "policy": targets_of(mix, mix.policy),
        "policy_matched": controls.matched_targets(mix, decided.targets),
    }
    if decided.stance is None:
        return targets
    momentum = controls.momentum_stance(
        config, panel, setting.sleeves, setting.decisions, decided.stance.names, setting.tranche
    )
    targets["momentum"] = decided_as(setting, momentum, decided.keep).targets
    over = controls.over_stance(config, decided.stance)
    if over is not None:
        targets["always_over"] = decided_as(setting, over, decided.keep).targets
    if decided.braked is not None:
        targets["unbraked"] = within_limits(setting, decided.braked.unbraked)[0]
    return targets


def simulate(setting: Setting, targets: Matrix, decided: Decided) -> Ledger:
    """One portfolio through the config's trading rules, on the days on which the strategy trades."""
    return simulate_on(setting, targets, trading_days(setting.config, decided.opinion, setting.tranche))


def simulate_on(setting: Setting, targets: Matrix, trades: NDArray[np.bool_]) -> Ledger:
    """One portfolio through the config's trading rules; trades: (D,) the decisions on which it trades."""
    orders = Decisions(setting.decisions, targets, trades)
    costs = costs_of(setting.config, setting.panel)
    return run_tranches(ledger_of, setting.config, setting.panel, orders, setting.tranche, costs)


def ledger_of(config: Config, panel: Panel, decisions: Decisions, costs: Costs) -> Ledger:
    """Targets through the simulator that the config names."""
    own = run_ledger(config, panel, decisions, costs)
    if config.simulator == "overweight":
        return own
    # vectorbt takes seconds to import; its room is opened only when asked for.
    from engine.peer.simulated import simulate_in_vectorbt

    return simulate_in_vectorbt(config, panel, decisions, costs, own)


def track_of(setting: Setting, ledger: Ledger) -> Track:
    """What the metrics read of a ledger, on the sessions of the setting's own."""
    own = setting.panel.sessions[first_session(setting.config, setting.decisions) :]
    rows = np.searchsorted(ledger.sessions, own)
    bought = np.flatnonzero(ledger.traded[rows] > 0)
    return Track(
        own,
        ledger.equity[rows],
        setting.panel.cash_rate[len(setting.panel.sessions) - len(own) :],
        ledger.traded[rows],
        ledger.costs[rows].sum(axis=1),
        int(bought[0]) if len(bought) else -1,
    )


def _rival(setting: Setting, name: str) -> tuple[Matrix, Ledger]:
    """What else stands under `against`: an asset bought on the first day and held without cost, or another config."""
    if not is_label(name):
        return _other_config(setting, name)
    panel = setting.panel
    targets = np.zeros((1, len(panel.assets)))
    targets[0, panel.column(name)] = 1.0
    orders = Decisions(setting.decisions[:1], targets, np.ones(1, np.bool_))
    return targets, ledger_of(setting.config, panel, orders, free(panel))


def _other_config(setting: Setting, name: str) -> tuple[Matrix, Ledger]:
    """Another config's own portfolio, on its own market. It must cover every session of this one."""
    other = set_up(load(setting.config.file_at("against", name)))
    decided = decide(other)
    ledger = simulate(other, decided.targets, decided)
    own = setting.panel.sessions[first_session(setting.config, setting.decisions) :]
    if not np.isin(own, ledger.sessions).all():
        raise ConfigError(
            setting.config.fault(
                "against",
                f"`{name}`, which runs from {ledger.sessions[0]} to {ledger.sessions[-1]}",
                f"a config that covers every session from {own[0]} to {own[-1]}",
                "give both the same `from`, `to` and market",
            )
        )
    return decided.targets, ledger
