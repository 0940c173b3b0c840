"""The public names of the widgets."""

import subprocess
import sys

import pytest

from chatnt import widgets


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("name", widgets.__all__)
def test_a_name_is_what_it_says(name):
    cls = getattr(widgets, name)
    assert cls.__name__ == name
    assert issubclass(cls, widgets.base.Widget)


def test_the_names_are_listed():
    assert dir(widgets) == sorted(widgets.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Taskss'"):
        _ = widgets.Taskss


def test_the_import_is_light():
    heavy = "('anywidget', 'ipywidgets', 'pandas', 'matplotlib', 'torch')"
    assert run(f"import sys, chatnt.widgets; print([m for m in {heavy} if m in sys.modules])") == "[]\n"


@pytest.mark.parametrize("name", widgets.__all__)
def test_no_widget_needs_torch_to_be_imported(name):
    code = f"import sys; from chatnt.widgets import {name}; print('torch' in sys.modules)"
    assert run(code) == "False\n"


def test_without_the_extra_it_is_named():
    code = (
        "import sys; sys.modules['anywidget'] = None\n"
        "import chatnt.errors, chatnt.widgets\n"
        "try: chatnt.widgets.Tasks\n"
        "except chatnt.errors.MissingExtraError as error: print(error)"
    )
    assert 'pip install "chatnt[widgets]"' in run(code)
