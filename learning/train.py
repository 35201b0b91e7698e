#!/usr/bin/python3
"""Learns what errors with such words are: reads the lines of print_features, writes words.tsv.

    print_features patterns FILE.jsonl ... | learning/train.py > learning/words.tsv

learning/README.md says what the model is and what stands in the file.  Needs python3-sklearn.
What it did goes to standard error.
"""

import argparse
import json
import sys

import numpy as np
import scipy.optimize
import scipy.sparse
import scipy.special
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

CATEGORIES = ["TRANSIENT", "CONNECTION", "TIMEOUT", "RATE_LIMIT", "AUTHENTICATION", "INTEGRITY",
              "RESOURCE", "CONCURRENCY", "PERMANENT", "UNKNOWN"]
STRATEGIES = ["NONE", "RETRY", "ALTERNATIVE_PATH", "GRACEFUL_DEGRADATION", "ERROR_CORRECTION",
              "ESCALATION"]
TARGETS = {"category": CATEGORIES, "strategy": STRATEGIES}
# Neither tables nor patterns were tuned on these, so that they show what each source is worth.
UNTUNED = ("misleading", "unusual", "applications", "infrastructure")
MIN_TEXTS = 2  # A feature of one text alone may be its noise: a name, a number.
STRENGTH = 60  # Inverse of the regularisation.
FOLDS = 5
PENALTY = 1e-3  # On the factors of the sources.
MAX_TABLE_WEIGHT = 8  # As in assessment.cc.
MIN_LENGTH = 20  # As in learned_words.cc: a text of few words is not blown up to one of many.
STEPS = 127  # Weights are stored as integers up to this.


class Texts:
    """Texts as a matrix, a row each; columns and their rarity are those of the features of the
    texts it was made from, or of `features` alone."""

    def __init__(self, lines, features=None):
        self.vectorizer = DictVectorizer()
        counts = self.vectorizer.fit_transform([
            {name: value for name, value in line["features"].items()
             if features is None or name in features} for line in lines])
        self.frequency = np.asarray((counts > 0).sum(axis=0)).ravel()
        self.rarity = np.round(np.log((1 + len(lines)) / (1 + self.frequency)) + 1, 2)
        self.matrix = self._scaled(counts)

    def _scaled(self, counts):
        weighted = counts @ scipy.sparse.diags(self.rarity)
        length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
        return (scipy.sparse.diags(1 / np.maximum(length, MIN_LENGTH)) @ weighted).tocsr()

    def names(self):
        """The feature of each column."""
        return self.vectorizer.get_feature_names_out()

    def of(self, lines):
        """The matrix of other texts, by the same columns."""
        return self._scaled(self.vectorizer.transform([line["features"] for line in lines]))


def fit(texts, lines):
    """A model for each target, of `texts`, which were made from `lines`."""
    models = {}
    for target in TARGETS:
        labelled = [i for i, line in enumerate(lines) if line[target]]
        model = LogisticRegression(C=STRENGTH, max_iter=400, tol=1e-3)
        models[target] = model.fit(texts.matrix[labelled], [lines[i][target] for i in labelled])
    return models


def coefficients(model, names):
    """Weights and biases of a model's classes, in the order of `names`."""
    order = [list(model.classes_).index(name) for name in names]
    return model.coef_[order], model.intercept_[order]


def logarithms(model, matrix, names):
    """Of the probabilities of `names`, a row for each text."""
    coef, bias = coefficients(model, names)
    scores = matrix @ coef.T + bias
    return scores - scipy.special.logsumexp(scores, axis=1, keepdims=True)


def telling_features(lines, limit):
    """Of the features that stand in MIN_TEXTS texts or more the `limit` that move scores most."""
    texts = Texts(lines)
    texts = Texts(lines, set(texts.names()[texts.frequency >= MIN_TEXTS]))
    models = fit(texts, lines)
    most = np.max([np.abs(model.coef_).max(axis=0) for model in models.values()], axis=0)
    force = most * np.sqrt(texts.frequency)
    return set(texts.names()[np.argsort(-force)[:limit]])


def is_untuned(line):
    return any(f"errors_{name}.jsonl" in line["source"] for name in UNTUNED)


