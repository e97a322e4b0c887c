"""The examples in docstrings are true, and the modules that whoever begins reads first have some."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest

MODULES = (
    "assistant.checking.claims",
    "assistant.checking.comparing.derived",
    "assistant.figures.figures",
    "assistant.checking.names.latin_names",
    "assistant.checking.names.names",
    "assistant.checking.comparing.opposed",
    "assistant.checking.comparing.planned",
    "assistant.figures.same_figures",
    "assistant.checking.stated",
    "assistant.saying.forms.links",
    "assistant.reading.signs",
    "vectorstore.search.fusion",
    "vectorstore.outline.headings",
    "vectorstore.outline.numbering",
    "vectorstore.places",
    "vectorstore.outline.structure",
    "vectorstore.outline.titles",
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_say_what_it_does(name: str) -> None:
    done = doctest.testmod(import_module(name))

    assert done.attempted, "no docstring of it has an example"
    assert not done.failed, "its output says which"
