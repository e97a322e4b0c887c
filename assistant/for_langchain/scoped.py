"""What the retriever and the runnable have in common: where they look."""

from __future__ import annotations

from pydantic import BaseModel

from vectorstore.types import Scope


class Scoped(BaseModel):
    """Where to look: ids of documents, regions (某省某市), kinds (通知, 方案), years. Empty: everywhere."""

    documents: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    years: tuple[int, ...] = ()

    def scope(self) -> Scope:
        """The same as the library knows it."""
        return Scope(documents=self.documents, regions=self.regions, kinds=self.kinds, years=self.years)
