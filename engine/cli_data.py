"""`overweight data`: pull, list, show, verify and diff; a part of the command line.

Imports inside commands are meant: `overweight --help` reads neither pandas nor numba.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli_ends import Json, exit_with

data_app = typer.Typer(
    name="data",
    help="Published series: pull them, see what is there, check it, see what changed. Runs read snapshots only.",
    rich_markup_mode=None,
    no_args_is_help=True,
    epilog="\b\nExample: overweight data verify configs/metals_lead.yaml",
)

Store = Annotated[
    Path | None,
    typer.Option(
        "--store", metavar="DIR", help="Where snapshots lie; data/snapshots, or $OVERWEIGHT_SNAPSHOTS.",
        show_default=False,
    ),
]  # fmt: skip


@data_app.command(
    short_help="Pull series from a publisher into the store.",
    epilog="\b\nExample: overweight data pull yahoo XME GDX SPY",
)
def pull(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="yahoo, french, gpr, pinksheet, fred; or a config: all it reads.")
    ],
    keys: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY", help="Tickers or series: XME, 49.monthly, DGS10.", show_default=False),
    ] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a key of the config; repeatable.")
    ] = None,
    store: Store = None,
    accept_shorter: Annotated[
        bool, typer.Option("--accept-shorter", help="Keep also what has fewer rows than the last snapshot.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Pull series from a publisher into the store. A config in place of SOURCE pulls all that it reads, and what the
    configs read that it blends or is `against`.

    A failure is told by its name and stops no other; the same command again asks only for what failed. Exit code 3
    where any failed: the last good snapshot stays in use.
    """

    def action() -> int:
        from engine.results.data.pull import pull_series

        return pull_series(
            source, keys or [], overrides or [], store=store, accept_shorter=accept_shorter, as_json=as_json
        )

    exit_with("data pull", action, as_json)


@data_app.command("list", short_help="List the snapshots.", epilog="\b\nExample: overweight data list")
def list_(store: Store = None, as_json: Json = False) -> None:
    """List the snapshots by series, the one that runs read last."""

    def action() -> int:
        from engine.results.data.store import list_store

        return list_store(store=store, as_json=as_json)

    exit_with("data list", action, as_json)


@data_app.command(
    short_help="Show one snapshot: whence, when, its ends, its quality.",
    epilog="\b\nExample: overweight data show yahoo/XME",
)
def show(
    key: Annotated[str, typer.Argument(metavar="KEY", help="SOURCE/KEY, SOURCE/KEY@ID or an id.")],
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Show one snapshot: where and when it was pulled, its first and last rows, what looks wrong in it."""

    def action() -> int:
        from engine.results.data.store import show_snapshot

        return show_snapshot(key, store=store, as_json=as_json)

    exit_with("data show", action, as_json)


@data_app.command(
    short_help="Check the store, or the data of configs.",
    epilog="\b\nExample: overweight data verify configs/metals_lead.yaml",
)
def verify(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="CONFIG|SNAPSHOT", help="Whose data; the whole store if none is named."),
    ] = None,
    store: Store = None,
    calendar: Annotated[
        str | None,
        typer.Option("--calendar", metavar="CODE", help="Hold gaps against an exchange's sessions: XNYS, XLON."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check the whole store against its hashes, or report what looks wrong in the data of configs and snapshots.

    What looks wrong is reported, never changed, and exits with 0; what is damaged or cannot be read exits with 3.
    """

    def action() -> int:
        from engine.results.data.verify import verify_all

        return verify_all(names or [], store=store, calendar=calendar, as_json=as_json)

    exit_with("data verify", action, as_json)


@data_app.command(
    short_help="Say what a publisher changed between two snapshots.",
    epilog="\b\nExample: overweight data diff yahoo/XME",
)
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A series (its last two), or the first snapshot.")],
    after: Annotated[str | None, typer.Argument(metavar="B", help="The second snapshot.")] = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Say what a publisher changed between two snapshots: values, rows, columns. Restated history is normal."""

    def action() -> int:
        from engine.results.data.store import diff_snapshots

        names = [before] if after is None else [before, after]
        return diff_snapshots(names, store=store, as_json=as_json)

    exit_with("data diff", action, as_json)
