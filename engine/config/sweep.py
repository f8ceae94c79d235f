"""`sweep:`, many variants of one run: which keys take which values, and how many of the combinations are tried."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, PrivateAttr, Tag

from engine.config.record import Record, number, shown, wrong

#: Two steps of a range that lie closer than this part of a step are one.
NEAR = 1e-9
#: Beyond this numbers and variants are only `more than`.
UNCOUNTED = 10**18


class Span(Record):
    """Numbers from one to another, both included: so far apart, so many, or, where variants are drawn, all between."""

    from_: float = Field(alias="from", description="The first number.", examples=["0.5"])
    to: float = Field(description="The last number.", examples=["2.0"])
    step: float | None = Field(None, gt=0, description="The distance from one to the next.", examples=["0.25"])
    count: int | None = Field(None, ge=1, description="How many, evenly spread.", examples=["7"])
    log: bool = Field(False, description="Whether they are spread by their ratio, not by their difference.")
    #: Of a key whose numbers need not be whole.
    _fractions: bool = PrivateAttr(False)

    def of_fractions(self) -> Span:
        """The same range for a key whose numbers need not be whole: none of them is rounded."""
        span = self.model_copy()
        span._fractions = True
        return span

    @property
    def whole(self) -> bool:
        """Whether its numbers are rounded to whole ones, as `lookback` needs them: both ends are, and so many whole
        numbers lie between them that no two become one.
        """
        ends = (self.from_, self.to) if self.step is None else (self.from_, self.to, self.step)
        crowded = self.count is not None and self.count - 1 > self.to - self.from_
        return all(float(one).is_integer() for one in ends) and not self.log and not crowded

    def at(self, share: float) -> float | int:
        """The number at a share of the way from 0 to 1; rounded where all are whole, unless the key takes fractions."""
        if self.log:
            return float(self.from_ * (self.to / self.from_) ** share)
        value = self.from_ + (self.to - self.from_) * share
        near = round(value)
        rounded = abs(value - near) <= NEAR * max(abs(value), 1.0) if self._fractions else True
        return near if self.whole and rounded else float(value)

    @property
    def size(self) -> int:
        """How many numbers it lists; 0 without `step` and `count`: then it is drawn from."""
        if self.count is not None:
            return self.count
        return 0 if self.step is None else int(min((self.to - self.from_) / self.step, UNCOUNTED) + NEAR) + 1

    def listed(self) -> tuple[float | int, ...]:
        """Every number of `size`."""
        if self.step is None:
            return tuple(self.at(i / (self.size - 1) if self.size > 1 else 0.0) for i in range(self.size))
        values = (self.from_ + i * self.step for i in range(self.size))
        return tuple(int(value) if self.whole else float(f"{value:.12g}") for value in values)


def _sound(span: Span) -> Span:
    if span.to < span.from_:
        raise wrong(f"the number {number(span.to)}", f"at least `from` ({number(span.from_)})", "swap the two", at="to")
    if span.step is not None and span.count is not None:
        raise wrong("`step` and `count`", "one of them", "remove one", at="count")
    if span.from_ == span.to and (span.count or 1) > 1:
        found, cure = f"{span.count:,} numbers from {number(span.from_)} to {number(span.to)}", "write `count: 1`"
        raise wrong(found, "one, or two ends that differ", cure, at="count")
    if span.log and (span.from_ <= 0 or span.step is not None):
        expected = "numbers above 0, and `count`, where they are spread by ratio"
        raise wrong("`log: true`", expected, "write for example {from: 0.1, to: 10, count: 5, log: true}", at="log")
    return span


def _values(value: Any) -> Any:
    """A list of values, or a block that is a Span."""
    if isinstance(value, tuple):
        if not value:
            raise wrong("an empty list", "at least one value", "add one, or remove the key")
        _refuse_repeated(value)
        return value
    if isinstance(value, dict):
        return value
    raise wrong(shown(value), "a list, or a range", "write for example [1, 2], or {from: 1, to: 2, step: 0.5}")


def _refuse_repeated(values: tuple[Any, ...]) -> None:
    """A variant that is tried twice would be counted twice, as a trial and among the neighbours of the best."""
    seen: dict[str, int] = {}
    for i, value in enumerate(values):
        first = seen.setdefault(_same(value), i)
        if first != i:
            found = f"{shown(value)}, which is value {first + 1} of the list already"
            raise wrong(found, "each value once", "remove one: both would be the same variant", at=str(i))


def _same(value: Any) -> str:
    """The same text for values that are equal however they are written: 1 and 1.0, though not 1 and true."""
    if isinstance(value, dict):
        return repr(sorted((key, _same(one)) for key, one in value.items()))
    if isinstance(value, tuple):
        return repr([_same(one) for one in value])
    if isinstance(value, float) and value.is_integer():
        return repr(int(value))
    return repr(value)


def _key(value: str) -> str:
    if not re.fullmatch(r"[^\s.]+(\.[^\s.]+)*", value):
        raise wrong(f"the key `{value}`", "a key of the base, with dots", "write for example with.lookback")
    return value


Swept = Annotated[
    Annotated[tuple[Any, ...], Tag("<list>")] | Annotated[Span, AfterValidator(_sound), Tag("<Span>")],
    Discriminator(lambda value: "<list>" if isinstance(value, tuple) else "<Span>"),
    BeforeValidator(_values),
]


class Sample(Record):
    """Variants drawn instead of the whole grid."""

    how: Literal["random", "latin_hypercube"] = Field(description="How they are drawn.", examples=["random"])
    count: int = Field(ge=1, description="How many.", examples=["1000"])
    seed: int = Field(0, ge=0, description="The same seed draws the same variants.")


class Sweep(Record):
    """A sweep over a base."""

    over: dict[Annotated[str, AfterValidator(_key)], Swept] = Field(
        min_length=1,
        description="The keys that vary, with dots as in `--set`: a list of values, or a range of numbers.",
        examples=["{with.lookback: [126, 252]}"],
    )
    sample: Sample | None = Field(
        None, description="Draws so many variants; without it all combinations are tried.",
        examples=["{how: random, count: 1000}"],
    )  # fmt: skip
    choose_by: str = Field("sharpe", description="The metric by which the best variant is named.", examples=["sharpe"])
