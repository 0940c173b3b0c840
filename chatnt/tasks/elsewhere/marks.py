"""Questions about marks, proteins and states of chromatin that no task is about."""

from chatnt.tasks.elsewhere.foreign import Foreign, displaced, filled, listed, named

_MARKS = listed(
    "H3K23ac; H3K36me2; H3K27me1; H3K79me1; H3K79me2; H4K5ac; H4K8ac; H4K12ac; "
    "H4K20me3; H2BK5ac; H2AK119ub; H3S10ph; H3K9me2; H3K9me1; H3R2me2; H3.3; H2B; H2A; H1; H2A.X; CENP-A"
)
_HISTONES = listed("H2A; H2B; H1; H3.3; H2A.Z; H2A.X; CENP-A; H5; macroH2A")

# Marks that were measured in one kind of cells are asked about in the other.
_ONLY_HUMAN = listed("H2A.Z; H3K27ac; H3K27me3; H3K9me3; H4K20me1")
_ONLY_YEAST = listed("H3K14ac; H3K79me3; H4ac")

_DISPLACED = (
    *displaced("h3k4me1_yeast", [{"H3K4me1": mark} for mark in _MARKS], 4),
    *displaced("h3k4me1_revised", [{"H3K4me1": mark} for mark in _MARKS], 4),
    *displaced("h3k4me1_k562", [{"H3K4me1": mark} for mark in [*_MARKS, "H3"]], 1),
    *displaced("h3k4me1_yeast", [{"H3K4me1": mark} for mark in _ONLY_HUMAN], 12),
    *displaced("h3k4me1_revised", [{"H3K4me1": mark} for mark in _ONLY_YEAST], 12),
    *displaced("h3k4me1_k562", [{"H3K4me1": mark} for mark in _ONLY_YEAST], 6),
    *displaced("h3", [{"histone H3": f"histone {histone}"} for histone in _HISTONES], 3),
    *displaced("h3", [{"yeast": "K562"}], 8),
    *displaced("h4", [{"yeast": "K562"}], 8),
    *filled(
        (
            "Is {} present in <DNA>?",
            "Does <DNA> carry {}?",
            "Is there {} on <DNA> in yeast?",
            "Does <DNA> have {} in K562 cells?",
        ),
        _MARKS,
        2,
    ),
    *filled(
        (
            "Can you see {} on <DNA> in K562?",
            "Is there {} on <DNA> in K562 cells?",
            "Is {} on the human DNA <DNA>?",
        ),
        [*_ONLY_YEAST, "histone H3", "histone H4"],
        3,
    ),
    *filled(
        (
            "Can you see {} on <DNA> in yeast?",
            "Do you find {} on <DNA> in yeast?",
            "Is {} on the yeast DNA <DNA>?",
        ),
        _ONLY_HUMAN,
        3,
    ),
)

_THINGS = listed(
    "a transcription factor; a nucleosome-free region; a pioneer factor; a binding site for p53; an RNA "
    "polymerase; a mediator peak; a cohesin peak; a Polycomb response element; a chromatin loop; "
    "heterochromatin; an insulator; a boundary element; a matrix attachment region; an R-loop; a DNA break; "
    "a zinc finger; a methylated adenine; an imprinted region; a chromatin remodeller; a bivalent mark; a "
    "sumoylated histone; a phosphorylated histone; a prion"
)
_BOUND = listed(
    "MYC; Pol II; EP300; SPI1; a repressor; TBP; a nuclease; the cohesin complex; REST; a microRNA"
)
_AMOUNTS = listed(
    "H3K4me1; H3K27ac; H3K36me3; H3K9ac; histone H3; histone H4; DNA methylation; CpG methylation; open "
    "chromatin"
)

_ABOUT_CHROMATIN = (
    *named(_THINGS, "human sequence", 4),
    *named(_THINGS, "genomic DNA", 2),
    *filled(
        (
            "Is <DNA> bound by {} in K562 cells?",
            "Does {} sit on <DNA>?",
            "Is there a peak of {} in <DNA> in HepG2 cells?",
            "Does {} bind the human DNA <DNA>?",
        ),
        _BOUND,
        3,
    ),
    *filled(
        (
            "How strong is the signal of {} in <DNA>?",
            "What is the level of {} in <DNA>?",
            "How many molecules of {} are on <DNA>?",
            "When does <DNA> gain {}?",
            "What percentage of cells have {} on <DNA>?",
        ),
        _AMOUNTS,
        3,
    ),
    *displaced(
        "dna_methylation_hues64",
        [
            {"CpG methylation": f"{base} methylation"}
            for base in ("CHG", "CHH", "adenine", "hydroxyl", "RNA", "protein", "non-CpG")
        ],
        2,
    ),
    *displaced(
        "dna_methylation_hues64",
        [
            {"methylated": state}
            for state in listed("mutated; deleted; transcribed; replicated; oxidised; cut")
        ],
        2,
    ),
    *displaced(
        "chromatin_accessibility_hepg2",
        [
            {"accessible": state}
            for state in listed("transcribed; silenced; methylated; replicated; condensed; phased")
        ],
        2,
    ),
)

