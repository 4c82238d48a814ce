"""The keyword index, in tantivy: BM25 over stems, the title counting twice.

Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009).
"""

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import DamagedKeywordsError, index_failure, is_panic
from store.records import Paper

_HEAP = 64_000_000  # bytes the writer may fill before it writes a segment
_TIES = 20  # further papers looked at, as tantivy orders ties by place and not by id
_WORDS = """
a about above after again against all also am an and any are aren as at be because been before being
below between both but by can cannot could did didn do does doesn doing don down during each few for from
further had has have having he her here hers herself him himself his how i if in into is isn it its
itself just let me more most my myself no nor not now of off on once only or other our ours ourselves out
over own s same she should so some such t than that the their theirs them themselves then there these
they this those through to too under until up us very was we were what when where which while who whom
whose why will with would you your yours yourself yourselves ll re ve d m tell paper papers
"""  # said in any question, whatever it asks for
STOP_WORDS = frozenset(_WORDS.split())
# Compounds that some write with a hyphen and others without: "multi-modal", "pretraining", "fine-tune".
_COMPOUND = re.compile(
    r"(?i)\b(?:(\w+)-(\w+)\b|(multi|pre(?=\w{5})|cross|semi|non|fine|meta|post(?=\w{5})|self)(\w{4,}))"
)


class Keywords:
    """Papers by the words of their titles and abstracts."""

    def __init__(self, folder: Path, new: bool = False):
        """The index in `folder`, made there if `new`. Raises DamagedKeywordsError for one that cannot be read."""
        import tantivy

        if new:
            folder.mkdir(parents=True)
        elif not (folder / "meta.json").exists():  # tantivy would make an empty index of what is left
            raise DamagedKeywordsError(f"{folder}: no keyword index; open the library again to mend it.")
        schema = (
            tantivy.SchemaBuilder()
            .add_text_field("paper_id", stored=True, tokenizer_name="raw", index_option="basic")
            .add_text_field("text", tokenizer_name="words", index_option="freq")
            .build()
        )
        self._folder = folder
        with self._telling():
            self._index = tantivy.Index(schema, path=str(folder))
        self._index.register_tokenizer("words", _analyzer())
        self._query_words = _analyzer(STOP_WORDS)

    def put(self, papers: Iterable[Paper], gone: Iterable[str] = ()) -> None:
        """Keep these papers, in place of what was kept under their ids, and forget those `gone`."""
        import tantivy

        with self._telling():
            writer = self._index.writer(_HEAP, 1)
            for paper_id in gone:
                writer.delete_documents("paper_id", paper_id)
            for paper in papers:
                writer.delete_documents("paper_id", paper.paper_id)
                text = f"{paper.title}\n{paper.title}\n{paper.abstract}"
                writer.add_document(tantivy.Document(paper_id=paper.paper_id, text=text))
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()

    def best(self, text: str, k: int, among: Collection[str] | None = None) -> list[tuple[str, float]]:
        """The `k` best papers for the words of `text`: (paper_id, score > 0), ties by id.

        `among` limits them to these ids, at some microseconds for each of them.
        """
        import tantivy

        schema = self._index.schema
        words = dict.fromkeys(self._query_words.analyze(f"{text} {_otherwise_written(text)}"))
        matches = [tantivy.Query.term_query(schema, "text", word, "freq") for word in words]
        terms = [(tantivy.Occur.Should, match) for match in matches]
        if not terms or k < 1:
            return []
        with self._telling():
            searcher = self._index.searcher()
            query = tantivy.Query.boolean_query(terms)
            wanted = query if among is None else _limited(query, schema, among)
            found = searcher.search(wanted, limit=k + _TIES, count=False).hits
            scored = [(searcher.doc(place)["paper_id"][0], score) for score, place in found if score > 0]
        return sorted(scored, key=lambda pair: (-pair[1], pair[0]))[:k]

    def ids(self) -> list[str]:
        """The id of every text that the index holds."""
        import tantivy

        with self._telling():
            searcher = self._index.searcher()
            found = searcher.search(tantivy.Query.all_query(), limit=max(1, searcher.num_docs), count=False).hits
            return [searcher.doc(place)["paper_id"][0] for _, place in found]

    def __len__(self) -> int:
        """How many papers the index holds."""
        return self._index.searcher().num_docs

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            if not isinstance(error, ValueError) and not is_panic(error):
                raise
            raise index_failure(self._folder, "keyword index", error, DamagedKeywordsError) from None


def _otherwise_written(text: str) -> str:
    """The compounds of `text` as others write them: in one where it has a hyphen, in two where it has none."""
    found = _COMPOUND.finditer(text)
    return " ".join(f"{m[1]}{m[2]}" if m[1] else f"{m[3]} {m[4]}" for m in found)


def _limited(query, schema, paper_ids: Collection[str]):
    """The query, with its scores, among these papers alone."""
    from tantivy import Occur, Query

    inside = Query.const_score_query(Query.term_set_query(schema, "paper_id", list(paper_ids)), 0.0)
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, inside)])


def _analyzer(stop_words: Collection[str] = ()):
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(40))
    builder = builder.filter(Filter.lowercase()).filter(Filter.ascii_fold())
    if stop_words:
        builder = builder.filter(Filter.custom_stopword(sorted(stop_words)))
    return builder.filter(Filter.stemmer("english")).build()
