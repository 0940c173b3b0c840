"""Enhancers: does this sequence raise the transcription of a gene?"""

from chatnt.tasks.base import Task, Wordings

_DENIAL = r"\b(?:no(?! doubt)|not|none|nor|without|absent|lacks?|lacking|missing|devoid)\b|n't\b"
_DOUBT = r"\b(?:whether|if|sure|know|tell|unclear|uncertain)\b"

ENHANCERS = Task(
    name="enhancers",
    title="Human enhancers",
    kind="binary",
    labels=("not an enhancer", "enhancer"),
    length=200,
    window="200 bases of an enhancer, or of human chromatin that is none",
    species="human",
    metric="mcc",
    either_strand=True,
    source=(
        "Liu et al. 2016, iEnhancer-2L, Bioinformatics 32:362; "
        "Liu et al. 2018, iEnhancer-EL, Bioinformatics 34:3835"
    ),
    questions=Wordings(
        train=(
            "Is there any enhancer in <DNA>?",
            "Is there a human enhancer in <DNA>?",
            "Is an enhancer present in <DNA>?",
            "Does <DNA> contain an enhancer?",
            "Does this human sequence <DNA> contain an enhancer?",
            "Does the sequence <DNA> have an enhancer element?",
            "Does this DNA act as an enhancer: <DNA>?",
            "Does <DNA> have enhancer activity in human cells?",
            "Can you tell whether <DNA> has an enhancer?",
            "Can you tell me if an enhancer is found in <DNA>?",
            "Can you find an enhancer in <DNA>?",
            "Would you call <DNA> an enhancer?",
            "Do you see an enhancer in the human sequence <DNA>?",
            "Do you detect any enhancer element within <DNA>?",
            "Has the sequence <DNA> got an enhancer?",
            "Is <DNA> a human enhancer?",
            "Is the following human DNA an enhancer? <DNA>",
            "Is the 200-base sequence <DNA> an enhancer or not?",
            "Are there signs of an enhancer in <DNA>?",
            "Please decide whether <DNA> is an enhancer.",
            "Please tell me whether this sequence contains an enhancer: <DNA>.",
            "Tell me if <DNA> carries an enhancer.",
            "Check <DNA> for an enhancer.",
            "Determine whether the human sequence <DNA> has an enhancer.",
            "<DNA> Is this an enhancer?",
            "Here is a human sequence: <DNA>. Does it contain an enhancer?",
            "Look at <DNA>. Could it be an enhancer?",
            "I have the sequence <DNA>. Is an enhancer element present?",
            "Could the DNA <DNA> be an enhancer of a human gene?",
            "Given <DNA>, would you say that it is an enhancer?",
            "Could <DNA> work as an enhancer in human cells?",
            "Which is it: is <DNA> an enhancer or not an enhancer?",
        ),
        test=(
            "Is there an enhancer in <DNA>?",
            "Does <DNA> have an enhancer?",
            "Is a human enhancer present in the sequence <DNA>?",
            "Can you tell me whether <DNA> contains an enhancer element?",
            "Could <DNA> be a human enhancer?",
            "Please check if there is an enhancer in <DNA>.",
            "Do you find an enhancer in this DNA: <DNA>?",
            "Would you say that the sequence <DNA> has an enhancer?",
            "Tell me whether <DNA> is an enhancer.",
            "Look at the human DNA <DNA>. Is there an enhancer element?",
            "Given the 200-base sequence <DNA>, decide if it is an enhancer.",
            "<DNA> Does this sequence act as an enhancer?",
            "Is the human DNA <DNA> an enhancer?",
            "Has <DNA> any enhancer activity?",
        ),
    ),
    answers={
        "not an enhancer": Wordings(
            train=(
                "No, there is no enhancer in this sequence.",
                "No, this sequence does not contain an enhancer.",
                "No, the sequence is not an enhancer.",
                "No, I do not find an enhancer here.",
                "No, an enhancer is not present.",
                "No, an enhancer element is absent from this sequence.",
                "No, this DNA has no enhancer.",
                "No, it does not look like an enhancer.",
                "No, I see no signs of an enhancer in it.",
                "No, it does not act as an enhancer.",
            ),
            test=(
                "No, there is no enhancer element in this DNA.",
                "No, the sequence does not have an enhancer.",
                "No, this is not an enhancer.",
                "No, I do not see an enhancer here.",
                "No, it contains no enhancer.",
            ),
        ),
        "enhancer": Wordings(
            train=(
                "Yes, there is an enhancer in this sequence.",
                "Yes, this sequence contains an enhancer.",
                "Yes, the sequence is an enhancer.",
                "Yes, I find an enhancer here.",
                "Yes, an enhancer is present.",
                "Yes, an enhancer element is found in this sequence.",
                "Yes, this DNA has an enhancer.",
                "Yes, it looks like an enhancer.",
                "Yes, I see signs of an enhancer in it.",
                "Yes, it acts as an enhancer.",
            ),
            test=(
                "Yes, there is an enhancer element in this DNA.",
                "Yes, the sequence has an enhancer.",
                "Yes, this is an enhancer.",
                "Yes, I see an enhancer here.",
                "Yes, it contains an enhancer.",
            ),
        ),
    },
    patterns={
        "not an enhancer": rf"^(?!.*{_DOUBT}).*(?:{_DENIAL})",
        "enhancer": rf"^(?!.*{_DOUBT})(?:yes\b|(?!.*(?:{_DENIAL})).*\benhancers?\b)",
    },
    caption=("enhancer", {"enhancer": "present", "not an enhancer": "absent"}),
)

TASKS = (ENHANCERS,)
