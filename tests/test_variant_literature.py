"""Well-known variants: they fit the bundled gene, and the bundled pair sees most of them."""

from chatnt.demo import ACCEPTOR, DONOR, START, TATA_BOX, beta_globin
from chatnt.tasks import get_task
from chatnt.variant import Variant
from chatnt.variant_literature import known_variants
from chatnt.variant_windows import usual_places

TABLE = known_variants()
GENE = beta_globin().sequence
FIRST_CODON = 210  # A of the start codon, c.1 of HGVS
EXONS = {"92": DONOR - 1, "93": ACCEPTOR, "315": 654}
_COMPLEMENT = str.maketrans("ACGT", "TGCA")


def hgvs_place(name):
    """Return where ``c.93-21G>A`` is in the bundled gene."""
    digits = name[2:-3]
    for sign in "+-":
        base, _, offset = digits.rpartition(sign)
        if base:
            return EXONS[base] + int(sign + offset)
    number = int(digits)
    return FIRST_CODON + number - (number > 0)


def test_alleles_and_places_agree_with_the_gene_and_with_hgvs():
    assert GENE[FIRST_CODON : FIRST_CODON + 3] == "ATG"
    for row in TABLE.itertuples():
        assert GENE[row.position] == row.ref
        assert row.hgvs.endswith(f"{row.ref}>{row.alt}")
        assert hgvs_place(row.hgvs) == row.position
        assert row.at == row.position - row.site
        assert Variant("HBB", row.position, row.ref, row.alt).kind == "SNV"


def test_coordinates_of_the_genome_run_against_the_gene():
    # The sickle cell allele, c.20A>T, is chr11:5227002 T>A of GRCh38.
    for row in TABLE.itertuples():
        place = 5227002 + (FIRST_CODON + 19) - row.position
        ref, alt = row.ref.translate(_COMPLEMENT), row.alt.translate(_COMPLEMENT)
        assert row.grch38 == f"chr11:{place} {ref}>{alt}"


def test_sites_are_where_the_sequence_says():
    for row in TABLE.itertuples():
        changed = GENE[: row.position] + row.alt + GENE[row.position + 1 :]
        with_site = changed if row.expected == "higher" else GENE
        if row.task == "promoter_tata":
            assert row.site == START
            assert row.at == -87 or TATA_BOX[0] <= row.position < TATA_BOX[1]
        elif row.task == "splice_sites_donors":
            assert with_site[row.site : row.site + 2] == "GT"
        else:
            assert with_site[row.site - 2 : row.site] == "AG"


def test_every_row_says_what_is_expected_and_where_it_is_written():
    assert set(TABLE["expected"]) == {"lower", "higher"}
    assert TABLE["sure"].dtype == bool
    assert not TABLE.isna().any().any()
    assert TABLE["name"].is_unique
    asked = {"-31 A>G", "-30 T>A", "-28 A>G", "IVS1-1 G>A", "IVS1-5 G>C", "IVS1-110 G>A"}
    assert asked <= set(TABLE["name"])
    for row in TABLE.itertuples():
        task = get_task(row.task)
        assert row.at in usual_places(task, task.length) or task.name == "promoter_tata"
