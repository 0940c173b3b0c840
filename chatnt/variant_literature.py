"""Well-known variants of human beta-globin, and what they do to its promoter and its splice sites."""

from importlib.resources import files

import pandas as pd

FILE = "data/known_variants.csv"


def known_variants() -> pd.DataFrame:
    """Return variants of human beta-globin (HBB) whose effects were measured in patients or cells.

    Their places are those of the gene that comes with the package, `chatnt.demo.beta_globin`.

    Returns
    -------
    DataFrame
        ``name``, the traditional one, and ``hgvs``, on NM_000518; ``position`` in the bundled gene, 0-based,
        ``ref`` and ``alt`` on its strand; ``grch38``, place and alleles on the strand + of the human genome;
        ``task`` that asks about ``site``, the base at which transcription, the intron (of a donor) or the
        exon (of an acceptor) begins, 0-based; ``at``, the distance of the variant from it; ``expected``,
        whether the site gets ``"lower"`` or ``"higher"``; ``effect`` in words; ``source``; ``sure``, false
        where the source is cited from memory and may be another paper.

    References
    ----------
    HbVar, a database of hemoglobin variants, Hardison et al. 2002, Hum. Mutat. 19:225; and the paper of each.

    Examples
    --------
    >>> known_variants().set_index("name").loc["IVS1-110 G>A", ["hgvs", "task", "expected"]].to_list()
    ['c.93-21G>A', 'splice_sites_acceptors', 'higher']
    """
    with (files("chatnt") / FILE).open(encoding="utf-8") as file:
        table = pd.read_csv(file, true_values=["yes"], false_values=["no"])
    table.insert(table.columns.get_loc("site") + 1, "at", table["position"] - table["site"])  # type: ignore[operator]
    return table