def unseen_opinions(lines, features):
    """The places of the untuned lines, and logarithms by models that were trained without them."""
    untuned = [i for i, line in enumerate(lines) if is_untuned(line)]
    shuffled = np.random.RandomState(1).permutation(untuned)
    opinions = {target: {} for target in TARGETS}
    for held in np.array_split(shuffled, FOLDS):
        left_out = set(held)
        training = [line for i, line in enumerate(lines) if i not in left_out]
        texts = Texts(training, features)
        models = fit(texts, training)
        matrix = texts.of([lines[i] for i in held])
        for target, names in TARGETS.items():
            for i, row in zip(held, logarithms(models[target], matrix, names)):
                opinions[target][i] = row
    return untuned, {target: np.array([by_line[i] for i in untuned])
                     for target, by_line in opinions.items()}


def one_hot(values, names):
    """A row for each value: 1 in the column of its name, else 0."""
    return np.array([[float(value == name) for name in names] for value in values])


def source_weights(sources, labels, names):
    """The factors of the sources, then a bias per name, that make the labels most likely."""
    biases = [np.tile(row, (len(labels), 1)) for row in np.eye(len(names))]
    stacked = np.stack(sources + biases, axis=-1)
    wanted = np.array([names.index(label) for label in labels])

    def loss(factors):
        scores = stacked @ factors
        scores = scores - scipy.special.logsumexp(scores, axis=1, keepdims=True)
        return -scores[np.arange(len(wanted)), wanted].mean() + PENALTY * factors @ factors

    found = scipy.optimize.minimize(loss, np.full(stacked.shape[-1], 0.5)).x
    right = np.mean((stacked @ found).argmax(axis=1) == wanted)
    print(f"joined: {right:.3f} right, factors {np.round(found, 2)}", file=sys.stderr)
    return found


def tell_accuracy(opinions, lines):
    for target, names in TARGETS.items():
        right = np.mean([names[row.argmax()] == line[target]
                         for row, line in zip(opinions[target], lines)])
        print(f"{target}: {right:.3f} of {len(lines)} right by the words alone", file=sys.stderr)


def join(lines, features):
    """What each source counts for the category and for the strategy, as source_weights has it."""
    untuned, opinions = unseen_opinions(lines, features)
    lines = [lines[i] for i in untuned]
    tell_accuracy(opinions, lines)
    table = np.array([[min(line["weights"].get(name, 0), MAX_TABLE_WEIGHT) for name in CATEGORIES]
                      for line in lines])
    verdicts = one_hot([line["verdict"] for line in lines], CATEGORIES)
    moves = one_hot([line["move"] for line in lines], STRATEGIES)
    patterns = one_hot([line["pattern"] for line in lines], CATEGORIES)
    category = source_weights([opinions["category"], verdicts, table, patterns],
                              [line["category"] for line in lines], CATEGORIES)
    nothing = np.zeros_like(moves)
    strategy = source_weights([opinions["strategy"], moves, nothing, nothing],
                              [line["strategy"] for line in lines], STRATEGIES)
    return category, strategy


def cells(first, numbers):
    return "\t".join([first, *numbers]) + "\n"


def write(texts, models, factors, out):
    """The file that learned_words.cc reads."""
    parts = [coefficients(models[target], names) for target, names in TARGETS.items()]
    coef = np.concatenate([part[0] for part in parts])
    bias = np.concatenate([part[1] for part in parts])
    unit = np.abs(coef).max() / STEPS
    table = np.round(coef / unit).astype(int)
    out.write("# Made by learning/train.py from labelled errors; see learning/README.md.\n")
    out.write(cells(".unit", [f"{unit:.6f}"]))
    for first, values in ((".bias", bias), (".category", factors[0]), (".strategy", factors[1])):
        out.write(cells(first, [f"{value:.4f}" for value in values]))
    for i, name in enumerate(texts.names()):
        if table[:, i].any():
            out.write(cells(name, [f"{texts.rarity[i]:g}", *map(str, table[:, i])]))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--features", type=int, default=15_000,
                        help="how many features are kept [%(default)s]")
    arguments = parser.parse_args()
    lines = [json.loads(line) for line in sys.stdin]
    features = telling_features(lines, arguments.features)
    factors = join(lines, features)
    texts = Texts(lines, features)
    write(texts, fit(texts, lines), factors, sys.stdout)


if __name__ == "__main__":
    main()
