"""Words of a question, and what a scope looks at in them."""

import dataclasses
import functools
import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence

from chatnt.tasks.base import PLACEHOLDER

SLOT, FOREIGN = "<dna>", "<foreign>"

_SLOT = re.compile(rf"{re.escape(PLACEHOLDER)}|(?<!\w)@\w+", re.IGNORECASE)
# The ends of a strand, and names such as H3.3 and H2A.Z, are one word each.
_WORD = re.compile(r"<dna>|[35]'(?!\w)|[^\W_]+(?:['.][^\W_]+)*")
_ENDS = ("5'", "3'")
_PRIMES = str.maketrans("\u2019\u2032", "''")

# Words that tell nothing about the topic: those of asking, which vary more than the wordings show.
_FIRST = (
    "a an any the this that these it its here there of in on at to for with from by within and or if whether "
    "is are was be been do does did has have had got can could should will would may might must i you we me "
    "my our your us please tell say know see look find detect check decide determine call spot show think "
    "believe guess predict identify recognise recognize scan search examine assess following given sequence "
    "dna present found contain hold carry include so what which not"
)
_MORE = (
    "yes no one ones them like looks seem appear evidence sign hint trace indication anywhere somewhere "
    "inside along over across as how expect expected suppose imagine wonder true likely probably possibly "
    "perhaps maybe really now then also just kindly let want wish need help try ask answer question give "
    "name state report describe specify estimate estimated calculate compute value number figure high sit "
    "sits sat lie lies located bear bears carrie carried carrying contained containing included including "
    "display exhibit reveal harbour harbor host possess own base bp out thing something part piece stretch "
    "region fragment locus able feel sure consider suggest indicate mean regard classify label place rate "
    "opinion judge view prediction thank thanks"
)
FIRST_ASKING = frozenset(_FIRST.split())
"""Those of scopes of the first format, which does not store them."""
ASKING = FIRST_ASKING | frozenset(_MORE.split())


def words_of(question: str) -> tuple[str, ...]:
    """Split a question into lower-case words, ``<dna>`` for a sequence and ``#`` for a number.

    Examples
    --------
    >>> words_of("Is <DNA> one of 2 promoters?")
    ('is', '<dna>', 'one', 'of', '#', 'promoter')
    """
    text = _SLOT.sub(f" {SLOT} ", unicodedata.normalize("NFKC", question)).casefold().translate(_PRIMES)
    return tuple(_normalised(word) for word in _WORD.findall(text))


def _normalised(word: str) -> str:
    if word.isdecimal():
        return "#"
    plural = len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "is", "us"))
    return word[:-1] if plural else word


def is_name(word: str) -> bool:
    """Say whether a word has a digit: the names of marks and cells have."""
    return any(map(str.isdecimal, word))


def beginning(words: Sequence[str]) -> str:
    """Return what a question begins with: the frames that it may be made from."""
    return " ".join(words[:2])


@dataclasses.dataclass(frozen=True, eq=False)
class Lexicon:
    """Know the words that tasks are asked about in.

    Parameters
    ----------
    vocabularies
        For each task its content words.
    asking
        Words of asking, which are no content.
    """

    vocabularies: tuple[frozenset[str], ...]
    asking: frozenset[str]

    @functools.cached_property
    def native(self) -> frozenset[str]:
        """Words of any task."""
        return frozenset().union(*self.vocabularies)

    def content(self, words: Iterable[str]) -> list[str]:
        """Return the words that may tell what a question is about."""
        return [w for w in words if (w[0].isalpha() or w in _ENDS) and w not in self.asking]

    def features(self, words: Sequence[str]) -> set[str]:
        """Return what tells the task that a question is about, and whether there is any.

        These are words, neighbours ``a b``, also with foreign words in place of which
        ``<foreign>`` stands, pairs of content words ``a&b`` wherever they stand, and three
        counts: of foreign words, of slots, and of the words that the task that knows most
        of them does not know. The last tells a mouse promoter from a promoter where only
        the RNA is from mice.
        """
        content = self.content(words)
        foreign = {word for word in content if word not in self.native}
        masked = [FOREIGN if word in foreign else word for word in words]
        pairs = itertools.combinations(sorted({FOREIGN if word in foreign else word for word in content}), 2)
        apart = min(len(set(content) - known) for known in self.vocabularies)
        return {
            *words,
            *_neighbours(words),
            *_neighbours(masked),
            *(f"{a}&{b}" for a, b in pairs),
            f"<foreign {min(sum(word in foreign for word in content), 3)}>",
            f"<apart {min(apart, 3)}>",
            f"<slots {min(words.count(SLOT), 2)}>",  # one, but for scopes of the first format
        }


def _neighbours(words: Sequence[str]) -> list[str]:
    return [f"{a} {b}" for a, b in itertools.pairwise(("<start>", *words, "<end>"))]
