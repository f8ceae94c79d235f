"""Always overweight: what the tilt alone would have earned, without any opinion on when."""


def score(past):
    """Full conviction, every day."""
    return 1.0
