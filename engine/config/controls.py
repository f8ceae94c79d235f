"""`controls:`, what else a run is held against on request: all with the same tilt, schedule and costs."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from engine.config.record import Record, choice, did_you_mean, shown, wrong

#: The controls that a word asks for. The dollar needs the name of what stands for it.
WORDS = ("circular_shifts", "random_sleeves", "leave_one_out")


class Controls(Record):
    """Which controls are measured; `[circular_shifts, leave_one_out]` is short for both being true."""

    circular_shifts: bool = Field(
        False, description="The strategy's own stances, moved along the decisions by every number of them, at most 100."
    )
    random_sleeves: bool = Field(
        False, description="Its own stances on random other assets of the data, as many as the tilted sleeve holds."
    )
    leave_one_out: bool = Field(False, description="Its own stances, each episode in turn put to neutral.")
    dollar: str | None = Field(
        None,
        min_length=1,
        description="An asset or series that is the dollar: over while its 12-1 momentum is below zero.",
        examples=["UUP"],
    )

    @property
    def any(self) -> bool:
        """Whether there is one to measure."""
        return self.dollar is not None or any(getattr(self, word) for word in WORDS)


def _listed(value: Any) -> Any:
    """Words, and `{dollar: UUP}`, as one block."""
    if isinstance(value, (dict, Controls)):
        return value
    if not isinstance(value, (str, tuple, list)):
        raise wrong(shown(value), f"a list of {choice(WORDS)}", "write for example [circular_shifts]")
    block: dict[str, Any] = {}
    for at, item in enumerate((value,) if isinstance(value, str) else value):
        place = "" if isinstance(value, str) else str(at)
        if isinstance(item, dict) and len(item) == 1:
            if item.keys() & block.keys():
                name = next(iter(item))
                raise wrong(f"`{name}` more than once", "each once", "remove the second one", at=place)
            block |= item
        elif item == "dollar":
            cure = "write `{dollar: UUP}`, with the label or series that you have"
            raise wrong("the word `dollar` alone", "the name of what stands for it", cure, at=place)
        elif isinstance(item, str) and item in block:
            raise wrong(f"`{item}` more than once", "each once", "remove the second one", at=place)
        elif isinstance(item, str) and item in WORDS:
            block[item] = True
        else:
            raise wrong(shown(item), f"{choice(WORDS)}, or {{dollar: UUP}}", did_you_mean(item, WORDS), at=place)
    return block


AskedControls = Annotated[Controls, BeforeValidator(_listed)]
