"""Guesses of how answers go on."""

import pytest

from chatnt.drafts import Drafts

YES, NO, THERE, IS, SOME, NONE, UNITS = range(10, 17)


@pytest.mark.parametrize(
    ("written", "guess"),
    [
        ([], []),  # the sentences begin in three ways
        ([YES], [THERE, IS, SOME]),
        ([NO], [THERE, IS, NONE]),
        ([5, THERE, IS], []),  # what comes before is not known, and after these two there are two ways
        ([5, 6, 4], [UNITS]),  # known from the last token alone
        ([5], []),
        ([YES, THERE, IS, SOME], []),
    ],
)
def test_a_guess_goes_on_as_long_as_the_sentences_agree(written, guess):
    drafts = Drafts([[YES, THERE, IS, SOME], [NO, THERE, IS, NONE], [3, 4, UNITS]])
    assert drafts.after(written) == guess


def test_a_guess_has_a_limit():
    assert Drafts([[1, 2, 3, 4]]).after([], 2) == [1, 2]
    assert Drafts([[1, 2, 3, 4]]).after([1], 0) == []
    assert Drafts([[7, 7, 7, 7, 7]]).after([7, 7, 7], 5) == [7] * 5  # and not forever


def test_nothing_known_is_nothing_guessed():
    assert Drafts().after([1, 2]) == []
