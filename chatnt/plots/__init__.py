"""Pictures of results: each function takes a result and returns matplotlib axes."""

from chatnt.plots.faithfulness import faithfulness
from chatnt.plots.learning import learning
from chatnt.plots.logo import logo
from chatnt.plots.sanity import sanity
from chatnt.plots.tokens import tokens

__all__ = ["faithfulness", "learning", "logo", "sanity", "tokens"]
