"""Pictures of results: each function takes a result and returns matplotlib axes."""

from chatnt.plots.faithfulness import faithfulness
from chatnt.plots.kmer_spectrum import kmer_spectrum
from chatnt.plots.learning import learning
from chatnt.plots.logo import logo
from chatnt.plots.motif import motif
from chatnt.plots.mutations import mutations
from chatnt.plots.parts import parts
from chatnt.plots.profile import profile
from chatnt.plots.reliability import reliability
from chatnt.plots.sanity import sanity
from chatnt.plots.score_map import score_map
from chatnt.plots.tokens import tokens

__all__ = [
    "faithfulness", "kmer_spectrum", "learning", "logo", "motif", "mutations", "parts", "profile",
    "reliability", "sanity", "score_map", "tokens",
]  # fmt: skip
