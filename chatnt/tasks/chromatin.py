"""Human chromatin: which marks it carries, whether it is open, whether its DNA is methylated."""

import dataclasses

from chatnt.tasks.base import Task, Wordings
from chatnt.tasks.chatnt_benchmark import (
    INSTRUCTIONS,
    METRIC_UNREAD,
    UNCOUNTED,
    Bars,
    figure_4a,
    instructions,
)
from chatnt.tasks.language import wordings, yes_no_patterns
from chatnt.tasks.record import Record

# Blocks: {subject} with the sequence ("the CpG site in <DNA>"), {state} that it is in ("methylated in
# HUES64 cells"), {bare} the state without the {cells}, {sign} of the state ("CpG methylation in HUES64
# cells"), {dna} what the sequence is. In answers, {state} and {sign} are without the cells.
_QUESTIONS = Wordings(
    train=(
        "Is {subject} {state}?",
        "Is {subject} {state} or not?",
        "Would you say that {subject} is {state}?",
        "Would you call {subject} {state}?",
        "Do you think that {subject} is {state}?",
        "Do you expect {subject} to be {state}?",
        "Can you tell if {subject} is {state}?",
        "Can you predict whether {subject} is {state}?",
        "Could you check if {subject} is {state}?",
        "Could {subject} be {state}?",
        "Might {subject} be {state}?",
        "Please decide whether {subject} is {state}.",
        "Please tell me if {subject} is {state}.",
        "Determine if {subject} is {state}.",
        "Determine whether {subject} is {state} or not.",
        "Check if {subject} is {state}.",
        "Decide whether {subject} is {state}.",
        "Tell me if {subject} is {state}.",
        "Find out whether {subject} is {state}.",
        "Examine <DNA>. Is it {state}?",
        "<DNA> Is this sequence {state}?",
        "<DNA> Would you call this {state}?",
        "Here is a {dna}: <DNA>. Is it {state}?",
        "I have the {dna} <DNA>. Is it {state}?",
        "Given <DNA>, do you think that it is {state}?",
        "In {cells} cells, would {subject} be {bare}?",
        "Does <DNA> show {sign}?",
        "Does the {dna} <DNA> have {sign}?",
        "<DNA> Does it show {sign}?",
        "In <DNA>, is there {sign}?",
        "In the {dna} <DNA>, do you see {sign}?",
    ),
    test=(
        "Is it true that {subject} is {state}?",
        "Can you tell me whether {subject} is {state}?",
        "Could it be that {subject} is {state}?",
        "Do you believe that {subject} is {state}?",
        "Please check whether {subject} is {state}.",
        "Please say if {subject} is {state} or not.",
        "Tell me whether {subject} is {state}.",
        "Predict if {subject} is {state}.",
        "<DNA> Is this {dna} {state}?",
        "Look at the {dna} <DNA>. Is it {state}?",
        "Given the {dna} <DNA>, decide if it is {state}.",
        "In {cells} cells, is {subject} {bare}?",
        "Does the sequence <DNA> show {sign}?",
        "Looking at <DNA>, do you find {sign}?",
    ),
)
_NO = Wordings(
    train=(
        "No, this sequence is not {state}.",
        "No, it is not {state}.",
        "No, I do not think that it is {state}.",
        "No, this DNA does not look {state}.",
        "No, there is no {sign} in this sequence.",
        "No, I see no signs of {sign} in it.",
        "No, this sequence shows no {sign}.",
        "No, the sequence lacks {sign}.",
        "No, I predict no {sign} here.",
        "No, {sign} is absent.",
    ),
    test=(
        "No, this DNA is not {state}.",
        "No, I do not expect it to be {state}.",
        "No, the sequence does not seem {state}.",
        "No, there is no {sign} here.",
        "No, I do not find {sign} in it.",
        "No, it has no {sign}.",
        "No, I cannot detect {sign}.",
        "No, this sequence displays no {sign}.",
    ),
)
_YES = Wordings(
    train=(
        "Yes, this sequence is {state}.",
        "Yes, it is {state}.",
        "Yes, I think that it is {state}.",
        "Yes, this DNA looks {state}.",
        "Yes, there is {sign} in this sequence.",
        "Yes, I see signs of {sign} in it.",
        "Yes, this sequence shows {sign}.",
        "Yes, the sequence has {sign}.",
        "Yes, I predict {sign} here.",
        "Yes, {sign} is present.",
    ),
    test=(
        "Yes, this DNA is {state}.",
        "Yes, I expect it to be {state}.",
        "Yes, the sequence seems {state}.",
        "Yes, there is {sign} here.",
        "Yes, I find {sign} in it.",
        "Yes, it has {sign}.",
        "Yes, I can detect {sign}.",
        "Yes, this sequence displays {sign}.",
    ),
)


