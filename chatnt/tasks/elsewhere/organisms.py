"""Questions about organisms that no task is about, or that another task is about."""

from chatnt.tasks.elsewhere.foreign import Foreign, displaced, filled, listed

# Those that some task is about are the hardest: their names are known.
_KNOWN = listed("mouse; yeast; plant; fruit fly; Drosophila; maize; sorghum; cassava; tobacco")
_OTHERS = listed(
    "rat; zebrafish; chicken; frog; pig; cow; dog; monkey; worm; Arabidopsis; rice; wheat; tomato; barley; "
    "E. coli; bacterial; viral; fungal; mosquito; fish; archaeal; phage"
)
_ALL = _KNOWN + _OTHERS
# The enhancers of cassava are a task.
_NOT_CASSAVA = [one for one in _ALL if one != "cassava"]
_PLANTS = listed("rice; maize; wheat; Arabidopsis; tomato; barley; potato; tobacco; cotton; banana; moss")
_ANIMALS = listed("mouse; human; yeast; zebrafish; rat; worm; chicken; bacterial")

_TRANSCRIPTION = (
    *(
        question
        for name in ("promoter_all", "promoter_tata", "promoter_no_tata", "enhancers", "polya_pas_human")
        for question in (
            *displaced(name, [{"human": one} for one in _KNOWN if one in _NOT_CASSAVA], 4),
            *displaced(name, [{"human": one} for one in _OTHERS], 2),
        )
    ),
    *displaced("enhancers_types", [{"human": one} for one in _ALL], 2),
    *displaced("enhancers_cassava", [{"cassava": one} for one in [*_PLANTS, "sorghum"]], 3),
    *displaced(
        "enhancers_cassava", [{"cassava": one, "plant": one} for one in _ANIMALS if one != "human"], 2
    ),
    *displaced("deepstarr_developmental", [{"Drosophila": one} for one in _ANIMALS + _PLANTS], 1),
    *displaced("deepstarr_housekeeping", [{"Drosophila": one} for one in _ANIMALS + _PLANTS], 1),
    *filled(
        (
            "Does this {} DNA have a TATA box: <DNA>?",
            "Is there a {} promoter in <DNA>?",
            "Could <DNA> come with a {} enhancer?",
            "Is <DNA> a {} promoter?",
            "Is <DNA> a {} enhancer?",
            "<DNA> is {} DNA. Is it a promoter?",
        ),
        _NOT_CASSAVA,
        3,
    ),
)

_RNA = (
    *displaced("splice_sites_all", [{"human": one} for one in _ALL], 2),
    *displaced("splice_sites_donors", [{"eukaryotic": one} for one in _ALL], 2),
    *displaced("splice_sites_acceptors", [{"eukaryotic": one} for one in _ALL], 2),
    *displaced("lncrna_sorghum", [{"sorghum": one} for one in [*_PLANTS, "cassava"]], 3),
    *displaced("lncrna_sorghum", [{"sorghum": one, "plant": one} for one in _ANIMALS], 3),
    # Another task asks about mice; other questions about RNA of mice and of yeast are for testing.
    *displaced("rna_degradation_human", [{"human": one} for one in _ALL if one not in ("mouse", "yeast")], 2),
    *displaced("polyadenylation_human", [{"human": one} for one in _ALL if one != "mouse"], 1),
    *displaced("mrna_stability_utr3_mpra", [{"human": one} for one in _ALL], 1),
    *filled(
        (
            "Is there a splice donor in the {} gene <DNA>?",
            "Does the {} gene <DNA> have an acceptor splice site?",
            "Is the {} RNA <DNA> a long non-coding one?",
            "Does the {} RNA <DNA> carry a poly(A) signal?",
            "How quickly does the {} mRNA <DNA> decay?",
        ),
        _OTHERS,
        2,
    ),
)

_YEAST_MARKS = listed("h3k4me1; h3k4me2; h3k4me3; h3k9ac; h3k14ac; h3k36me3; h3k79me3")
_CHROMATIN = (
    *displaced("h3", [{"yeast": one} for one in ["human", *_ALL] if one != "yeast"], 2),
    *displaced("h4", [{"yeast": one} for one in ["human", *_ALL] if one != "yeast"], 2),
    *(
        question
        for name in (*(f"{mark}_yeast" for mark in _YEAST_MARKS), "h4ac")
        for question in displaced(
            name, [{"yeast": one} for one in ["mouse", "plant", "fly", "maize", *_OTHERS[:12]]], 1
        )
    ),
    *filled(
        (
            "Is <DNA> methylated in {}?",
            "Does <DNA> have CpG methylation in {}?",
            "Is <DNA> accessible in {} cells?",
            "Is the {} chromatin <DNA> open?",
            "Are the CpGs of the {} genome methylated at <DNA>?",
        ),
        _ALL,
        2,
    ),
    "Does <DNA> bind histone H3 in human cells?",
    "Is histone H4 found on the human DNA <DNA>?",
)

