"""One key for the forms of a word: its plural, and its British and American spelling.

The plural rule is Harman's S-stemmer (D. Harman, "How effective is suffixing?", Journal of the
American Society for Information Science 42(1), 1991, 7-15), with what it leaves apart put right
where no other word is hit: *processes*, *branches*, *movies*, *tradesmen*. Endings in -ing and -ed
stay, as they make other words: an *engineer* is not *engineering*.
"""

from __future__ import annotations

import re

__all__ = ["base_form"]

_NO_PLURALS = frozenset({"canvas", "customs", "goods", "logistics", "news", "windows"})
_IRREGULAR = {"analyses": "analysi", "indices": "index", "matrices": "matrix"}
_HISSING = re.compile(r"(?:ss|sh|x|[nrt]ch|[eo]ach)es$")

# Both spellings get one key. That a word such as "exercise" gets a z too does no harm: there is no
# other word with it.
_ISE = re.compile(
    r"(?<=\w\w\w)is(?=(?:e|ed|er|ing|ation|ational)$)|(?<=\w\waly)s(?=(?:e|ed|er|ing)$)"
)
_ENDS = {
    "analogue": "analog",
    "calibre": "caliber",
    "catalogue": "catalog",
    "centre": "center",
    "defence": "defense",
    "dialogue": "dialog",
    "fibre": "fiber",
    "litre": "liter",
    "metre": "meter",
    "offence": "offense",
    "programme": "program",
    "theatre": "theater",
}
_STEMS = {
    "aeroplane": "airplane",
    "aluminium": "aluminum",
    "anaesth": "anesth",
    "armour": "armor",
    "artefact": "artifact",
    "behaviour": "behavior",
    "cancell": "cancel",
    "colour": "color",
    "counsell": "counsel",
    "endeavour": "endeavor",
    "favour": "favor",
    "flavour": "flavor",
    "gynaeco": "gyneco",
    "haemat": "hemat",
    "harbour": "harbor",
    "honour": "honor",
    "humour": "humor",
    "jewellery": "jewelry",
    "labell": "label",
    "labour": "labor",
    "licence": "license",
    "modell": "model",
    "mould": "mold",
    "neighbour": "neighbor",
    "odour": "odor",
    "orthopaed": "orthoped",
    "paediatr": "pediatr",
    "plough": "plow",
    "sulph": "sulf",
    "travell": "travel",
    "tumour": "tumor",
    "vapour": "vapor",
}
_BRITISH = re.compile(rf"(?:{'|'.join(_ENDS)})$|{'|'.join(_STEMS)}")
_AMERICAN = {**_ENDS, **_STEMS}


def base_form(word: str) -> str:
    """Return a key that the forms of a word share; not always a word itself.

    Parameters
    ----------
    word : str
        One lower-case token. Other languages' words keep their ends but for a plural s.

    Returns
    -------
    str
        The token itself where it holds anything but letters, or three of them at most.

    Examples
    --------
    >>> [base_form(word) for word in ("technologies", "classes", "labour", "engineering")]
    ['technology', 'class', 'labor', 'engineering']
    >>> base_form("organisations") == base_form("organization")
    True
    """
    if len(word) < 4 or not word.isalpha():
        return word
    if word[-1] == "s" and word not in _NO_PLURALS:
        word = _singular(word)
    if len(word) > 4:
        if word.endswith("ie"):
            word = word[:-2] + "y"
        elif word.endswith("men"):
            word = word[:-3] + "man"
        word = _BRITISH.sub(lambda match: _AMERICAN[match[0]], _ISE.sub(_with_z, word))
    return word


def _singular(word: str) -> str:
    """Harman's rules, of which the first that applies is used, after the exceptions."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if _HISSING.search(word):
        return word[:-2]
    if word.endswith("ies") and len(word) > 4 and word[-4] not in "ae":
        return word[:-3] + "y"
    if word[-2] in "us":
        return word
    return word[:-1]


def _with_z(match: re.Match[str]) -> str:
    return match[0][:-1] + "z"
