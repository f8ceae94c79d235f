"""The command line: `overweight run`, `compare`, `check`, `phase`, `list`, `strategies`, `schema`, `data`, `new`.

Imports inside commands are meant: `overweight --help` and `schema` read neither pandas nor numba.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from engine.cli_data import data_app
from engine.cli_ends import Json, exit_with
from engine.cli_new import new_app
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

Results = Annotated[Path, typer.Option("--results", metavar="DIR", help="Where runs and baselines lie.")]


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
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Config files.", show_default=False)],
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a key; repeatable.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Measure also what takes long: bootstrap and phases.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail where an order was cut or refused.")] = False,
    as_json: Json = False,
    results: Results = Path("results"),
) -> None:
    """Run configs and save the results. One file gives its summary, several a comparison.

    With --json one file gives an object, several an array. A file that fails is {"name", "error"} there,
    does not stop the others, and the exit code is the highest. With --strict an order that was cut or refused
    is told, and the exit code is 1; the run is saved all the same.
    """

    def action() -> int:
        from engine.results.running import run_files

        return run_files(files, overrides or [], full=full, strict=strict, as_json=as_json, results=results)

    exit_with("run", action, as_json)


@app.command(
    short_help="Compare runs in one table.",
    epilog="\b\nExample: overweight compare configs/metals_lead.yaml configs/always_over.yaml",
)
def compare(
    runs: Annotated[
        list[str],
        typer.Argument(metavar="RUN", help="Configs to run, or saved runs by name, id or folder."),
    ],
    as_json: Json = False,
    results: Results = Path("results"),
) -> None:
    """Compare runs in one table, above the policy mix that they are held against. --json gives an array."""

    def action() -> int:
        from engine.results.running import compare_runs

        return compare_runs(runs, as_json=as_json, results=results)

    exit_with("compare", action, as_json)


@app.command(
    short_help="Check that configs still answer what was agreed on.",
    epilog='\b\nExample: overweight check --update --reason "first figures" configs/metals_lead.yaml',
)
def check(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE", help="Configs; all that have a baseline if none is named."),
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Agree on the figures as they are now.")] = False,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; needed with --update.")] = None,
    as_json: Json = False,
    results: Results = Path("results"),
) -> None:
    """Check that configs still answer what was agreed on: DIR/baselines/NAME.json, and their own `expect:`.

    Exit code 0 where all is as agreed, 1 where anything differs. Nothing is saved, no trial is counted.
    """

    def action() -> int:
        from engine.results.checking import check_files

        return check_files(files or [], renew=update, reason=reason, as_json=as_json, results=results)

    exit_with("check", action, as_json)


@app.command(
    short_help="Decide a session later, two, three: what hangs on the day.",
    epilog="\b\nExample: overweight phase configs/metals_lead.yaml",
)
def phase(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A config file.", show_default=False)],
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a key; repeatable.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run a config in every phase of its schedule: each decision 0, 1, 2 ... sessions later, up to a whole period.

    Each phase is what --set offset=N gives. With --json an object with a list of phases. Nothing is saved, no
    trial is counted.
    """

    def action() -> int:
        from engine.results.phases import show_phases

        return show_phases(file, overrides or [], as_json=as_json)

    exit_with("phase", action, as_json)


@app.command("list", short_help="List the saved runs.", epilog="\b\nExample: overweight list")
def list_(as_json: Json = False, results: Results = Path("results")) -> None:
    """List the saved runs by name. --json gives an array, as compare does."""

    def action() -> int:
        from engine.results.listing import list_runs

        return list_runs(as_json=as_json, results=results)

    exit_with("list", action, as_json)


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
    raise SystemExit(interrupt.STOPPED)
