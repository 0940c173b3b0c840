"""Configuration of the documentation."""

import os
import sys
from importlib.metadata import version as version_of
from pathlib import Path

from sphinx.application import Sphinx

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS))
from build_pages import (
    class_links,
    class_signature,
    copy_notebooks,
    listed_names,
    remove_others,
    write_command_line,
)

NAMES = listed_names(DOCS / "api.md")

project = "chatnt"
author = "The chatnt contributors"
copyright = "The chatnt contributors"
release = version = version_of("chatnt")

extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.mathjax", "numpydoc", "myst_nb"]
templates_path = ["templates"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "chatnt"
html_static_path = ["static"]
html_css_files = ["site.css"]
default_role = "py:obj"  # a name in single backticks is a link where there is a page for it

myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3

# `CHATNT_DOCS_EXECUTE=off` shows the outputs that the notebooks are stored with.
nb_execution_mode = os.environ.get("CHATNT_DOCS_EXECUTE", "force")
nb_execution_in_temp = True
nb_execution_timeout = 120  # seconds, for one cell
nb_execution_raise_on_error = True
nb_output_stderr = "remove"
nb_merge_streams = True
nb_render_markdown_format = "myst"  # results print as Markdown tables
nb_ipywidgets_js = {}  # widgets show the page or the picture beside them; their scripts would need a network
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]
os.environ |= {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TQDM_DISABLE": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
}  # of the kernels

autosummary_generate = True
autosummary_imported_members = True
autodoc_typehints = "none"  # numpydoc shows the parameters
autodoc_member_order = "bysource"
numpydoc_show_class_members = False  # the template of classes lists them
numpydoc_xref_param_type = True
numpydoc_xref_ignore = "all"  # but for what the page of the API has
numpydoc_xref_aliases = class_links(NAMES)

copy_notebooks(DOCS.parent / "notebooks", DOCS / "notebooks")
write_command_line(DOCS / "command_line.md")
remove_others(DOCS / "generated", NAMES)


def setup(app: Sphinx) -> None:
    app.connect("autodoc-process-signature", class_signature)
