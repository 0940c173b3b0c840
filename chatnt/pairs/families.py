"""What the bundled pair learns: families of tasks that share sequences, and how each is shown."""

import dataclasses

from chatnt.tasks import list_task_names

YEAST = (
    "h3", "h4", "h3k4me1_yeast", "h3k4me2_yeast", "h3k4me3_yeast", "h3k9ac_yeast", "h3k14ac_yeast",
    "h3k36me3_yeast", "h3k79me3_yeast", "h4ac",
)  # fmt: skip
"""Marks measured on windows of one genome: what the encoder recalls, in this order."""


@dataclasses.dataclass(frozen=True)
class Family:
    """Say how tasks that share sequences are shown.

    Parameters
    ----------
    tasks
        Their names.
    sequences
        Drawn in each step; every question that is known of a sequence may be asked.
    alone
        Share of the sequences seen through their summaries alone, without their places. What
        a sequence is made of decides where the strand does not matter, and its places are
        soon known by heart.
    replaced
        Share of the bases that are replaced by random ones.
    kept
        Bases in the middle of which none is replaced.
    chimeras
        Share of the sequences whose halves come from two of the same labels: a donor's exon
        side before another's intron side is a plausible donor. Not for promoters, which
        teach less when changed: what is no promoter there is a promoter with pieces shuffled.
    lost
        Share of the sequences that lose up to 120 bases at their start, as at the start of
        a contig.
    turned
        Whether the other strand, and windows moved by up to 24 bases, are shown too.
    """

    tasks: tuple[str, ...]
    sequences: int
    alone: float = 0.1
    replaced: float = 0.0
    kept: int = 0
    chimeras: float = 0.0
    lost: float = 0.0
    turned: bool = False


FAMILIES = (
    Family(("promoter_all", "promoter_tata", "promoter_no_tata"), 10, lost=0.05),
    Family(
        ("splice_sites_all", "splice_sites_donors", "splice_sites_acceptors"), 9, replaced=0.03, chimeras=0.6
    ),
    Family(("enhancers", "enhancers_types"), 5, alone=0.7, replaced=0.03, chimeras=0.2, turned=True),
    Family(YEAST, 14, alone=0.8, replaced=0.01, turned=True),
    Family(("plant_promoter_leaf", "plant_promoter_protoplast"), 7, alone=0.3, replaced=0.01),
    Family(("gfp_fluorescence",), 5, alone=0.9),
    Family(("protein_stability",), 4, alone=0.3),
    Family(("meltome",), 1, alone=0.7),
    Family(("polya_pas_human",), 4, replaced=0.03, kept=16),
    Family(("mrna_stability_utr3_mpra",), 3, alone=0.5, replaced=0.02),
)
"""Tasks with measured data."""

MEASURED = tuple(name for family in FAMILIES for name in family.tasks)

SAME_QUESTIONS = tuple(
    name for name in list_task_names() if name not in MEASURED and name.removesuffix("_revised") in MEASURED
)
"""Tasks of the revised benchmark that ask what a measured task asks: simulated answers would
contradict measured ones, so they are not trained."""

SIMULATED = tuple(name for name in list_task_names() if name not in MEASURED + SAME_QUESTIONS)
"""All other tasks of the catalogue: learned from simulated sequences, and marked so."""

INVENTED = tuple(Family((name,), 2, alone=0.3, replaced=0.01) for name in SIMULATED)
"""The families of the simulated tasks, of which each step shows a few."""