@dataclasses.dataclass(frozen=True)
class _Feature:
    """Hold the words for a feature of chromatin.

    Parameters
    ----------
    cells
        Whose chromatin it is.
    states
        What a sequence with the feature is.
    sign
        What it shows.
    subjects
        What is in that state.
    labels
        Of sequences without and with the feature.
    """

    cells: str
    states: tuple[str, ...]
    sign: str
    subjects: tuple[str, ...]
    labels: tuple[str, str]


def _questions(feature: _Feature) -> Wordings:
    return wordings(
        _QUESTIONS,
        subject=feature.subjects,
        state=[f"{state} in {feature.cells} cells" for state in feature.states],
        bare=feature.states,
        sign=f"{feature.sign} in {feature.cells} cells",
        cells=feature.cells,
        dna=("human sequence", "human DNA sequence"),
    )


def _answers(feature: _Feature) -> dict[str, Wordings]:
    said = {"state": feature.states[0], "sign": feature.sign}
    absent, present = feature.labels
    return {absent: wordings(_NO, **said), present: wordings(_YES, **said)}


def _patterns(feature: _Feature) -> dict[str, str]:
    named = "|".join(rf"\b{word.lower()}\b" for word in (*feature.states, feature.sign))
    return yes_no_patterns(*feature.labels, named, r"\b(?:closed|un(?:methylated|marked))\b")


_BEND = "Marin et al. 2024, BEND: Benchmarking DNA Language Models on Biologically Meaningful Tasks, ICLR"
_ENCODE = "ENCODE Project Consortium 2012, Nature 489:57"
_BEND_FILES = (
    "BEND gives coordinates on GRCh38 (bed) and labels of many experiments (hdf5), not sequences: "
    "https://github.com/frederikkemarin/BEND."
)


def _mark(mark: str, bars: Bars) -> Task:
    feature = _Feature(
        cells="K562",
        states=(f"marked by {mark}", f"enriched in {mark}"),
        sign=f"{mark} enrichment",
        # Not "<DNA>" alone, which the tasks of the revised benchmark ask in the same words.
        subjects=("the human DNA <DNA>", "the human sequence <DNA>", "the chromatin of <DNA>"),
        labels=(f"no {mark}", mark),
    )
    return Task(
        name=f"{mark.lower()}_k562",
        title=f"Histone mark {mark} in human K562 cells",
        kind="binary",
        labels=feature.labels,
        length=512,
        window="512 bases of the human genome",
        species="human",
        metric="auroc",
        either_strand=True,
        source=f"ENCODE ChIP-seq; {_BEND}",
        questions=_questions(feature),
        answers=_answers(feature),
        patterns=_patterns(feature),
        caption=(f"{mark} in K562", dict(zip(feature.labels, ("absent", "present"), strict=True))),
        record=Record(
            benchmarks=("chatnt",),
            category="genomics",
            process="histone modification",
            train=None,
            test=None,
            baseline="DNABERT",
            published=figure_4a("auroc", "DNABERT", bars),
            citation=f"{_ENCODE}; {_BEND}",
            notes=(
                UNCOUNTED,
                "That the published numbers are AUROC is inferred from the baseline's study.",
                _BEND_FILES,
                f"No file on the hub is named here: of its id there only the mark {mark} was seen, which "
                "may also be that of a yeast task.",
            ),
        ),
    )


