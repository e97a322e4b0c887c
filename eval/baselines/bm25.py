"""BM25 alone, over the windows of LangChain's tutorial.

The engine is tantivy, with its usual k1 = 1.2 and b = 0.75. Terms are those of the
assistant's own index, characters and their pairs among them: on these documents
they find more than words cut by jieba do, so the baseline is given the better.
"""

from __future__ import annotations

import tantivy

from eval.baselines.langchain_tutorial import cut, write_prompt
from eval.baselines.pipeline import Baseline, Material
from eval.systems.systems import Found
from vectorstore.text import search_terms

NAME = "bm25"
_TOP = 4  # as in the tutorial, whose prompt it uses
_HEAP = 50_000_000


def build(material: Material) -> Baseline:
    """The index, in memory. Raises BaselineUnavailable."""
    windows = cut(NAME, material.texts)
    # "raw" takes each value as one term: they are cut beforehand.
    schema = (
        tantivy.SchemaBuilder()
        .add_unsigned_field("window", stored=True)
        .add_text_field("terms", tokenizer_name="raw", index_option="freq")
        .build()
    )
    index = tantivy.Index(schema)
    writer = index.writer(heap_size=_HEAP, num_threads=1)
    for number, window in enumerate(windows):
        writer.add_document(tantivy.Document(window=number, terms=search_terms(window.text)))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def find(question: str, limit: int) -> list[Found]:
        terms = dict.fromkeys(search_terms(question))
        query = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Should, tantivy.Query.term_query(schema, "terms", term, index_option="freq"))
                for term in terms
            ]
        )
        hits = searcher.search(query, limit, count=False).hits
        return [windows[searcher.doc(address)["window"][0]] for _, address in hits]

    return Baseline(
        NAME,
        find=find,
        top=_TOP,
        write_prompt=write_prompt,
        chat_model=material.chat_model,
        packages=("tantivy", "langchain-text-splitters"),
    )
