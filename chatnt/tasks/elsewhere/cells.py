"""Questions about cells, tissues and parts of plants that no task was measured in."""

from chatnt.tasks.elsewhere.foreign import Foreign, displaced, filled, listed

_KNOWN = listed("K562; HepG2; HUES64; HEK293; Jurkat; S2")
_CELLS = listed(
    "GM12878; HeLa; MCF-7; A549; HCT116; U2OS; SK-N-SH; HUVEC; H1; IMR-90; CD4 T; neural stem; "
    "mouse embryonic stem; liver; muscle; cancer"
)
_PLACES = listed(
    "the human brain; heart tissue; the retina; blood; neurons; fibroblasts; sperm; the mouse liver; "
    "mouse embryos; tumours; the kidney; monocytes; plants; keratinocytes; tobacco leaves; maize protoplasts"
)
_MARKS = listed(
    "h2afz; h3k27ac; h3k27me3; h3k36me3; h3k4me1; h3k4me2; h3k4me3; h3k9ac; h3k9me3; h4k20me1"
)  # as the tasks are named

_PLANTS = listed(
    "tobacco roots; tobacco protoplasts; tobacco flowers; tomato leaves; rice leaves; maize leaves; "
    "Arabidopsis leaves; Arabidopsis protoplasts; rice protoplasts; sorghum leaves; potato tubers; wheat "
    "roots; soybean hairy roots; human cells; yeast cells; K562 cells; HepG2 cells; E. coli; mouse cells; "
    "HeLa cells"
)


def _instead_of(cells: str, times: int, name: str) -> tuple[str, ...]:
    """Ask what a task asks about cells, but about others, and most often about those of other tasks."""
    other = [{cells: known} for known in _KNOWN if known != cells]
    places = [{f"{cells} cells": place} for place in _PLACES]
    return (
        *displaced(name, other, 2 * times),
        *displaced(name, [{cells: cell} for cell in _CELLS], times),
        *displaced(name, places, times),
    )


_CHROMATIN = (
    *(q for mark in _MARKS for q in _instead_of("K562", 1, f"{mark}_revised")),
    *(q for mark in ("h3k4me1", "h3k4me3", "h3k27ac") for q in _instead_of("K562", 1, f"{mark}_k562")),
    *_instead_of("HUES64", 3, "dna_methylation_hues64"),
    *_instead_of("HepG2", 3, "chromatin_accessibility_hepg2"),
    *filled(
        (
            "Is <DNA> open in {}?",
            "Is the CpG of <DNA> methylated in {}?",
            "Does {} have open chromatin at <DNA>?",
            "Is there a DNase peak in <DNA> in {}?",
            "Is <DNA> methylated in {}?",
        ),
        _PLACES + [f"{cell} cells" for cell in _CELLS],
        2,
    ),
)

_REPORTERS = (
    *displaced("polyadenylation_human", [{"HEK293 cells": place} for place in _PLACES], 1),
    *displaced("polyadenylation_human", [{"HEK293": cell} for cell in _KNOWN if cell != "HEK293"], 2),
    *displaced("polyadenylation_human", [{"HEK293": cell} for cell in _CELLS], 1),
    *displaced("mrna_stability_utr3_mpra", [{"Jurkat cells": place} for place in _PLACES], 1),
    *displaced("mrna_stability_utr3_mpra", [{"Jurkat": cell} for cell in _KNOWN if cell != "Jurkat"], 2),
    *displaced("mrna_stability_utr3_mpra", [{"Jurkat": cell} for cell in _CELLS], 1),
    *displaced("plant_promoter_leaf", [{"tobacco leaves": place} for place in _PLANTS], 2),
    *displaced("plant_promoter_protoplast", [{"maize protoplasts": place} for place in _PLANTS], 2),
    *displaced("deepstarr_developmental", [{"S2": cell} for cell in _KNOWN[:-1] + _CELLS], 1),
    *displaced("deepstarr_housekeeping", [{"S2": cell} for cell in _KNOWN[:-1] + _CELLS], 1),
    *displaced("deepstarr_developmental", [{"fruit fly cells": place} for place in _PLACES], 1),
    *displaced("deepstarr_housekeeping", [{"fruit fly cells": place} for place in _PLACES], 1),
    *filled(
        (
            "How fast is the human RNA <DNA> degraded in {}?",
            "What is the degradation rate of the human RNA <DNA> in {}?",
            "Predict the enhancer activity of <DNA> in {}.",
            "Estimate the promoter activity of the human sequence <DNA> in {}.",
            "Is <DNA> an enhancer in {}?",
            "Does <DNA> contain an enhancer that is active in {}?",
            "Is there a promoter in <DNA> that works in {}?",
            "How strongly does <DNA> drive a gene in {}?",
        ),
        [*_PLACES, *(f"{cell} cells" for cell in _KNOWN[:-1] + _CELLS)],
        3,
    ),
)

