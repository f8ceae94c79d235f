"""Made markets: metals, miners, equities and a geopolitical index, with a truth that is known (`data: {source: made}`).

    data:
      prices: {source: made, seed: 7, effect: {lead_lag: {delay_sessions: 5, strength: 0.5}}}
      gpr:    {source: made, shocks_of: prices, known: {weekday: monday, after_days: 1}}

`effect: none` is the same market without the effect. How it is made stands in engine/market/made/market.py.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from engine.config import Config
from engine.config.made import SESSIONS, MadeEffect, MadeLeadLag, MadeShocks, MadeSource
from engine.errors import ConfigError
from engine.market.made.calendar import sessions_of, weekdays_between
from engine.market.made.index import make_index
from engine.market.made.market import labels_of, make_market
from engine.market.made.recipe import START, LeadLag, Recipe, ShockResponse
from engine.market.table import Table

ATTRIBUTION = "made by the engine, calibrated to its sample; no real prices"
INDEX = "GPRD"


def read(config: Config, name: str, wanted: Collection[str]) -> Table:
    """Levels of the wanted assets on all sessions; with `shocks_of`, the index (GPRD) on every calendar day.

    Raises ConfigError where `shocks_of` names no made market, or `flips_on` is outside of it.
    """
    entry = _entry(config, name)
    if entry.shocks_of is not None:
        recipe = _recipe(config, entry.shocks_of, _its_market(config, name, entry.shocks_of))
        index = make_index(recipe)
        return Table(
            index.days, (INDEX,), index.values[:, None], "values", f"made index ({name}, seed {recipe.seed})",
            attribution=ATTRIBUTION, offered=(INDEX,),
            caveats=(f"{name} is the index of a made market (seed {recipe.seed}), no real one",),
        )  # fmt: skip
    recipe = _recipe(config, name, entry)
    market = make_market(recipe)
    rows = [place for place, label in enumerate(market.labels) if label in wanted]
    columns = tuple(market.labels[place] for place in rows)
    levels = np.ascontiguousarray(market.levels()[:, rows])
    return Table(
        market.sessions, columns, levels, "prices", f"made market ({name}, seed {recipe.seed})",
        attribution=ATTRIBUTION, offered=labels_of(recipe), caveats=(_caveat(name, recipe),),
    )  # fmt: skip


def _entry(config: Config, name: str) -> MadeSource:
    entry: object = config.data[name]
    assert isinstance(entry, MadeSource)
    return entry


def _its_market(config: Config, name: str, other: str) -> MadeSource:
    """The entry that `shocks_of` names."""
    entry: object = config.data.get(other)
    if isinstance(entry, MadeSource) and entry.shocks_of is None:
        return entry
    entries: dict[str, object] = dict(config.data)
    markets = [key for key, one in entries.items() if isinstance(one, MadeSource) and one.shocks_of is None]
    raise ConfigError(
        config.fault(
            f"data.{name}.shocks_of",
            found=f"`{other}`, which is no made market of `data`",
            expected=" or ".join(f"`{key}`" for key in markets) or "the name of one",
            cure=f"write `shocks_of: {markets[0]}`" if markets else "add `prices: {source: made, seed: 0}`",
        )
    )


def _recipe(config: Config, name: str, entry: MadeSource) -> Recipe:
    start = entry.from_ or START
    sessions = entry.sessions or SESSIONS
    if entry.to is not None:
        sessions = weekdays_between(start, entry.to)
        if sessions < 2:
            raise ConfigError(
                config.fault(f"data.{name}.to", f"{entry.to}", f"a day after {start}", "give a later `to`")
            )
    effect = entry.effect if isinstance(entry.effect, MadeEffect) else MadeEffect()
    recipe = Recipe(
        entry.seed, sessions, start, entry.market.metals, entry.market.miners, entry.market.equities,
        entry.market.shocks_per_year, _lead_lag(effect.lead_lag), _response(effect.shocks),
    )  # fmt: skip
    _refuse_outside(config, name, recipe)
    return recipe


def _lead_lag(effect: MadeLeadLag | None) -> LeadLag | None:
    return LeadLag(effect.delay_sessions, effect.strength) if effect else None


def _response(effect: MadeShocks | None) -> ShockResponse | None:
    return ShockResponse(effect.move, effect.half_life_sessions, effect.flips_on) if effect else None


def _refuse_outside(config: Config, name: str, recipe: Recipe) -> None:
    """A flip before the first session or after the last would be no flip at all."""
    flips_on = recipe.response.flips_on if recipe.response else None
    sessions = sessions_of(recipe)
    if flips_on is None or sessions[0] < np.datetime64(flips_on, "D") <= sessions[-1]:
        return
    raise ConfigError(
        config.fault(
            f"data.{name}.effect.shocks.flips_on",
            found=f"{flips_on}",
            expected=f"a day after {sessions[0]}, up to {sessions[-1]}, where the market ends",
            cure="move it inside, or make the market longer",
        )
    )


def _caveat(name: str, recipe: Recipe) -> str:
    """What a reader of a result has to know."""
    planted = []
    if recipe.lead_lag is not None:
        late = f"{recipe.lead_lag.strength:.0%} of metals' moves {recipe.lead_lag.delay_sessions} sessions late"
        planted.append(f"miners follow {late}")
    if recipe.response is not None:
        flips = f", the other way from {recipe.response.flips_on}" if recipe.response.flips_on else ""
        planted.append(f"a shock moves miners by {recipe.response.move:+.1%}{flips}")
    truth = " and ".join(planted) or "no effect is planted"
    return f"{name} is a made market (seed {recipe.seed}), no real one: {truth}"
