"""From a document's text to its outline: what starts a section, and what nests in what."""
