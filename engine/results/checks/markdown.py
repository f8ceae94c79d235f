"""Markdown for the summary of a CI job: a table of verdicts, below it what there is to say of each that is not ok."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.results.checks.verdict import ConfigCheck

#: GitHub drops the whole summary of a step beyond so many bytes.
LIMIT = 1024 * 1024
#: Of which this is kept free for the words that say what was left out.
RESERVE = 200


def markdown(checks: Sequence[ConfigCheck], limit: int = LIMIT) -> str:
    """At most `limit` bytes: what has no room is counted. "" where there is room for nothing."""
    text, left, room = "", 0, limit - RESERVE
    for part in _parts(checks):
        if len(part.encode()) <= room:
            text, room = text + part, room - len(part.encode())
        else:
            left += 1
    if left:
        text += f"\n{left} more parts had no room here: `overweight check --json` has them all.\n"
    return text if len(text.encode()) <= limit else ""


def _parts(checks: Sequence[ConfigCheck]) -> Iterator[str]:
    """Pieces of which each makes sense alone."""
    good = sum(one.good for one in checks)
    yield f"## overweight check: {good} of {len(checks)} as agreed\n\n"
    yield "| config | verdict | cause |\n| --- | --- | --- |\n"
    # What failed comes first, for it must not be what is cut.
    for one in sorted(checks, key=lambda one: one.good):
        yield f"| {_cell(one.name)} | {_cell(one.word)} | {_cell(one.summary)} |\n"
    for one in checks:
        if one.text and one.word != "ok":
            fence = "`" * max(3, _longest_run(one.text) + 1)
            yield f"\n### {_cell(one.name)}: {one.word}\n\n{fence}text\n{one.text}\n{fence}\n"


def _cell(text: str) -> str:
    """Text in a cell: neither HTML, nor a new column, nor a new line."""
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\\", "\\\\"), ("|", "\\|"), ("`", "\\`")):
        text = text.replace(sign, written)
    return " ".join(text.split())


def _longest_run(text: str) -> int:
    """Backticks in a row."""
    longest = run = 0
    for sign in text:
        run = run + 1 if sign == "`" else 0
        longest = max(longest, run)
    return longest
