"""The rival of catching up: what trails its drivers goes on trailing, and what outruns them goes on outrunning."""

from engine.signals import residual_momentum


def score(past, *, lagging: str, leading: str, versus: str, lookback: int = 756, formation: int = 252, skip: int = 21):
    """What `leading` and `versus` do not explain of the past year of `lagging` without its last month."""
    drivers = (past.sleeve(leading), past.sleeve(versus))
    return residual_momentum(past.sleeve(lagging), drivers, lookback=lookback, formation=formation, skip=skip)
