"""START HERE: config in, Result out.

1. Build the config's panel (the market as it was known), lay out the decision days.
2. Ask the strategy on every decision day, with the past alone; turn scores into stances, stances into targets.
3. Simulate the strategy, and beside it what it must beat: policy, policy matched, momentum, always over.
4. Measure, judge, and say what the strategy says today.
5. Give it an id that is a hash of question, data and code (`engine.answer` loads and saves around this page).
"""

from __future__ import annotations

import numpy as np

from engine.config import Config, load
from engine.decide import Decided, Setting, decide, set_up, stance_in_force, trading_days, within_limits
from engine.errors import ConfigError
from engine.fingerprint import manifest, result_id
from engine.judge import Portfolio, judge, outlook
from engine.market.labels import is_label
from engine.market.panel import Panel
from engine.market.table import Matrix
from engine.measure.metrics import Track, measure
from engine.portfolio import controls
from engine.portfolio.attribution import attribute
from engine.portfolio.costs import Costs, costs_of, free
from engine.portfolio.ledger import Decisions, Ledger, first_session, run_ledger
from engine.portfolio.tilt import targets_of, tilted_targets
from engine.portfolio.tranches import run_tranches
from engine.result import Result


def backtest(config: Config) -> Result:
    """Run a loaded config; nothing is saved. Raises ConfigError, StrategyError or DataError."""
    setting = set_up(config)
    decided = decide(setting)
    portfolios = simulate_all(setting, decided)
    reference = config.against[0]
    return Result(
        id=result_id(setting),
        setting=setting,
        decided=decided,
        portfolios=portfolios,
        reference=reference,
        judgement=judge(setting, decided, portfolios, reference),
        outlook=outlook(setting, decided),
        attribution=attribute(
            config, setting.panel, setting.sleeves, portfolios["strategy"].ledger, portfolios["policy"].ledger
        ),
        manifest=manifest(setting),
    )


def simulate_all(setting: Setting, decided: Decided) -> dict[str, Portfolio]:
    """The strategy, its controls, and whatever else the config is held `against`, each simulated and measured."""
    targets = {"strategy": decided.targets, **control_targets(setting, decided)}
    ledgers = {name: simulate(setting, wanted, decided) for name, wanted in targets.items()}
    for name in setting.config.against:
        if name not in targets:
            targets[name], ledgers[name] = _rival(setting, name)
    tracks = {name: track_of(setting, ledger) for name, ledger in ledgers.items()}
    reference = tracks[setting.config.against[0]]
    per_year = setting.config.sessions_per_year
    return {
        name: Portfolio(
            targets[name],
            ledgers[name],
            track,
            measure(
                track,
                reference,
                tracks["policy_matched"],
                stance_in_force(setting, decided)[1] if decided.stance is not None and name == "strategy" else None,
                sessions_per_year=per_year,
                policy=tracks["policy"],
            ),
        )
        for name, track in tracks.items()
    }


def control_targets(setting: Setting, decided: Decided) -> dict[str, Matrix]:
    """Target weights (D, N) of the policy mix, the matched mix, and, where there is a stance, of the rival stances.

    Rivals keep the config's limits as the strategy does; the policy mix is the benchmark, and stays as it is written.
    """
    config, panel, mix = setting.config, setting.panel, setting.mix
    targets = {
        "policy": targets_of(mix, mix.policy),
        "policy_matched": controls.matched_targets(mix, decided.targets),
    }
    if decided.stance is not None:
        momentum = controls.momentum_stance(
            config, panel, setting.sleeves, setting.decisions, decided.stance.names, setting.tranche
        )
        targets["momentum"] = within_limits(setting, tilted_targets(config, panel, mix, momentum))[0]
        over = controls.over_stance(config, decided.stance)
        if over is not None:
            targets["always_over"] = within_limits(setting, tilted_targets(config, panel, mix, over))[0]
    return targets


def simulate(setting: Setting, targets: Matrix, decided: Decided) -> Ledger:
    """One portfolio through the config's trading rules, on the days on which the strategy trades."""
    opinion = decided.targets if decided.stance is None else decided.stance.values
    orders = Decisions(setting.decisions, targets, trading_days(setting.config, opinion, setting.tranche))
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
    other = set_up(load(setting.config.folder_of("against") / name))
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
