"""A strategist's own weights: the last row of a table that is dated at or before the decision day."""


def weights(past, *, table: str):
    """The latest known row of the `data` entry named `table`: a column per asset, the rest is cash.

    Give the entry `known: {lag_sessions: 0}` where a row counts at the close of its own day; without it, from the next.
    """
    return past.row(table)
