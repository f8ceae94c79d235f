"""The command line: `overweight run`, `compare`, `check`, `audit`, `null`, `phase`, `list`, `strategies`, `data` ....

Imports inside commands are meant: `overweight --help` and `schema` read neither pandas nor numba.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Annotated, cast

import typer

from engine.cli_data import data_app
from engine.cli_ends import Files, Json, Overrides, Results, Runs, exit_with, one_of
from engine.cli_new import new_app
from engine.cli_studies import studies_app
from engine.results import interrupt, terminal
from engine.results.failures import BUG, report_bug

app = typer.Typer(
    name="overweight",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)

app.add_typer(data_app)
app.add_typer(new_app)


def _print_version(wanted: bool) -> None:
    if wanted:
        terminal.put(f"overweight {metadata.version('overweight')}\n")
        raise typer.Exit


@app.callback(epilog="\b\nExample: overweight run configs/metals_lead.yaml")
def overweight(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Backtests of portfolios that rotate between sleeves: one YAML file to one honest result.

    Exit codes: 0 good, 1 a check failed, 2 a bad config or option, 3 bad data, 4 a bug.
    """


@app.command(
    short_help="Run configs and save the results.",
    epilog="\b\nExample: overweight run configs/metals_lead.yaml --set trade.commission_bps=5",
)
def run(
    files: Files,
    overrides: Overrides = None,
    full: Annotated[
        bool, typer.Option("--full", help="Measure also what takes long; of a sweep, what choosing leaves.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail where an order was cut or refused.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Run also a sweep of more than a million variants.")] = False,
    on: Annotated[
        str | None, typer.Option("--on", metavar="ray", help="Run the blocks of a sweep on a Ray cluster.")
    ] = None,
    address: Annotated[
        str | None, typer.Option("--address", metavar="HOST:PORT", help="Which cluster; this machine by default.")
    ] = None,
    as_json: Json = False,
    results: Results = Path("results"),
) -> None:
    """Run configs and save the results. One file gives its summary, several a comparison.

    With --json one file gives an object, several an array. A file that fails is {"name", "error"} there,
    does not stop the others, and the exit code is the highest. With --strict an order that was cut or refused
    is told, and the exit code is 1; the run is saved all the same.
    """

    def action() -> int:
        from engine.results.running import cluster_asked, run_files

        return run_files(
            files, overrides or [], full=full, strict=strict, yes=yes, cluster=cluster_asked(on, address),
            as_json=as_json, results=results,
        )  # fmt: skip

    exit_with("run", action, as_json)


@app.command(
    short_help="Compare runs: questions, figures, costs, attribution.",
    epilog="\b\nExample: overweight compare configs/metals_lead.yaml configs/always_over.yaml",
)
def compare(
    runs: Runs,
    as_json: Json = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
    as_html: Annotated[
        bool, typer.Option("--html", help="Print one HTML page that needs nothing else; `> FILE` keeps it.")
    ] = False,
    results: Results = Path("results"),
) -> None:
    """Compare runs: where their questions differ, then figures above the policy mix that they are held against.

    Up to six runs are also held against the first: equity, weights, costs, attribution, and whether the difference of
    Sharpe ratios could be chance (Ledoit and Wolf 2008). --json gives an array.
    """

    def action() -> int:
        from engine.results.compared.comparing import Form, compare_runs

        form = one_of("compare", json=as_json, markdown=as_markdown, html=as_html)
        return compare_runs(runs, form=cast(Form, form or "table"), results=results)

    exit_with("compare", action, as_json)


@app.command(
    short_help="Check that configs still answer what was agreed on.",
    epilog='\b\nExample: overweight check --update --reason "first figures" configs/metals_lead.yaml',
)
def check(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE", help="Configs, or folders; all that have a baseline if none is named."),
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Agree on the figures as they are now.")] = False,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; needed with --update.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Update also where CI=true.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail where data or a baseline are missing.")] = False,
    since: Annotated[
        str | None, typer.Option("--changed-since", metavar="REV", help="Only what changed since, as git knows it.")
    ] = None,
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML.")] = None,
    markdown: Annotated[Path | None, typer.Option("--markdown", metavar="FILE", help="Write a job's summary.")] = None,
    annotate: Annotated[
        bool, typer.Option("--annotations", help="Print `::error` lines; by itself in GitHub Actions.")
    ] = False,
    as_json: Json = False,
    results: Results = Path("results"),
) -> None:
    """Check that configs still answer what was agreed on: DIR/baselines/NAME.json, and their own `expect:`.

    A folder stands for every config in it that has either. Exit code 0 where all is as agreed, 1 where anything
    moved: the table says what, since when, and what changed underneath. A check saves nothing and counts no trial;
    --update saves the run that is agreed on.
    """

    def action() -> int:
        from engine.results.checks.checking import CheckWish, asked_by_ci, check_files

        return check_files(
            CheckWish(
                files or [], results, update, reason, force, strict, since, as_json, junit, markdown,
                annotate or asked_by_ci("GITHUB_ACTIONS"),
            )
        )  # fmt: skip

    exit_with("check", action, as_json)


# Not `add_typer`, which puts them last: `--help` lists commands in the order in which they are wanted.
app.registered_commands.extend(studies_app.registered_commands)


