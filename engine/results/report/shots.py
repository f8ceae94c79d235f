"""Pages as pictures, by a headless Chromium on this machine."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from engine.errors import ConfigError, Fault

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
#: Width and height of the picture; the page is cut at its foot.
SIZE = (1200, 4200)
SECONDS = 60


def take_shots(pages: Sequence[Path]) -> list[Path]:
    """A PNG beside each page. Raises ConfigError where no browser is to be had, or it fails."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        cure = "install one (Debian: apt install chromium), or leave --png out"
        raise ConfigError(Fault("overweight report", "--png", "no Chromium", "a browser that draws the page", cure))
    return [_shot(browser, page) for page in pages]


def _shot(browser: str, page: Path) -> Path:
    path = page.with_suffix(".png")
    with tempfile.TemporaryDirectory() as home:
        command = [
            browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={home}",
            f"--window-size={SIZE[0]},{SIZE[1]}", "--virtual-time-budget=10000", f"--screenshot={path.resolve()}",
            page.resolve().as_uri(),
        ]  # fmt: skip
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
        except (OSError, subprocess.SubprocessError) as error:
            found = f"a browser that fails ({type(error).__name__})"
            raise ConfigError(
                Fault(str(page), "--png", found, f"a picture within {SECONDS} s", "open the page instead")
            ) from None
    return path
