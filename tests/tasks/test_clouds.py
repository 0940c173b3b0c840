"""Where vectors lie, and what is rare among them."""

import json
import math

import numpy as np
import pytest

from chatnt.errors import DataError
from chatnt.tasks.clouds import Cloud, Clouds, Measured, rounded

RNG = np.random.default_rng(0)


def normal(count, mean, size=1.0):
    return Measured(RNG.normal(mean, size, (count, 2)))


def drawn(count, shares, things, overdispersed=0.0):
    """Shares of multinomial counts; the underlying shares of the first two vary by `overdispersed`."""
    given = np.tile(shares, (count, 1))
    move = RNG.uniform(-overdispersed, overdispersed, count)
    given[:, 0] += move
    given[:, 1] -= move
    return Measured(
        np.array([RNG.multinomial(things, row) for row in given]) / things, np.full(count, float(things))
    )


def test_distances_are_those_of_mahalanobis():
    cloud = Cloud(np.array([1.0, 2.0]), np.diag([4.0, 0.25]))
    distances, likelihoods = cloud.place(Measured(np.array([[1.0, 2.0], [3.0, 2.0], [1.0, 3.0]])))
    assert distances.tolist() == pytest.approx([0.0, 1.0, 4.0])
    # The determinant is 1, so that its logarithm adds nothing.
    assert likelihoods.tolist() == pytest.approx([0.0, -0.5, -2.0])


def test_shares_of_few_things_count_as_less_far():
    cloud = Cloud(np.array([0.5, 0.5]), np.diag([1e-4, 1e-4]))
    few, many = (cloud.place(Measured(np.array([[0.6, 0.4]]), np.array([n])))[0][0] for n in (20.0, 20_000.0))
    # Away by 0.02 in squares; along it the multinomial varies by 0.5, and by a hundredth of the mean more.
    assert few == pytest.approx(0.02 / (1e-4 + 0.505 / 20))
    assert many == pytest.approx(0.02 / (1e-4 + 0.505 / 20_000))


def test_what_chance_adds_to_shares_is_no_trait():
    exact = Cloud.fit(drawn(4000, [0.25] * 4, 50))
    assert np.abs(exact.spread).max() < 2e-4  # the shares vary by 0.25 * 0.75 / 50 = 4e-3
    varying = Cloud.fit(drawn(4000, [0.25] * 4, 50, overdispersed=0.2))
    assert varying.spread[0, 0] == pytest.approx(0.4**2 / 12, rel=0.15)
    assert varying.spread[0, 1] == pytest.approx(-(0.4**2) / 12, rel=0.15)


def test_each_test_flags_the_share_that_it_is_to_flag():
    clouds = Clouds.fit({"one": normal(2000, 0.0), "two": normal(2000, 2.0)}, flagged=0.02)
    others = normal(3000, 0.0).vectors
    placed = [clouds.place("one", vector) for vector in others]
    assert 0.01 < np.mean([p.far for p in placed]) < 0.035
    assert 0.01 < np.mean([p.nearer is not None for p in placed]) < 0.035


def test_a_vector_within_reach_may_be_nearer_to_another_cloud():
    clouds = Clouds.fit({"wide": normal(400, 0.0, 3.0), "narrow": normal(400, 4.0, 0.1)})
    assert clouds.place("wide", [4.0, 4.0]) == (False, "narrow")
    assert clouds.place("wide", [-1.0, 1.0]) == (False, None)
    assert clouds.place("narrow", [-1.0, 1.0]) == (True, "wide")
    assert clouds.place("wide", [-60.0, 60.0]).far


def test_one_cloud_has_no_rival():
    clouds = Clouds.fit({"alone": normal(100, 0.0)})
    assert clouds.clouds["alone"].nearer == math.inf
    assert clouds.place("alone", [99.0, 99.0]) == (True, None)


def test_what_is_rare_is_measured_on_others_if_there_are_some():
    measured, held = {"one": normal(500, 0.0)}, {"one": normal(100, 0.0, 10.0)}
    plain, wide = Clouds.fit(measured), Clouds.fit(measured, held=held)
    assert plain.clouds["one"].mean.tolist() == wide.clouds["one"].mean.tolist()
    assert wide.clouds["one"].far > 10 * plain.clouds["one"].far
    largest = wide.clouds["one"].place(held["one"])[0].max()
    assert wide.clouds["one"].far == rounded(largest)  # 1 in 200 of 100 is none


def test_clouds_are_the_same_for_one_seed_and_after_saving():
    measured = {"one": normal(200, 0.0), "two": drawn(200, [0.7, 0.3], 30)}
    measured["one"] = Measured(measured["one"].vectors, np.full(200, 5.0))
    first, second = (Clouds.fit(measured, seed=3) for _ in range(2))
    stored = json.loads(json.dumps(first.to_json(), allow_nan=False))
    assert stored == json.loads(json.dumps(second.to_json()))
    read = Clouds.from_json(stored, 2)
    for name, cloud in first.clouds.items():
        assert read.clouds[name].mean.tolist() == cloud.mean.tolist()
        assert read.clouds[name].spread.tolist() == cloud.spread.tolist()
        assert (read.clouds[name].far, read.clouds[name].nearer) == (cloud.far, cloud.nearer)


@pytest.mark.parametrize("wrong", [normal(49, 0.0), Measured(np.full((60, 2), np.nan))])
def test_too_few_or_no_numbers_are_refused(wrong):
    with pytest.raises(DataError, match=r"short has \d+ sequences"):
        Clouds.fit({"short": wrong})
    with pytest.raises(DataError, match="short"):
        Clouds.fit({"short": normal(60, 0.0)}, held={"short": wrong})


@pytest.mark.parametrize("change", [{"mean": [0.0]}, {"spread": [1.0, 2.0]}, {"spread": [1, math.nan, 1]}])
def test_stored_clouds_have_the_right_shape(change):
    stored = Clouds.fit({"one": normal(60, 0.0)}).to_json()
    stored["one"] |= change
    with pytest.raises(ValueError, match=r"reshape|finite"):
        Clouds.from_json(stored, 2)


def test_what_differs_by_no_more_than_chance_is_not_far():
    things = 700
    nearly_equal = np.tile([0.4, 0.3, 0.2, 0.1], (100, 1)) + RNG.normal(0, 1e-5, (100, 4))
    cloud = Clouds.fit({"gene": Measured(nearly_equal, np.full(100, float(things)))}).clouds["gene"]
    assert cloud.far == pytest.approx(14.86, rel=0.01)  # what 1 in 200 chi-squared numbers of 4 exceeds
    chance = drawn(500, [0.4, 0.3, 0.2, 0.1], things)
    assert (cloud.place(chance)[0] > cloud.far).mean() < 0.01


def test_a_cloud_is_nearer_only_if_a_vector_is_likelier_there():
    clouds = Clouds.fit({"one": normal(200, 0.0), "other": normal(200, 50.0)})
    assert clouds.clouds["one"].nearer == 0.0
    assert clouds.place("one", [20.0, 20.0]) == (True, None)
    assert clouds.place("one", [30.0, 30.0]) == (True, "other")
