"""A strategist's own weights: the last row of a table that is dated at or before the decision day."""


def weights(past, *, table: str):
    """The latest known row of the `data` entry named `table`: a column per asset, the rest is cash."""
    return past.row(table)
