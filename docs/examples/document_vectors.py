"""Document vectors and selection of terms with scikit-learn: ``python docs/examples/document_vectors.py``.

``cnlp.keyphrases.Analyzer`` turns a text into terms, scikit-learn does the rest: counts (bag of words), TF-IDF, and
the chi-square test for the association of terms and classes of documents. Needs ``pip install 'cnlp[sklearn]'``.
"""

from __future__ import annotations

from cnlp.keyphrases import Analyzer

DOCUMENTS = [
    ("体育", "球队在比赛中进球，球迷为球队欢呼。"),
    ("体育", "教练说球队的防守很好，比赛很精彩。"),
    ("体育", "球员在训练中受伤，错过了比赛。"),
    ("经济", "银行提高利率，市场担心贷款减少。"),
    ("经济", "股票市场上涨，投资者买进银行股票。"),
    ("经济", "企业的贷款增加，银行的利润上升。"),
]


def main() -> None:
    """Print what each step gives."""
    # Here, so that the file can be imported without scikit-learn.
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.feature_selection import SelectKBest, chi2
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    labels, texts = zip(*DOCUMENTS, strict=True)

    counts = CountVectorizer(analyzer=Analyzer())
    matrix = counts.fit_transform(texts)
    names = counts.get_feature_names_out()
    print(f"bag of words: {matrix.shape[0]} documents, {matrix.shape[1]} terms")

    selection = SelectKBest(chi2, k=4).fit(matrix, labels)
    order = sorted(range(len(names)), key=lambda term: (-selection.scores_[term], names[term]))
    print("chi-square:  ", ", ".join(f"{names[term]} {selection.scores_[term]:.2f}" for term in order[:4]))

    vectors = TfidfVectorizer(analyzer=Analyzer())
    weights = vectors.fit_transform(texts)[0].toarray()[0]
    terms = vectors.get_feature_names_out()
    best = sorted(range(len(terms)), key=lambda term: (-weights[term], terms[term]))[:3]
    print("TF-IDF:      ", ", ".join(f"{terms[term]} {weights[term]:.2f}" for term in best))

    model = make_pipeline(TfidfVectorizer(analyzer=Analyzer()), SelectKBest(chi2, k=8), LogisticRegression())
    model.fit(texts, labels)
    print("classified:  ", *model.predict(["球队赢得比赛。", "银行的利率上升。"]))


if __name__ == "__main__":
    main()
