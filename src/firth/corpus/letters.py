"""Text as it is compared: one normal form of Unicode, small letters."""

from __future__ import annotations

import unicodedata
from typing import Any, Literal, TypeAlias

import pyarrow.compute as pc

from firth.errors import ConfigError

Form: TypeAlias = Literal["NFC", "NFKC"]
FORMS: tuple[Form, ...] = ("NFC", "NFKC")
"""Normal forms (UAX #15): NFC writes é as one character; NFKC also ﬁ as fi, ａ as a."""

LOCALES = ("tr", "az")
"""Languages whose small letters are others: in Turkish and Azeri those of I and İ are ı and i."""


def check_letters(normalize: object, lowercase: object) -> None:
    """Refuse options of reading that there are not.

    Raises
    ------
    ConfigError
        `normalize` is neither None nor in `FORMS`, or `lowercase` neither a truth value nor in
        `LOCALES`.
    """
    if normalize is not None and normalize not in FORMS:
        raise ConfigError(f"normalize is {normalize!r}; it must be None or one of {FORMS}")
    if type(lowercase).__name__ not in ("bool", "bool_") and lowercase not in LOCALES:
        raise ConfigError(
            f"lowercase is {lowercase!r}; it must be True or False, or one of {LOCALES}, languages "
            "whose small letters are others"
        )


def as_compared(strings: Any, normalize: Form | None, lowercase: bool | str) -> Any:
    r"""Write strings as they are compared.

    Parameters
    ----------
    strings : pyarrow.StringArray
        (n,) text or tokens.
    normalize : str or None
        A form of `FORMS`.
    lowercase : bool or str
        Whether letters become small; by the rules of a language if it is one of `LOCALES`.

    Returns
    -------
    pyarrow.StringArray
        (n,) strings.

    Examples
    --------
    >>> import pyarrow as pa
    >>> as_compared(pa.array(["I\u0307ZMI\u0307R", "IŞIK"]), "NFC", "tr").to_pylist()
    ['izmir', 'ışık']
    """
    if normalize:
        strings = _in_form(strings, normalize)
    if not lowercase:
        return strings
    strings = lower(strings, lowercase if isinstance(lowercase, str) else None)
    # Small letters may compose where capitals do not: there is a ǰ, and no capital of it.
    return _in_form(strings, normalize) if normalize else strings


def lower(strings: Any, locale: str | None = None) -> Any:
    """Lower-case every character by Unicode's simple mapping, whatever its neighbours.

    That is ``str.lower`` but for the final sigma (always σ), the dotted capital İ (i) and letters
    newer than the Unicode tables at hand. With a locale of `LOCALES`, I becomes ı.

    >>> import pyarrow as pa
    >>> lower(pa.array(["THE Café"])).to_pylist()
    ['the café']
    """
    if locale is not None:
        for capital, small in (("I\u0307", "i"), ("I", "ı"), ("İ", "i")):
            strings = pc.replace_substring(strings, capital, small)
    return pc.utf8_lower(strings)


def _in_form(strings: Any, form: Form) -> Any:
    """Normalize strings; most text is normal already, and looking costs little.

    Each part of a normal text is normal, so all strings are looked at as one.
    """
    first, last = strings.offset, strings.offset + len(strings)
    _, offsets, data = strings.buffers()
    if data is None or first == last:
        return strings
    begin, end = (int.from_bytes(offsets[4 * i : 4 * i + 4], "little") for i in (first, last))
    text = data.slice(begin, end - begin).to_pybytes()
    if text.isascii() or unicodedata.is_normalized(form, text.decode()):
        return strings
    return pc.utf8_normalize(strings, form)
