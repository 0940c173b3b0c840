"""Sequences and attributions as arrays, as other packages take them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chatnt.attribution import Attribution
from chatnt.sequence import DNA

_BASES = "ACGT"


def one_hot(sequences: Sequence[DNA]) -> NDArray[np.float32]:
    """Return sequences as an array of shape (sequences, 4, bases of the longest), in the order A, C, G, T.

    Any other letter, and what a shorter sequence lacks, has four zeros.

    Examples
    --------
    >>> one_hot([DNA("AN")])[0].T
    array([[1., 0., 0., 0.],
           [0., 0., 0., 0.]], dtype=float32)
    """
    found = np.zeros((len(sequences), 4, max(map(len, sequences), default=0)), np.float32)
    for i, dna in enumerate(sequences):
        letters = np.frombuffer(str(dna).encode(), np.uint8)
        found[i, :, : len(dna)] = letters == np.frombuffer(_BASES.encode(), np.uint8)[:, None]
    return found


def attribution_arrays(
    attributions: Attribution | Sequence[Attribution], *, hypothetical: bool = False
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return bases and scores as the arrays that tangermeme and modisco-lite take.

    Parameters
    ----------
    attributions
        One or several; their sequences are all of one length.
    hypothetical
        Score also the bases that are not there, which in-silico mutagenesis knows: the change by each base,
        less the mean of the four, times 4/3, so that the score of the base that is there stays as it is.

    Returns
    -------
    one_hot, scores
        Each of shape (sequences, 4, bases), float32, in the order A, C, G, T; without `hypothetical` only the
        base that is there has a score. The command ``modisco motifs`` reads them as written by
        ``numpy.savez("ohe.npz", one_hot)`` and ``numpy.savez("shap.npz", scores)``; its function
        ``modiscolite.tfmodisco.TFMoDISco`` takes shape (sequences, bases, 4): give
        ``scores.transpose(0, 2, 1)``. ``tangermeme.seqlet.recursive_seqlets`` takes ``scores.sum(1)``.

    Raises
    ------
    ValueError
        If there is no attribution, lengths differ, or `hypothetical` is asked of another method.

    References
    ----------
    Shrikumar et al. 2018, Technical note on TF-MoDISco, arXiv:1811.00416 (hypothetical scores).

    Examples
    --------
    >>> letters, scores = chatnt.attribution_arrays(why)  # doctest: +SKIP
    >>> letters.shape, scores.shape  # doctest: +SKIP
    ((1, 4, 300), (1, 4, 300))
    """
    given = [attributions] if isinstance(attributions, Attribution) else list(attributions)
    sequences = [dna for why in given for dna in why.sequences]
    lengths = sorted({len(dna) for dna in sequences})
    if len(lengths) != 1:
        raise ValueError(
            f"The sequences have {', '.join(map(str, lengths)) or 'no'} bases, but an array holds sequences "
            "of one length; give attributions of such."
        )
    letters = one_hot(sequences)
    if not hypothetical:
        scores = np.stack([each for why in given for each in why.scores])
        return letters, letters * scores[:, None]
    without = sorted({why.method for why in given if why.tables is None or not why.signed})
    if without:
        raise ValueError(
            f"{', '.join(without)} has no scores of bases that are not there; give signed attributions by "
            "in_silico_mutagenesis, or leave hypothetical out."
        )
    tables = np.stack([each.T for why in given for each in why.tables or ()])
    return letters, (tables - tables.mean(1, keepdims=True)) * np.float32(4 / 3)
