"""Questions about elements, quantities and molecules that no task is about."""

from chatnt.tasks.elsewhere.foreign import Foreign, displaced, filled, listed, named

_THINGS = listed(
    "a CAAT box; an initiator element; a CpG island; a silencer; a terminator; an operon; a gene; an exon; "
    "an intron; an open reading frame; a start codon; a stop codon; a branch point; a splicing enhancer; "
    "a splicing silencer; a hairpin; a microRNA target; a signal peptide; a transposon; a tandem repeat; "
    "a restriction site; a mutation; a virus; a secret message; an elephant; a ribosome binding site; "
    "a riboswitch; a tRNA gene; a pseudogene; a primer; a gene fusion; a deletion; a protein domain; "
    "a transmembrane helix; a circular RNA; a guide RNA; a telomere; a centromere; a duplication; a SNP; "
    "a Kozak sequence; an upstream reading frame; a nonsense mutation; a retrovirus; a zinc finger gene; "
    "a short hairpin RNA; an antisense RNA; a ribozyme; a plasmid; a barcode"
)
_IS = listed(
    "an exon; an intron; a gene; a transposon; a coding sequence; a silencer; an insulator; a plasmid; "
    "a primer; a ribosomal RNA; a microRNA; a protein; a repeat; a palindrome; a terminator; a vector; "
    "a core promoter element; a divergent promoter; a shadow enhancer; a response element; an antisense RNA"
)

_OF_PROTEINS = listed(
    "length; mass; charge; expression level; binding affinity; toxicity; hydrophobicity; "
    "catalytic activity; antigenicity; aggregation; folding rate; refractive index; secretion; price; "
    "boiling point; pH optimum; disorder; abundance"
)
_OF_LIGHT = listed(
    "excitation wavelength; emission maximum; lifetime; photostability; colour; quantum yield; mass"
)
_OTHER_PROTEINS = listed(
    "RFP; luciferase; YFP; haemoglobin; insulin; antibody; Cas9; enzyme; channel; kinase"
)
_OF_RNA = listed(
    "translation rate; transcription rate; splicing rate; export rate; folding energy; editing level; "
    "length; ribosome load; expression level; GC content; abundance; capping; mass"
)
_OF_DNA = listed(
    "GC content; melting temperature; conservation; mutation rate; expression level; replication time; "
    "silencer activity; insulator activity; promoter activity; flexibility; age; curvature; repeat content; "
    "CpG density; methylation level; nucleosome density; terminator strength; length"
)

_QUANTITIES = (
    *displaced("gfp_fluorescence", [{"log fluorescence": one} for one in _OF_PROTEINS + _OF_LIGHT], 2),
    *displaced("gfp_fluorescence", [{"GFP": one} for one in _OTHER_PROTEINS], 2),
    *displaced("protein_stability", [{"stability score": one} for one in _OF_PROTEINS], 2),
    *displaced("protein_stability", [{"mini protein": one} for one in _OTHER_PROTEINS], 1),
    *displaced("meltome", [{"melting temperature": one} for one in _OF_PROTEINS], 2),
    *displaced("meltome", [{"melting point": one} for one in _OF_PROTEINS], 1),
    *displaced(
        "meltome",
        [
            {"protein encoded by": one}
            for one in listed("oligonucleotide; RNA of; hybrid of; hairpin; double strand")
        ],
        3,
    ),
    *displaced("rna_degradation_human", [{"degradation rate": one} for one in _OF_RNA], 2),
    *displaced("rna_degradation_mouse", [{"degradation rate": one} for one in _OF_RNA], 2),
    *displaced("polyadenylation_human", [{"proximal polyadenylation ratio": one} for one in _OF_RNA], 1),
    *displaced("mrna_stability_utr3_mpra", [{"RNA stability": one} for one in _OF_RNA], 2),
    *displaced(
        "mrna_stability_utr3_mpra", [{"3' UTR segment": one} for one in listed("5' UTR; intron; tRNA")], 3
    ),
    *displaced("deepstarr_developmental", [{"developmental enhancer activity": one} for one in _OF_DNA], 2),
    *displaced(
        "deepstarr_developmental", [{"developmental": one} for one in listed("neuronal; larval; muscle")], 2
    ),
    *displaced("deepstarr_housekeeping", [{"housekeeping enhancer activity": one} for one in _OF_DNA], 1),
    *displaced(
        "plant_promoter_leaf", [{"promoter strength": one} for one in _OF_DNA if "promoter" not in one], 1
    ),
    *displaced(
        "plant_promoter_protoplast",
        [{"promoter activity": one} for one in _OF_DNA if "promoter" not in one],
        1,
    ),
    *filled(
        (
            "What is the {} of <DNA>?",
            "How high is the {} of the human sequence <DNA>?",
            "Tell me the {} of <DNA>.",
        ),
        _OF_DNA,
        2,
    ),
)

