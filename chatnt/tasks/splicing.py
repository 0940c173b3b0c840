"""Splicing: where introns begin and end."""

from collections.abc import Sequence

from chatnt.tasks.base import Task, Wordings
from chatnt.tasks.chatnt_benchmark import Bars
from chatnt.tasks.language import (
    ABSENT,
    IDENTITY_QUESTIONS,
    PRESENCE_QUESTIONS,
    PRESENT,
    fill,
    wordings,
    yes_no_patterns,
)
from chatnt.tasks.nt_benchmark import Scores, original
from chatnt.tasks.record import Record

# A site counts as stated when nothing denies it between the start of its clause and its name, so
# that "a donor, not an acceptor" states a donor and "no donor and no acceptor" states neither.
_DENIAL = r"\b(?:no|not|nor|neither|none|never|without|lacks?|lacking|than|instead|cannot|whether|if)\b|n't\b"
_STATED = rf"(?:^|[.,;:]|\bbut\b)(?:(?!{_DENIAL}|[.,;:]).)*"
_DONOR, _ACCEPTOR = r"\b(?:donors?\b|5' splice)", r"\b(?:acceptors?\b|3' splice)"
_NO = r"(?:\b(?:no|not|without|lacks?|lacking)\b|n't\b)(?:(?!\b(?:know|sure|whether|if)\b)[^.,;:])*"
_NO_SITE = rf"{_NO}\b(?<!donor )(?<!acceptor )(?:splice|splicing) (?:sites?|junctions?)"
_NO_DONOR_OR_ACCEPTOR = rf"{_NO}\b(?:donor|acceptor)\b[^.,;:]*\b(?:or|nor|no)\b[^.,;:]*\b(?:donor|acceptor)\b"

_WHICH = (
    "Which {site} is in <DNA>: {choice}?",
    "Which {site} is in the {dna} <DNA>?",
    "Which {site} does <DNA> contain?",
    "Which {site} does the {dna} <DNA> have, if any?",
    "Which {site} do you see in <DNA>, {choice}?",
    "Which is it, {choice}: <DNA>?",
    "What is in the middle of <DNA>: {choice}?",
    "What {site} does the {dna} <DNA> contain, if any?",
    "What {site} is found in <DNA>?",
    "What kind of {site} is present in <DNA>?",
    "What kind of {site} do you see in the {dna} <DNA>, if any?",
    "What type of {site} is in <DNA>, {choice}?",
    "What type of {site} lies in the middle of the {dna} <DNA>?",
    "Is there a {site} in <DNA>, and if so, is it a donor or an acceptor?",
    "Is <DNA> {choice}?",
    "Is the {dna} <DNA> {choice}?",
    "Is it {choice} that the {dna} <DNA> contains?",
    "Does <DNA> hold {choice}?",
    "Does this {dna} <DNA> have {choice}?",
    "Can you tell if <DNA> has {choice}?",
    "Can you tell me which {site} is present in <DNA>?",
    "Can you say which type of {site} the {dna} <DNA> has?",
    "Do you see {choice} in the {dna} <DNA>?",
    "Please classify the {site} in <DNA>: {choice}.",
    "Please say if <DNA> contains {choice}.",
    "Please name the {site} in the {dna} <DNA>, if any.",
    "Tell me which type of {site} lies in <DNA>.",
    "Determine whether <DNA> is {choice}.",
    "Check the middle of <DNA> for a {site}: {choice}?",
    "Classify the {dna} <DNA> as {choice}.",
    "Here is the {dna} <DNA>. Which {site} does it contain?",
    "Look at <DNA>. Is it {choice}?",
    "<DNA> Is this {choice}?",
    "<DNA> Which kind of {site} is it, if any?",
    "<DNA> What {site} do you see in this {dna}?",
    "Given the {dna} <DNA>, what {site} is in the middle?",
    "Given <DNA>, would you say that it holds {choice}?",
    "Would you call <DNA> {choice}?",
    "{choice!}: what is <DNA>?",
    "{choice!}: which one is in the {dna} <DNA>?",
)
_SITE = {
    "site": ("splice site", "splicing site"),
    "choice": (
        "a donor, an acceptor or neither",
        "a splice donor, a splice acceptor or none",
        "a donor site, an acceptor site or no splice site",
        "an acceptor, a donor or none of them",
    ),
    # Not "a donor" alone, which the tasks of one kind of site ask, and answer with yes or no.
    "a": ("a donor or an acceptor", "a splice donor or acceptor", "a splice site"),
    "thing": ("splice site", "splicing site"),
    "dna": ("human sequence", "human DNA", "400-base sequence"),
}  # fmt: skip

