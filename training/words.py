"""`python -m training.words`: what single words say of a text's categories and outcome, learned from the same texts as the encoder's document heads.

A bag of words with logistic regression, written as a table that a person can read: for each word its rarity (idf) and its
weight for each label. With a few thousand texts it knows topics better than the encoder does, and is worst where the
encoder is best, at what a text does with its words; `triage` mixes the two (docs/decisions/005).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from corpora.build import DOCUMENTS, read_split
from corpora.markup import CATEGORIES, OUTCOMES
from cpi_sanitise.encoder import MODELS
from cpi_sanitise.triage import WORD_WEIGHTS, word_list

STRENGTH = 10.0  # of the fit, against its regularisation; chosen on corpora/dev


def learn() -> dict:
    """The table."""
    records = [*read_split("train"), *read_split(DOCUMENTS)]
    vectorizer = TfidfVectorizer(analyzer=word_list, min_df=2, sublinear_tf=True)
    texts = vectorizer.fit_transform([record["narrative"] for record in records])
    weights, intercepts = [], []
    for category in CATEGORIES:
        fitted = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000)
        fitted.fit(texts, [category in record["categories"] for record in records])
        weights.append(fitted.coef_[0])
        intercepts.append(fitted.intercept_[0])
    fitted = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000).fit(texts, [record["outcome"] for record in records])
    places = [list(fitted.classes_).index(outcome) for outcome in OUTCOMES]
    weights += [fitted.coef_[place] for place in places]
    intercepts += [fitted.intercept_[place] for place in places]
    table = np.array(weights)
    words = vectorizer.get_feature_names_out()
    return {
        "categories": CATEGORIES,
        "outcome": OUTCOMES,
        "intercepts": [round(float(value), 3) for value in intercepts],
        "words": {
            str(word): [round(float(rarity), 3), *(round(float(value), 2) for value in table[:, number])]
            for number, (word, rarity) in enumerate(zip(words, vectorizer.idf_, strict=True))
        },
    }


def main() -> None:
    table = learn()
    lines = ",\n".join(f" {json.dumps(word, ensure_ascii=False)}: {json.dumps(values)}" for word, values in table.pop("words").items())
    head = json.dumps(table, indent=1)[:-2]
    path = Path(MODELS) / WORD_WEIGHTS
    path.write_text(f'{head},\n "words": {{\n{lines}\n }}\n}}\n', encoding="utf-8")
    print(f"{path.stat().st_size / 1e6:.1f} MB, {lines.count(chr(10)) + 1} words")


if __name__ == "__main__":
    main()
