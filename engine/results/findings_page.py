"""The page of findings, as Markdown: tables of what systems earned, what that comes to in words, the claims."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.measure.inference import expected_max_sharpe
from engine.results import figures
from engine.results.claims import interval_of, sensitive, shown
from engine.results.failures import Failure
from engine.results.findings_record import CONTROL, Earned, System
from engine.study.answered import Studied

HEAD = """\
# Findings

Made by `{command}`{made}; nothing on it is typed by hand.
It runs each config, after costs, beside its policy mix on the same days with the same costs, and answers what was
asked, pleasant or not.

**How to read it.** *Active return* is the return a year over the policy mix (difference of CAGRs), `±` its standard
error, the interval 95% (Newey-West). *Bets* are episodes of one stance; below 20 no figure is believed. *Variants* is
how many versions of the question the ledger of trials has seen on these data: the more were tried, the less the best
one means. `paid` and `lost` are said only beyond chance and of 20 bets or more. `not shown to pay` earned more than
policy, but no more than luck would, or by too few bets; `did not pay` earned nothing over policy. `*`: dates chosen
with hindsight, which flatters.
"""
SECTIONS = {
    True: ("On the embedded sample", "US industries from 1969 to 2021, gold and silver from 1977 to 2012."),
    False: ("On prices at hand", "ETFs and miners, from files that are not part of the project."),
}
COLUMNS = (
    "", "config", "window", "active return", "95% interval", "information ratio", "bets", "variants", "did it pay?",
    "verdict",
)  # fmt: skip


def page(systems: Sequence[System], studies: Sequence[Studied], failed: Sequence[Failure], asked: Sequence[str]) -> str:
    """The whole page. asked: the arguments of the command."""
    made = " (`make findings`)" if [*asked] == ["--out", "docs/findings.md"] else ""
    parts = [HEAD.format(command=shlex.join(["overweight", "findings", *asked]), made=made)]
    for sample in SECTIONS:
        chosen = [one for one in systems if one.sample is sample]
        if chosen:
            parts.append("".join(_section(sample, _in_order(chosen))))
    parts += [_events([one for one in studies if one.kind == "event_study"])]
    parts += [_claims(one) for one in studies if one.kind == "claims"]
    if failed:
        lines = "".join(f"- `{one.name}`: {one.error.splitlines()[0]}\n" for one in failed)
        parts.append(f"\n## What could not be run here\n\n{lines}")
    return "".join(parts)


def _section(sample: bool, systems: Sequence[System]) -> Iterator[str]:
    title, about = SECTIONS[sample]
    yield f"\n## {title}\n\n{about}\n\n"
    yield table(COLUMNS, [_row(one) for one in systems])
    yield "\n### By era\n\nActive return a year, ± its standard error; windows that reach into 2022 are parted there, "
    yield "others by decades.\n\n"
    names = sorted({era.era for one in systems for era in one.eras}, key=_era_order)
    yield table(["", "config", *names], [_eras(one, names) for one in systems])
    yield "\n### What it comes to\n\n"
    yield from (f"- {line}\n" for line in conclusions(systems))
    yield "\n### What it stood on\n\n"
    yield table(["data", "hash of what was used", "configs"], [*_stood_on(systems)])


def conclusions(systems: Sequence[System]) -> Iterator[str]:
    """What the tables come to: each thesis, how many paid, and what luck alone would have shown."""
    theses = [one for one in systems if one.system.startswith("S")]
    for words in ("paid", "lost", "did not pay", "not shown to pay"):
        own = [one for one in theses if one.words == words]
        if own:
            yield f"**{words}** ({len(own)} of {len(theses)}): {', '.join(map(_brief, own))}."
    few = sum(one.said.startswith("too few") for one in theses)
    if few:
        yield f"{few} of {len(theses)} had too few bets to tell anything: neither their gains nor their losses count."
    paying = [one for one in systems if one.system == CONTROL and one.words in ("paid", "lost")]
    for one in paying:
        yield f"The control `{one.name}` {one.words}: {figures.signed_percent(one.whole.active)} a year."
    yield from _luck(theses)


def _stood_on(systems: Sequence[System]) -> Iterator[Sequence[str]]:
    """Each set of data, and the configs that stand on it."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in systems:
        groups.setdefault((", ".join(one.sources), one.fingerprint), []).append(f"`{one.name}`")
    yield from ((sources, f"`{hashed}`", ", ".join(names)) for (sources, hashed), names in sorted(groups.items()))