SPLICE_SITES_ALL = Task(
    name="splice_sites_all",
    title="Splice donors and acceptors of human genes",
    kind="multiclass",
    labels=("acceptor", "donor", "neither"),
    length=400,
    window="400 bases, the exon-intron border in the middle",
    species="human",
    metric="mcc",
    either_strand=False,
    source=(
        "Ensembl GRCh38; Wang et al. 2019, SpliceFinder, BMC Bioinformatics 20:652; "
        "split of GUE, Zhou et al. 2024, DNABERT-2"
    ),
    questions=Wordings(
        train=fill((*_WHICH, *PRESENCE_QUESTIONS.train, *IDENTITY_QUESTIONS.train), _SITE),
        test=(
            "Does <DNA> show a donor site, an acceptor site or none of these?",
            "Is the border in the middle of <DNA> a donor, an acceptor or neither?",
            "What splice site does <DNA> contain: a donor, an acceptor or neither?",
            "Does <DNA> contain a splice donor, a splice acceptor or none?",
            "Which type of splice site is present in the human sequence <DNA>?",
            "Please tell me whether <DNA> is a donor or an acceptor site.",
            "Can you classify <DNA> as a donor, an acceptor or no splice site?",
            "Look at the human DNA <DNA>. What kind of splice site does it have?",
            "Tell me if there is a donor or an acceptor in <DNA>.",
            "<DNA> Which splice site does this sequence hold, if any?",
            "Is any splice site, donor or acceptor, found in <DNA>?",
            "Does the middle of <DNA> contain a donor or an acceptor?",
            "Can you tell which splice site lies in <DNA>, a donor, an acceptor or none?",
            "Say which splice site, donor or acceptor, the sequence <DNA> has, or that it has none.",
        ),
    ),
    answers={
        "acceptor": Wordings(
            train=(
                "Acceptor: there is an acceptor splice site in this sequence.",
                "Acceptor, this sequence contains an acceptor splice site.",
                "An acceptor splice site is present in this sequence.",
                "An acceptor site is found in the middle of the sequence.",
                "An acceptor: the site in the middle is a splice acceptor.",
                "Acceptor, the end of an intron lies in the middle.",
                "An acceptor splice site, not a donor.",
                "Acceptor: this DNA holds a splice acceptor and no donor.",
                "An acceptor, the sequence contains the end of an intron.",
                "Acceptor splice site.",
            ),
            test=(
                "An acceptor site is present in this DNA.",
                "Acceptor: the sequence contains an acceptor site, not a donor.",
                "An acceptor splice site lies in the middle.",
                "Acceptor, an intron ends in the middle of this sequence.",
                "An acceptor: this sequence holds a splice acceptor.",
                "An acceptor site: an intron ends here.",
                "Acceptor: I see the end of an intron in this DNA.",
                "An acceptor, I find no donor in this sequence.",
            ),
        ),
        "donor": Wordings(
            train=(
                "Donor: there is a donor splice site in this sequence.",
                "Donor, this sequence contains a donor splice site.",
                "A donor splice site is present in this sequence.",
                "A donor site is found in the middle of the sequence.",
                "A donor: the site in the middle is a splice donor.",
                "Donor, the start of an intron lies in the middle.",
                "A donor splice site, not an acceptor.",
                "Donor: this DNA holds a splice donor and no acceptor.",
                "A donor, the sequence contains the start of an intron.",
                "Donor splice site.",
            ),
            test=(
                "A donor site is present in this DNA.",
                "Donor: the sequence contains a donor site, not an acceptor.",
                "A donor splice site lies in the middle.",
                "Donor, an intron starts in the middle of this sequence.",
                "A donor: this sequence holds a splice donor.",
                "A donor site: an intron starts here.",
                "Donor: I see the start of an intron in this DNA.",
                "A donor, I find no acceptor in this sequence.",
            ),
        ),
        "neither": Wordings(
            train=(
                "Neither: there is no splice site in this sequence.",
                "Neither, this sequence contains no donor and no acceptor.",
                "Neither a donor nor an acceptor splice site is present.",
                "Neither a donor nor an acceptor is found in the middle of the sequence.",
                "No splice site is present in this sequence.",
                "No splice site, this DNA holds no donor and no acceptor.",
                "No splice site is found in the middle.",
                "Neither: the sequence does not contain a splice site.",
                "Neither, no intron starts or ends in the middle.",
                "Neither donor nor acceptor.",
            ),
            test=(
                "Neither: this DNA contains no splice site.",
                "No splice site lies in the middle of this sequence.",
                "Neither a donor nor an acceptor site is present in this sequence.",
                "Neither, there is no donor and no acceptor.",
                "No splice site: the sequence holds neither a donor nor an acceptor.",
                "Neither: no intron starts or ends here.",
                "Neither: I see no border of an intron in this DNA.",
                "No splice site, I find no donor and no acceptor in this sequence.",
            ),
        ),
    },
    patterns={
        "acceptor": f"{_STATED}{_ACCEPTOR}",
        "donor": f"{_STATED}{_DONOR}",
        "neither": rf"\bneither\b|^none\b|{_NO_SITE}|{_NO_DONOR_OR_ACCEPTOR}",
    },
    caption=("splice site", {"donor": "donor", "acceptor": "acceptor", "neither": "none"}),
    record=original(
        "splice_sites_all",
        "RNA splicing",
        counts=(27000, 3000),
        scores=Scores(0.97, Bars(0.975, 0.983), printed=0.98),
        citation="Wang et al. 2019, SpliceFinder, BMC Bioinformatics 20:652",
        notes=(
            "The ChatNT paper says multispecies; the sequences of SpliceFinder are human.",
            "GUE holds a later, harder version of the data (its negatives are false sites with the right two "
            "bases) with other counts: 36496 to train.",
            "The order of the classes is that of GUE; for the file of the hub it was not verified.",
        ),
    ),
)

