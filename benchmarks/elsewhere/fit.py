"""Fits when to refuse, on the questions of the shipped papers and of the other fields, for both embedding models.

    python -m benchmarks.elsewhere.fit CORPUS.jsonl.xz QUESTIONS.jsonl...

`citewell eval --fit` fits all else on the shipped papers, and goes before.
"""

from contextlib import ExitStack

from benchmarks.elsewhere.fields import SHIPPED, arguments, examples, libraries
from rag.evaluating.fit import fit_doubt
from rag.settings import DEFAULT_EMBEDDING_MODEL
from rag.tuning import SHIPPED as FILE
from rag.tuning import save, shipped
from store.encoders.weights import STATIC


def main() -> None:
    """Fit, and write the weights that ship."""
    corpus, asked = arguments(__doc__)
    for model in (DEFAULT_EMBEDDING_MODEL, STATIC):
        with ExitStack() as until:
            opened = libraries(corpus, model, until)
            reads_words = opened[SHIPPED].reads_words
            found = examples(opened, asked, shipped(reads_words))
            fitted = fit_doubt([e for some in found.values() for e in some], shipped(reads_words))
        save(fitted, reads_words, FILE)
        print(model, fitted.doubt)


if __name__ == "__main__":
    main()
