"""What rules and language models say of items that nobody has labeled, and how sure that is.

Each thing that one of them may say is a voice: a rule has one, a language model one for each label. What a voice is
worth is measured where it spoke and people labeled: how often each label was right then. A voice that is silent is
missing, it says nothing against anything (see `label_model.py`). Voices are taken to err independently, which they do
not: how much their words may weigh is learned from people's labels, foretold out of fold (temperature scaling).
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from labeler.learning.consensus.base import normalized
from labeler.learning.consensus.calibration import fit_sharpness
from labeler.learning.evaluation.classification import calibration_error
from labeler.learning.heuristics.label_model import GUESS, STRENGTH, UNKNOWN
from labeler.learning.numeric.types import Array

ENOUGH = 50
"""Items that people labeled and of which a voice spoke, from which on what each is worth is weighed; before, all voices
weigh the same."""
LABEL_MODEL, MAJORITY = "label_model", "rules_majority"
FOLDS = 5
_LEAST = 0.005


@dataclass(frozen=True)
class NoisyAnswers:
    """told: float (voices, labels), how likely each label is where the voice spoke; prior: float (labels,); sharpness:
    what the words of several weigh; says: int64 (voices,); right: how often a majority is, by what is known; known:
    items that it was measured on; off: how far the chance is from how often it is right, out of fold, None: not
    measured."""

    method: str
    told: Array
    prior: Array
    sharpness: float
    says: Array
    right: float
    known: int
    off: float | None

    def evidence(self, spoken: csr_matrix) -> Array:
        """By how much what was said moves the logarithm of each label's chance: float (items, labels)."""
        weight = np.log(self.told) - np.log(self.prior)
        return np.asarray(self.sharpness * (spoken @ weight), dtype=np.float64)

    def answers(self, spoken: csr_matrix) -> tuple[Array, Array, Array]:
        """spoken: 1 where a voice spoke, sparse (items, voices). Returns the answers' labels int64 (items,), UNKNOWN
        where nothing was said or equally many say otherwise; their chances float (items,); and the chance of each label
        (items, labels)."""
        silent = np.asarray(spoken.sum(axis=1)).ravel() == 0
        if self.method == LABEL_MODEL:
            posterior = normalized(self.evidence(spoken) + np.log(self.prior))
            best = np.where(silent, UNKNOWN, posterior.argmax(axis=1))
        else:
            counted = _counted(spoken, self.says, len(self.prior))
            best = _most(counted)
            posterior = _shared(best, self.right, len(self.prior))
        return best, np.where(best == UNKNOWN, 0.0, posterior.max(axis=1)), posterior


def fit_noisy_answers(spoken: csr_matrix, says: Array, truth: Array, labels: int) -> NoisyAnswers:
    """spoken: see `NoisyAnswers.answers`, of items that people labeled; says: int64 (voices,), the label of each;
    truth: int64 (items,)."""
    heard = np.flatnonzero(np.asarray(spoken.sum(axis=1)).ravel() > 0)
    rows, answers = spoken[heard], truth[heard]
    prior = (np.bincount(truth, minlength=labels) + 1.0) / (len(truth) + labels)
    told = _told(rows, says, answers, prior)
    most = _most(_counted(rows, says, labels))
    clear = most != UNKNOWN
    right = (float((most[clear] == answers[clear]).sum()) + STRENGTH * GUESS) / (int(clear.sum()) + STRENGTH)
    found = NoisyAnswers(MAJORITY, told, prior, 1.0, says, right, len(heard), None)
    if len(heard) < ENOUGH:
        return found
    blind = _foretold(rows, says, answers, labels)
    sharpness = fit_sharpness(blind, prior, answers)
    base = np.log(prior)
    calibrated = normalized((np.log(np.maximum(blind, 1e-300)) - base) * sharpness + base)
    off = calibration_error(calibrated.max(axis=1), calibrated.argmax(axis=1) == answers)
    return NoisyAnswers(LABEL_MODEL, told, prior, sharpness, says, right, len(heard), off)


def _told(spoken: csr_matrix, says: Array, truth: Array, prior: Array) -> Array:
    """Held near what all voices are worth together, while little is known of one."""
    answers = csr_matrix((np.ones(len(truth)), (np.arange(len(truth)), truth)), shape=(len(truth), len(prior)))
    counted = np.asarray((spoken.T @ answers).todense())
    own = counted[np.arange(len(says)), says]
    common = (own.sum() + STRENGTH * GUESS) / (counted.sum() + STRENGTH)
    others = np.tile(prior, (len(says), 1))
    others[np.arange(len(says)), says] = 0.0
    usual = (1 - common) * others / np.maximum(others.sum(axis=1, keepdims=True), 1e-12)
    usual[np.arange(len(says)), says] = common
    told = (counted + STRENGTH * usual) / (counted.sum(axis=1, keepdims=True) + STRENGTH)
    told = np.maximum(told, _LEAST)
    return np.asarray(told / told.sum(axis=1, keepdims=True), dtype=np.float64)


def _foretold(spoken: csr_matrix, says: Array, truth: Array, labels: int) -> Array:
    """The posterior of each item by what the others say of the voices."""
    fold = np.random.default_rng(0).permutation(len(truth)) % FOLDS
    posterior = np.zeros((len(truth), labels))
    for number in range(FOLDS):
        mine, rest = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
        prior = (np.bincount(truth[rest], minlength=labels) + 1.0) / (len(rest) + labels)
        weight = np.log(_told(spoken[rest], says, truth[rest], prior)) - np.log(prior)
        posterior[mine] = normalized(np.asarray(spoken[mine] @ weight) + np.log(prior))
    return posterior


def _counted(spoken: csr_matrix, says: Array, labels: int) -> Array:
    spread = csr_matrix((np.ones(len(says)), (np.arange(len(says)), says)), shape=(len(says), labels))
    return np.asarray((spoken @ spread).todense())


def _most(counted: Array) -> Array:
    """The label that most say; UNKNOWN where none spoke, or two are said equally often."""
    if not len(counted):
        return np.zeros(0, dtype=np.int64)
    ordered = np.sort(counted, axis=1)
    clear = ordered[:, -1] > (ordered[:, -2] if counted.shape[1] > 1 else 0)
    return np.where(clear, counted.argmax(axis=1), UNKNOWN)


def _shared(best: Array, right: float, labels: int) -> Array:
    posterior = np.full((len(best), labels), (1 - right) / max(labels - 1, 1))
    known = np.flatnonzero(best != UNKNOWN)
    posterior[known, best[known]] = right
    return posterior
