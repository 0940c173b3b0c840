"""Questions in the words of the tasks that none of their answers answers."""

from chatnt.tasks.elsewhere.foreign import Foreign, filled, listed

_FOUND = listed(
    "a promoter; a TATA promoter; a promoter without a TATA box; an enhancer; a cassava enhancer; a donor "
    "splice site; an acceptor splice site; a polyA signal; a histone H3 signal; a histone H4 signal; a yeast "
    "H3K4me3 mark; a K562 H3K27ac mark; H3K9ac in yeast cells; H3K4me1 in K562 cells; a K562 H2A.Z peak; a "
    "yeast H4ac signal; open chromatin in HepG2 cells; CpG methylation in HUES64 cells; a sorghum lncRNA; "
    "histone H3; histone H4"
)
_MEASURED = listed(
    "promoter strength of <DNA> in tobacco leaves; promoter activity of <DNA> in maize protoplasts; "
    "fluorescence of the GFP variant encoded by <DNA>; stability of the protein encoded by <DNA>; melting "
    "point of the protein encoded by <DNA>; RNA stability of the 3' UTR segment <DNA>; developmental "
    "enhancer activity of <DNA>; housekeeping enhancer activity of <DNA> in S2 cells; proximal "
    "polyadenylation ratio of the human RNA <DNA>; degradation rate of the human RNA <DNA>; degradation rate "
    "of the mouse RNA <DNA>"
)
_IS = listed(
    "a promoter; an enhancer; a TATA promoter; a strong enhancer; a weak enhancer; a sorghum lncRNA; a "
    "donor; an acceptor; a cassava enhancer; accessible in HepG2 cells; methylated in HUES64 cells; open in "
    "HepG2 cells; marked by H3K4me3 in yeast cells; marked by H3K27ac in K562 cells; occupied by histone H3; "
    "bound by H4"
)

# Where, why, how many, and not.
_TURNED = (
    *filled(
        (
            "Does <DNA> lack {}?",
            "Is <DNA> without {}?",
            "Is {} absent from <DNA>?",
            "Is {} missing from <DNA>?",
            "Is there no sign of {} in <DNA>?",
            "Is it false that <DNA> has {}?",
            "Why is there {} in <DNA>?",
            "Why does <DNA> not have {}?",
            "Where is {} in <DNA>?",
            "At which position is {} in <DNA>?",
            "How did <DNA> get {}?",
            "Who put {} into <DNA>?",
            "When did <DNA> gain {}?",
            "Remove {} from <DNA>.",
            "Write a sequence that contains {}.",
            "What would happen if <DNA> had {}?",
            "Highlight {} in <DNA>.",
            "Can you prove that <DNA> contains {}?",
            "Which base of <DNA> is most important for {}?",
            "Does {} in <DNA> cause a disease?",
            "Is {} in <DNA> conserved?",
        ),
        _FOUND,
        8,
    ),
    *filled(
        (
            "How many {} are there in <DNA>?",
            "Show the {} of <DNA>.",
            "Does <DNA> have more than two {}?",
        ),
        listed(
            "promoters; TATA boxes; enhancers; splice sites; donors; acceptors; introns; polyA signals; "
            "lncRNAs; histone marks; nucleosomes; CpG sites; methylated bases; H3K4me3 peaks; weak "
            "enhancers; proteins"
        ),
        3,
    ),
    *filled(
        (
            "For what reason is <DNA> {}?",
            "Is <DNA> not {}?",
            "Is it wrong that <DNA> is {}?",
            "What makes <DNA> {}?",
            "When is <DNA> {}?",
            "How can I make <DNA> {}?",
            "Change <DNA> so that it is {}.",
            "Does it matter that <DNA> is {}?",
            "Who says that <DNA> is {}?",
            "In which species is <DNA> {}?",
            "In which cells is <DNA> {}?",
            "How often is <DNA> {}?",
        ),
        _IS,
        7,
    ),
    *filled(
        (
            "Why is the {} so high?",
            "How can I raise the {}?",
            "What lowers the {}?",
            "How was the {} measured?",
            "Which bases decide the {}?",
            "Does a mutation change the {}?",
            "Has the {} been published?",
            "Who measured the {}?",
            "Is the {} above average?",
            "Explain the {}.",
            "Does temperature affect the {}?",
        ),
        _MEASURED,
        6,
    ),
)

