"""What an encoder says of a sequence as a whole, and whether that is like what it says of others."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from chatnt.conversation import PLACEHOLDER, Question, Turn
from chatnt.engine import Engine
from chatnt.sequence import DNA, as_dna
from chatnt.tasks.clouds import LEAST, RANDOM
from chatnt.tasks.likeness import Likeness, random_sequences, some_sequences
from chatnt.tasks.sources import Example
from chatnt.weights import fingerprint

MOST = 1000
"""Sequences of each task that are encoded."""

_RANDOM_SEQUENCES = 150  # of each length: what an encoder says of random bases hangs on how many they are


@torch.inference_mode()
def embed(
    engine: Engine, sequences: Sequence[DNA | str], *, batch_size: int = 32, progress: bool = False
) -> NDArray[np.float32]:
    """Return the mean of what the encoder gives for all positions of a sequence.

    Parameters
    ----------
    engine
        Whose encoder; no question is asked.
    sequences
        As `DNA` or letters.
    batch_size
        Sequences at a time; those of similar length go together.
    progress
        Show a bar with the time left.

    Returns
    -------
    ndarray
        Of shape (sequences, dim), `dim` being the encoder's; in the order of `sequences`.

    Raises
    ------
    SequenceTooLongError
        If a sequence is longer than the encoder reads.
    """
    given = [as_dna(sequence) for sequence in sequences]
    found = np.empty((len(given), engine.model.config.resampler_config.dna_dim), np.float32)
    order = sorted(range(len(given)), key=lambda i: len(given[i]))
    with tqdm(total=len(given), unit="sequence", disable=not progress) as bar:
        for start in range(0, len(given), batch_size):
            rows = order[start : start + batch_size]
            found[rows] = _vectors(engine, [given[i] for i in rows])
            bar.update(len(rows))
    return found


def fit_likeness(
    examples: Mapping[str, Sequence[Example]],
    engine: Engine | None = None,
    *,
    held: Mapping[str, Sequence[Example]] | None = None,
    most: int = MOST,
    seed: int = 0,
    progress: bool = False,
) -> Likeness:
    """Describe the sequences that each task was learned from, also as the encoder sees them.

    Parameters
    ----------
    examples
        Training sequences by the name of the task.
    engine
        Whose encoder. Default: sequences are described by their letters alone.
    held
        Sequences that the encoder was not trained on, such as validation ones: it knows the others
        too well to tell what is rare among new ones. Tasks with fewer than 50 do without.
    most
        Sequences of each task that are encoded, of either kind.
    seed
        Chooses sequences, and makes random ones.
    progress
        Show a bar with the time left.

    Raises
    ------
    DataError
        If a task has fewer than 50 sequences, or the encoder gives numbers that are not finite.
    SequenceTooLongError
        If one is longer than the encoder reads.
    """
    likeness = Likeness.fit(examples, seed=seed)
    if engine is None:
        return likeness
    texts = {name: some_sequences(rows, most, seed) for name, rows in examples.items()}
    aside = {name: some_sequences(rows, most, seed) for name, rows in (held or {}).items()}
    aside = {name: some for name, some in aside.items() if len(some) >= LEAST and name in texts}
    for length in _typical([len(sorted(some, key=len)[len(some) // 2]) for some in texts.values()]):
        texts[f"{RANDOM}, {length}"] = random_sequences([length] * _RANDOM_SEQUENCES, seed)
    # Tasks share sequences, and each is encoded once.
    known = sorted({text for part in (texts, aside) for some in part.values() for text in some})
    vectors = embed(engine, known, progress=progress)
    at = {text: i for i, text in enumerate(known)}
    encoded, held_out = (
        {name: vectors[[at[text] for text in some]] for name, some in part.items()} for part in (texts, aside)
    )
    return likeness.with_view(encoded, fingerprint(engine.model), held=held_out, seed=seed)


def _vectors(engine: Engine, sequences: Sequence[DNA]) -> NDArray[np.float32]:
    encoded = engine.encode_each([[Turn(Question(PLACEHOLDER, (dna,)))] for dna in sequences])
    return encoded.means().numpy() if encoded is not None else np.empty((0, 0), np.float32)


def _typical(lengths: Sequence[int]) -> list[int]:
    """Return some of the lengths, so that each of the others is at most a fifth longer than one."""
    kept: list[int] = []
    for length in sorted(lengths):
        if not kept or length > 1.2 * kept[-1]:
            kept.append(length)
    return kept
