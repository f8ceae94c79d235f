"""START HERE: config in, Result out.

1. Build the config's panel (the market as it was known), lay out the decision days.
2. Ask the strategy on every decision day, with the past alone; turn scores into stances, stances into targets.
3. Simulate the strategy, and beside it what it must beat: policy, policy matched, momentum, always over.
4. Measure, judge, and say what the strategy says today.
5. Give it an id that is a hash of question, data and code (`engine.answer` loads and saves around this page).
"""

from __future__ import annotations

import numpy as np

from engine.config import Config
from engine.decide import Decided, Setting, decide, set_up, trading_days
from engine.fingerprint import manifest, result_id
from engine.judge import Portfolio, judge, outlook
from engine.market.table import Matrix
from engine.measure.metrics import Track, measure
from engine.portfolio import controls
from engine.portfolio.attribution import attribute
from engine.portfolio.costs import costs_of, free
from engine.portfolio.ledger import Ledger, Orders, run_ledger
from engine.portfolio.tilt import targets_of, tilted_targets
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
            targets[name], ledgers[name] = _held_outright(setting, name)
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
                decided.stance.values if decided.stance is not None and name == "strategy" else None,
                sessions_per_year=per_year,
                policy=tracks["policy"],
            ),
        )
        for name, track in tracks.items()
    }


def control_targets(setting: Setting, decided: Decided) -> dict[str, Matrix]:
    """Target weights (D, N) of the policy mix, the matched mix, and, where there is a stance, of the rival stances."""
    config, panel, mix = setting.config, setting.panel, setting.mix
    targets = {
        "policy": targets_of(mix, mix.policy),
        "policy_matched": controls.matched_targets(mix, decided.targets),
    }
    if decided.stance is not None:
        momentum = controls.momentum_stance(config, panel, setting.sleeves, setting.decisions, decided.stance.names)
        targets["momentum"] = tilted_targets(config, panel, mix, momentum)
        over = controls.over_stance(config, decided.stance)
        if over is not None:
            targets["always_over"] = tilted_targets(config, panel, mix, over)
    return targets


def simulate(setting: Setting, targets: Matrix, decided: Decided) -> Ledger:
    """One portfolio through the config's trading rules, on the days on which the strategy trades."""
    opinion = decided.targets if decided.stance is None else decided.stance.values
    orders = Orders(setting.decisions, targets, trading_days(setting.config, opinion))
    return run_ledger(setting.config, setting.panel, orders, costs_of(setting.config, setting.panel))


def track_of(setting: Setting, ledger: Ledger) -> Track:
    """What the metrics read of a ledger."""
    bought = np.flatnonzero(ledger.traded > 0)
    return Track(
        ledger.sessions,
        ledger.equity,
        setting.panel.cash_rate[ledger.start :],
        ledger.traded,
        ledger.costs.sum(axis=1),
        int(bought[0]) if len(bought) else -1,
    )


def _held_outright(setting: Setting, name: str) -> tuple[Matrix, Ledger]:
    """What else stands under `against`: an asset, bought on the first day and held without cost."""
    panel = setting.panel
    targets = np.zeros((1, len(panel.assets)))
    targets[0, panel.column(name)] = 1.0
    orders = Orders(setting.decisions[:1], targets, np.ones(1, np.bool_))
    return targets, run_ledger(setting.config, panel, orders, free(panel))
