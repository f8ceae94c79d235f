"""Buy the policy mix on the first day; with `every: once` nothing is ever traded again."""


def weights(past):
    """The policy mix, in the parts its sleeves have today."""
    return past.policy()
