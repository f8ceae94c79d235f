"""Houses change their minds in public: stand where their calls of the past year stand, net."""

import numpy as np

from engine.signals import black_litterman, known_at, log_returns


def score(
    past,
    *,
    calls: dict,
    method: str = "steps",
    step: float = 0.5,
    hold_sessions: int = 252,
    edge: float = 0.05,
    lookback: int = 756,
    risk_aversion: float = 2.5,
    tau: float = 0.05,
):
    """For each sleeve of `calls` (sleeve to series of calls) what its calls of the last `hold_sessions` add up to.

    `method: steps`: each upgrade is `step` towards full overweight, each downgrade one away from it. `black_litterman`:
    the active weight, in points, if the sleeve beats the rest of the mix by `edge` a year for a full net view, beyond
    what the mix implies; covariances from the last `lookback` sessions.
    """
    views = {sleeve: net_view(past, series, step, hold_sessions) for sleeve, series in calls.items()}
    if method == "steps":
        return views
    weights = sleeve_weights(past)
    returns = log_returns([past.sleeve(name) for name in weights], lookback)
    if returns is None:
        return dict.fromkeys(views, np.nan)
    covariance, mix = 252 * np.cov(returns.T), np.array(list(weights.values()))
    picks = np.array([against_the_rest(weights, sleeve) for sleeve, view in views.items() if view])
    implied = risk_aversion * covariance @ mix
    wanted = np.array([picks[k] @ implied + edge * view for k, view in enumerate(filter(None, views.values()))])
    found = black_litterman(covariance, mix, picks, wanted, risk_aversion=risk_aversion, tau=tau)
    active = dict(zip(weights, found.weights - mix / (1 + tau), strict=True))
    return {sleeve: active[sleeve] for sleeve in views}


def net_view(past, series, step, hold_sessions):
    """Steps up less steps down of the calls that are not older than `hold_sessions`, from -1 to 1."""
    recent = past.session - known_at(past, series) < hold_sessions
    return float(np.clip(step * past.series(series)[recent].sum(), -1, 1))


def sleeve_weights(past):
    """The policy weight of each sleeve that is held."""
    policy = past.policy()
    return {name: sum(policy[label] for label in past.members(name)) for name in past.held}


def against_the_rest(weights, sleeve):
    """A view's portfolio: long the sleeve, short the others in proportion."""
    rest = sum(weights.values()) - weights[sleeve]
    return [1.0 if name == sleeve else -weight / rest for name, weight in weights.items()]
