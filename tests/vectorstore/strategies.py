"""Hypothesis strategies: any document that the types allow, and chunks of it."""

from __future__ import annotations

from hypothesis import strategies as st

from vectorstore.errors import Message
from vectorstore.store.database import text_digest
from vectorstore.types import Cell, Chunk, Document, Head, Mark, Section, SectionKind, Status

# Any string that Python can hold, half surrogate pairs and NUL too.
anything = st.text(st.characters(exclude_categories=()), max_size=12)
dates = st.none() | st.dates()
offsets = st.integers(0, 10**6)
marks = st.lists(st.sampled_from(Mark), max_size=3).map(tuple)
heads = st.builds(
    Head,
    title=anything,
    issuer=anything,
    number=anything,
    region=anything,
    issued_on=dates,
    period=anything,
    kind=anything,
    status=st.sampled_from(Status),
    deadline=dates,
    superseded_by=anything,
    aliases=st.lists(anything, max_size=3).map(tuple),
)
cells = st.lists(
    st.builds(Cell, header=anything, text=anything, start=offsets, end=offsets, rows=st.integers(1, 9)),
    max_size=2,
).map(tuple)
sections = st.recursive(
    st.just(()),
    lambda children: st.lists(
        st.builds(
            Section,
            kind=st.sampled_from(SectionKind),
            label=anything,
            title=anything,
            start=offsets,
            end=offsets,
            part=st.integers(0, 9),
            marks=marks,
            cells=cells,
            children=children,
        ),
        max_size=2,
    ).map(tuple),
    max_leaves=6,
)
documents = st.builds(
    Document,
    id=anything,
    source=anything,
    text=st.text(st.characters(exclude_categories=()), max_size=40),
    digest=anything.map(text_digest),
    head=heads,
    parts=st.lists(heads, max_size=2).map(tuple),
    sections=sections,
    pages=st.lists(offsets, max_size=3).map(tuple),
    notices=st.lists(st.builds(Message, zh=anything, en=anything), max_size=2).map(tuple),
)


@st.composite
def chunks_of(draw: st.DrawFn, document: Document) -> tuple[Chunk, ...]:
    chunks = []
    for ordinal in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(document.text)))
        end = draw(st.integers(start, len(document.text)))
        chunks.append(
            Chunk(
                id=f"{document.id}-{ordinal}",
                document_id=document.id,
                ordinal=ordinal,
                part=draw(st.integers(0, 9)),
                kind=draw(st.sampled_from(SectionKind)),
                path=tuple(draw(st.lists(anything, max_size=3))),
                text=document.text[start:end],
                start=start,
                end=end,
                marks=draw(marks),
                cells=draw(cells),
            )
        )
    return tuple(chunks)
