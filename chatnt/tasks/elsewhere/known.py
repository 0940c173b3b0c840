"""Questions that some tasks ask: they are foreign only where none of these tasks is known."""

from chatnt.tasks import Task, all_tasks
from chatnt.tasks.elsewhere.foreign import Foreign, listed, named, spread

_MARKS = {
    "H2A.Z": "h2afz",
    **{
        mark: mark.lower()
        for mark in listed(
            "H3K4me1; H3K4me2; H3K4me3; H3K9ac; H3K9me3; H3K14ac; H3K27ac; H3K27me3; H3K36me3; H3K79me3; "
            "H4ac; H4K20me1"
        )
    },
}


def _on(mark: str) -> tuple[str, ...]:
    """Ask about a mark, in yeast and wherever."""
    return (
        *named([f"an {mark} signal"], "yeast sequence", 6),
        *named([f"the mark {mark}"], "genomic DNA", 4),
        f"Is <DNA> occupied by histone {mark}?",
        f"Is {mark} present in <DNA>?",
        f"Does <DNA> carry a nucleosome with {mark}?",
        f"Do you see an {mark} signal in the sequence <DNA>?",
    )


_THINGS = {
    "promoter_all": "a promoter",
    "promoter_no_tata": "a non-TATA promoter; a TATA-less promoter",
    "dna_methylation": "methylated DNA",
    "chromatin_accessibility": "open chromatin; a hypersensitive site",
    "polya_pas": "a polyadenylation signal",
    "polyadenylation": "a poly(A) site",
    "lncrna": "a long non-coding RNA",
    "splice_sites": "a splice site; a donor splice site; an acceptor splice site",
    "enhancers": "an enhancer; a strong enhancer",
    "h3": "a histone H3 signal",
    "h4": "a histone H4 signal",
}


_TASKS = tuple(task for task in all_tasks() if task.record)  # without those that somebody registered
_NAMES = frozenset(task.name for task in _TASKS)


def _askers(name: str) -> tuple[str, ...]:
    """Return the tasks that ask what a task asks, or nearly so."""
    if name.startswith("splice_sites"):
        return ("splice_sites",)
    asked = name.removesuffix("_revised").removesuffix("_k562")
    return (asked,) if asked in _NAMES else (f"{asked}_revised", f"{asked}_k562")


def _of(task: Task) -> Foreign:
    return Foreign(spread(task.questions.train, 6), spread(task.questions.test, 2), _askers(task.name))


