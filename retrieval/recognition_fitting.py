"""Fits the recogniser's weights: `python -m retrieval.recognition_fitting` writes those that ship.

Every phrase's features are taken without the phrase itself among its neighbours. The thresholds are
chosen on probabilities that are cross-validated: the fit has not seen the phrase.
"""

from typing import get_args

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder import load_encoder
from retrieval.phrases import FAMILIES, Family
from retrieval.recognition import QUESTION, SHIPPED, PhraseIndex, Weights, family_scores
from retrieval.starter import phrases, question_set

FOLDS = 5
# Inverse strength of the ridge; .03 to .3 measured alike.
C = 0.1
CHUNK = 400
# The share of other messages that may be taken for danger, for a wish for a person, or for anything else here.
FALSE_ALARMS: dict[Family, float] = {"urgent": 0.04, "human": 0.01}
OTHERWISE = 0.01
# What is neither danger nor a wish for a person must be likelier than all else together.
LIKELY = 0.5


def fit(index: PhraseIndex) -> Weights:
    """Weights for an index; takes about a minute."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    features = held_out_features(index)
    # scikit-learn wants features of one size; the scale is folded into the weights afterwards.
    centre, spread = features.mean(0), features.std(0) + 1e-6
    scaled = (features - centre) / spread
    labels = np.array(index.labels)
    regression = LogisticRegression(C=C, max_iter=1000)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    probabilities = cross_val_predict(regression, scaled, labels, cv=folds, method="predict_proba")
    regression.fit(scaled, labels)
    kinds = tuple(str(kind) for kind in regression.classes_)
    coefficients = regression.coef_ / spread
    intercepts = regression.intercept_ - coefficients @ centre
    return Weights(
        fingerprint=index.fingerprint,
        kinds=kinds,
        coefficients=tuple(tuple(round(float(value), 4) for value in row) for row in coefficients),
        intercepts=tuple(round(float(value), 4) for value in intercepts),
        thresholds=_thresholds(probabilities, labels, kinds),
    )


def held_out_features(index: PhraseIndex) -> NDArray[np.float32]:
    """`(n_phrases, n_features)`, each phrase without itself."""
    found = []
    vectors, counted = index.vectors.astype(np.float32), index.words
    for begin in range(0, len(index.texts), CHUNK):
        end = min(begin + CHUNK, len(index.texts))
        words = (counted[begin:end] @ counted.T).toarray()
        meanings = zip(*(index.meanings(vector) for vector in vectors[begin:end]), strict=True)
        similarities_of = [*map(np.stack, meanings), words]
        for similarities in similarities_of:
            similarities[np.arange(end - begin), np.arange(begin, end)] = -1
        found.append(index.features(similarities_of))
    return np.concatenate(found)


def _thresholds(
    probabilities: NDArray[np.float64], labels: NDArray[np.str_], kinds: tuple[str, ...]
) -> dict[str, float]:
    """For each family the lowest score at which no more than its share of others' messages is taken for it."""
    scores = [family_scores(dict(zip(kinds, row, strict=True))) for row in probabilities.tolist()]
    families = np.array([str(FAMILIES.get(label)) for label in labels])
    found = {}
    for family in get_args(Family):
        of_family = np.array([score.get(family, 0.0) for score in scores])
        # Questions are what most people write, and what must not be taken for something else.
        others = of_family[(labels == QUESTION) if family != "human" else (families != family)]
        threshold = float(np.quantile(others, 1 - FALSE_ALARMS.get(family, OTHERWISE)))
        found[str(family)] = round(threshold if family in FALSE_ALARMS else max(threshold, LIKELY), 4)
    return found


if __name__ == "__main__":
    everything = [question.text for question in question_set() if question.kind in ("in", "out")]
    fitted = fit(PhraseIndex(phrases(), everything, load_encoder()))
    fitted.save(SHIPPED)
    print(f"{SHIPPED.name}: {len(fitted.kinds)} kinds, thresholds {fitted.thresholds}")
