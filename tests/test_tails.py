"""The tokens of answers behind a prompt."""

from chatnt.conversation import Question, Turn
from chatnt.tails import Tails
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
