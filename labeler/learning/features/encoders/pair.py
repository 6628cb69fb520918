"""What one encoder does not know, the other may: topics and sentiment. docs/decisions/0049-second-encoder.md"""

from labeler.learning.features.e5.build import E5_SHA256
from labeler.learning.features.encoder import DEFAULT_SHA256
from labeler.learning.features.encoders.e5 import multilingual_e5_small
from labeler.learning.features.encoders.minilm import minilm
from labeler.learning.features.encoders.registry import encoder
from labeler.learning.features.pair import Pair, sha256_of

PAIR = "pair"
PARTS = ("minilm", "multilingual-e5-small")


@encoder(PAIR, sha256=sha256_of(DEFAULT_SHA256, E5_SHA256))
def pair() -> Pair:
    """minilm and multilingual-e5-small side by side, 768 dimensions, of the extras `embeddings` and `multilingual`."""
    return Pair(minilm(), multilingual_e5_small())
