"""A widget as one HTML file that needs no server, no kernel and no network."""

import base64
import hashlib
import html
import json
from collections.abc import Mapping

from chatnt.widgets.joining import EXPORTED, read_static

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main id="chatnt"></main>
<script type="application/json" id="chatnt-state">{state}</script>
<script type="module">{script}</script>
</body>
</html>
"""
_BODY = """
:root { color-scheme: light dark; }
body { margin: 0; padding: 1.5rem; }
"""


def single_page(
    title: str, modules: str, styles: str, state: Mapping[str, object], *, model: str | None = None
) -> str:
    """Return a page that shows a widget in the state given.

    The content-security policy allows the one script and the one style sheet of the page, by their
    hashes, and nothing else: no request leaves it, and no text of the state can run.

    Parameters
    ----------
    title
        Of the page.
    modules, styles
        As `chatnt.widgets.joining` joins them.
    state
        Values by the name of the trait; they may hold bytes.
    model
        JavaScript that renders ``chatntWidget`` with a model; default one that keeps the state
        and reaches no Python.

    Raises
    ------
    ValueError
        If the state holds numbers that are not finite, which JSON cannot write.
    """
    run = read_static("page.js") if model is None else model
    named = EXPORTED.sub("const chatntWidget = ", modules)
    script = f"\n{named}\n{{\n{run}\n}}\n"
    style = _BODY + styles
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    # "<" cannot begin a tag in JSON's own writing of it.
    written = json.dumps(state, default=as_json, allow_nan=False).replace("<", "\\u003c")
    return _PAGE.format(policy=policy, title=html.escape(title), style=style, state=written, script=script)


def as_json(value: object) -> dict[str, str]:
    """Write bytes as ``{"$bytes": base64}``; for ``json.dumps(default=...)``.

    Raises
    ------
    TypeError
        If the value is not bytes.
    """
    if not isinstance(value, bytes | bytearray | memoryview):
        raise TypeError(f"A widget's state holds {type(value).__name__}, which JSON cannot write.")
    return {"$bytes": base64.b64encode(value).decode("ascii")}


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"
