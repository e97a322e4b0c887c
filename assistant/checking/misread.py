"""How a sentence can be wrong though all its figures and names stand in what it cites, each in a few words.

All functions read comparable text (see ``assistant.figures.figures``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.checking.cited import Source
from assistant.checking.comparing.beside import UNMEASURED, told_of_other, told_of_several
from assistant.checking.comparing.opposed import (
    clauses_in,
    clauses_of,
    nearest,
    role_at,
    says_otherwise,
    sides_at,
    speaks_to_asker,
    tells_both,
)
from assistant.checking.comparing.planned import (
    tells_completion,
    tells_done,
    tells_in_force,
    told_as_done,
    told_as_planned,
    without_done,
)
from assistant.checking.names.persons import wrong_person
from assistant.checking.stated import Claim, Kind, figures_of
from assistant.checking.turned import turned_around
from assistant.figures.figures import DATE, read_figures
from assistant.figures.same_figures import stands_among

_EACH = re.compile(r"分别|各为|依次|respectively")
_ISSUED = re.compile(r"[^,，。；;]{0,12}(?:印发|发布|公布|通知|方案|办法|意见|要点|公告|规定|文件)")


def misreadings(
    text: str, start: int, own: Sequence[Claim], names: Sequence[Claim], cited: Sequence[Source]
) -> Iterator[str]:
    """Why the cited passages do not mean what a sentence says; its words begin at ``start`` of ``text``.

    ``own`` are its claims, ``names`` those of what stands over it too.
    """
    figures = [claim for claim in own if claim.figure and any(map(claim.stands_in, cited))]
    departments = [claim for claim in own if claim.kind is Kind.DEPARTMENT]
    clauses = clauses_of(text[start:])
    found = [_of_another(text, claim, names, cited) for claim in figures]
    found += [_of_other_words(text, claim, cited) for claim in figures]
    found += [_only_planned(text, claim, cited) for claim in figures]
    found += [_only_of_its_day(text, claim, cited) for claim in figures]
    found += [_the_other_way(text, claim, cited) for claim in figures]
    found += [_in_another_role(text, claim, cited) for claim in departments]
    found += [_unfinished(clause, cited) for clause in clauses]
    found += [_shared(clause, cited) for clause in clauses]
    found += [_otherwise(clause, cited) for clause in clauses]
    around = turned_around(text[start:], cited)
    found += [f"{around} 在资料里是反过来变的"] if around else []
    name = wrong_person(text[start:], [source.body for source in cited])
    found += [f"{name} 在资料里不是这个职务或电话的人"] if name else []
    yield from filter(None, found)


def _only_of_its_day(text: str, claim: Claim, cited: Sequence[Source]) -> str:
    """That the passages have a year only as that of their own date, and it is told of something else."""
    figure = claim.figure
    if figure is None or figure.unit != DATE or any(figure.value[1:]) or _ISSUED.match(text, claim.end):
        return ""
    elsewhere = any(stands_among(figure, source.figures_told) for source in cited)
    return "" if elsewhere else f"{claim.text} 在资料里只是文件的日期"


def _the_other_way(text: str, claim: Claim, cited: Sequence[Source]) -> str:
    """That a figure is told as the least of which the passages say that it is the most, or the other way."""
    own = sides_at(text, claim.start, claim.end)
    if not own or claim.figure is None:
        return ""
    theirs = [
        sides_at(source.body, other.start, other.end)
        for source in cited
        for other in source.told
        if stands_among(claim.figure, (other,))
    ]
    for axis, side in own.items():
        others = [one.get(axis, "") for one in theirs]
        if others and side not in others and "" not in others:
            return f"{claim.text} 的方向与资料里的相反"
    return ""


def _in_another_role(text: str, claim: Claim, cited: Sequence[Source]) -> str:
    """That a department is told to lead which only assists, or the other way round."""
    own = role_at(text, claim.start, claim.end)
    theirs = {role for source in cited for role in source.roles(claim.text)} - {""}
    return f"{claim.text} 在资料里不是这个角色" if own and theirs and own not in theirs else ""


def _unfinished(clause: str, cited: Sequence[Source]) -> str:
    """That something is told as done of which the passages only say that it is to be."""
    if not tells_done(clause) or speaks_to_asker(clause):
        return ""
    if any(source.is_draft for source in cited) and tells_in_force(clause):
        return "所引的是征求意见稿，尚未印发施行"
    window = nearest(without_done(clause), [source.windows for source in cited if source.is_plan])
    if window is None:
        open_still = tells_completion(clause) and all(s.is_plan and not tells_done(s.body) for s in cited)
    else:
        open_still = not tells_done(window.sentence)
    return "资料里是计划或要求，没有说已经做到" if open_still else ""


def _shared(clause: str, cited: Sequence[Source]) -> str:
    """That one figure is told of several things of which the passages tell several figures."""
    figures = [figure for figure in read_figures(clause) if figure.unit not in UNMEASURED]
    if not tells_both(clause) or not figures:
        return ""
    documents = {source.document for source in cited if stands_among(figures[-1], source.told)}
    window = nearest(clause, [source.windows for source in cited])
    if window is None or tells_both(window.sentence) or len(documents) > 1:
        return ""
    theirs = [other.value for other in read_figures(window.sentence) if other.unit == figures[-1].unit]
    once = theirs.count(figures[-1].value) == 1
    return f"资料里不都是 {figures[-1].text}" if once and len(set(theirs)) > 1 else ""


def _otherwise(clause: str, cited: Sequence[Source]) -> str:
    """That the passages say the opposite of a clause."""
    word = says_otherwise(clause, (source.windows for source in cited))
    return f"“{word}”与资料里的说法相反" if word else ""


def _of_another(text: str, claim: Claim, names: Sequence[Claim], cited: Sequence[Source]) -> str:
    """That the passages which have a figure are of other names than its clause, kind by kind."""
    holders = {source.document for source in cited if claim.stands_in(source)}
    told = [source for source in cited if source.document in holders]
    for kind in (Kind.PLACE, Kind.TITLE, Kind.DEPARTMENT):
        scope = _scope(text, claim, [name for name in names if name.kind is kind])
        if scope and not any(name.stands_in(source) for name in scope for source in told):
            return f"{claim.text} 在所引的资料里不是“{'、'.join(name.text for name in scope)}”的"
    return ""


def _of_other_words(text: str, claim: Claim, cited: Sequence[Source]) -> str:
    """That a figure is told with the words beside which the passages have another one."""
    mentions = [mention for source in cited for mention in source.mentions]
    if claim.figure is None:
        return ""
    if told_of_several(text, claim.figure, mentions):
        return f"资料里不都是 {claim.text}"
    return f"{claim.text} 在资料里说的是别的" if told_of_other(text, claim.figure, mentions) else ""


def _scope(text: str, claim: Claim, names: Sequence[Claim]) -> Sequence[Claim]:
    """The names of the last clause up to the figure's own that has any; with 分别 the one in its turn."""
    for clause in reversed([match for match in clauses_in(text) if match.start() <= claim.start]):
        inside = [name for name in names if clause.start() <= name.start < clause.end()]
        inside = [n for n in inside if all(n.end != other.start for other in inside)]  # 某省 of 某省某市
        if not inside:
            continue
        last = max(name.end for name in inside)
        listed = [figure.start for figure in figures_of(text) if figure.start >= last]
        if _EACH.search(text, clause.start()) and len(listed) == len(inside) and claim.start in listed:
            ordered = sorted(inside, key=lambda name: name.start)
            return [ordered[listed.index(claim.start)]]
        return inside
    return ()


def _only_planned(text: str, claim: Claim, cited: Sequence[Source]) -> str:
    """That a figure is told as reached of which the passages only say that it is to be."""
    figure = claim.figure
    if figure is None or figure.unit == DATE or not told_as_done(text, claim.start):
        return ""
    told = [
        told_as_planned(source.body, other.start, source.passage.head.issued_on)
        for source in cited
        for other in source.told
        if stands_among(figure, (other,))
    ]
    return f"{claim.text} 在资料里是计划或目标，不是已经做到的" if told and all(told) else ""
