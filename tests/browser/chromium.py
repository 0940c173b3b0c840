"""The browser of the tests: the system's Chromium."""

import os
import shutil

import pytest

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--force-color-profile=srgb",
]  # fmt: skip


def find_chromium():
    """Return where Chromium is; where it is not, skip the test, but never in CI."""
    found = shutil.which("chromium")
    if found is None:
        why = "no chromium on the PATH: widgets are not tested in a browser (apt-get install chromium)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(why)
    return found
