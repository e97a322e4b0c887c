"""What of a saved web page is the document: the furniture of the site is taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from vectorstore.readers.packages import Element

# fmt: off
_DROPPED = frozenset({
    "script", "style", "noscript", "template", "iframe", "object", "embed", "applet", "svg", "canvas",
    "video", "audio", "map", "nav", "aside", "input", "select", "option", "button", "textarea", "datalist",
    "dialog", "link", "meta", "base", "title", "frameset",
})
# fmt: on
_EDGES = frozenset({"header", "footer"})  # of the page; inside of an article they are part of it
# Words in class and id by which sites name what is not the document.
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|crumbs?|breadcrumbs?|position|location|dqwz|share|bdshare|social|"
    r"toolbar|tools?|print|fontsize|sidebar|side|related|recommend|comments?|copyright|foot|footer|header|banner|"
    r"logo|qr|qrcode|ewm|erweima|top|gotop|totop|search|login|pager|pagination|ads?|popup|float|prev|next|xgwz|"
    r"xglj|links?|friendlink|yqlj)(?=$|[\s_\d-])",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_MARKS = re.compile("[，。；：、！？,;]")
_ATTACHMENT = re.compile(r"\.(?:docx?|wps|xlsx?|et|pptx?|pdf|ofd|zip|rar|txt)(?:[?#].*)?$", re.IGNORECASE)
_SITE = re.compile(r"\s*[_|｜—–]+\s*|\s+-+\s*|\s*-+\s+")  # between a page's title and the site's name
_HAN = re.compile("[\u3400-\u9fff]")
_SHORTEST_TITLE = 6  # Chinese characters
_MOST_OF_IT = 0.8  # of the prose of the page
_LONGEST_FURNITURE = 400  # characters
_LINKED = 0.6  # share of link text by which a block is a list of links


def isolate_article(root: Element) -> tuple[str, Element, list[Element]]:
    """Cut the page down to its document.

    Returns the title, empty where the document shows it itself; the element that
    is left, with the document from its title on; and the links to attachments
    that stood behind it.
    """
    found = root.find("body")
    body = root if found is None else found
    named = _declared_titles(root)
    _take_out_furniture(body)
    article = _find_article(body)
    title = _find_title(body, article, named)
    _cut_before(article if title is None else title, body)
    attachments = _cut_after(article, body)
    _drop_link_lists(body)
    shown = squeezed(body)
    return next((name for name in named if name not in shown), "") if title is None else "", body, attachments


def is_attachment(link: Element) -> bool:
    """Whether a link leads to a file to download."""
    return bool(_ATTACHMENT.search(link.get("href") or ""))


def squeezed(element: Element) -> str:
    """All text below an element without white space."""
    return "".join("".join(element.itertext()).split())


def _take_out_furniture(body: Element) -> None:
    for element in list(body.iter()):
        if element is not body and (
            not isinstance(element.tag, str) or element.tag in _DROPPED or _is_hidden(element)
        ):
            _drop(element)
    weights = _Weights(body)
    for element in list(body.iter()):
        # Class names lie: what holds much of the prose is kept, whatever it is called.
        if element is not body and _is_named_furniture(element) and 2 * weights.of(element) < weights.total:
            short = len(squeezed(element)) <= _LONGEST_FURNITURE
            if (short or _is_made_of_links(element)) and next(element.iter("h1"), None) is None:
                _drop(element)


def _is_hidden(element: Element) -> bool:
    return element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style") or ""))


def _is_named_furniture(element: Element) -> bool:
    if _FURNITURE.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
        return True
    if element.get("title") in _EDGES:  # so LibreOffice marks what stood on every page
        return True
    return element.tag in _EDGES and next(element.iterancestors("article", "main"), None) is None


def _is_made_of_links(element: Element) -> bool:
    linked = sum(len(squeezed(link)) for link in element.iter("a"))
    return linked > _LINKED * len(squeezed(element))


def _find_article(body: Element) -> Element:
    """The innermost element with nearly all of the page's prose."""
    weights = _Weights(body)
    current = body
    while weights.total:
        heaviest = max((child for child in current), key=weights.of, default=None)
        if heaviest is None or weights.of(heaviest) < _MOST_OF_IT * weights.total:
            break
        if heaviest.tag in ("p", "table", "ul", "ol", "pre", "span", "font", "b"):
            break
        current = heaviest
    return current


class _Weights:
    """How much prose is below each element: characters of texts that read like sentences."""

    def __init__(self, body: Element) -> None:
        self._body = body

    @cached_property
    def _by_element(self) -> dict[Element, int]:
        weights: dict[Element, int] = {}
        for element, text in _own_texts(self._body):
            weight = len(text) if _MARKS.search(text) or len(text) > 25 else 0
            for holder in (element, *element.iterancestors()) if weight else ():
                weights[holder] = weights.get(holder, 0) + weight
        return weights

    @property
    def total(self) -> int:
        return self.of(self._body)

    def of(self, element: Element) -> int:
        return self._by_element.get(element, 0)


def _own_texts(body: Element) -> Iterator[tuple[Element, str]]:
    """Each element that has text of its own outside of links, and that text."""
    for element in body.iter():
        if element.tag != "a":
            text = "".join([element.text or "", *(child.tail or "" for child in element)])
            if text := "".join(text.split()):
                yield element, text


def _declared_titles(root: Element) -> list[str]:
    """The titles that the page's head gives, the best first, without the name of the site."""
    metas = {str(meta.get("name")).lower(): meta.get("content") or "" for meta in root.iter("meta")}
    title = next((element.text or "" for element in root.iter("title")), "")
    declared = [
        "".join(text.split()) for text in (metas.get("articletitle", ""), _SITE.split(title.strip())[0])
    ]
    return [name for name in declared if len(_HAN.findall(name)) >= _SHORTEST_TITLE]


def _find_title(body: Element, article: Element, named: list[str]) -> Element | None:
    """The element in front of the article that shows the title, or None."""
    before: list[Element] = []
    around = {article, *article.iterancestors()}
    for element in body.iter():
        if element is article:
            break
        if element not in around:
            before.append(element)
    for name in named:
        for element in reversed(before):
            text = squeezed(element)
            if len(text) >= _SHORTEST_TITLE and name.startswith(text):
                return element
    return next((element for element in reversed(before) if element.tag == "h1" and squeezed(element)), None)


def _cut_before(start: Element, body: Element) -> None:
    for element in _path(start, body):
        parent = element.getparent()
        for previous in list(element.itersiblings(preceding=True)):
            parent.remove(previous)
        parent.text = None


def _cut_after(article: Element, body: Element) -> list[Element]:
    attachments: list[Element] = []
    for element in _path(article, body):
        element.tail = None
        for following in list(element.itersiblings()):
            attachments.extend(filter(is_attachment, following.iter("a")))
            element.getparent().remove(following)
    return attachments


def _path(element: Element, body: Element) -> list[Element]:
    """The element and what it lies in, below ``body``."""
    path: list[Element] = []
    while element is not body:
        path.append(element)
        element = element.getparent()
    return path


def _drop_link_lists(body: Element) -> None:
    """Remove lists of links to other pages; links to attachments stay."""
    for element in list(body.iter("ul", "ol", "div", "dl", "table", "td", "p")):
        links = list(element.iter("a"))
        if len(links) > 2 and _is_made_of_links(element) and not any(map(is_attachment, links)):
            _drop(element)


def _drop(element: Element) -> None:
    """Remove an element, not the text behind it."""
    parent = element.getparent()
    if parent is None:
        return
    previous = element.getprevious()
    if element.tail:
        if previous is not None:
            previous.tail = (previous.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
