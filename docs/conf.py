"""Configuration of the documentation."""

from importlib.metadata import version as version_of

project = "chatnt"
author = "The chatnt contributors"
copyright = "The chatnt contributors"
release = version = version_of("chatnt")

extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.mathjax", "numpydoc", "myst_nb"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "chatnt"

nb_execution_mode = "off"  # pages show outputs as stored; notebooks are run by their own tests
myst_enable_extensions = ["colon_fence", "dollarmath"]
numpydoc_show_class_members = False  # autosummary lists them
autodoc_typehints = "none"  # numpydoc shows the parameters
