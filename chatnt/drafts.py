"""Guesses of how an answer goes on, from sentences that are likely to be written."""

from collections.abc import Iterable, Iterator, Sequence

_LONGEST = 3  # tokens that a guess is made from


class Drafts:
    """Guess the next tokens of an answer from those before, where all known sentences agree.

    A guess costs nothing if it is wrong, because a decoder that is handed it tells how far it holds;
    where it is right, its tokens are read in one pass and not one after the other (speculative decoding
    [1]_, with the sentences of the training data in place of a smaller model).

    Parameters
    ----------
    sentences
        The tokens of each whole answer, without its end mark.

    References
    ----------
    .. [1] Leviathan Y., Kalman M., Matias Y. Fast inference from transformers via speculative decoding.
       ICML 2023. https://arxiv.org/abs/2211.17192

    Examples
    --------
    >>> drafts = Drafts([[5, 6, 7, 8, 4], [5, 6, 9, 8, 4]])
    >>> drafts.after([]), drafts.after([5, 6]), drafts.after([5, 6, 9]), drafts.after([2, 2, 9])
    ([5, 6], [], [8, 4], [8, 4])
    """

    def __init__(self, sentences: Iterable[Sequence[int]] = ()) -> None:
        found: dict[tuple[int | None, ...], set[int]] = {}
        for sentence in sentences:
            for end, token in enumerate(sentence):
                for context in _contexts(sentence[:end]):
                    found.setdefault(context, set()).add(token)
        self._next = {context: min(tokens) for context, tokens in found.items() if len(tokens) == 1}
        self._seen = frozenset(found)

    def after(self, written: Sequence[int], most: int = 32) -> list[int]:
        """Return the tokens that follow for certain, as far as the sentences go; `most` of them at most."""
        guess: list[int] = []
        while len(guess) < most:
            known = next((c for c in _contexts([*written, *guess]) if c in self._seen), None)
            if known is None or known not in self._next:
                break
            guess.append(self._next[known])
        return guess


def _contexts(written: Sequence[int]) -> Iterator[tuple[int | None, ...]]:
    """Yield the last tokens, the most first; the beginning of an answer counts as one."""
    last = (None, *written)[-_LONGEST:]
    for start in range(len(last)):
        yield last[start:]
