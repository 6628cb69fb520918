from typing import Any

from labeler.learning.models import model


@model("acme_bayes")
def bayes(random_state: int) -> Any:
    """Bernoulli naive Bayes as scikit-learn has it."""
    from sklearn.naive_bayes import BernoulliNB

    return BernoulliNB()
