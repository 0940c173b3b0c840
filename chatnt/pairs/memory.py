"""What an encoder is given before it learns: words to recall, and a reference."""

from collections import Counter
from collections.abc import Sequence

import torch
from torch import Tensor

from chatnt.dna_tokenizers import nucleotide_tokenizer
from chatnt.model.nucleotide_cnn import PAD, base_table
from chatnt.model.summaries import hashed_words
from chatnt.pairs.augmentation import Sample
from chatnt.pairs.families import Family
from chatnt.pairs.lesson import own_facts

MOST_PLACES = 12
"""A word that stands in more places than this is a repeat, and says nothing about one."""

ROWS = 500  # sequences hashed at a time


def remembered(family: Family, samples: Sequence[Sample]) -> tuple[Tensor, Tensor]:
    """Collect which words the training sequences of a family hold, and what is true of them.

    Parameters
    ----------
    family
        Its tasks are the facts, all of them binary.
    samples
        Its training sequences, and nothing else.

    Returns
    -------
    words : Tensor
        Of shape (words,), hashes in ascending order.
    facts : Tensor
        Of shape (words, 2, tasks), int8: sums over the sequences that hold the word, of +1 for a
        positive and -1 for a negative label, and of 1 for either.
    """
    held, truths, first = [], [], []
    for start in range(0, len(samples), ROWS):
        part = samples[start : start + ROWS]
        ids = nucleotide_ids([sequence for sequence, _ in part])
        hashes, kept = hashed_words(base_table()[ids], ids != PAD)
        own = own_facts(family, [known for _, known in part])
        held.append(hashes[kept])
        truths.append(own[:, None].expand(-1, hashes.shape[1], -1)[kept])
        first.append(_first_of_each(hashes, kept)[kept])
    hashes, own = torch.cat(held), torch.cat(truths)
    _, which, count = hashes.unique(return_inverse=True, return_counts=True)
    rare = count[which] <= MOST_PLACES
    words, which = hashes[rare].unique(return_inverse=True)
    # Once per sequence, or what a sequence takes out again would not be all it put in.
    own = own[rare] * torch.cat(first)[rare, None]
    facts = torch.zeros(len(words), 2, len(family.tasks))
    facts[:, 0].index_add_(0, which, own)
    facts[:, 1].index_add_(0, which, own.abs())
    return words, facts.to(torch.int8)


def _first_of_each(hashes: Tensor, kept: Tensor) -> Tensor:
    """Tell which kept words have not been kept before in their sequence: (sequences, words), bool."""
    ordered, places = hashes.masked_fill(~kept, -1).sort(stable=True)
    again = torch.zeros_like(kept)
    again[:, 1:] = ordered[:, 1:] == ordered[:, :-1]
    return kept & ~torch.zeros_like(kept).scatter(1, places, again)


def reference(sequences: Sequence[str]) -> Tensor:
    """Return the most frequent base at each place of variants of one sequence.

    Parameters
    ----------
    sequences
        Of one length.

    Returns
    -------
    Tensor
        Of shape (bases, 4), one-hot.

    Raises
    ------
    ValueError
        If the lengths differ.

    Examples
    --------
    >>> reference(["ACGT", "ACGA", "CCGT"]).argmax(-1).tolist()
    [0, 1, 2, 3]
    """
    lengths = sorted({len(sequence) for sequence in sequences})
    if len(lengths) != 1:
        raise ValueError(f"Variants of one reference have one length, not {lengths[:5]}.")
    usual = "".join(Counter(column).most_common(1)[0][0] for column in zip(*sequences, strict=True))
    return base_table()[nucleotide_ids([usual])[0]]


def nucleotide_ids(sequences: Sequence[str]) -> Tensor:
    """Return the ids of the letters, padded on the right: Tensor of shape (sequences, bases)."""
    return nucleotide_tokenizer()(list(sequences), padding=True, return_tensors="pt").input_ids
