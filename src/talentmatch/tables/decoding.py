"""The text of a file, whatever program wrote it, or a clear error."""

from __future__ import annotations

from talentmatch.errors import Flaw, InputError

__all__ = ["broken", "decoded"]

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_COMMON = 0.7  # share of the characters beyond ASCII that every real Chinese text has in GB 2312
_UTF8 = "Save the file as UTF-8 (in Excel: CSV UTF-8) and try again"


def broken(name: str, rule: str, hint: str) -> InputError:
    """Return the error of a file that cannot be read as a whole."""
    return InputError(name, [Flaw(None, "", "", rule, hint)])


def decoded(content: bytes, name: str) -> str:
    """Return the text of a file: by its mark, as UTF-8, or as Chinese Excel's GB 18030."""
    encoding = next((encoding for bom, encoding in _BOMS if content.startswith(bom)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        chinese = _chinese(content) if encoding == "utf-8" else None
        if chinese is None:
            line = content.count(b"\n", 0, error.start) + 1
            rule = f"wrong encoding: byte {error.start} (line {line}) is not {encoding}"
            raise broken(name, rule, _UTF8) from error
        text = chinese
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise broken(name, f"wrong encoding: a null character in line {line}", _UTF8)
    return text


def _chinese(content: bytes) -> str | None:
    """Return the text where it is Chinese in GB 18030, None where it is something else."""
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return None
    beyond = "".join(character for character in text if not character.isascii())
    common = len(beyond.encode("gb2312", errors="ignore")) / 2
    return text if common >= _COMMON * len(beyond) else None
