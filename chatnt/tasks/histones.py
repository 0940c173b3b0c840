"""Histones: which proteins the DNA is wrapped around, and which marks these carry."""

from chatnt.tasks.base import Task, Wordings

_DENIAL = (
    r"\b(?:no(?! doubt)|not|none|nor|without|absent|lacks?|lacking|missing|devoid|depleted|free)\b|n't\b"
)
_DOUBT = r"\b(?:whether|if|sure|know|tell|unclear|uncertain)\b"

_QUESTIONS = Wordings(
    train=(
        "Is there an {h} signal in <DNA>?",
        "Is there any histone {h} in <DNA>?",
        "Is histone {h} present in <DNA>?",
        "Is a histone {h} signal found in the yeast sequence <DNA>?",
        "Is <DNA> occupied by histone {h}?",
        "Is the yeast DNA <DNA> bound by histone {h}?",
        "Is the 500-base yeast sequence <DNA> occupied by {h} or not?",
        "Is the following yeast DNA wrapped around histone {h}? <DNA>",
        "Does <DNA> show an {h} signal?",
        "Does <DNA> bind histone {h}?",
        "Does the sequence <DNA> have {h} occupancy in yeast?",
        "Does this yeast sequence <DNA> contain a histone {h} signal?",
        "Does histone {h} occupy <DNA>?",
        "Does <DNA> carry a nucleosome with histone {h}?",
        "Can you tell whether <DNA> has histone {h} occupancy?",
        "Can you tell me if histone {h} is found on <DNA>?",
        "Can you find a histone {h} signal in <DNA>?",
        "Would you call <DNA> occupied by histone {h}?",
        "Do you see an {h} signal in the yeast sequence <DNA>?",
        "Do you detect any {h} nucleosome on <DNA>?",
        "Has the sequence <DNA> got a histone {h} signal?",
        "Are there signs of histone {h} occupancy in <DNA>?",
        "Please decide whether <DNA> has an {h} signal.",
        "Please tell me whether this sequence is occupied by histone {h}: <DNA>.",
        "Tell me if <DNA> shows {h} occupancy.",
        "Check <DNA> for histone {h}.",
        "Determine whether the yeast sequence <DNA> is bound by {h}.",
        "<DNA> Is this sequence occupied by {h}?",
        "Here is a yeast sequence: <DNA>. Does it have an {h} signal?",
        "Look at <DNA>. Could it be occupied by histone {h}?",
        "I have the yeast sequence <DNA>. Is histone {h} present?",
        "Given <DNA>, would you say that it carries an {h} nucleosome in yeast?",
    ),
    test=(
        "Is there a histone {h} signal in <DNA>?",
        "Does <DNA> have an {h} signal?",
        "Is {h} occupancy found in the yeast sequence <DNA>?",
        "Can you tell me whether <DNA> is occupied by histone {h}?",
        "Could <DNA> be bound by histone {h} in yeast?",
        "Please check if there is an {h} nucleosome on <DNA>.",
        "Do you find histone {h} in this DNA: <DNA>?",
        "Would you say that the sequence <DNA> has {h} occupancy?",
        "Tell me whether <DNA> shows a histone {h} signal.",
        "Look at the yeast DNA <DNA>. Is there any {h} signal?",
        "Given the 500-base sequence <DNA>, decide if histone {h} is present.",
        "<DNA> Does this sequence bind {h}?",
        "Is the yeast sequence <DNA> wrapped around {h}?",
        "Has <DNA> any histone {h} occupancy?",
    ),
)

_ABSENT = Wordings(
    train=(
        "No, there is no histone {h} signal in this sequence.",
        "No, this sequence does not have an {h} signal.",
        "No, the sequence is not occupied by histone {h}.",
        "No, I do not find an {h} signal here.",
        "No, histone {h} is not present.",
        "No, the {h} signal is absent from this sequence.",
        "No, this DNA has no {h} occupancy.",
        "No, it does not look occupied by {h}.",
        "No, I see no signs of histone {h} in it.",
        "No, this DNA does not carry a nucleosome with {h}.",
    ),
    test=(
        "No, there is no {h} signal in this DNA.",
        "No, the sequence does not have histone {h} occupancy.",
        "No, this is not occupied by {h}.",
        "No, I do not see a histone {h} signal here.",
        "No, it has no histone {h} signal.",
    ),
)

_PRESENT = Wordings(
    train=(
        "Yes, there is a histone {h} signal in this sequence.",
        "Yes, this sequence has an {h} signal.",
        "Yes, the sequence is occupied by histone {h}.",
        "Yes, I find an {h} signal here.",
        "Yes, histone {h} is present.",
        "Yes, the {h} signal is found in this sequence.",
        "Yes, this DNA has {h} occupancy.",
        "Yes, it looks occupied by {h}.",
        "Yes, I see signs of histone {h} in it.",
        "Yes, this DNA carries a nucleosome with {h}.",
    ),
    test=(
        "Yes, there is an {h} signal in this DNA.",
        "Yes, the sequence has histone {h} occupancy.",
        "Yes, this is occupied by {h}.",
        "Yes, I see a histone {h} signal here.",
        "Yes, it has a histone {h} signal.",
    ),
)


def _fill(wordings: Wordings, histone: str) -> Wordings:
    return Wordings(
        train=tuple(sentence.format(h=histone) for sentence in wordings.train),
        test=tuple(sentence.format(h=histone) for sentence in wordings.test),
    )


def _occupancy(histone: str) -> Task:
    # H3 and H4 were measured in one experiment and are asked about in the same words, so that
    # only the name of the histone tells a model which of the two is meant.
    absent, present = f"no {histone} signal", f"{histone} signal"
    said = rf"\b{histone.lower()}\b|\b(?:occupied|bound|nucleosomes?|histones?)\b"
    return Task(
        name=histone.lower(),
        title=f"Histone {histone} in yeast",
        kind="binary",
        labels=(absent, present),
        length=500,
        window="500 bases around a probe of a genome-wide microarray",
        species="yeast",
        metric="mcc",
        either_strand=True,
        source=(
            "Pokholok et al. 2005, Cell 122:517; sequence sets of Pham et al. 2005; "
            "splits of Dalla-Torre et al. 2024, Nucleotide Transformer, and Zhou et al. 2024, DNABERT-2"
        ),
        questions=_fill(_QUESTIONS, histone),
        answers={absent: _fill(_ABSENT, histone), present: _fill(_PRESENT, histone)},
        patterns={
            absent: rf"^(?!.*{_DOUBT}).*(?:{_DENIAL})",
            present: rf"^(?!.*{_DOUBT})(?:yes\b|(?!.*(?:{_DENIAL})).*(?:{said}))",
        },
        caption=(f"histone {histone}", {present: "present", absent: "absent"}),
    )


H3 = _occupancy("H3")
H4 = _occupancy("H4")

TASKS = (H3, H4)
