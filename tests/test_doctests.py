"""The examples in docstrings are true, and the modules that whoever begins reads first have some."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest

MODULES = (
    "assistant.checking.claims",
    "assistant.checking.derived",
    "assistant.checking.figures",
    "assistant.checking.latin_names",
    "assistant.checking.names",
    "assistant.checking.opposed",
    "assistant.checking.planned",
    "assistant.checking.same_figures",
    "assistant.checking.stated",
    "assistant.forms.links",
    "assistant.reading.signs",
    "vectorstore.fusion",
    "vectorstore.headings",
    "vectorstore.numbering",
    "vectorstore.places",
    "vectorstore.structure",
    "vectorstore.titles",
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_say_what_it_does(name: str) -> None:
    done = doctest.testmod(import_module(name))

    assert done.attempted, "no docstring of it has an example"
    assert not done.failed, "its output says which"