H3K4ME1_K562 = _mark("H3K4me1", Bars(0.684, 0.710))
H3K4ME3_K562 = _mark("H3K4me3", Bars(0.860, 0.900))
H3K27AC_K562 = _mark("H3K27ac", Bars(0.700, 0.758))

_METHYLATION = _Feature(
    cells="HUES64",
    states=("methylated",),
    sign="CpG methylation",
    subjects=("<DNA>", "the human sequence <DNA>", "the CpG site in <DNA>", "the CpG in the middle of <DNA>"),
    labels=("not methylated", "methylated"),
)

DNA_METHYLATION_HUES64 = Task(
    name="dna_methylation_hues64",
    title="DNA methylation in human HUES64 embryonic stem cells",
    kind="binary",
    labels=_METHYLATION.labels,
    length=512,
    window="512 bases around a CpG site",
    species="human",
    metric="auroc",
    either_strand=True,
    source=f"ENCODE whole-genome bisulfite sequencing; {_BEND}",
    questions=_questions(_METHYLATION),
    answers=_answers(_METHYLATION),
    patterns=_patterns(_METHYLATION),
    caption=("CpG methylation", {"methylated": "present", "not methylated": "absent"}),
    record=Record(
        benchmarks=("chatnt",),
        category="genomics",
        process="DNA methylation",
        train=None,
        test=None,
        baseline="DNABERT",
        published=figure_4a("auroc", "DNABERT", Bars(0.967, 0.959), (("ChatNT", 0.97),)),
        citation=f"{_ENCODE}; {_BEND}",
        hub=(instructions("human_dna_methylation_HUES64"),),
        notes=(UNCOUNTED, _BEND_FILES, INSTRUCTIONS),
    ),
)

_ACCESSIBILITY = _Feature(
    cells="HepG2",
    states=("accessible", "open"),
    sign="open chromatin",
    subjects=("<DNA>", "the human sequence <DNA>", "the chromatin of <DNA>"),
    labels=("closed", "accessible"),
)
_CHROMTRANSFER = "Salvatore et al. 2023, ChromTransfer, NAR Genom. Bioinform. 5:lqad026"

CHROMATIN_ACCESSIBILITY_HEPG2 = Task(
    name="chromatin_accessibility_hepg2",
    title="Accessible chromatin in human HepG2 liver cells",
    kind="binary",
    labels=_ACCESSIBILITY.labels,
    length=600,
    window="600 bases around a site that is hypersensitive to DNase I in some human cell type",
    species="human",
    metric="mcc",
    either_strand=True,
    source=f"ENCODE DNase-seq; {_CHROMTRANSFER}",
    questions=_questions(_ACCESSIBILITY),
    answers=_answers(_ACCESSIBILITY),
    patterns=_patterns(_ACCESSIBILITY),
    caption=("chromatin", {"accessible": "open", "closed": "closed"}),
    record=Record(
        benchmarks=("chatnt",),
        category="genomics",
        process="chromatin accessibility",
        train=None,
        test=None,
        baseline="ChromTransfer",
        published=figure_4a("not stated", "ChromTransfer", Bars(0.724, 0.790)),
        citation=_CHROMTRANSFER,
        hub=(instructions("human_chromatin_accessibility_HepG2"),),
        notes=(
            UNCOUNTED,
            METRIC_UNREAD,
            "The length and the window are those of ChromTransfer as remembered, not looked up.",
            INSTRUCTIONS,
        ),
    ),
)

TASKS = (
    H3K4ME1_K562,
    H3K4ME3_K562,
    H3K27AC_K562,
    DNA_METHYLATION_HUES64,
    CHROMATIN_ACCESSIBILITY_HEPG2,
)
