"""How the names of config files end."""

from __future__ import annotations

ENDINGS = (".yaml", ".yml")
