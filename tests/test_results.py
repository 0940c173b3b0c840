"""What the verbs return: it prints, saves and loads."""

import pytest

from chatnt.results import Scores, TaskScore

PROMOTERS = TaskScore(
    "promoter_tata", "test", 1200, 3, 0.71234, 0.8575, {"promoter": {"promoter": 7, "unparsed": 3}}
)
ENHANCERS = TaskScore(
    "enhancers", "test", 40, 0, -0.1, 0.45, {"enhancer": {"not an enhancer": 22, "enhancer": 18}}
)
SCORES = Scores((PROMOTERS, ENHANCERS), wordings="test")


@pytest.mark.parametrize("scores", [SCORES, Scores((), wordings="train")])
def test_scores_come_back_as_they_were_saved(tmp_path, scores):
    scores.save(tmp_path / "scores.json")
    assert Scores.load(tmp_path / "scores.json") == scores
    assert Scores.load(str(tmp_path / "scores.json")).wordings == scores.wordings


def test_the_table_has_a_row_per_task():
    frame = SCORES.to_frame()
    assert frame["task"].tolist() == ["promoter_tata", "enhancers"]
    assert frame["mcc"].tolist() == [0.71234, -0.1]
    assert frame["unparsed"].tolist() == [3, 0]
    assert frame["count"].tolist() == [1200, 40]


def test_scores_print_as_a_table():
    lines = str(SCORES).splitlines()
    assert lines[0] == "| task | sequences | MCC | accuracy | unparsed |"
    assert lines[2] == "| promoter_tata | 1,200 | 0.712 | 85.8% | 3 |"
    assert lines[3] == "| enhancers | 40 | -0.100 | 45.0% | 0 |"
    assert len(lines) == 4
    assert SCORES._repr_markdown_() == str(SCORES)
