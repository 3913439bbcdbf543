"""What is declared in code, as pages: every option of training, and every member."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from firth.config import REGISTRIES, Choice, Flag, Option, every_option

_HEAD = """# Settings

Every option of `firth.train(…)`, of the [estimators](sklearn.md) and, with dashes, of
`firth train --…`, from its declaration in the code. What several together do, and which defaults
depend on the text, is told in [architectures, units, objectives](members.md#options).
"""


def settings_page() -> str:
    """Return the page of all options: those of every run, then those of each member.

    Returns
    -------
    str
        Markdown, a heading for each option.
    """
    parts, owner = [_HEAD, "## Of every run\n"], ""
    for whose, option in every_option():
        if whose != owner:
            owner = whose
            kind, _, name = whose.partition(" ")
            parts.append(f"## With the {kind} {name}\n")
        parts.append(_entry(option))
    return "\n".join(parts)


def members_block() -> str:
    """Return a table of all members: what each is, its options, the defaults that fit it."""
    rows = [
        "| member | what it does | its options | defaults that fit it |",
        "| --- | --- | --- | --- |",
    ]
    for registry in REGISTRIES:
        for name, member in registry.items():
            options = ", ".join(
                f"[`{option.name}`](settings.md#{option.name})" for option in member.options
            )
            tuned = "; ".join(_tuned(when, then) for when, then in member.tuned)
            what = _cell(member.summary)
            rows.append(f"| {registry.kind} `{name}` | {what} | {options} | {tuned} |")
    return "\n".join(rows)


def flag_of(option: Option) -> str:
    """Return the option as it is typed on the command line.

    Examples
    --------
    >>> from firth.config import GENERAL
    >>> [flag_of(option) for option in GENERAL if option.name in ("dim", "dynamic_window")]
    ['--dim', '--dynamic-window`, `--fixed-window']
    """
    flag = "--" + option.name.replace("_", "-")
    kind = option.kind
    if isinstance(kind, Flag) and (kind.off or option.default):
        return f"{flag}`, `--{kind.off or 'no-' + flag[2:]}"
    return flag


def _entry(option: Option) -> str:
    lines = [f"### {option.name}", "", f"{option.help}.", ""]
    lines += (f"- {name}: {said}" for name, said in _facts(option) if said)
    return "\n".join([*lines, ""])


def _facts(option: Option) -> Iterator[tuple[str, str]]:
    default = option.default
    yield "Default", "what fits the run" if default is None else f"`{default!r}`"
    if isinstance(option.kind, Choice):
        for name, what in option.kind.choices.items():
            yield f"`{name}`", what
    else:
        yield "Values", option.kind.values
    yield "On the command line", f"`{flag_of(option)}`"
    yield "Only with", _settings(option.when)
    yield "Source", option.source
    yield "For experts", "its default fits" if option.expert else ""


def _tuned(when: Mapping[str, Any], then: Mapping[str, Any]) -> str:
    where = f" with {_settings(when)}" if when else ""
    return f"{_settings(then)}{where}"


def _settings(values: Mapping[str, Any]) -> str:
    return ", ".join(f"`{name}={value!r}`" for name, value in values.items())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
