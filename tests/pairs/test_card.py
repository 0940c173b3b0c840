"""The card, written from what was measured."""

import dataclasses

import pandas as pd
import pytest

from chatnt.errors import UnknownTaskError
from chatnt.outcomes import Scores, TaskScore
from chatnt.pair_results import PairResults
from chatnt.pairs.card import markdown_table, write_card
from chatnt.pairs.origins import ORIGINS
from chatnt.tasks import all_tasks, get_task
from tests.tiny import tiny_model

NAMES = ("h3", "promoter_tata", "plant_promoter_leaf", "dna_methylation_hues64")
TASKS = [get_task(name) for name in NAMES]


@dataclasses.dataclass(frozen=True)
class Plan:
    steps: int = 6000
    learning_rate: float = 7e-4
    trained: tuple[str, ...] = ("encoder", "resampler")


H3 = TaskScore("h3", "test", 1497, 2, 0.6712, 0.83, {}, 0.82, 0.91)
TATA = TaskScore("promoter_tata", "test", 611, 0, 0.40, 0.7, {}, 0.7)
LEAF = TaskScore(
    "plant_promoter_leaf", "test", 677, 3, pearson=0.71, spearman=0.7, r2=0.5, mae=0.9,
    pearson_of_estimate=0.74, filled=0.9025, metric="pearson",
)  # fmt: skip
MADE = TaskScore(
    "dna_methylation_hues64", "test", 500, 0, 0.99, 0.99, {}, 0.99, 0.999, metric="auroc", simulated=True
)
SCORES = Scores((H3, TATA, LEAF, MADE), "test")


def others(scores, **changes):
    """Scores of another run, with other values of the metrics that a task has."""
    real = [s for s in scores.tasks if not s.simulated]
    return Scores(
        tuple(
            dataclasses.replace(s, **{name: value for name, value in changes.items() if getattr(s, name)})
            for s in real
        ),
        "test",
    )


RESULTS = PairResults(
    "mini",
    SCORES,
    ablations={
        "question-blind": others(SCORES, mcc=0.3, pearson=0.31),
        "shuffled DNA": others(Scores((H3,), "test"), mcc=0.05),
        "linear models": others(SCORES, mcc=0.6289, pearson=0.6612),
    },
    tables={
        "leakage": pd.DataFrame(
            {"task": ["h3"], "sequences": [1497], "published": pd.array([None], "Int64"), "near": [12],
             "score": [0.6712], "left": [1485], "score_without": [0.6688]}
        ),
        "wordings": pd.DataFrame({"task": ["h3", "h4"], "train": [0.68, 0.41], "gap": [0.009, 0.011]}),
        "learning": pd.DataFrame(
            {"training": ["captions"] * 4 + ["dna"] * 6,
             "step": [50, 50, 100, 100, 50, 50, 100, 100, 100, 100],
             "what": ["loss", "seconds"] * 4 + ["mean", "h3"],
             "value": [2.5, 60.0, 1.25, 120.0, 0.75, 90.0, 0.5, 180.0, 0.625, 0.61]}
        ),
        "probe": pd.DataFrame({"task": ["h3"], "probe": [0.675], "answers": [0.671], "gap": [0.004]}),
    },
)  # fmt: skip


def card(**settings):
    given = {
        "longest": 12288,
        "rows": 60,
        "test": None,
        "validation": Scores((TATA,), "train"),
        "simulated": NAMES[3:],
    }
    return write_card(tiny_model(), TASKS, Plan(), **(given | settings))


@pytest.fixture(scope="module")
def full():
    return card(results=RESULTS, how="Made in 83 minutes on two cores.")


def row(text, start):
    """The only line that begins so, as cells."""
    (line,) = [line for line in text.splitlines() if line.startswith(start)]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_scores_stand_beside_the_floor_and_the_published_ones(full):
    part = full.split("**Simulated tasks.**")[0]
    assert row(part, "| `h3`")[:7] == ["`h3`", "1,497", "MCC", "0.671", "0.629", "0.798", "0.785"]
    # Another test set than the published one's, so with a star.
    assert row(part, "| `promoter_tata`")[4:7] == ["0.629", "0.929*", "0.935*"]
    leaf = dict(zip(row(part, "| task"), row(part, "| `plant_promoter_leaf`"), strict=True))
    assert (leaf["metric"], leaf["score"], leaf["Pearson of the estimate"], leaf["unparsed"]) == (
        "Pearson", "0.710", "0.740", "3",
    )  # fmt: skip
    assert "dna_methylation" not in part.split("## How well")[1]


