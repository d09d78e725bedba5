"""Where the browser is that the browser tests drive."""

import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLACES = ("/Applications/Chromium.app/Contents/MacOS/Chromium",)
ASK_PLAYWRIGHT = (
    "from playwright.sync_api import sync_playwright\n"
    "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
)


def executable() -> Path | None:
    """The system's Chromium, else the one that `playwright install chromium` fetched, else None."""
    installed = [found for name in NAMES if (found := shutil.which(name))]
    for candidate in (*installed, *PLACES):
        if _starts(candidate):
            return Path(candidate)
    asked = subprocess.run([sys.executable, "-c", ASK_PLAYWRIGHT], capture_output=True, text=True, check=False)
    fetched = asked.stdout.strip()
    return Path(fetched) if fetched and _starts(fetched) else None


def _starts(candidate: str) -> bool:
    """Ubuntu's `chromium-browser` may be a script that only tells to install a snap."""
    try:
        done = subprocess.run([candidate, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