_UNSEEN = (
    "Is this mouse DNA a promoter: <DNA>?",
    "Would <DNA>, taken from the rat genome, be a promoter?",
    "Mouse TATA promoter or not: <DNA>?",
    "Does the chicken genome segment <DNA> hold a promoter lacking TATA?",
    "Could <DNA> be an Arabidopsis promoter?",
    "Is there an E. coli promoter in <DNA>?",
    "Do you find a sigma 70 promoter in the bacterial DNA <DNA>?",
    "Is <DNA> a promoter of Bacillus subtilis?",
    "Does the viral genome piece <DNA> include a promoter?",
    "I cloned <DNA> from zebrafish. Is it a promoter?",
    "Is there a promoter in the Neanderthal sequence <DNA>?",
    "Is the Plasmodium sequence <DNA> a promoter?",
    "Does this mitochondrial DNA have a promoter: <DNA>?",
    "Is the cassava sequence <DNA> a promoter?",
    "Does this Arabidopsis sequence have a splice donor: <DNA>?",
    "Where rice genes are spliced, would <DNA> be an acceptor?",
    "Is there an intron donor site in the yeast gene <DNA>?",
    "Acceptor, donor or neither in this mouse sequence: <DNA>?",
    "Which splice site does the zebrafish DNA <DNA> have?",
    "Can you spot a C. elegans acceptor site in <DNA>?",
    "Does the maize intron <DNA> begin with a donor?",
    "Would <DNA> from SARS-CoV-2 contain a donor splice site?",
    "Is the zebrafish sequence <DNA> an enhancer?",
    "Would <DNA> work as an enhancer in mouse embryos?",
    "Is there a chicken enhancer within <DNA>?",
    "Does <DNA> have an enhancer of rice?",
    "Do you recognise a sorghum enhancer in <DNA>?",
    "Could <DNA> serve as an enhancer in maize?",
    "Does macaque DNA <DNA> contain an enhancer?",
    "Strong, weak or no enhancer in this rat DNA <DNA>?",
    "What type of enhancer is the mouse sequence <DNA>?",
    "How high is the developmental enhancer activity of <DNA> in zebrafish?",
    "Predict the enhancer activity of this mosquito DNA: <DNA>.",
    "Has the mouse genome piece <DNA> got a polyA signal?",
    "Does the chicken gene <DNA> end with a polyadenylation signal?",
    "Would a yeast cell use <DNA> as a poly(A) signal?",
    "Is this rice transcript a lncRNA? <DNA>",
    "Does the human transcript <DNA> belong to the long non-coding RNAs?",
    "Tell me whether the mouse RNA <DNA> is a lncRNA.",
    "Is the cassava RNA <DNA> long and non-coding?",
    "How fast is the zebrafish mRNA <DNA> degraded?",
    "What is the degradation rate of the rat transcript <DNA>?",
    "What is the degradation rate of this yeast RNA: <DNA>?",
    "Estimate how rapidly the E. coli mRNA <DNA> decays.",
    "What is the polyadenylation ratio of the proximal site in the mouse RNA <DNA>?",
    "Does human histone H3 sit on <DNA>?",
    "Is histone H4 bound to the mouse sequence <DNA>?",
    "Do Arabidopsis nucleosomes on <DNA> carry H3K4me3?",
    "Is H3K9ac present on <DNA> in maize?",
    "Does <DNA> have H3K36me3 in fission yeast?",
    "Is there an H3K4me1 mark on <DNA> in fruit flies?",
    "H3K27me3 in Drosophila embryos: is it on <DNA>?",
    "Is the rice DNA <DNA> methylated?",
    "Does the honeybee genome methylate <DNA>?",
    "Is <DNA> open chromatin in the mouse?",
    "Is <DNA> accessible in Arabidopsis roots?",
)

ORGANISMS = (
    Foreign(_TRANSCRIPTION + _RNA + _CHROMATIN, _UNSEEN),
    Foreign(
        test=(
            "Is there a TATA promoter in this rice sequence: <DNA>?",
            "Does this zebrafish DNA act as an enhancer: <DNA>?",
            "Is there an acceptor splice site in this Arabidopsis sequence: <DNA>?",
            "Do mouse nucleosomes with H3 wrap the sequence <DNA>?",
            "Has this bacterium got a TATA promoter in <DNA>?",
            "From which organism was <DNA> taken?",
            "Is <DNA> a piece of mitochondrial DNA?",
        ),
        train=(
            "Which species is <DNA> from?",
            "Is <DNA> human or yeast?",
            "Is <DNA> a human sequence?",
            "Is <DNA> eukaryotic?",
            "Is <DNA> from a plant?",
            "Which organism does the sequence <DNA> come from?",
            "Is <DNA> conserved between human and mouse?",
            "Is <DNA> a bacterial promoter?",
        ),
    ),
)