_BOTH = (
    *(
        frame.format(one, other)
        for i, one in enumerate(_FOUND)
        for k, frame in enumerate(
            (
                "Does <DNA> contain both {} and {}?",
                "Is there {} or {} in <DNA>?",
                "Is there {} and {} in <DNA>?",
                "Are {} and {} present in <DNA>?",
                "Does <DNA> have {} but not {}?",
                "Which is in <DNA>, {} or {}?",
            )
        )
        for other in [_FOUND[(i + 3 * k + 4) % len(_FOUND)]]
    ),
    *filled(
        (
            "Which of <DNA> and <DNA> is {}?",
            "Are <DNA> and <DNA> both {}?",
            "Is <DNA>, unlike <DNA>, {}?",
            "Is <DNA> more likely than <DNA> to be {}?",
            "Compare <DNA> and <DNA>: which is {}?",
        ),
        _IS,
        3,
    ),
    *filled(
        (
            "Is the {} higher than that of <DNA>?",
            "Is the {} unlike that of <DNA>?",
            "Is the {} the same as in <DNA>?",
        ),
        _MEASURED,
        2,
    ),
    *filled(("Is <DNA> {} in yeast or in human cells?", "Is <DNA> {} in leaves and roots?"), _IS, 1),
    "Is <DNA> free of enhancers?",
    "Is <DNA> free of histone H4?",
    "Is <DNA> free of splice sites?",
    "Compare <DNA> and <DNA>.",
    "Are <DNA> and <DNA> the same sequence?",
    "Which of <DNA> and <DNA> is the stronger enhancer?",
    "Does the promoter in <DNA> interact with the enhancer in <DNA>?",
    "Which histone is more abundant on <DNA>, H3 or H4?",
    "Which of the marks H3K4me1 and H3K4me3 is on <DNA>?",
    "Is the RNA <DNA> degraded faster in human or in mouse cells?",
    "Is the promoter <DNA> stronger in leaves than in protoplasts?",
    "Change <DNA> so that it becomes an enhancer.",
    "Mutate the donor splice site in <DNA>.",
    "Remove the TATA box from <DNA>.",
    "Why does <DNA> have no TATA promoter?",
)

_UNSEEN = (
    "Does <DNA> have both a promoter and an enhancer?",
    "Are a donor and an acceptor both present in <DNA>?",
    "Is <DNA> an enhancer or a promoter?",
    "For <DNA>, is the promoter stronger in tobacco leaves or in maize protoplasts?",
    "Are H3K4me1 and H3K27ac both on <DNA> in K562 cells?",
    "Does <DNA> carry H3K4me3 in yeast and in K562 cells?",
    "Compare the degradation of the human RNA <DNA> with that of the mouse RNA <DNA>.",
    "Which protein is more stable, that of <DNA> or that of <DNA>?",
    "Is the human promoter <DNA> like the mouse promoter <DNA>?",
    "Does the enhancer <DNA> loop to the promoter <DNA>?",
    "Is the H4ac signal in <DNA> stronger than the H3 signal?",
    "Is <DNA> neither a promoter nor an enhancer?",
    "Is H3K9me3 absent from <DNA> in K562 cells?",
    "Would you agree that <DNA> lacks a polyadenylation signal?",
    "Is <DNA> unmethylated in HUES64 cells?",
    "Is the chromatin of <DNA> closed in HepG2 cells?",
    "Is it impossible that <DNA> holds a TATA promoter?",
    "Why is <DNA> open in HepG2 cells?",
    "Why does the GFP variant encoded by <DNA> not shine?",
    "Why would <DNA> not be a promoter?",
    "At what base does the polyA signal of <DNA> start?",
    "Where in <DNA> is the methylated CpG?",
    "How many acceptor sites does <DNA> have?",
    "How many CpGs of <DNA> are methylated in HUES64 cells?",
    "Since when is <DNA> known as an enhancer?",
    "Who found the lncRNA of sorghum in <DNA>?",
    "Make the promoter <DNA> stronger in tobacco leaves.",
    "Design a GFP variant brighter than <DNA>.",
    "Mutate <DNA> so that its protein melts later.",
    "Write me a sorghum lncRNA.",
    "How can I lower the degradation rate of the mouse RNA <DNA>?",
    "Which bases of <DNA> make it an enhancer?",
    "Which mutation of <DNA> would destroy the donor site?",
    "How sure are you that <DNA> is a promoter?",
    "Show me the evidence for an enhancer in <DNA>.",
    "List all promoters in <DNA>.",
    "When is the enhancer in <DNA> active?",
    "What primer amplifies the promoter <DNA>?",
    "Is the donor site of <DNA> used in brain?",
    "Does the drug change the degradation rate of the human RNA <DNA>?",
)
TURNED = (
    Foreign(
        _TURNED + _BOTH,
        (
            *_UNSEEN,
            "How many TATA promoters does <DNA> contain?",
            "Where does the enhancer start in <DNA>?",
            "At which base does the intron of <DNA> begin?",
            "Count the donor splice sites of <DNA>.",
            "Give me the positions of all acceptors in <DNA>.",
            "Which of the two, <DNA> or <DNA>, binds more histone H3?",
            "Is <DNA> free of TATA promoters?",
            "Is histone H4 lacking from <DNA>?",
            "Why would <DNA> be an acceptor splice site?",
            "Insert a donor splice site into <DNA>.",
            "Are a TATA promoter and an enhancer both found in <DNA>?",
        ),
    ),
)