_ELEMENTS = (
    *named(_THINGS, "human sequence", 4),
    *named(_THINGS, "genomic DNA", 1),
    *filled(
        (
            "Is <DNA> {}?",
            "Is this {}: <DNA>?",
            "Could the sequence <DNA> be {}?",
            "Would you call <DNA> {}?",
            "Does the human DNA <DNA> look like {}?",
            "Please decide whether the plant sequence <DNA> is {}.",
        ),
        _IS,
        3,
    ),
    *filled(
        ("Which {} is in <DNA>?", "Which {} does <DNA> belong to?", "What {} do you find in <DNA>?"),
        listed(
            "gene; exon; chromosome; repeat; motif; tissue; pathway; virus; transcription factor; disease; "
            "allele"
        ),
        2,
    ),
)

_TRANSCRIPTION = (
    "Does the human sequence <DNA> contain a GC box promoter?",
    "How strong is the TATA promoter in <DNA>?",
    "Where does transcription start in <DNA>?",
    "Where does transcription stop in <DNA>?",
    "Which gene does the promoter <DNA> belong to?",
    "Which gene does the enhancer <DNA> regulate?",
    "Which promoter does the enhancer <DNA> act on?",
    "How much is the gene of <DNA> expressed?",
    "In which tissue is <DNA> expressed?",
    "In which cells is the enhancer <DNA> active?",
    "Which transcription factor binds <DNA>?",
    "Is <DNA> a tissue-specific promoter?",
    "Is the promoter <DNA> inducible by heat?",
    "Does heat shock activate the enhancer <DNA>?",
    "Is the promoter <DNA> constitutive?",
    "How far is the enhancer <DNA> from its gene?",
)

_RNA = (
    "How well is <DNA> translated?",
    "What is the ribosome load of the 5' UTR <DNA>?",
    "What is the secondary structure of the RNA <DNA>?",
    "Does the RNA <DNA> fold into a hairpin?",
    "How efficient is the donor splice site in <DNA>?",
    "How often is the acceptor in <DNA> used?",
    "Which exon does the donor in <DNA> belong to?",
    "Is <DNA> alternatively spliced?",
    "Is <DNA> an intron or an exon?",
    "Is the exon <DNA> skipped in human cells?",
    "Is there a hydrogen bond donor in <DNA>?",
    "Who was the blood donor of <DNA>?",
    "Is <DNA> an electron acceptor?",
    "How long is the poly(A) tail of <DNA>?",
    "Is the mRNA <DNA> exported to the cytoplasm?",
    "Where in the cell is the lncRNA <DNA> found?",
    "Which microRNA binds the 3' UTR <DNA>?",
    "Is the RNA <DNA> methylated?",
)

_PROTEINS = (
    "Does the peptide <DNA> bind histone H3?",
    "Which protein does <DNA> encode?",
    "Translate <DNA> into amino acids.",
    "Where in the cell is the protein <DNA> found?",
    "What does the protein of <DNA> do?",
    "Is the protein encoded by <DNA> an enzyme?",
    "Is the protein encoded by <DNA> secreted?",
    "Does the protein encoded by <DNA> bind DNA?",
    "Is the GFP variant encoded by <DNA> green or blue?",
    "What is the structure of the protein encoded by <DNA>?",
    "Which family does the protein encoded by <DNA> belong to?",
    "How many amino acids does the protein encoded by <DNA> have?",
)

