"""The notation in which the word material is written, and its reader.

One block per speciality. ``|`` stands between synonyms, ``=`` between English and Chinese; a
line that starts with ``=`` continues the line above it::

    [submarine cable insulation] technology
    roles: Insulation Engineer = 绝缘工程师
    study: electrical engineering = 电气工程
    tools: COMSOL | AutoCAD
    latin: XLPE | HVDC
    problem: partial discharge rises after jointing = 接头后局放偏高
    - XLPE insulation | cross-linked polyethylene = 交联聚乙烯绝缘 | XLPE绝缘
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Speciality", "Term", "read_specialities", "read_term"]


@dataclass(frozen=True, slots=True)
class Term:
    """One notion and the ways in which different writers put it.

    Parameters
    ----------
    english, chinese : tuple of str
        Synonyms; at least one in each language.

    Examples
    --------
    >>> read_term("PD testing | partial discharge testing = 局放检测").english
    ('PD testing', 'partial discharge testing')
    """

    english: tuple[str, ...]
    chinese: tuple[str, ...]


@dataclass(slots=True)
class Speciality:
    """What people of one speciality do, and the words they use for it.

    Parameters
    ----------
    name : str
        The latent label, for example ``"submarine cable insulation"``.
    function : str
        ``"technology"``, ``"management"``, ``"marketing"``; outside the layout also ``"research"``
        and ``"practice"``.
    industry : str
        The industry of the layout; the speciality's own name outside it.
    roles, study : Term
        Job titles and fields of study.
    tools, latin : tuple of str
        Programs and instruments; standards, materials and acronyms. Written in Latin letters in
        both languages.
    problems : list of Term
        What an enterprise asks help for.
    terms : list of Term
        The notions of the speciality.
    borrows : str
        A speciality of the layout whose words are used too (hard negatives), or empty.
    """

    name: str
    function: str
    industry: str
    roles: Term = field(default_factory=lambda: Term((), ()))
    study: Term = field(default_factory=lambda: Term((), ()))
    tools: tuple[str, ...] = ()
    latin: tuple[str, ...] = ()
    problems: list[Term] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    borrows: str = ""

    @property
    def fits(self) -> bool:
        """Whether it belongs to the layout."""
        return self.industry != self.name


def _synonyms(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|"))


def read_term(text: str) -> Term:
    """Read ``"english | synonym = chinese | synonym"``.

    Parameters
    ----------
    text : str
        One line of the notation without its key.

    Returns
    -------
    Term

    Examples
    --------
    >>> read_term("tool wear = 刀具磨损")
    Term(english=('tool wear',), chinese=('刀具磨损',))
    """
    english, chinese = text.split(" = ")
    return Term(_synonyms(english), _synonyms(chinese))


def _read_line(speciality: Speciality, line: str) -> None:
    if line.startswith("- "):
        speciality.terms.append(read_term(line[2:]))
        return
    key, _, value = line.partition(": ")
    if key == "problem":
        speciality.problems.append(read_term(value))
    elif key in ("roles", "study"):
        setattr(speciality, key, read_term(value))
    elif key in ("tools", "latin"):
        setattr(speciality, key, _synonyms(value))
    elif key == "borrows":
        speciality.borrows = value
    else:
        raise ValueError(f"no such line in the word notation: {line!r}")


def read_specialities(block: str, industry: str = "") -> list[Speciality]:
    r"""Read a block of specialities.

    Parameters
    ----------
    block : str
        Text in the notation above.
    industry : str
        The industry of all of them; empty: each is an industry of its own.

    Returns
    -------
    list of Speciality
        In the order of the text.

    Examples
    --------
    >>> [one] = read_specialities("[botany] research\n- mosses | bryophytes = 苔藓")
    >>> one.industry, one.terms[0].chinese
    ('botany', ('苔藓',))
    """
    found: list[Speciality] = []
    for line in block.strip().replace("\n= ", " = ").splitlines():
        if line.startswith("["):
            name, _, function = line[1:].partition("] ")
            found.append(Speciality(name, function, industry or name))
        elif line:
            _read_line(found[-1], line)
    return found
