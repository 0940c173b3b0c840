"""Pictures of results: each function takes a result and returns matplotlib axes."""

from chatnt.plots.architecture import architecture
from chatnt.plots.catalogue import catalogue
from chatnt.plots.confusion import confusion
from chatnt.plots.conversation import conversation
from chatnt.plots.dumbbells import dumbbells
from chatnt.plots.estimates import estimates
from chatnt.plots.faithfulness import faithfulness
from chatnt.plots.gains import gains
from chatnt.plots.kmer_spectrum import kmer_spectrum
from chatnt.plots.learning import learning
from chatnt.plots.logo import logo
from chatnt.plots.means import means
from chatnt.plots.model_map import model_map
from chatnt.plots.motif import motif
from chatnt.plots.mutations import mutations
from chatnt.plots.parts import parts
from chatnt.plots.probabilities import probabilities
from chatnt.plots.profile import profile
from chatnt.plots.question_table import question_table
from chatnt.plots.radar import radar
from chatnt.plots.reliability import reliability
from chatnt.plots.resampler import resampler
from chatnt.plots.sanity import sanity
from chatnt.plots.score_boxes import score_boxes
from chatnt.plots.score_map import score_map
from chatnt.plots.steps import steps
from chatnt.plots.task_bars import task_bars
from chatnt.plots.tokens import tokens
from chatnt.plots.track import track
from chatnt.plots.wordings import wordings

__all__ = [
    "architecture", "catalogue", "confusion", "conversation", "dumbbells", "estimates",
    "faithfulness", "gains", "kmer_spectrum", "learning", "logo", "means", "model_map", "motif",
    "mutations", "parts", "probabilities", "profile", "question_table", "radar", "reliability",
    "resampler", "sanity", "score_boxes", "score_map", "steps", "task_bars", "tokens", "track",
    "wordings",
]  # fmt: skip