def _luck(theses: Sequence[System]) -> Iterator[str]:
    """The best one beside the best of as many without any skill."""
    sure = [(_distance(one.whole), one) for one in theses if one.whole.interval is not None and one.whole.interval.se]
    tried = sum({(one.question, one.fingerprint): max(one.variants, 1) for one in theses}.values())
    if len(sure) < 2:
        return
    distance, best = max(sure, key=lambda pair: pair[0])
    luck = expected_max_sharpe(tried)
    ordinary = "so it is no more than the luck of having looked" if distance <= luck else "so it is more than that"
    yield (
        f"The best, `{best.name}`, lies {distance:.1f} standard errors above policy. Of {tried} variants without any "
        f"effect the best would lie {luck:.1f} above it, were they independent: {ordinary}."
    )


def _distance(one: Earned) -> float:
    assert one.interval is not None
    return (one.active or 0.0) / one.interval.se


def _brief(one: System) -> str:
    few = ", too few bets" if one.said.startswith("too few") else ""
    return f"{one.system} `{one.name}` ({figures.signed_percent(one.whole.active)}{few})"


def _row(one: System) -> Sequence[str]:
    interval = one.whole.interval
    return (
        one.system,
        f"`{one.name}`{'*' * one.hindsight}",
        f"{one.window[0][:4]} to {one.window[1][:4]}",
        with_error(one.whole),
        figures.DASH if interval is None else figures.span(interval.low, interval.high),
        figures.ratio(one.ratio),
        figures.DASH if one.bets is None else str(one.bets),
        str(one.variants),
        one.words,
        one.said,
    )


def _eras(one: System, names: Sequence[str]) -> Sequence[str]:
    found = {era.era: "as policy" if _idle(era) else with_error(era) for era in one.eras}
    return (one.system, f"`{one.name}`", *(found.get(name, "") for name in names))


def _idle(one: Earned) -> bool:
    """Whether nothing else than policy was held."""
    return one.active == 0.0 and one.interval is not None and one.interval.se == 0.0


def with_error(one: Earned) -> str:
    """+0.04% ± 0.21%."""
    active = figures.signed_percent(one.active)
    return active if one.interval is None else f"{active} ± {figures.percent(one.interval.se)}"


def _in_order(systems: Sequence[System]) -> list[System]:
    """S1 before S2, controls last; by name within."""

    def place(one: System) -> tuple[int, str]:
        first = one.system.partition("+")[0][1:]
        return int(first) if first.isdigit() else 99, one.name

    return sorted(systems, key=place)


def _era_order(name: str) -> tuple[int, str]:
    """`before` first, then by the year."""
    return (not name.startswith("before"), name)


def _events(studies: Sequence[Studied]) -> str:
    if not studies:
        return ""
    rows = [(f"`{one.name}`", one.figures["verdict"]["sentence"]) for one in studies]
    return f"\n## Event studies\n\n{table(['study', 'verdict'], rows)}"


def _claims(studied: Studied) -> str:
    """One file of claims: each with its figures, its verdict and what that hangs on."""
    rows = [
        (name, one["claim"], "; ".join(map(_part, one["parts"])), f"**{one['verdict']}**", sensitive(one))
        for name, one in studied.figures["claims"].items()
    ]
    counts = ", ".join(f"{count} {verdict}" for verdict, count in studied.figures["verdicts"].items() if count)
    columns = ["", "claim", "measured", "verdict", "what that hangs on"]
    caveats = "".join(f"- {caveat}\n" for caveat in studied.caveats)
    return f"\n## Claims: `{studied.name}`\n\n{counts}.\n\n{table(columns, rows)}\n{caveats}"


def _part(part: Mapping[str, Any]) -> str:
    if part["value"] is None:
        return f"{part['what']}: not measurable"
    interval = interval_of(part)
    error = "" if interval == figures.DASH else f" ({interval})"
    return f"{part['what']} {shown(part['value'], part['unit'])}{error}"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
