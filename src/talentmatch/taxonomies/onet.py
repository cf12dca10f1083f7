"""O*NET: occupations of the United States and their technology, as O*NET publishes them."""

from __future__ import annotations

import os
from collections.abc import Sequence

from talentmatch.tables.decoding import broken
from talentmatch.taxonomies.drafts import Draft
from talentmatch.taxonomies.tables import SEPARATOR, files_of, frame_of, texts_of

__all__ = ["read_onet"]

_CODE = "O*NET-SOC Code"
_TOOLS = (_CODE, "Example", "Commodity Code", "Commodity Title")
_TITLES = {"Title": "Description", "Alternate Title": _CODE, "Reported Job Title": _CODE}

# Major groups of the Standard Occupational Classification, 2018.
_MAJOR = {
    "11": "Management",
    "13": "Business and Financial Operations",
    "15": "Computer and Mathematical",
    "17": "Architecture and Engineering",
    "19": "Life, Physical, and Social Science",
    "21": "Community and Social Service",
    "23": "Legal",
    "25": "Educational Instruction and Library",
    "27": "Arts, Design, Entertainment, Sports, and Media",
    "29": "Healthcare Practitioners and Technical",
    "31": "Healthcare Support",
    "33": "Protective Service",
    "35": "Food Preparation and Serving Related",
    "37": "Building and Grounds Cleaning and Maintenance",
    "39": "Personal Care and Service",
    "41": "Sales and Related",
    "43": "Office and Administrative Support",
    "45": "Farming, Fishing, and Forestry",
    "47": "Construction and Extraction",
    "49": "Installation, Maintenance, and Repair",
    "51": "Production",
    "53": "Transportation and Material Moving",
    "55": "Military Specific",
}


def read_onet(path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> Draft:
    """Read O*NET's own tables; see `Taxonomy.from_onet`."""
    draft = Draft()
    titles: list[tuple[str, list[str], list[str]]] = []
    for file, was_named in files_of(path):
        frame = frame_of(file, file)
        headings = {str(heading) for heading in frame.columns}
        title = next((t for t, other in _TITLES.items() if {_CODE, t, other} <= headings), None)
        if {*_TOOLS} <= headings:
            _read_tools(draft, *(texts_of(frame, heading, file) for heading in _TOOLS[1:]))
        elif title is not None:
            codes, names = texts_of(frame, _CODE, file), texts_of(frame, title, file)
            titles.append((title, codes, names))
        elif was_named:
            shown = ", ".join(map(repr, list(frame.columns)[:8]))
            rule = f"none of O*NET's tables that can be read; its headings are {shown}"
            raise broken(file, rule, "Take Occupation Data or Technology Skills")
    order = list(_TITLES)  # an occupation is called by its own title
    for _, codes, names in sorted(titles, key=lambda one: order.index(one[0])):
        _read_titles(draft, codes, names)
    if not draft.labels:
        raise broken(str(path), "none of O*NET's tables", "Take Occupation Data.txt, for example")
    return draft


def _read_tools(draft: Draft, tools: list[str], codes: list[str], names: list[str]) -> None:
    for tool, code, name in dict.fromkeys(zip(tools, codes, names, strict=True)):
        if tool and code:
            concept = f"{code}/{SEPARATOR.sub(', ', tool)}"
            draft.add(concept, tool, tool, "en")
            draft.add(code, name, name, "en")
            draft.link(concept, code)


def _read_titles(draft: Draft, codes: list[str], names: list[str]) -> None:
    for code, title in zip(codes, names, strict=True):
        if code and title:
            major = code[:2]
            draft.add(code, "", title, "en")
            draft.add(f"SOC {major}", f"{_MAJOR[major]} Occupations" if major in _MAJOR else "")
            draft.link(code, f"SOC {major}")
