"""PDF by PDFium, the reader inside of Chrome: fast, kept up, and hardened against hostile files."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from vectorstore.readers.blocks import Content
from vectorstore.readers.layout import lay_out
from vectorstore.readers.printed import PrintedPage, Rule, Run
from vectorstore.readers.refusals import damaged, encrypted, too_large
from vectorstore.readers.ruled import is_rule

_MOST_PAGES = 3_000
_FEWEST_CHARACTERS = 10  # a page with fewer and a picture over most of it is a scan
_PICTURE = 0.5  # of the page
_SMALLEST = 2.0  # points; smaller print is not for readers
_UNMAPPED = 0.3  # share of characters without meaning from which on the fonts are broken
_MOST_OBJECTS = 50_000  # of a page; more are a drawing
"""  """
