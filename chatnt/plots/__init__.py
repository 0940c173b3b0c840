"""Pictures of results: each function takes a result and returns matplotlib axes."""

from chatnt.plots.learning import learning
from chatnt.plots.logo import logo
from chatnt.plots.parts import parts
from chatnt.plots.tokens import tokens

__all__ = ["learning", "logo", "parts", "tokens"]