@app.command(
    short_help="What configs say now: stance, target weights, trades.",
    epilog="\b\nExample: overweight stance configs/metals_lead.yaml --stale-ok",
)
def stance(
    files: Files,
    overrides: Overrides = None,
    holdings: Annotated[
        Path | None, typer.Option("--holdings", metavar="CSV", help="What is held: asset,shares; a row `cash`.")
    ] = None,
    today: Annotated[
        datetime | None, typer.Option("--today", formats=["%Y-%m-%d"], metavar="DAY", help="Taken for today.")
    ] = None,
    stale_ok: Annotated[bool, typer.Option("--stale-ok", help="Answer also where the data are old.")] = False,
    as_json: Json = False,
) -> None:
    """What configs say now, by the path of their backtests: the last decision, what it would be today, the trades.

    Trades lead from the holdings, or from what the simulated portfolio holds, to the target. Data more than five
    business days old are refused (exit code 3). Nothing is saved, no trial is counted.
    """

    def action() -> int:
        from engine.results.stance_now import show_stances

        day = (today or datetime.now()).date()
        return show_stances(files, overrides or [], holdings=holdings, today=day, stale_ok=stale_ok, as_json=as_json)

    exit_with("stance", action, as_json)


@app.command(
    short_help="Write an HTML page for each run or study, and an index of all.",
    epilog="\b\nExample: overweight report configs/metals_lead.yaml",
)
def report(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN", help="Configs to run or study, or what is saved by name, id or folder; patterns too."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where pages go; DIR/reports of --results.")
    ] = None,
    embed: Annotated[bool, typer.Option("--embed", help="Put the plotly script into each page.")] = False,
    png: Annotated[bool, typer.Option("--png", help="Also a picture of each page; needs Chromium.")] = False,
    as_json: Json = False,
    results: Results = Path("results"),
) -> None:
    """Write a page for each run and study, one that compares runs where there are several, and DIR/index.html of all.

    A page is read without a network: the plotly script lies once beside the pages. The page of a run shows the latest
    event study, sweep and walk-forward of the same strategy as well, where they are saved.
    """

    def action() -> int:
        from engine.results.report.write import report as write

        return write(runs, out=out, embed=embed, png=png, as_json=as_json, results=results)

    exit_with("report", action, as_json)


@app.command(
    short_help="Write the page of findings.",
    epilog="\b\nExample: overweight findings configs/metals_lead.yaml --out findings.md",
)
def findings(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE", help="Configs and studies; configs/, its etf/ and claims/ if none is named."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where to write it; without it, on stdout.")
    ] = None,
    results: Results = Path("results"),
) -> None:
    """Run every config and study named and write, as Markdown, what each earned over its policy mix after costs, by
    era, with its error and the variants tried; and the verdict of every claim.

    A file that fails is told, on the page too, and does not stop the others; the exit code is the highest. Where all
    fail there is no page.
    """

    def action() -> int:
        from engine.results.findings import write_findings

        return write_findings(files or [], out=out, results=results)

    exit_with("findings", action, False)


@app.command("list", short_help="List the saved runs.", epilog="\b\nExample: overweight list")
def list_(as_json: Json = False, results: Results = Path("results")) -> None:
    """List the saved runs by name. --json gives an array, as compare does."""

    def action() -> int:
        from engine.results.listing import list_runs

        return list_runs(as_json=as_json, results=results)

    exit_with("list", action, as_json)


@app.command(
    short_help="Ask all saved results in SQL.",
    epilog='\b\nExample: overweight query "select name, sharpe from runs order by sharpe desc"',
)
def query(
    sql: Annotated[
        str | None, typer.Argument(metavar="SQL", help="The question; without it, what can be asked.")
    ] = None,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print all rows as CSV.")] = False,
    results: Results = Path("results"),
) -> None:
    """Ask all saved results in SQL, by DuckDB: runs, their ledgers, weights, trades, and the tables of studies.

    A damaged file is told, the rows of all others are printed, and the exit code is 3.
    """

    def action() -> int:
        from engine.results.query import query as ask

        one_of("query", json=as_json, csv=as_csv)
        return ask(sql, as_json=as_json, as_csv=as_csv, results=results)

    exit_with("query", action, as_json)


@app.command(short_help="List the strategies and their parameters.", epilog="\b\nExample: overweight strategies")
def strategies(as_json: Json = False) -> None:
    """List the strategies: thesis, parameters of `with:`, their types and defaults."""

    def action() -> int:
        from engine.results.catalogue import list_strategies

        return list_strategies(as_json=as_json)

    exit_with("strategies", action, as_json)


@app.command(
    short_help="Print the JSON schema of a config.",
    epilog="\b\nExample: overweight schema > config.schema.json",
)
def schema() -> None:
    """Print the JSON schema of a config, for completion and hints in an editor."""

    def action() -> int:
        from engine.config import json_schema

        terminal.put_json(json_schema())
        return 0

    exit_with("schema", action, False)


def main(arguments: Sequence[str] | None = None) -> None:
    """What the command `overweight` calls. Ends in SystemExit with the exit code."""
    with interrupt.watched():
        try:
            app(args=None if arguments is None else list(arguments), prog_name="overweight")
        except SystemExit as end:
            if end.code != interrupt.STOPPED and not interrupt.seen():
                raise
        except KeyboardInterrupt:
            pass
        except OSError as error:  # of a help text: commands tell of their own
            raise SystemExit(terminal.unwritable(error)) from None
        except Exception as error:
            terminal.complain(report_bug(error))
            raise SystemExit(BUG) from None
    terminal.complain("stopped")
    raise SystemExit(interrupt.code())
