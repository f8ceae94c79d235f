"""Every identity on random markets with every rule and cost in turn: a few of those that `make bench-truth` asks."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from engine.portfolio.costs import KINDS
from tests.portfolio.identities import RULES, Case, held, of_ledger, random_case

MARKETS = 15 * len(RULES)


def test_every_identity_holds() -> None:
    broken = [(name, seed) for seed in range(MARKETS) for name, holds in held(random_case(seed)) if not holds]
    assert not broken


def test_what_is_to_be_looked_at_is_there() -> None:
    """Debt, shorts, every line of costs, every reason an order can have in the markets above, and enough of each."""
    seen: Counter[str] = Counter()
    for seed in range(MARKETS):
        case = random_case(seed)
        run = case.ledger()
        seen["debt"] += bool((run.cash < -1e-9 * case.market.capital).any())
        seen["shorts"] += bool((run.units < 0.0).any())
        seen["currency"] += bool(run.currency.any())
        seen["ends with holdings"] += _pays_for_what_ended(case)
        seen.update(kind for kind, paid in zip(KINDS, run.costs.sum(axis=0), strict=True) if paid > 0.0)
        seen.update(f"reason {reason}" for reason in np.unique(run.trades.reason))
    wanted = ["debt", "shorts", "currency", "ends with holdings", *KINDS, *(f"reason {n}" for n in (0, 1, 2, 3, 5, 6))]
    assert {name: seen[name] for name in wanted if seen[name] < 5} == {}


def _pays_for_what_ended(case: Case) -> bool:
    run = case.ledger()
    last = case.market.ends - run.start
    inside = np.flatnonzero((last >= 0) & (last + 1 < len(run.sessions)))
    return bool((run.units[last[inside], inside] != 0.0).any())


@pytest.mark.parametrize("line", ["dividends", "interest", "currency"])
def test_an_identity_can_fail(line: str) -> None:
    """A ledger that loses a line adds up no more."""
    failed = 0
    for seed in range(MARKETS):
        case = random_case(seed)
        run = case.ledger()
        if getattr(run, line).any():
            spoilt = replace(run, **{line: np.zeros_like(getattr(run, line))})
            failed += not all(holds for _, holds in of_ledger(case, spoilt))
    assert failed >= 5
