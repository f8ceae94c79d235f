"""What may be said of an event study: the verdict, and every caveat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.config.event_study_checks import assets_of
from engine.study.events.abnormal import abnormal_returns
from engine.study.events.measured import POOLED, MeanDifference, MeasuredEvents
from engine.study.events.outcome import EventOutcome
from engine.study.events.windows import UnmeasuredEvent

#: Below so many events nothing is judged: with five, the smallest exact p-value there can be is 6%.
FEWEST_EVENTS = 6
#: Below so many, signs are flipped; from here on the mean of the events is near enough to normal.
MANY_EVENTS = 20
SIGNIFICANT, DOUBTFUL = 0.05, 0.10
RISES, FALLS = "rises with the events", "falls with the events"
NOTHING, DISAGREE, TOO_FEW = "no effect seen", "the tests disagree", "too few events to tell"
#: Why events are left out, in words.
LEFT_OUT = {
    "no session": "outside the sessions",
    "too little before": "without a full estimation window before them",
    "not over": "whose window is not over",
    "same day": "on the day zero of another",
    "overlaps": "whose window overlaps that of one before",
    "before from": "before `from`",
    "separation": "too soon after another",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one effect: in few words, the test that decided and its p-value, and a sentence."""

    words: str
    test: str | None
    p_value: float | None
    sentence: str


def judge_effect(one: MeasuredEvents) -> Verdict:
    """What may be said of one effect.

    Under 6 events nothing. Under 20, and where no windows overlap, flipped signs decide; else the adjusted BMP of the
    events' portfolios. Where that is significant but ranks and drawn days both see nothing, the tests disagree.
    """
    if one.events < FEWEST_EVENTS or one.mean_car is None:
        return Verdict(TOO_FEW, None, None, f"{TOO_FEW} ({one.events}; it takes {FEWEST_EVENTS})")
    flipped = one.events < MANY_EVENTS and one.sign_flip is not None
    decisive = one.sign_flip if flipped else one.by_event
    if decisive is None:
        return Verdict(TOO_FEW, None, None, f"{TOO_FEW}: the events do not differ")
    test = "flipped signs" if flipped else "adjusted BMP"
    words = _words(one, one.sign_flip.observed if flipped and one.sign_flip else one.mean_car, decisive.p_value)
    return Verdict(words, test, decisive.p_value, _sentence(one, words, test, decisive.p_value))


def judge_difference(one: MeanDifference) -> str:
    """Whether a later era differs from the one before, as a sentence."""
    if one.of is None:
        return f"{one.later} cannot be held against {one.earlier}: it takes two events in each"
    p_value = max(one.of.welch.p_value, one.of.permuted_p)
    gap = f"{one.later} less {one.earlier}: {one.of.difference:+.2%}, p {p_words(p_value)}"
    if p_value < SIGNIFICANT:
        return f"{gap}: the eras differ"
    return f"{gap}: no difference seen; {visible_words(one.of.smallest_visible)}"


def visible_words(smallest: float) -> str:
    """What could not have been seen."""
    return f"an effect below {smallest:.1%} would be missed more than one time in five"


def p_words(p_value: float) -> str:
    """A p-value in three decimals: `0.012`, `<0.001`."""
    return f"{p_value:.3f}" if p_value >= 0.0005 else "<0.001"


def window_words(window: Sequence[int]) -> str:
    """A window: `0 to +20`."""
    return " to ".join(f"{day:+d}" if day else "0" for day in window)


def _words(one: MeasuredEvents, size: float, p_value: float) -> str:
    if p_value >= SIGNIFICANT:
        return NOTHING
    others = [other.p_value for other in (one.tests.get("corrado_rank"), one.random_days) if other is not None]
    turned = one.mean_car is not None and one.mean_car * size < 0.0
    if turned or (others and min(others) >= DOUBTFUL):
        return DISAGREE
    return RISES if size > 0.0 else FALLS


def _sentence(one: MeasuredEvents, words: str, test: str, p_value: float) -> str:
    who = "all units together" if one.unit == POOLED else one.unit
    size = f"{one.mean_car:+.2%} over sessions {window_words(one.window)}"
    count = f"{one.events} events, p {p_words(p_value)} by {test}"
    if words == NOTHING:
        bound = "" if one.smallest_visible is None else f"; {visible_words(one.smallest_visible)}"
        return f"{words}: {who}, {size} ({count}){bound}"
    if words == DISAGREE:
        return f"{words}: {who}, {size} ({count}), which neither ranks nor drawn days confirm"
    return f"{words}: {who}, {size} ({count})"


def caveats_of(outcome: EventOutcome) -> tuple[str, ...]:
    """Each a sentence that a reader has to know before the figures; hindsight first."""
    said = [
        *_hindsight(outcome),
        _day_zero(outcome),
        *_few(outcome),
        *_overlaps(outcome),
        *_together(outcome),
        *_returns(outcome),
        *_shared(outcome),
    ]
    said += [one for one in (*outcome.events.caveats, *outcome.panel.caveats) if not one.startswith(HINDSIGHT)]
    return tuple(dict.fromkeys(said))


