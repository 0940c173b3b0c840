"""Where the tables of the bundled pair were taken from, and how they relate to the published ones."""

from typing import NamedTuple


class Origin(NamedTuple):
    """Say where the tables of a task are from.

    Parameters
    ----------
    taken_from
        Public repositories and their licences.
    test
        How the test set relates to that of the published results.
    same_test
        Whether it is that test set, as far as is known, so that a score may be set beside them.
    """

    taken_from: str
    test: str
    same_test: bool = False


_YEAST = Origin(
    "ninasachdev/QCB557_project (test), no licence stated, and wds-seu/DeepGene (training), Apache-2.0",
    "the benchmark's own test set; about a fifth of its training set",
    same_test=True,
)
_ENHANCERS = Origin(
    "feng-123/Enhancer-LSTMAtt, no licence stated",
    "an independent set of the same counts as the benchmark's; a fifth of its training set, without the 100 "
    "test sequences that the source has in it",
)
_SPLICE = Origin(
    "wds-seu/DeepGene (GUE splice/reconstructed), Apache-2.0",
    "other data: windows of 400 bases made from SpliceFinder's, where the benchmark has 600 of Spliceator",
)
_JORES = Origin(
    "tobjores/Synthetic-Promoter-Designs-Enabled-by-a-Comprehensive-Analysis-of-Plant-Core-Promoters, no "
    "licence stated",
    "a tenth of the authors' test set; the rest of that set, a tenth of what was published, is to train on",
)

ORIGINS: dict[str, Origin] = {
    **dict.fromkeys(
        (
            "h3", "h4", "h3k14ac_yeast", "h3k36me3_yeast", "h3k4me1_yeast", "h3k4me2_yeast", "h3k4me3_yeast",
            "h3k79me3_yeast", "h3k9ac_yeast", "h4ac",
        ),
        _YEAST,
    ),
    "promoter_all": Origin(
        "wds-seu/DeepGene (GUE prom_300_all and others of its pool), Apache-2.0",
        "another split of the same data; about a quarter of the training data",
    ),
    "promoter_tata": Origin(
        "wds-seu/DeepGene (GUE prom_300_tata), Apache-2.0", "another split of the same data, all of it"
    ),
    "promoter_no_tata": Origin(
        "wds-seu/DeepGene (GUE prom_300_notata and others of its pool), Apache-2.0",
        "another split of the same data; about a fifth of the training data",
    ),
    "splice_sites_all": Origin(
        "wds-seu/DeepGene (GUE splice/reconstructed; its dev part trains), Apache-2.0",
        "another version of the same data, with hard negatives; a sixth of the training data",
    ),
    "splice_sites_donors": _SPLICE,
    "splice_sites_acceptors": _SPLICE,
    "enhancers": _ENHANCERS,
    "enhancers_types": _ENHANCERS,
    "plant_promoter_leaf": _JORES,
    "plant_promoter_protoplast": _JORES,
    "gfp_fluorescence": Origin(
        "gitter-lab/nn4dms, MIT, and mahdi-robbani/NGS, no licence stated",
        "the published rule of the split applied again, 5,000 rows of its test set; coding sequences made "
        "from protein variants",
    ),
    "protein_stability": Origin(
        "Haddox/prot_stab_analysis_pipeline, no licence stated",
        "the published rule of the split applied again, 5,000 rows of its test set; coding sequences made "
        "from proteins, one codon per amino acid",
    ),
    "meltome": Origin(
        "yenlin-chen/ai-thermostability, MIT, and oxpig/CaLM, BSD-3-Clause",
        "another, small assembly of the same measurements, coding sequences joined by the name of the gene",
    ),
    "polya_pas_human": Origin(
        "likesum/DeeReCT-PolyA, no licence stated", "a task of its own, in the place of polyadenylation"
    ),
    "mrna_stability_utr3_mpra": Origin(
        "vagarwal87/saluki_paper, Apache-2.0", "a task of its own, in the place of RNA degradation"
    ),
}  # fmt: skip
"""By the name of the task."""
