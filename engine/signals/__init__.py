"""Signals: functions of the past, from levels to one number.

Levels are (t+1,) arrays whose last element is today. A signal that the past cannot serve yet is NaN; the engine
then names the first day that can. Nothing here looks at anything but its arguments.
"""

from engine.signals.arrivals import known_at, known_so_far
from engine.signals.falls import above_trend, drawdown, gains, has_turned_up, is_engaged
from engine.signals.gap import Correction, catch_up_gap, error_correction
from engine.signals.regression import exposures, log_returns
from engine.signals.response import (
    Response,
    changing_response,
    mean_response,
    shock_response,
    shocks_until_flip,
    weeks_until_flip,
)
from engine.signals.rises import hedged, momentum, relative_momentum, residual_momentum
from engine.signals.score import Levels, Score
from engine.signals.shocks import innovations, largest_shock, spaced, weekly_change
from engine.signals.unusual import percentile, volatilities, z_score
from engine.signals.views import Believed, black_litterman

__all__ = [
    "Believed", "Correction", "Levels", "Response", "Score", "above_trend", "black_litterman", "catch_up_gap",
    "changing_response", "drawdown", "error_correction", "exposures", "gains", "has_turned_up", "hedged",
    "innovations", "is_engaged", "known_at", "known_so_far", "largest_shock", "log_returns", "mean_response",
    "momentum", "percentile", "relative_momentum", "residual_momentum", "shock_response", "shocks_until_flip",
    "spaced", "volatilities", "weekly_change", "weeks_until_flip", "z_score",
]  # fmt: skip
