"""Pages as pictures, by a headless Chromium on this machine."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from engine.errors import ConfigError, Fault

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
#: Width of a picture, and the most and the least of its height.
WIDTH, HIGHEST, LOWEST = 1200, 16000, 800
SECONDS = 60


def take_shots(pages: Sequence[Path]) -> list[Path]:
    """A PNG beside each page. Raises ConfigError where no browser is to be had, or it fails."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        cure = "install one (Debian: apt install chromium), or leave --png out"
        raise ConfigError(Fault("overweight report", "--png", "no Chromium", "a browser that draws the page", cure))
    return [_shot(browser, page) for page in pages]


def _shot(browser: str, page: Path) -> Path:
    """The page is drawn twice: once to learn how high it is, then into a window of that height."""
    path = page.with_suffix(".png")
    drawn = _asked(browser, page, LOWEST, "--dump-dom").decode("utf-8", "replace")
    said = re.search(r'<html[^>]* data-height="(\d+)"', drawn)
    height = min(max(int(said[1]), LOWEST), HIGHEST) if said else HIGHEST
    _asked(browser, page, height, f"--screenshot={path.resolve()}")
    return path


def _asked(browser: str, page: Path, height: int, wish: str) -> bytes:
    with tempfile.TemporaryDirectory() as home:
        command = [
            browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={home}",
            f"--window-size={WIDTH},{height}", "--virtual-time-budget=10000", wish, page.resolve().as_uri(),
        ]  # fmt: skip
        try:
            return subprocess.run(command, check=True, capture_output=True, timeout=SECONDS).stdout
        except (OSError, subprocess.SubprocessError) as error:
            found = f"a browser that fails ({type(error).__name__})"
            raise ConfigError(
                Fault(str(page), "--png", found, f"a picture within {SECONDS} s", "open the page instead")
            ) from None