_GENOMES = (
    "Which chromosome is <DNA> on?",
    "What is the GC content of <DNA>?",
    "How long is <DNA>?",
    "How many bases does <DNA> have?",
    "Reverse complement <DNA>.",
    "What is the complement of <DNA>?",
    "Transcribe <DNA> into RNA.",
    "Is the variant in <DNA> pathogenic?",
    "Does <DNA> carry a disease mutation?",
    "Design a primer for <DNA>.",
    "What is the function of <DNA>?",
    "What does <DNA> do?",
    "Summarise the sequence <DNA>.",
    "Annotate <DNA>.",
    "Is <DNA> functional?",
    "Is <DNA> important?",
    "Was <DNA> sequenced well?",
    "Align <DNA> to the genome.",
    "Which strand is <DNA> from?",
    "Is <DNA> repetitive?",
    "Which enzyme cuts <DNA>?",
)

_UNSEEN = (
    "What is the translation efficiency of <DNA>?",
    "How many ribosomes load on the 5' UTR <DNA>?",
    "Predict the expression level of the gene <DNA>.",
    "What is the half-life of the protein encoded by <DNA>?",
    "What is the solubility of the protein encoded by <DNA>?",
    "How well does the protein encoded by <DNA> bind its ligand?",
    "What is the isoelectric point of the protein encoded by <DNA>?",
    "What is the molecular weight of the protein with the coding sequence <DNA>?",
    "At which wavelength does the GFP variant <DNA> emit?",
    "How bright is the mCherry variant encoded by <DNA>?",
    "What colour does the fluorescent protein encoded by <DNA> have?",
    "How toxic is the peptide encoded by <DNA>?",
    "What is the catalytic rate of the enzyme encoded by <DNA>?",
    "Is the protein encoded by <DNA> membrane bound?",
    "Does the GFP variant encoded by <DNA> fold?",
    "What is the melting temperature of the DNA duplex <DNA>?",
    "What is the annealing temperature of the primer <DNA>?",
    "At what temperature does the RNA hairpin <DNA> unfold?",
    "How stable is the RNA secondary structure of <DNA>?",
    "What is the splicing efficiency of <DNA>?",
    "What fraction of transcripts skip the exon <DNA>?",
    "What is the PSI of the exon in <DNA>?",
    "How strong is the splice donor in <DNA>?",
    "Is there a branch point upstream of the acceptor in <DNA>?",
    "Is <DNA> an exonic splicing silencer?",
    "Is the start codon of <DNA> in a good Kozak context?",
    "Is there an internal ribosome entry site in <DNA>?",
    "Does <DNA> contain a microRNA binding site?",
    "Does <DNA> hold an AU-rich element?",
    "Is the RNA <DNA> edited from A to I?",
    "Is there m6A methylation on the transcript <DNA>?",
    "Is <DNA> a snoRNA?",
    "Could <DNA> be a tRNA gene?",
    "Is <DNA> a pseudogene?",
    "Is there a LINE-1 element in <DNA>?",
    "Does <DNA> come from a centromere?",
    "Is <DNA> telomeric?",
    "Find an open reading frame in <DNA>.",
    "Does a CpG island overlap <DNA>?",
    "Could an insulator hide in <DNA>?",
    "Does <DNA> silence transcription?",
    "Is there a transcription terminator in <DNA>?",
    "Which transcription factors bind the promoter <DNA>?",
    "Is <DNA> a bidirectional promoter?",
    "Which gene is transcribed from the promoter <DNA>?",
    "Would the SNP in <DNA> change splicing?",
    "Is <DNA> under selection?",
    "Which chromosome does the enhancer <DNA> lie on?",
    "Does Cas9 cut <DNA>?",
    "Give a guide RNA for <DNA>.",
    "Is <DNA> contaminated with vector?",
    "What is the copy number of <DNA>?",
    "What recombination rate does <DNA> have?",
    "How old is the gene <DNA>?",
)
TOPICS = (
    Foreign(
        _QUANTITIES + _ELEMENTS + _TRANSCRIPTION + _RNA + _PROTEINS + _GENOMES,
        (
            *_UNSEEN,
            "Does <DNA> code for a protein?",
            "Does the circular RNA <DNA> bind a microRNA?",
            "Would the peptide <DNA> be soluble in water?",
            "Does the protein sequence <DNA> have an enhancer?",
            "Give the amino acids that <DNA> encodes.",
            "Write the reverse complement of <DNA>.",
            "Summarise what is known about <DNA>.",
            "Could you give a short summary of this sequence: <DNA>?",
            "Which genes are controlled by the enhancer in <DNA>?",
        ),
    ),
)
