"""Conversations as speech bubbles."""

import dataclasses

import pytest

from chatnt.conversation import Answer, Question
from chatnt.dialogue import Conversation
from chatnt.plots import conversation
from chatnt.plots.conversation import conversation_height
from chatnt.sequence import DNA

pyplot = pytest.importorskip("matplotlib.pyplot")
HBB = DNA("ACGT" * 75, name="HBB")
ASKED = Question("Is there a promoter in <DNA>?", (HBB,))
YES = Answer(
    "Yes, there is.", ASKED, label="promoter", probability=0.93, calibrated=True, calibration="platt"
)


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def told(ax):
    return [text.get_text() for text in ax.texts]


def bubbles(ax, side):
    return [patch for patch in ax.patches if patch.get_gid() == side]


def strands(ax):
    return [line for line in ax.lines if line.get_gid() == "strand"]


def test_a_turn_says_what_was_asked_answered_and_true():
    ax = conversation([YES], truths=["promoter"], titles=["RNA splicing"])
    assert told(ax) == [
        "RNA splicing", "Is there a promoter in ", "?", "HBB, 300 bases", "Yes, there is.",
        "promoter: probability 0.93, calibrated", "right: promoter",
    ]  # fmt: skip
    assert len(strands(ax)) == 2
    (asked,), (answered,) = bubbles(ax, "question"), bubbles(ax, "answer")
    assert asked.get_x() > answered.get_x() == 0
    assert asked.get_x() + asked.get_width() == pytest.approx(ax.get_xlim()[1])
    assert asked.get_y() + asked.get_height() < answered.get_y()


@pytest.mark.parametrize(
    ("answer", "truth", "line"),
    [
        (YES, "not a promoter", "wrong: the truth is not a promoter"),
        (dataclasses.replace(YES, label=None), "promoter", "truth: promoter"),
        (dataclasses.replace(YES, label=None, value=1.5), -1.25, "truth: -1.25"),
        (dataclasses.replace(YES, label=None), ("root", "leaf"), "truth: root, leaf"),
        (dataclasses.replace(YES, label=None), (), "truth: none"),
    ],
)
def test_the_truth_is_told_and_a_label_judged(answer, truth, line):
    assert told(conversation([answer], truths=[truth]))[-1] == line


def test_a_sequence_of_the_turn_before_is_not_named_again():
    again = dataclasses.replace(YES, question=Question("And a TATA box? <DNA>", (HBB,)))
    other = dataclasses.replace(YES, question=Question("And in <DNA>?", (DNA("ACG"),)))
    words = Answer("A stretch of DNA.", Question("What is a promoter?"))
    ax = conversation(Conversation(None, None, [YES, again, other, words]))
    assert [line for line in told(ax) if "bases" in line or "same" in line] == [
        "HBB, 300 bases",
        "about the same",
        "3 bases",
    ]
    assert len(bubbles(ax, "question")) == len(bubbles(ax, "answer")) == 4


def test_refusals_look_different():
    refused = Answer("I was not trained on that.", ASKED, in_scope=False)
    withheld = dataclasses.replace(YES, abstained=True)
    ax = conversation([YES, refused, withheld])
    assert [patch.get_linestyle() for patch in bubbles(ax, "answer")] == ["-", "--", "--"]
    assert "outside the tasks of this pair" in told(ax)


def test_hostile_texts_are_drawn_as_they_are(tmp_path):
    hostile = r"$\frac{1}$ a_b ^ <b>bold</b> % \n {x}"
    dna = DNA("ACGT", name="$x_$")
    answer = Answer(hostile, Question(f"{hostile} <DNA>", (dna,)), notes=(hostile,))
    ax = conversation([answer], truths=["$t_$"], titles=["$h_$"])
    ax.figure.savefig(tmp_path / "hostile.png")
    drawn = " ".join(told(ax))
    assert drawn.count("<b>bold</b>") == 3
    assert all(text in drawn for text in ("$x_$, 4 bases", "truth: $t_$", "$h_$", r"$\frac{1}$"))
    assert not any(text.get_parse_math() for text in ax.texts)


def test_all_text_is_inside_its_bubble():
    long = dataclasses.replace(YES, text="Yes, " + "there are signs of a promoter in it, " * 12 + "W" * 90)
    ax = conversation([YES, long])
    renderer = ax.figure.canvas.get_renderer()
    boxes = [patch.get_window_extent(renderer) for patch in ax.patches]
    for text in ax.texts:
        extent = text.get_window_extent(renderer)
        assert any(
            box.x0 <= extent.x0 and extent.x1 <= box.x1 and box.y0 <= extent.y0 and extent.y1 <= box.y1
            for box in boxes
        ), text.get_text()
    assert all(box.y0 >= 0 and box.y1 <= ax.figure.bbox.y1 for box in boxes)


def test_axes_that_are_not_tall_enough_are_refused():
    figure = pyplot.figure(figsize=(3, 2))
    with pytest.raises(ValueError, match=r"needs axes .* inches high"):
        conversation([YES] * 4, ax=figure.add_axes((0, 0, 1, 1)))
    needed = conversation_height([YES], 3)
    ax = figure.add_axes((0, 0, 1, needed / 2))
    assert conversation([YES], ax=ax) is ax
    assert ax.get_xlim() == pytest.approx((0, 3))


def test_what_does_not_fit_the_turns_is_refused():
    with pytest.raises(ValueError, match="no turn"):
        conversation([])
    with pytest.raises(ValueError, match="1 turns, but 2 truths"):
        conversation([YES], truths=["a", "b"])
    with pytest.raises(ValueError, match="0 titles"):
        conversation_height([YES], 3, titles=[])