_UNSEEN = (
    "Does GM12878 chromatin at <DNA> bear H3K4me1?",
    "Would lymphoblastoid GM12878 cells show H3K27ac over <DNA>?",
    "Is there an H3K4me3 peak in <DNA> when profiled in HeLa?",
    "In MCF-7 breast cancer cells, is <DNA> enriched for H3K9me3?",
    "I work with H1 embryonic stem cells. Does <DNA> have H3K27me3 there?",
    "Would HeLa-S3 nucleosomes over <DNA> contain H2A.Z?",
    "Tell me if A549 lung cells have H3K36me3 along <DNA>.",
    "Is H4K20me1 seen on <DNA> in HepG2?",
    "Does <DNA> carry H3K4me1 in liver tissue?",
    "Check H3K9ac on <DNA> for HUVEC endothelial cells.",
    "Is <DNA> decorated with H3K4me2 in human neurons?",
    "Do primary T cells mark <DNA> with H3K27ac?",
    "H3K27me3 in mouse embryonic stem cells: yes or no for <DNA>?",
    "Does Jurkat chromatin carry H3K4me3 at <DNA>?",
    "In pancreatic islets, does H3K4me1 cover <DNA>?",
    "After differentiation into macrophages, do THP-1 cells put H3K27ac on <DNA>?",
    "Do HUES64 stem cells bear H3K4me3 on <DNA>?",
    "Is the region <DNA> open in GM12878?",
    "Would <DNA> be accessible to DNase in HeLa cells?",
    "Chromatin of <DNA> in K562: open or closed?",
    "For MCF-7 cells, should I expect <DNA> to be accessible chromatin?",
    "Is there an ATAC-seq peak over <DNA> in mouse liver?",
    "Does <DNA> lie in open chromatin in the human heart?",
    "Can Tn5 reach <DNA> in CD34 blood stem cells?",
    "Do astrocytes keep <DNA> open?",
    "Are the CpGs of <DNA> methylated in HeLa cells?",
    "Is the middle CpG of <DNA> methylated in human sperm?",
    "Would <DNA> be hypermethylated in colon cancer?",
    "Does <DNA> lose its CpG methylation in HCT116?",
    "Tell me whether K562 cells methylate the CpG in <DNA>.",
    "IMR-90 fibroblasts: is the CpG within <DNA> methylated?",
    "Would the DNA <DNA> be methylated in HepG2 liver cells?",
    "What is the proximal poly(A) site usage of <DNA> in HeLa cells?",
    "Predict the polyadenylation ratio of <DNA> for mouse neurons.",
    "How stable is the 3' UTR segment <DNA> in HEK293 cells?",
    "What RNA stability does the 3' UTR <DNA> give in K562?",
    "How quickly does HeLa degrade the mRNA <DNA>?",
    "Give the developmental enhancer activity of <DNA> in mouse neurons.",
    "How strong is the housekeeping activity of <DNA> in HeLa cells?",
    "Is <DNA> an active enhancer in the mouse forebrain?",
    "Does <DNA> enhance transcription in HepG2?",
    "Would <DNA> be an enhancer in K562 cells?",
    "What promoter strength does <DNA> reach in Arabidopsis seedlings?",
    "What would the promoter activity of <DNA> be in HEK293 cells?",
    "How active would <DNA> be as a promoter in rice leaves?",
    "How strong is the promoter <DNA> in tobacco roots?",
    "Rate the promoter <DNA> in wheat protoplasts from -10 to 10.",
    "How much expression does <DNA> drive in K562 cells?",
)

CELLS = (Foreign(_CHROMATIN + _REPORTERS, _UNSEEN),)
