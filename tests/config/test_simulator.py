"""What vectorbt cannot express is refused by its key, before anything is simulated."""

from __future__ import annotations

import pytest

from engine.config import load
from engine.errors import ConfigError

WORDLESS = (
    "with `simulator: vectorbt`, whose from_orders has no word for it; leave it out, or write `simulator: overweight`"
)
#: line of the file, the key of the fault, and what it says
REFUSED = [
    (
        "trade: {after: 1}", "trade.sizing",
        "found `net_of_costs`; expected `gross` with `simulator: vectorbt`, which sizes on equity before costs; "
        "write `sizing: gross`, or write `simulator: overweight`",
    ),
    ("trade: {sizing: gross, commission_minimum: 5}", "trade.commission_minimum",
     f"found the number 5; expected no `commission_minimum` {WORDLESS}"),
    ("trade: {sizing: gross, commission_per_share: {SPY: 0.01}}", "trade.commission_per_share",
     f"found values by name; expected no `commission_per_share` {WORDLESS}"),
    ("trade: {sizing: gross, turnover_cap: 0.5}", "trade.turnover_cap",
     f"found the number 0.5; expected no `turnover_cap` {WORDLESS}"),
    ("trade: {sizing: gross, management_bps_a_year: 50}", "trade.management_bps_a_year",
     f"found the number 50; expected no `management_bps_a_year` {WORDLESS}"),
    (
        "trade: {sizing: gross}\ncash: {rate: RF}", "cash.rate",
        "found `RF`; expected 0 with `simulator: vectorbt`, whose cash earns nothing; "
        "write `cash: {rate: 0}`, or write `simulator: overweight`",
    ),
    ("trade: {sizing: gross}\ncash: {debit_rate: 0.05}", "cash.debit_rate",
     f"found the number 0.05; expected no `debit_rate` {WORDLESS}"),
    (
        "trade: {sizing: gross}\nrebalance: {band: 0.02}", "rebalance",
        "found a band; expected `every_decision` or `on_change` with `simulator: vectorbt`, which knows no band; "
        "write `rebalance: on_change`, or write `simulator: overweight`",
    ),
    (
        "trade: {sizing: gross}\nallow_short: true", "allow_short",
        "found `true`; expected `false` with `simulator: vectorbt`, which is long only here; "
        "leave it out, or write `simulator: overweight`",
    ),
    ("trade: {sizing: gross}\ndelisting: {recovery: 0.5}", "delisting.recovery",
     f"found the number 0.5; expected no `recovery` {WORDLESS}"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "key", "says"), REFUSED, ids=[key for _, key, _ in REFUSED])
def test_what_it_cannot_express(write, good: str, lines: str, key: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(f"{good}{lines}\nsimulator: vectorbt\n"))
    found = [str(fault) for fault in caught.value.faults if fault.key == key]
    assert [text.split(f" {key}: ", 1)[1] for text in found] == [says]
    assert found[0].startswith("a.yaml:")
    # Our own simulator has nothing against it, but for `gross` sizing, which follows vectorbt.
    load(write(good + lines.replace("sizing: gross, ", "").replace("sizing: gross", "") + "\n"))


def test_what_it_can(write, good: str) -> None:
    lines = (
        "trade: {sizing: gross, after: 2, commission_bps: 3, commission_per_order: {SPY: 1, default: 2}, "
        "half_spread_bps: 2, slippage_bps: 1}\nrebalance: on_change\nevery: week_end\nsimulator: vectorbt\n"
    )
    assert load(write(good + lines)).simulator == "vectorbt"
    assert load(write(good)).simulator == "overweight"


def test_a_word_it_is_not(write, good: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(good + "simulator: vectorbot\n"))
    assert str(caught.value).split("simulator: ", 1)[1] == (
        "found the text `vectorbot`; expected `overweight` or `vectorbt`; did you mean `vectorbt`?"
    )