KNOWN = (
    *map(_of, _TASKS),
    *(Foreign(_on(mark), asked_by=(name,)) for mark, name in _MARKS.items()),
    *(
        Foreign(
            named(listed(things), "DNA sequence", 6),
            asked_by=(name,) if name != "polyadenylation" else (name, "polya_pas"),
        )
        for name, things in _THINGS.items()
    ),
    Foreign(
        (
            "Is histone H3 acetylated in <DNA>?",
            "Does <DNA> show H3 acetylation in yeast?",
            "Check <DNA> for histone acetylation.",
        ),
        ("Are there any H3K9 acetylation marks along <DNA>?",),
        ("h3k9ac", "h3k14ac", "h3k27ac", "h4ac"),
    ),
    Foreign(
        ("Is histone H3 methylated on lysine 4 in the yeast sequence <DNA>?",),
        ("Would you say that <DNA> is marked by H3K4me3?",),
        ("h3k4me1", "h3k4me2", "h3k4me3"),
    ),
    Foreign(
        ("Is histone H4 acetylated in the yeast DNA <DNA>?", "Does <DNA> show H4 acetylation?"),
        (
            "Given the 500-base sequence <DNA>, decide if H4ac is present.",
            "Do you find histone H4 acetylation in this yeast DNA: <DNA>?",
        ),
        ("h4ac",),
    ),
    Foreign(
        (
            "Is the histone mark H3K36me3 found in the yeast sequence <DNA>?",
            "Does <DNA> show trimethylation of H3 at lysine 36?",
        ),
        ("Please check if there is H3K36 trimethylation on <DNA>.",),
        ("h3k36me3",),
    ),
    Foreign(
        ("Does the sequence <DNA> have H3K79me3 occupancy in yeast?",),
        ("Has <DNA> any H3K79me3 occupancy in yeast?",),
        ("h3k79me3",),
    ),
    Foreign((), ("Look at the yeast DNA <DNA>. Is there any H3K14ac signal?",), ("h3k14ac",)),
    Foreign((), ("Does H3K27ac decorate <DNA>?",), ("h3k27ac",)),
    Foreign(
        ("Is the DNA in <DNA> methylated?", "Is <DNA> methylated in human stem cells?"),
        ("Would you call the cytosines of <DNA> methylated?",),
        ("dna_methylation",),
    ),
    Foreign(
        (
            "Is the chromatin of <DNA> open or closed?",
            "Is <DNA> accessible in human cells?",
            "Is <DNA> an ATAC-seq peak?",
        ),
        (
            "Can transposase cut <DNA> because its chromatin is accessible?",
            "Look at <DNA>. Is this region open in liver cells?",
        ),
        ("chromatin_accessibility",),
    ),
    Foreign(
        ("Is <DNA> a promoter?",),
        ("Would you call <DNA> a promoter?", "Do you detect any promoter within <DNA>?"),
        ("promoter_all",),
    ),
    Foreign(
        (
            "Is <DNA> a promoter without a TATA box?",
            "Does <DNA> contain a promoter that has no TATA box?",
            "Please decide whether <DNA> is a human promoter without TATA.",
        ),
        (
            "Could <DNA> be a human promoter lacking the TATA box?",
            "Is a promoter without TATA found in the human sequence <DNA>?",
        ),
        ("promoter_no_tata",),
    ),
    Foreign(
        (
            "How strong is the promoter <DNA>?",
            "What is the strength of the plant promoter <DNA> in tobacco leaves?",
            "What is the promoter activity of <DNA> in maize protoplasts?",
            "How active is the promoter <DNA> in plants?",
        ),
        (
            "How strongly does the promoter <DNA> drive a gene in tobacco?",
            "Give the strength of this maize promoter: <DNA>.",
        ),
        ("plant_promoter",),
    ),
    Foreign(
        (
            "What type of enhancer is <DNA>?",
            "Is <DNA> a strong or a weak enhancer?",
            "How strong is the enhancer in <DNA>?",
        ),
        ("Is the enhancer <DNA> strong or weak?",),
        ("enhancers_types", "deepstarr"),
    ),
    Foreign(
        (
            "What is the developmental enhancer activity of <DNA>?",
            "What is the housekeeping enhancer activity of <DNA> in fly cells?",
            "Predict the enhancer activity of <DNA> in Drosophila S2 cells.",
            "How high is the housekeeping activity of the fruit fly enhancer <DNA>?",
            "Does <DNA> act as an enhancer in flies?",
        ),
        (
            "Rate the developmental enhancer activity of <DNA> in fly cells.",
            "How much housekeeping enhancer activity does <DNA> have?",
        ),
        ("deepstarr",),
    ),
    Foreign(
        ("Does <DNA> act as an enhancer in cassava?", "Is there a cassava enhancer in <DNA>?"),
        (),
        ("enhancers_cassava",),
    ),
    Foreign(
        ("What is the proximal isoform ratio of the polyadenylation site <DNA>?",),
        ("Tell me how often the proximal polyA site of <DNA> is used.",),
        ("polyadenylation",),
    ),
    Foreign((), ("Could this be a polyadenylation site: <DNA>?",), ("polyadenylation", "polya_pas")),
    Foreign(
        (
            "Is <DNA> a long non-coding RNA?",
            "Is the sequence <DNA> a lncRNA or a coding RNA?",
            "Does the plant sequence <DNA> contain a lncRNA?",
            "Is <DNA> coding or non-coding?",
        ),
        ("Would you call this transcript a lncRNA? <DNA>",),
        ("lncrna",),
    ),
    Foreign(
        (
            "How fast is the RNA <DNA> degraded?",
            "What is the degradation rate of the mRNA <DNA>?",
            "What is the half-life of the transcript <DNA>?",
            "Predict the RNA degradation of <DNA> in human cells.",
        ),
        ("How quickly does the mRNA <DNA> decay?", "Predict the half-life of <DNA> in mouse cells."),
        ("rna_degradation",),
    ),
    Foreign(("How stable is the mRNA with the 3' UTR <DNA>?",), (), ("mrna_stability",)),
    Foreign(
        ("How stable is the protein of <DNA>?", "What is the stability of the protein encoded by <DNA>?"),
        ("Is the protein from <DNA> more stable than the wild type?",),
        ("protein_stability",),
    ),
    Foreign(
        (
            "How bright is the fluorescence of the protein <DNA>?",
            "What is the fluorescence of the GFP variant <DNA>?",
        ),
        ("How fluorescent would the protein made from <DNA> be?",),
        ("gfp_fluorescence",),
    ),
    Foreign(
        (
            "What is the melting point of the protein encoded by <DNA>?",
            "At what temperature does the protein <DNA> melt?",
            "Predict the melting temperature of the protein from <DNA>.",
        ),
        ("Tell me the melting temperature of the protein that <DNA> encodes.",),
        ("meltome",),
    ),
)
