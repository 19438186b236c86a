"""Debian's Chromium, made to keep to itself; playwright's own is never downloaded."""

import shutil

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def program() -> str | None:
    return shutil.which("chromium")


def missing_chromium() -> str | None:
    """Return why no browser can run here, or None if one can."""
    return None if program() else "chromium not installed (apt install chromium)"
