"""One text of several ES modules: a notebook is given a single one, and there is no bundler."""

import re
from collections.abc import Sequence
from importlib.resources import files

SHARED = ("shared", "drawing")
"""Files that every widget begins with."""

EXPORTED = re.compile(r"^export default ", re.MULTILINE)
"""Before what a joined module exports."""

_STATIC = files("chatnt.widgets") / "static"
_IMPORT = re.compile(r"^import\b[^;]*?\bfrom\s+\"\./[\w.]+\";[ \t]*\n?", re.MULTILINE)
_EXPORT = re.compile(r"^export\s+(?=(?:async\s+)?(?:function|class|const|let)\b)", re.MULTILINE)
_LEFT = re.compile(r"^\s*(?:import|export)\b.*|\bimport\s*\(.*", re.MULTILINE)


def join_modules(names: Sequence[str]) -> str:
    """Join ES modules in the order given, so that each sees what those before it export.

    The lines that import from one another go, as do the words ``export``; only the last
    module keeps its ``export default``. All names are then in one scope: a second
    declaration of a name is a syntax error in the browser.

    Parameters
    ----------
    names
        Of files in ``static/``, without ``.js``.

    Raises
    ------
    ValueError
        If a module imports or exports in another way, or could end the script that holds it.
    """
    texts = [_EXPORT.sub("", _IMPORT.sub("", read_static(f"{name}.js"))) for name in names]
    joined = "\n".join(texts)
    left = _LEFT.findall(EXPORTED.sub("", joined, count=1))
    if left:
        raise ValueError(
            f"The modules {', '.join(names)} cannot be joined because of {left[0].strip()!r}; write "
            'import {...} from "./name.js"; at the start of a line, export before a declaration, and '
            "export default once."
        )
    if re.search(r"</script|<!--", joined, re.IGNORECASE):
        raise ValueError(
            f"The modules {', '.join(names)} hold '</script' or '<!--', which would break a page."
        )
    return joined


def join_styles(names: Sequence[str]) -> str:
    """Join the style sheets ``static/NAME.css`` that there are."""
    there = (_STATIC / f"{name}.css" for name in names)
    return "\n".join(path.read_text(encoding="utf-8") for path in there if path.is_file())


def read_static(name: str) -> str:
    """Return the text of a file in ``static/``."""
    return (_STATIC / name).read_text(encoding="utf-8")
