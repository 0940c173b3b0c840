"""The tokens of answers behind a prompt."""

from chatnt.conversation import Question, Turn
from chatnt.tails import KnownTails, Tails
from tests.tiny import tiny_pair

TURNS = [Turn(Question.of("Is there a TATA promoter in <DNA>?", "ACGTTGCA"))]


def test_answers_behind_a_prompt_have_their_end_mark():
    _, processor = tiny_pair()
    tails = Tails.of(processor, TURNS, ["Yes.", "No, there is none.", ""])
    assert tails is not None
    assert [processor.decode(row) for row in tails.rows()] == ["Yes.", "No, there is none.", ""]
    assert [row[-1] for row in tails.rows()] == [processor.tokenizer.eos_token_id] * 3
    assert tails.mask.sum(1).tolist() == [len(row) for row in tails.rows()]
    moved = tails.to(tails.ids.device)
    assert moved.rows() == tails.rows()


def test_they_are_made_once(monkeypatch):
    _, processor = tiny_pair()
    made = []
    real = Tails.of
    monkeypatch.setattr(Tails, "of", lambda *given: made.append(given[2]) or real(*given))
    known = KnownTails(processor)
    first = known.of(TURNS, ["Yes.", "No."])
    other = [Turn(Question.of("Which?", []))]
    assert known.of(other, ["Yes.", "No."]) is first
    assert known.of(TURNS, ["No.", "Yes."]).rows() == first.rows()[::-1]
    for i in range(200):
        known.of(TURNS, [str(i)])
    assert known.of(TURNS, ["Yes.", "No."]).rows() == first.rows()
    assert len(made) == 203  # once more after there were too many to keep