# Words of the tasks, mixed up.
MIXED = (
    Foreign(
        test=(
            "Do mouse cells degrade the sorghum lncRNA <DNA>?",
            "What is the melting point of the promoter <DNA>?",
            "How high is the fluorescence of tobacco leaves with <DNA>?",
            "Is the 3' UTR <DNA> methylated in Jurkat cells?",
            "Does the GFP variant encoded by <DNA> bind histone H3?",
            "What is the stability of the human RNA <DNA> in yeast?",
            "Is the polyadenylation signal <DNA> open in HepG2 cells?",
            "How strong is the splice donor <DNA> in maize protoplasts?",
            "What is the promoter strength of <DNA> in Jurkat cells?",
            "Is there a mouse enhancer in the fly sequence <DNA>?",
            "What is the degradation rate of the protein encoded by <DNA>?",
            "What is the melting temperature of the mouse RNA <DNA>?",
            "What is the developmental promoter activity of <DNA> in S2 cells?",
            "Predict the housekeeping promoter activity of <DNA> in maize protoplasts.",
            "Is <DNA> a strong promoter, a weak promoter or none?",
            "Which type of promoter is <DNA>?",
            "Is <DNA> a strong splice donor or a weak one?",
            "Is there a cassava TATA promoter in <DNA>?",
            "Does the cassava sequence <DNA> contain a polyA signal?",
            "Is the sorghum DNA <DNA> methylated?",
            "Is the plant sequence <DNA> marked by H3K27ac?",
            "Does <DNA> carry a K562 enhancer?",
            "Is there a HepG2 H3K4me3 signal in <DNA>?",
            "Is there a HUES64 H3K27me3 mark in <DNA>?",
            "Is there a yeast H3K27ac signal in <DNA>?",
            "Is there a K562 H3K79me3 signal in <DNA>?",
            "Are the nucleosomes of <DNA> methylated?",
            "How high is the H3K4me1 enrichment of <DNA> in K562 cells?",
            "What is the accessibility score of <DNA> in HepG2 cells?",
            "What is the methylation rate of the CpG in <DNA> in HUES64 cells?",
            "Predict the RNA stability of the mouse 3' UTR segment <DNA>.",
            "Predict the log fluorescence of the plant sequence <DNA>.",
            "Is the protein encoded by <DNA> methylated?",
            "Is the protein encoded by <DNA> human?",
            "Where in the 500-base sequence <DNA> is histone H4?",
            "How many yeast nucleosomes are on the 500-base sequence <DNA>?",
            "Does an intron start and end in <DNA>?",
            "Is the intron of <DNA> long?",
            "How long is the intron in <DNA>?",
            "Is the acceptor in <DNA> stronger than the donor?",
            "Is the human enhancer <DNA> active in mouse cells?",
            "How strong is the human enhancer <DNA>, on a scale from 0 to 5?",
            "What is the activity of the splice site in <DNA>?",
            "Is there no promoter in <DNA>?",
        ),
    ),
)
