"""What the widget of calibration measures."""

import numpy as np
import pytest

from chatnt.reliability import error_by_chance
from chatnt.widgets.calibration_numbers import NAMES, chance_error, measure, reliability_groups


@pytest.mark.parametrize("binning", ["mass", "width"])
@pytest.mark.parametrize(("count", "near"), [(200, 0.06), (3000, 0.03)])
def test_the_error_by_chance_is_about_that_of_drawing(binning, count, near):
    p = np.random.default_rng(count).beta(0.5, 0.5, count)
    found = chance_error(reliability_groups(p, bins=10, binning=binning))
    assert found == pytest.approx(error_by_chance(p, bins=10, binning=binning), rel=near)


def test_everything_has_a_name():
    found = measure(
        (np.array([0.2, 0.8]), np.array([False, True])), threshold=0.5, bins=5, strategy="uniform"
    )
    assert list(found) == list(NAMES)
