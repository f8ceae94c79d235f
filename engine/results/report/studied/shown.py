"""A saved study as a page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.results.report.drawn import Chart
from engine.results.report.tables import PageTable


@dataclass(frozen=True, slots=True)
class Shown:
    """asked: the question in sentences. verdict: the line that comes first. told: label and sentence for each finding.

    charts: the pictures of it, which also the page of a run on the same base shows. tables: beside them on its own
    page. dates: days that the charts name.
    """

    asked: Sequence[str]
    verdict: str
    told: Sequence[tuple[str, str]]
    charts: Sequence[Chart]
    tables: Sequence[PageTable]
    dates: Mapping[str, list[str]] = field(default_factory=dict)
