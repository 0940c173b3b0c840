"""The folder of a run."""

import json

import pytest

from chatnt.errors import TrainingError
from chatnt.tasks import get_task
from chatnt.tasks.examples import Examples
from chatnt.training.run_folder import DRAWN, RunFolder, fingerprint
from tests.training.runs import PLAN, changed, made_examples, made_mixture

ABOUT = {"data": {"h3": "1"}, "model": {"dim": 4}}


@pytest.fixture
def home(tmp_path):
    home = RunFolder(tmp_path / "run")
    home.begin(PLAN, ABOUT)
    return home


def test_a_run_says_what_it_is(home):
    noted = json.loads(home.run.read_text())
    assert noted["plan"] == PLAN.to_dict()
    assert {name: noted[name] for name in ABOUT} == ABOUT
    assert {"python", "chatnt", "torch", "transformers", "accelerate"} <= set(noted["versions"])
    assert home.begin(changed(keep=5), ABOUT) == noted  # how many checkpoints are kept changes nothing


@pytest.mark.parametrize(
    ("plan", "about", "said"),
    [
        (changed(seed=7), ABOUT, "seed: 1 there, 7 here"),
        (PLAN, ABOUT | {"data": {"h3": "2"}}, "other data"),
        (PLAN, ABOUT | {"model": {}}, "other model"),
    ],
)
def test_another_run_is_refused(home, plan, about, said):
    with pytest.raises(TrainingError, match=rf"another run \({said}\); choose another folder"):
        home.begin(plan, about)


def test_the_log_forgets_what_came_after_a_checkpoint(home):
    lines = [{"step": 1, "loss": 1}, {"step": 2, "loss": 2}, {"step": 2, "validation": {}}, {"step": 3}]
    home.log.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"step": ')
    assert home.records() == lines
    home.forget_after(2)
    assert home.records() == lines[:3]
    assert home.log.read_text().endswith("}\n")
    home.forget_after(0)
    assert home.log.read_text() == ""


def test_data_have_a_fingerprint():
    first = fingerprint(made_mixture())
    assert set(first) == {"h3", "promoter_tata", DRAWN}
    assert fingerprint(made_mixture()) == first
    other = fingerprint(made_mixture(number=13))
    assert {name for name in first if other[name] != first[name]} == {"h3", "promoter_tata"}


@pytest.mark.parametrize("settings", [{"batch_size": 7}, {"kinds": ("single", "related")}])
def test_so_has_the_way_they_are_drawn(settings):
    first, other = fingerprint(made_mixture()), fingerprint(made_mixture(**settings))
    assert {name for name in first if other[name] != first[name]} == {DRAWN}


def test_columns_have_one_too():
    class Held:
        def __init__(self, label):
            pairs = [(e.sequence, e.label) for e in made_examples("h3", 5)]
            pairs[0] = (pairs[0][0], label)
            self.examples = Examples.of(get_task("h3"), pairs)
            self.seed, self.split, self.shares = 0, "train", {"single": 1.0}

    class Source:
        batch_size = 2

        def __init__(self, label):
            self.datasets = {"h3": Held(label)}

    assert fingerprint(Source(0)) == fingerprint(Source(0))
    assert fingerprint(Source(0)) != fingerprint(Source(1))


def test_another_source_goes_by_its_first_batch_or_what_it_says():
    class Source:
        def __init__(self, mixture):
            self.batch = mixture.batch

    assert fingerprint(Source(made_mixture())) == fingerprint(Source(made_mixture()))
    assert fingerprint(Source(made_mixture())) != fingerprint(Source(made_mixture(number=13)))

    class Telling:
        def fingerprint(self):
            return {"made": "7"}

    assert fingerprint(Telling()) == {"made": "7"}
