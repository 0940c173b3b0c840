"""Models task by task."""

import pytest

from chatnt.figures import Material, supplementary_3
from chatnt.figures.panels import TWO_COLUMNS
from chatnt.standings import compare_models

pyplot = pytest.importorskip("matplotlib.pyplot")


def test_it_is_the_map_of_all_models():
    material = Material()
    figure = supplementary_3(material)
    (ax,) = figure.axes
    table = compare_models(material.results)
    (image,) = ax.images
    assert image.get_array().count() == len(table)
    width, height = figure.get_size_inches()
    assert (width, height <= 9.4) == (TWO_COLUMNS, True)
    pyplot.close(figure)
