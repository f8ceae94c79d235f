"""What choosing among many variants left, as lines of a screen; where it was not measured, how to."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from engine.study.answered import Studied

#: What there is to measure, by kind of study.
UNMEASURED = {
    "sweep": "whether choosing among them helps (PBO), whether any is ahead (SPA, StepM), what is left of the best "
    "(haircut): not measured (--full)",
    "walk_forward": "whether choosing among all of them helps (PBO), whether any is ahead (SPA, StepM): not measured "
    "(--full)",
}


def choosing_lines(studied: Studied) -> Iterator[tuple[str, Text]]:
    """Label and sentence of each measure; one line that says how to have them where nobody asked."""
    if studied.full is None:
        yield "choosing", Text(UNMEASURED[studied.kind])
        return
    for label, words in studied.full["choosing"]["words"].items():
        yield label, Text(words)