def _shared(outcome: EventOutcome) -> Iterator[str]:
    """Units that are in a factor too: by as much as they weigh there, it takes the effect for normal."""
    config = outcome.config
    for factor in outcome.study.factors:
        members = assets_of(config, factor)
        for unit in outcome.study.of:
            both = sorted(members & assets_of(config, unit))
            if both:
                share = f"{len(both)} of the {len(members)} members of {factor}, which explains {unit},"
                also = f"{'is' if len(both) == 1 else 'are'} measured as well ({', '.join(both)})"
                yield f"{share} {also}: it takes a part of the effect for normal"


HINDSIGHT = "dates chosen with hindsight"


def left_out_counts(left_out: tuple[UnmeasuredEvent, ...]) -> dict[str, int]:
    """How many events are left out, by reason in words, most first."""
    counts = Counter(LEFT_OUT[one.kind] for one in left_out)
    return dict(counts.most_common())


def _hindsight(outcome: EventOutcome) -> Iterator[str]:
    used = outcome.around.placed.events.tolist()
    looked = sum(outcome.events.chosen[event] == "in_hindsight" for event in used)
    if looked:
        yield f"{HINDSIGHT}: {looked} of the {len(used)} events measured ({outcome.events.called})"


def _day_zero(outcome: EventOutcome) -> str:
    config, events, placed = outcome.config, outcome.events, outcome.around.placed
    rule = outcome.study.day_zero
    if rule == "tradable":
        price = "at its open: session 0 holds the night before, which could not" if config.trade.at == "open" else ""
        price = price or "at its close: what could be earned begins with session 1"
        return f"day zero is the session on which a decision that knew of the event is executed, {price}"
    said = {
        "published": "day zero is the session on which an event came out, or the next one",
        "happened": "day zero is the session on which an event happened, or the next one, known or not",
    }[rule]
    if not len(placed.days):
        return said
    later = int(np.median(events.seen[placed.events] + config.trade.after - placed.days))
    earned = f"only what comes from session {later + 1} on could be earned"
    return f"{said}; a decision could be executed {later} session{'s' * (later != 1)} later (median), so {earned}"


def _few(outcome: EventOutcome) -> Iterator[str]:
    spans = [outcome.effect(era=era) for era in (None, *(one.title for one in outcome.study.eras))]
    for one in spans:
        if one.events < FEWEST_EVENTS:
            where = f" in the era {one.era}" if one.era else ""
            only = "no event is measured" if not one.events else f"only {one.events} event{'s' * (one.events != 1)}"
            yield f"{only}{where}: too few to tell anything"
    tried = sum(one.events >= FEWEST_EVENTS for one in outcome.figures.effects)
    if tried > 1:
        yield f"{tried} effects are tested here; by chance alone one in twenty falls below a p-value of 0.05"


def _overlaps(outcome: EventOutcome) -> Iterator[str]:
    placed, found = outcome.around.placed, len(outcome.events)
    dropped = sum(one.kind == "overlaps" for one in placed.left_out)
    if dropped:
        yield f"{dropped} of {found} events are left out: their window overlaps that of an event before"
    later = len({one.later for one in placed.overlaps})
    if later:
        yield (
            f"the windows of {later} of {len(placed.days)} events overlap the one before: the adjusted tests and the "
            "interval allow for it, the other tests do not"
        )
    disturbed = float(np.mean(placed.disturbed)) / outcome.study.estimation_sessions if len(placed.days) else 0.0
    if disturbed >= 0.005:
        yield f"{disturbed:.0%} of the estimation sessions lie in the window of another event"


def _together(outcome: EventOutcome) -> Iterator[str]:
    shared = outcome.effect().within_events if outcome.unit == POOLED else None
    if shared is not None:
        count = f"the {len(outcome.around.names)} units share the day of an event"
        wrong = "Patell, BMP and signs take every pair for itself and find far too much"
        yield f"{count} (their returns correlate by {shared:.2f}): {wrong}; the adjusted tests do not"


def _returns(outcome: EventOutcome) -> Iterator[str]:
    around, config = outcome.around, outcome.config
    for name in around.names:
        used = outcome.effect(unit=name).events
        if used < len(around.placed.days):
            still = _standing_still(outcome, around.names.index(name))
            gone, all_of = len(around.placed.days) - used - still, f"of {len(around.placed.days)} events"
            if still:
                yield f"{name} does not move at all in the estimation window of {still} {all_of}: nothing to hold it to"
            if gone:
                yield f"{name} has no full window for {gone} {all_of}"
    sleeves = {**config.watch, **config.hold}
    for factor in outcome.study.factors:
        members = set(sleeves[factor].members) if factor in sleeves else {factor}
        own = {label for name in around.names for label in (sleeves[name].members if name in sleeves else (name,))}
        inside = sorted(members & own)
        if inside:
            yield f"{', '.join(inside)} is part of the factor {factor}: some of its own answer counts as normal"
    for name, count in outcome.quiet.quiet.items():
        silent = f"{name} has no price on {count} session{'s' * (count > 1)}"
        yield f"{silent}: its return counts as zero there, and in full on the next"


def _standing_still(outcome: EventOutcome, unit: int) -> int:
    """How many events have whole windows, and in the estimation window a return that is all explained."""
    around = outcome.around
    windows = around.windows_of(outcome.study.window_sessions[0])
    return int(abnormal_returns(around.returns[:, unit], around.placed.days, windows, around.factors).flat.sum())