# Blocks: those of PRESENCE_QUESTIONS, and {border} what an intron does at the site.
_SITE_QUESTIONS = Wordings(
    train=(
        *PRESENCE_QUESTIONS.train,
        "Is there {a} in the middle of <DNA>?",
        "Is {a} in the middle of the {dna} <DNA>?",
        "Does the middle of <DNA> hold {a}?",
        "Do you see {a} in the middle of <DNA>?",
        "Does an intron {border} in the middle of <DNA>?",
        "Can you tell if an intron {border}s in the {dna} <DNA>?",
        "Please check the middle of <DNA> for {a}.",
        "Look at the middle of <DNA>. Is {a} there?",
        "<DNA> Does an intron {border} here?",
    ),
    test=(
        *PRESENCE_QUESTIONS.test,
        "Does the middle of <DNA> show {a}?",
        "Is the middle of <DNA> {a}?",
        "Could an intron {border} in the middle of <DNA>?",
        "Look at the middle of the {dna} <DNA>. Does an intron {border} there?",
        "<DNA> Do you find {a} in the middle?",
    ),
)
_NOT_SITE = Wordings(
    train=(*ABSENT.train, "No, no intron {border}s in the middle of this sequence."),
    test=(*ABSENT.test, "No, the site in the middle is not {a}."),
)
_A_SITE = Wordings(
    train=(*PRESENT.train, "Yes, an intron {border}s in the middle of this sequence."),
    test=(*PRESENT.test, "Yes, the site in the middle is {a}."),
)
_SPLICEATOR = "Scalzitti et al. 2021, Spliceator, BMC Bioinformatics 22:561"


def splice_site(site: str, dna: Sequence[str], record: Record) -> Task:
    """Return a task that tells donors, or acceptors, from other DNA.

    The caller replaces what belongs to a data set: here it is that of Spliceator.

    Parameters
    ----------
    site
        ``"donor"`` or ``"acceptor"``.
    dna
        What questions call the sequence, for example ``("genomic DNA",)``.
    record
        Its catalogue entry.
    """
    article = "an" if site == "acceptor" else "a"
    absent, present = f"not {article} {site} site", f"{site} site"
    border = "start" if site == "donor" else "end"
    said = {"a": f"{article} {site} splice site", "thing": f"{site} splice site", "border": border}
    stated = rf"{_DONOR if site == 'donor' else _ACCEPTOR}|\bintrons? {border}"
    return Task(
        name=f"splice_sites_{site}s",
        title=f"Splice {site}s of many species",
        kind="binary",
        labels=(absent, present),
        length=600,
        window="600 bases, the exon-intron border in the middle",
        species="eukaryotes (more than 100)",
        metric="mcc",
        either_strand=False,
        source=_SPLICEATOR,
        questions=wordings(
            _SITE_QUESTIONS,
            a=(f"{article} {site} splice site", f"a splice {site}", f"{article} {site} site"),
            thing=(f"{site} splice site", f"splice {site}"),
            border=border,
            dna=dna,
        ),
        answers={absent: wordings(_NOT_SITE, **said), present: wordings(_A_SITE, **said)},
        patterns=yes_no_patterns(absent, present, stated, denied=r"\bneither\b"),
        caption=(f"splice {site}", {present: "present", absent: "absent"}),
        record=record,
    )


_NOTES = (
    "The counts come from a secondary source; for the donors, the sizes of the hub's files agree with them.",
    "A folder of data may hold a stand-in of 400 bases made of the data of splice_sites_all.",
)
_DNA = ("eukaryotic sequence", "eukaryotic DNA", "genomic DNA")

SPLICE_SITES_DONORS = splice_site(
    "donor",
    _DNA,
    original(
        "splice_sites_donors",
        "RNA splicing",
        counts=(19775, 2198),
        scores=Scores(0.97, Bars(0.972, 0.969)),
        citation=_SPLICEATOR,
        notes=_NOTES,
    ),
)
SPLICE_SITES_ACCEPTORS = splice_site(
    "acceptor",
    _DNA,
    original(
        "splice_sites_acceptors",
        "RNA splicing",
        counts=(19961, 2218),
        scores=Scores(0.97, Bars(0.969, 0.964)),
        citation=_SPLICEATOR,
        notes=_NOTES,
    ),
)

TASKS = (SPLICE_SITES_ALL, SPLICE_SITES_DONORS, SPLICE_SITES_ACCEPTORS)