def test_simulated_tasks_have_a_table_of_their_own(full):
    part = full.split("**Simulated tasks.**")[1].split("On the validation")[0]
    assert row(part, "| `dna_methylation_hues64`")[:2] == ["`dna_methylation_hues64`", "500"]
    assert "nothing of real" in " ".join(part.split())
    assert "- `dna_methylation_hues64`: simulated." in full
    assert "| `h3`" not in part


def test_other_runs_stand_side_by_side(full):
    part = full.split("### Other runs and controls")[1].split("###")[0]
    assert row(part, "| task") == ["task", "metric", "score", "question-blind", "shuffled DNA"]
    assert row(part, "| `h3`") == ["`h3`", "MCC", "0.671", "0.300", "0.050"]
    assert row(part, "| `promoter_tata`")[3:] == ["0.300", ""]
    assert row(part, "| mean of 2") == ["mean of 2", "MCC", f"{(0.6712 + 0.4) / 2:.3f}", "0.300", ""]
    assert row(part, "| mean of 1")[:4] == ["mean of 1", "Pearson", "0.710", "0.310"]


def test_gaps_and_leakage_are_shown(full):
    assert "Mean gap: 0.010." in full
    part = full.split("in common\n")[1]
    assert row(part, "| task") == ["task", "sequences", "near", "score", "left", "score_without"]
    assert row(part, "| `h3`") == ["`h3`", "1,497", "12", "0.671", "1,485", "0.669"]


def test_limits_are_named(full):
    part = full.split("## Limits")[1].split("## Data")[0]
    assert "- Not better than a linear model on the same data: promoter_tata.\n" in part
    assert "h3 2, plant_promoter_leaf 3." in part
    assert "not stated: plant_promoter_leaf 0.902." in part


def test_how_it_was_made(full):
    part = full.split("## How it was made")[1].split("## Limits")[0]
    assert "Made in 83 minutes" in part
    assert row(part, "| `steps`") == ["`steps`", "6000"]
    assert row(part, "| `learning_rate`") == ["`learning_rate`", "0.0007"]
    assert "60 sequences a step" in part


def test_data_and_their_licences(full):
    part = full.split("## Data")[1]
    for task in TASKS[:3]:
        assert task.source in part
        assert ORIGINS[task.name].taken_from in part


def test_what_is_not_there_is_left_out():
    bare = card()
    assert "Not scored yet." in bare
    assert "$" not in bare
    assert "\n\n\n" not in bare
    for title in ("Other runs", "Simulated tasks", "in common", "Mean gap", "Mean MCC"):
        assert title not in bare
    scored = card(test=Scores((H3,), "test"))
    assert row(scored, "| `h3`")[3:5] == ["0.671", "0.798"]
    assert "linear model" not in scored.split("## Limits")[0]


def test_it_shows_how_the_trainings_went(full):
    """At their ends, or where they were validated."""
    rows = [line[2:-2].split(" | ") for line in full.splitlines() if line.startswith(("| captions", "| dna"))]
    assert rows == [
        ["captions", "50", "1.000", "2.500", ""],
        ["captions", "100", "2.000", "1.250", ""],
        ["dna", "100", "3.000", "0.500", "0.625"],
    ]


def test_it_tells_how_long_sequences_may_be_and_how_many_rows_other_runs_had(full):
    assert "Up to 12,288 bases are read at all; places more than 64 bases from the centre" in full
    assert "rows per task, at most: question-blind 1,497; shuffled DNA 1,497." in full


def test_the_mean_is_over_the_whole_benchmark():
    names = [task.name for task in all_tasks() if task.record and "nt" in task.record.benchmarks]
    tasks = [get_task(name) for name in names]
    scores = Scores(
        tuple(dataclasses.replace(H3, task=name, mcc=0.5 + 0.01 * i) for i, name in enumerate(names)), "test"
    )
    results = PairResults("mini", scores, ablations={"linear models": others(scores, mcc=0.487)})
    settings = {"longest": 9, "rows": 60, "test": None, "validation": scores, "results": results}
    text = write_card(tiny_model(), tasks, Plan(), **settings)
    assert "Mean MCC over the 18 tasks of the NT benchmark: 0.585; of the linear models 0.487." in text


def test_data_of_unknown_origin_are_told():
    with pytest.raises(UnknownTaskError, match="dna_methylation_hues64 are from is not known"):
        card(simulated=())


def test_origins_are_of_tasks_of_the_catalogue():
    assert set(ORIGINS) <= {task.name for task in all_tasks()}
    assert sum(origin.same_test for origin in ORIGINS.values()) == 10  # the yeast marks


def test_a_table_leaves_gaps_empty():
    assert markdown_table(["a", "b"], [["x", float("nan")], ["y", 2.0]]).splitlines()[2:] == [
        "| x |  |",
        "| y | 2.000 |",
    ]
