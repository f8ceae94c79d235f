"""Chips and hardware need metals: overweight those who dig them while chips and hardware lead the market."""

from engine.signals import momentum


def score(past, *, leaders: str, market: str, lookback: int = 126):
    """The return of `leaders` over `lookback` sessions, less that of `market`."""
    return momentum(past.sleeve(leaders), lookback) - momentum(past.sleeve(market), lookback)
