"""A training in one file."""

import pytest

import chatnt
from chatnt.assistant import Assistant
from chatnt.cli import main
from chatnt.errors import TrainingError
from chatnt.plan_file import PlanFile
from chatnt.tasks import get_task
from tests.tiny import tiny_pair
from tests.training.runs import made_examples

TASKS = ("h3", "promoter_tata")


@pytest.fixture
def file(tmp_path):
    """A plan file with a tiny pair and small tables."""
    Assistant(*tiny_pair(), card="# The card of before\n").save(tmp_path / "tiny")
    for name in TASKS:
        (tmp_path / "data" / name).mkdir(parents=True)
        numbers = {label: i for i, label in enumerate(get_task(name).labels)}
        for seed, split in enumerate(("train", "test")):
            rows = [f"{e.sequence}\t{numbers[e.label]}\n" for e in made_examples(name, 24, seed)]
            (tmp_path / "data" / name / f"{split}.tsv").write_text("sequence\tlabel\n" + "".join(rows))
    path = tmp_path / "plan.toml"
    path.write_text(
        f'pair = "{tmp_path}/tiny"\nfolder = "{tmp_path}/run"\n'
        f'[data]\ntasks = {list(TASKS)}\nsource = "{tmp_path}/data"\nbatch_size = 4\n'
        "validation = 0.25\nlimit = 5\n"
        '[plan]\nrecipe = "laptop"\nsteps = 3\nvalidate_every = 2\n'
    )
    return path


def test_a_pair_is_trained_and_saved(file, tmp_path, capsys):
    assert main(["train", str(file), "--quiet"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("3 steps in ")
    assert "| step | loss | h3 | promoter_tata | mean |" in printed.out
    pair = chatnt.load(tmp_path / "run/pair")
    assert pair.scope is not None
    assert pair.scope.tasks == TASKS
    assert "The card of before" not in pair.card()
    assert "- h3: " in pair.card()
    before = chatnt.load(tmp_path / "tiny").model.state_dict()
    changed = {n.partition(".")[0] for n, t in pair.model.state_dict().items() if not t.equal(before[n])}
    assert changed == {"encoder", "resampler"}


def test_started_again_it_is_done(file, tmp_path, capsys):
    first = PlanFile.read(file).train(progress=False)
    assert PlanFile.read(file).train(progress=False) == first
    assert len(first.losses) == 3


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("folder", "folders", "missing are folder, unknown are folders"),
        ("tasks", "task", r"table \[data\]: missing are tasks, unknown are task"),
        ("steps", "stepps", "no setting stepps"),
        ("[data]", "[data", "is not TOML"),
        ("[plan]", "[plans]", "missing are plan, unknown are plans"),
    ],
)
def test_a_wrong_file_is_refused(file, old, new, said):
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(TrainingError, match=said):
        PlanFile.read(file)


def test_the_command_says_what_is_wrong(file, tmp_path, capsys):
    file.write_text(file.read_text().replace('"h3"', '"h33"').replace("'h3'", "'h33'"))
    assert main(["train", str(file)]) == 2
    assert "h33" in capsys.readouterr().err
    assert main(["train", str(tmp_path / "none.toml")]) == 2
    assert "none.toml" in capsys.readouterr().err


def test_own_tasks_and_new_pairs_can_be_named(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text(
        'folder = "run"\nsave = "mine"\n[pair]\nencoder = "nucleotide_cnn"\ndecoder = "some/decoder"\n'
        '[data]\ntasks = ["own.toml"]\nkinds = ["single", "related"]\n[data.weights]\nown = 1\n'
        '[plan]\nrecipe = "paper"\n'
    )
    read = PlanFile.read(path)
    assert read.pair == {"encoder": "nucleotide_cnn", "decoder": "some/decoder"}
    assert read.data.kinds == ("single", "related")
    assert read.plan == chatnt.TrainingPlan.named("paper")
    assert read.save == "mine"
