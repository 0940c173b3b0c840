"""An answered question asked again in other words."""

import dataclasses

import pytest

from chatnt import tasks
from chatnt.conversation import Answer, Question
from chatnt.errors import AnswerError, OutOfScopeError, PlaceholderError, TaskError, UnknownTaskError
from chatnt.paraphrasing import paraphrase
from chatnt.sequence import DNA
from chatnt.tasks import get_task, register_task
from chatnt.tasks.base import Wordings

TATA, SPLICE, LEAF = (get_task(name) for name in ("promoter_tata", "splice_sites_all", "plant_promoter_leaf"))
SEQUENCE = DNA("ACGT" * 20, name="x")
YES, NO = "Yes, there is one.", "No, there is none."


class Chat:
    """Give answers one after the other, each a text and a probability."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def ask(self, question, sequences, *, task=None):
        text, probability = self.answers[len(self.asked) % len(self.answers)]
        self.asked.append((question, sequences, task))
        chances = {}
        if task == TATA.name and probability is not None:  # the splice sites have no others
            stated, other = ("promoter", "not a promoter") if text == YES else ("not a promoter", "promoter")
            chances = {stated: probability, other: 1 - probability}
        asked = Question.of(question, sequences)
        return Answer(text, asked, task=task, probability=probability, probabilities=chances)


def first(task=TATA, text=YES, question=None, **given):
    question = question or task.questions.train[0]
    return Answer(text, Question.of(question, SEQUENCE), task=task.name, **given)


def test_other_wordings_are_asked_about_the_same_sequence():
    chat, answer = Chat((YES, 0.9)), first()
    found = paraphrase(chat, answer)
    texts = [text for text, _, _ in chat.asked]
    assert len(set(texts)) == 10
    assert answer.question.text not in texts
    assert all(sequence is answer.question.sequences[0] for _, sequence, _ in chat.asked)
    assert {task for _, _, task in chat.asked} == {"promoter_tata"}
    assert found.unseen == (True,) * 5 + (False,) * 5
    assert [text in TATA.questions.test for text in texts] == list(found.unseen)
    assert [a.question.text for a in found.answers] == texts


def test_the_wordings_are_those_of_the_seed():
    def texts(seed):
        chat = Chat((YES, 0.9))
        paraphrase(chat, first(), seed=seed)
        return [text for text, _, _ in chat.asked]

    assert texts(1) == texts(1)
    assert texts(1) != texts(2)


def test_a_wording_that_differs_by_case_and_space_is_the_same():
    asked = "  ".join(TATA.questions.test[0].upper().split()).replace("<DNA>", "<DNA>")
    chat = Chat((YES, 0.9))
    found = paraphrase(chat, first(question=asked), wordings=10_000)
    plain = [" ".join(text.lower().split()) for text, _, _ in chat.asked]
    assert " ".join(TATA.questions.test[0].lower().split()) not in plain
    assert len(plain) == len(set(plain)) == len(found.answers)
    everything = {" ".join(t.lower().split()) for t in TATA.questions.train + TATA.questions.test}
    assert len(plain) == len(everything) - 1


def test_too_few_of_one_kind_are_made_up_by_the_other(monkeypatch):
    monkeypatch.setattr(tasks, "_TASKS", dict(tasks._TASKS))
    few = dataclasses.replace(
        TATA, name="few", questions=Wordings(("A <DNA>?", "B <DNA>?", "C <DNA>?"), ("D <DNA>?", "E <DNA>?"))
    )
    register_task(few)
    found = paraphrase(Chat((YES, None)), first(few), wordings=4)
    assert sorted(a.question.text for a in found.answers) == ["B <DNA>?", "C <DNA>?", "D <DNA>?", "E <DNA>?"]
    alone = dataclasses.replace(few, name="alone", questions=Wordings(("A <DNA>?",), ()))
    register_task(alone)
    with pytest.raises(TaskError, match="no wording"):
        paraphrase(Chat((YES, None)), first(alone))


def test_a_steady_answer():
    found = paraphrase(Chat((YES, 0.9), (YES, 0.7)), first())
    assert (found.same, found.mean, found.spread) == (10, pytest.approx(0.8), (0.7, 0.9))
    assert found.verdict == (
        "Steady: 10 of 10 other wordings state promoter; its probability is 0.80 on average (0.70 to 0.90)."
    )


def test_an_answer_that_states_another_label_counts_by_what_is_left():
    chat = Chat(*[(YES, 0.9)] * 8, (NO, 0.6), ("Hm.", None))
    found = paraphrase(chat, first())
    assert (found.label, found.same) == ("promoter", 8)
    assert found.stated == ("promoter",) * 8 + ("not a promoter", None)
    assert found.numbers == pytest.approx([0.9] * 8 + [0.4])
    assert found.spread == pytest.approx((0.4, 0.9))
    assert found.verdict.startswith("Mostly steady: 8 of 10 other wordings state promoter; ")


def test_an_unsteady_answer_is_not_to_be_relied_on():
    found = paraphrase(Chat((YES, 0.6), (NO, 0.6)), first())
    assert found.verdict == (
        "Unsteady: 5 of 10 other wordings state promoter; its probability is 0.50 on average (0.40 to 0.60). "
        "Do not rely on this answer."
    )


def test_without_the_probabilities_of_all_labels_only_the_stated_one_counts():
    donor, acceptor = (SPLICE.answers[label].train[0] for label in ("donor", "acceptor"))
    found = paraphrase(Chat((donor, 0.8), (acceptor, 0.7)), first(SPLICE, donor), wordings=4)
    assert found.same == 2
    assert found.numbers == [0.8, 0.8]


def test_a_withheld_answer_is_compared_by_its_likeliest_label():
    text = "I do not know: the answer that I would give (promoter) has a probability of 0.60, below 0.8."
    chances = {"not a promoter": 0.4, "promoter": 0.6}
    answer = first(text=text, abstained=True, probability=0.6, probabilities=chances)
    found = paraphrase(Chat((YES, 0.7)), answer, wordings=3)
    assert (found.label, found.same, found.mean) == ("promoter", 3, pytest.approx(0.7))
    assert found.to_frame()["stated"].fillna("").tolist() == ["", *["promoter"] * 3]
    assert "states nothing 0.60" in str(found)


def test_a_first_answer_that_states_nothing():
    found = paraphrase(Chat((YES, 0.9), ("Hm.", None)), first(text="Hm."), wordings=4)
    assert (found.same, found.mean, found.spread) == (0, None, None)
    assert found.verdict == "The first answer states no label; 2 of 4 other wordings have one stated."


def test_numbers():
    low, high = LEAF.scale.low, LEAF.scale.high
    middle, step = (low + high) / 2, (high - low) / 100

    def verdict(*values):
        chat = Chat(*[(f"My prediction is {v:.2f}.", None) for v in values])
        return paraphrase(chat, first(LEAF, "My prediction is 0.00."), wordings=2).verdict

    assert verdict(middle, middle + 5 * step) == (
        f"Steady: 2 of 2 other wordings have a number stated, {middle + 2.5 * step:.2f} on average "
        f"({middle:.2f} to {middle + 5 * step:.2f}, 5% of the scale)."
    )
    assert verdict(middle, middle + 20 * step).startswith("Mostly steady: ")
    assert verdict(middle, middle + 30 * step).startswith("Unsteady: ")
    nothing = paraphrase(Chat(("Hm.", None)), first(LEAF, "My prediction is 0.00."), wordings=3)
    assert nothing.verdict == "Unsteady: none of 3 other wordings has a number stated."
    half = Chat(("My prediction is 1.00.", None), ("Hm.", None))
    assert paraphrase(half, first(LEAF, "Hm."), wordings=2).verdict.startswith("Unsteady: 1 of 2")


def test_a_result_can_be_read():
    found = paraphrase(Chat((YES, 0.9), (NO, 0.6)), first(probability=0.7), wordings=2)
    assert repr(found) == f"Paraphrase({found.verdict})"
    lines = str(found).splitlines()
    assert lines[0] == found.verdict
    assert [line.split("  ")[-1] for line in lines[1:]] == [
        found.first.question.text, *(a.question.text for a in found.answers)
    ]  # fmt: skip
    assert "promoter 0.70" in lines[1]
    frame = found.to_frame()
    assert frame["stated"].tolist() == ["promoter", "promoter", "not a promoter"]
    assert frame["probability"].tolist() == [0.7, 0.9, 0.6]
    assert frame["unseen"].tolist() == [None, True, False]
    markup = found._repr_html_()
    assert "&lt;DNA&gt;" in markup
    assert "<DNA>" not in markup


def test_what_cannot_be_paraphrased_is_refused():
    chat, answer = Chat((YES, 0.9)), first()
    with pytest.raises(OutOfScopeError, match="outside the tasks"):
        paraphrase(chat, Answer("No.", Question("Will it rain?"), in_scope=False))
    with pytest.raises(AnswerError, match="task="):
        paraphrase(chat, dataclasses.replace(answer, task=None))
    with pytest.raises(UnknownTaskError):
        paraphrase(chat, dataclasses.replace(answer, task="promoter_tatta"))
    two = Question.of("Are <DNA> and <DNA> alike?", [SEQUENCE, SEQUENCE])
    with pytest.raises(PlaceholderError, match="2 sequences"):
        paraphrase(chat, dataclasses.replace(answer, question=two))
    with pytest.raises(ValueError, match="wordings=0"):
        paraphrase(chat, answer, wordings=0)
    assert chat.asked == []
