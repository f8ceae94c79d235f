"""Runs every `$ command` in the ```console blocks of README.md and docs/*.md and puts what it printed below it.

    python tools/refresh_docs.py            rewrite
    python tools/refresh_docs.py --check    say which blocks are out of date, exit 1 if any

Commands run in a folder of their own that has the repository's configs and strategies and no results. Ids of results
change with every change of the engine, so they are printed as dots.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from engine.config import json_schema
from engine.measure.metrics import METRICS

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(```console\n)(.*?)(```)", re.DOTALL)
ID = re.compile(r"\b[0-9a-f]{16}\b")

METRICS_HEAD = """# Metrics

Made from the table in `engine/measure/metrics.py`. E is equity, r, r_ref and rf the returns of track, reference
and cash per session, n their number, ppy `sessions_per_year`. A figure that is not defined is `null` in JSON and NaN in
pandas.

| name | formula | unit | better |
| --- | --- | --- | --- |
"""
CONFIGS_HEAD = """# Every key of a config

Made from the JSON Schema that `overweight schema` prints. A file may begin with `extends: other.yaml`.
"""


def pages() -> list[Path]:
    """The pages whose blocks are kept true."""
    made = {ROOT / name for name in GENERATED}
    return [ROOT / "README.md", *(one for one in sorted((ROOT / "docs").glob("*.md")) if one not in made)]


def refreshed(text: str, folder: Path) -> str:
    """The page with every block's output as it is now."""
    return BLOCK.sub(lambda block: block[1] + "".join(_session(block[2], folder)) + block[3], text)


def _session(block: str, folder: Path) -> Iterator[str]:
    for line in block.splitlines():
        if line.startswith("$ "):
            yield f"{line}\n{_output(line[2:], folder)}"


def _output(command: str, folder: Path) -> str:
    environment = os.environ | {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    environment.pop("CI", None)
    done = subprocess.run(
        command, shell=True, cwd=folder, env=environment, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    lines = [line.rstrip() for line in ID.sub("................", done.stdout).splitlines()]
    return "".join(f"{line}\n" for line in lines)


def desk(folder: Path) -> Path:
    """A working directory with the repository's configs, strategies and baselines."""
    for name in ("configs", "strategies", "results/baselines"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name)
    return folder


def schema_text() -> str:
    """docs/config.schema.json: what `overweight schema` prints."""
    return json.dumps(json_schema(), indent=2) + "\n"


def metrics_page() -> str:
    """docs/metrics.md: the literal table of metrics."""
    rows = [
        f"| `{name}` | {metric.formula.replace('|', chr(92) + '|')} | {metric.unit} | {metric.direction} |"
        for name, metric in METRICS.items()
    ]
    return METRICS_HEAD + "\n".join(rows) + "\n"


def configs_page() -> str:
    """docs/configs.md: every key of the schema with its default."""
    schema = json_schema()
    blocks = {"A config": schema, **schema.get("definitions", {})}
    parts = [CONFIGS_HEAD]
    for name, block in blocks.items():
        if "properties" not in block:
            continue
        parts.append(
            f"\n## {name}\n\n{block.get('description', '')}\n\n| key | default | meaning |\n| --- | --- | --- |\n"
        )
        for key, value in block["properties"].items():
            needed = key in block.get("required", ())
            default = "required" if needed else f"`{json.dumps(value['default'])}`" if "default" in value else ""
            words = value.get("description", "").replace("|", chr(92) + "|")
            parts.append(f"| `{key}` | {default} | {words} |\n")
    return "".join(parts)


GENERATED = {
    "docs/config.schema.json": schema_text,
    "docs/metrics.md": metrics_page,
    "docs/configs.md": configs_page,
}


def contents() -> Iterator[tuple[Path, str]]:
    """Every kept page with what it should say now."""
    for name, write in GENERATED.items():
        yield ROOT / name, write()
    for page in pages():
        with tempfile.TemporaryDirectory() as folder:
            yield page, refreshed(page.read_text(encoding="utf-8"), desk(Path(folder)))


def main() -> int:
    """Rewrite the pages, or check them."""
    stale = 0
    for page, after in contents():
        before = page.read_text(encoding="utf-8") if page.exists() else ""
        if after != before:
            stale += 1
            print(f"{page.relative_to(ROOT)}: output differs" if "--check" in sys.argv else f"{page.name}: rewritten")
            if "--check" not in sys.argv:
                page.write_text(after, encoding="utf-8")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
