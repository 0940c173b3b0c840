"""The tokenizers of the two encoders: 6-mers and single nucleotides."""

from itertools import product

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from chatnt.sequence import NUCLEOTIDES

KMER = 6
"""Bases per token of `kmer_tokenizer`."""

_SPECIAL = ("<unk>", "<pad>", "<mask>", "<cls>", "<eos>", "<bos>")
_BASES = "ATCG"  # not alphabetical: the order of the published vocabulary
_AMBIGUOUS_TO_N = str.maketrans(dict.fromkeys(NUCLEOTIDES[5:], "N"))


def kmer_tokenizer() -> PreTrainedTokenizerFast:
    """Return the 6-mer tokenizer of the Nucleotide Transformer v2.

    Bases are taken six at a time from the left, without overlap. ``N`` is
    always a token of its own and starts a new frame; fewer than six bases
    before it or at the end become single-base tokens. ``<cls>`` goes first and
    nothing goes last. Padding is on the right.

    Everything else is as in the published tokenizer too: only upper-case A, C,
    G, T and N are known, a run of anything else is one ``<unk>``, and white
    space is dropped but ends a frame. Pass sequences through `kmer_text` to
    have ambiguity codes read as N instead.

    Returns
    -------
    PreTrainedTokenizerFast
        With 4107 tokens. `model_max_length` is the trained limit of 2048
        tokens, which is 12,282 bases.

    References
    ----------
    Dalla-Torre et al. (2024), Nature Methods, "Nucleotide Transformer", Methods.

    Examples
    --------
    >>> tokenizer = kmer_tokenizer()
    >>> tokenizer("ATTNCCGATTAC").tokens()
    ['<cls>', 'A', 'T', 'T', 'N', 'CCGATT', 'A', 'C']
    """
    kmers = ["".join(bases) for bases in product(_BASES, repeat=KMER)]
    vocabulary = {token: i for i, token in enumerate([*_SPECIAL, *kmers, *_BASES, "N"])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\s+"), "removed"),
            pre_tokenizers.Split(Regex(r"[ACGT]{6}|[ACGTN]|[^ACGTN]+"), "isolated"),
        ]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<cls> $A", special_tokens=[("<cls>", vocabulary["<cls>"])]
    )
    tokenizer.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="<unk>",
        pad_token="<pad>",
        mask_token="<mask>",
        cls_token="<cls>",
        # Known tokens in a text, but nothing adds them: no `eos_token`, no `bos_token`.
        additional_special_tokens=["<eos>", "<bos>"],
        padding_side="right",
        truncation_side="right",
        model_max_length=2048,
        model_input_names=["input_ids", "attention_mask"],
        clean_up_tokenization_spaces=False,
    )


def kmer_text(sequence: str) -> str:
    """Replace every ambiguity code by N, which the 6-mer vocabulary knows.

    Parameters
    ----------
    sequence
        Upper-case letters of the IUPAC nucleotide code.

    Returns
    -------
    str
        As long as `sequence`, of A, C, G, T and N.

    Examples
    --------
    >>> kmer_text("ACGTRYACGT")
    'ACGTNNACGT'
    """
    return sequence.translate(_AMBIGUOUS_TO_N)


def nucleotide_tokenizer() -> PreTrainedTokenizerFast:
    """Return the tokenizer that gives one token per letter, for `NucleotideCNN`.

    The id of a letter is its index in `NUCLEOTIDES` plus one, the padding is 0,
    on the right. Nothing is added. Letters outside the IUPAC nucleotide code
    are read as N, so that positions stay those of the sequence.

    Returns
    -------
    PreTrainedTokenizerFast
        With 16 tokens.

    Examples
    --------
    >>> nucleotide_tokenizer()("ACGTN").input_ids
    [1, 2, 3, 4, 5]
    """
    vocabulary = {token: i for i, token in enumerate(["<pad>", *NUCLEOTIDES])}
    # BPE without merges splits into letters, four times as fast as a regular expression.
    tokenizer = Tokenizer(models.BPE(vocabulary, [], unk_token="N"))
    tokenizer.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        padding_side="right",
        truncation_side="right",
        model_input_names=["input_ids", "attention_mask"],
        clean_up_tokenization_spaces=False,
    )