_SINGLE = (
    "Is <DNA> bound by histone H2A.Z in yeast?",
    "Which histone marks are on <DNA>?",
    "Which histone modification does <DNA> carry?",
    "Which histone mark of <DNA> is the strongest in K562 cells?",
    "Which histone is bound to <DNA>, H3 or H4?",
    "Is the human sequence <DNA> occupied by histone H3?",
    "How many H3 nucleosomes are on <DNA>?",
    "How strong is the H3 signal in <DNA>?",
    "How strong is the H4 signal in <DNA>?",
    "What is the DNA methylation level of <DNA>?",
    "Does <DNA> have accessible chromatin in K562 cells?",
    "Is <DNA> at the border of a topological domain?",
    "Is <DNA> near the nuclear lamina?",
    "Is <DNA> in an active or in an inactive compartment?",
    "Does <DNA> replicate late in S phase?",
)

_UNSEEN = (
    "Does <DNA> carry H4K16ac in yeast?",
    "Is H2BK120ub on <DNA> in K562 cells?",
    "Is <DNA> acetylated at H3K56 in yeast cells?",
    "Do K562 nucleosomes on <DNA> carry H3K18ac?",
    "Is H3T3ph present on <DNA>?",
    "Would you find a yeast H3K56ac mark in <DNA>?",
    "Is there a K562 H3K79me2 peak in <DNA>?",
    "Is H3K79me3 found over <DNA> in K562 cells?",
    "Does <DNA> have H3K14ac in K562?",
    "Are the yeast nucleosomes on <DNA> marked by H3K27me3?",
    "Could <DNA> hold a yeast H3K9me3 signal?",
    "Does yeast put H2A.Z on <DNA>?",
    "Is H4K20me1 there on <DNA> in yeast cells?",
    "Does <DNA> show H3K27ac in yeast?",
    "K562 cells: is the linker histone H1 bound to <DNA>?",
    "Is histone H2B sitting on <DNA> in yeast?",
    "Is the centromeric histone CENP-A on <DNA>?",
    "Does histone H3 cover <DNA> in K562 cells?",
    "Is H4ac enriched over <DNA> in K562?",
    "Does <DNA> carry H4R3me2 in K562 cells?",
    "Is H3K27 crotonylated on <DNA>?",
    "Does lactylation of H3K18 mark <DNA>?",
    "Is there ubiquitin on histone H2A at <DNA>?",
    "Does CTCF bind <DNA> in K562 cells?",
    "Is there a p300 peak in <DNA>?",
    "Is RNA polymerase II loaded on <DNA> in K562 cells?",
    "Does <DNA> contain a GATA1 site?",
    "Is <DNA> a super-enhancer?",
    "Does <DNA> lie in a lamina-associated domain?",
    "Is <DNA> a TAD boundary?",
    "Is <DNA> part of a bivalent domain?",
    "Does <DNA> carry 5-hydroxymethylcytosine in HUES64 cells?",
    "Is there adenine methylation in <DNA>?",
    "Is a cytosine outside CpG methylated in <DNA>?",
    "How many nucleosomes fit on <DNA>?",
    "What is the nucleosome occupancy of <DNA>?",
    "How much H3K4me3 is on <DNA> in K562 cells?",
    "What fraction of cells methylate <DNA>?",
    "Does <DNA> replicate early or late?",
    "Is <DNA> an origin of replication in yeast?",
    "Which histone mark does <DNA> carry in yeast cells?",
)
MARKS = (
    Foreign(
        _DISPLACED + _ABOUT_CHROMATIN + _SINGLE,
        (
            *_UNSEEN,
            "Is H4K16ac enriched in <DNA>?",
            "Could <DNA> be bound by histone H2A in yeast?",
            "Estimate how much DNA methylation <DNA> carries.",
            "Does CTCF bind anywhere in <DNA>?",
            "Is there an origin of replication in <DNA>?",
            "Does this sequence hold a G-quadruplex: <DNA>?",
            "Do you find a locus control region in <DNA>?",
        ),
    ),
)
