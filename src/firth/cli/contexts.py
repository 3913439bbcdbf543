"""``firth contexts``: the sentences in which a word stands, and what stands with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firth.cli.flags import NoProgress
from firth.cli.options import with_flags_of
from firth.cli.output import AsJson, as_text, print_json, print_rows
from firth.cli.reading import READING, as_reading, inputs_meant
from firth.cli.train import train
from firth.errors import ConfigError

if TYPE_CHECKING:
    from firth.corpus.evidence import Context, Contexts


@with_flags_of(train, READING)
def contexts(
    source: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="Text, as for `firth train`; a file, folder or glob.",
            show_default=False,
        ),
    ],
    words: Annotated[
        list[str],
        typer.Argument(metavar="WORD [WORD]", help="One word, or two.", show_default=False),
    ],
    *,
    n: Annotated[int, typer.Option("-n", metavar="N", help="Sentences shown.")] = 10,
    width: Annotated[str, typer.Option(metavar="N|all", help="Words shown to each side.")] = "12",
    window: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Words at most so far from WORD stand near it; 0 for its whole sentences, as it "
            "always is with two words.",
        ),
    ] = 5,
    k: Annotated[int, typer.Option("-k", metavar="N", help="Words shown that stand near.")] = 15,
    by: Annotated[
        str, typer.Option(metavar="log-likelihood|npmi", help="What these are sorted by.")
    ] = "log-likelihood",
    min_together: Annotated[
        int, typer.Option(metavar="N", help="They stand near so many times at least.")
    ] = 3,
    min_count: Annotated[
        int,
        typer.Option(metavar="N", help="Words that occur fewer times are left out of sentences."),
    ] = 1,
    quiet: NoProgress = False,
    json: AsJson = False,
    **settings: Any,
) -> None:
    """Show sentences of INPUT in which WORD stands, or both, and which words stand with it.

    The text is read once and kept as numbers (see `firth cache`); from then on answers take no
    time.
    """
    from firth.cli.stop import Terminations, warnings_as_messages
    from firth.corpus import encode, open_corpus
    from firth.corpus.evidence import contexts as find

    reading = as_reading(settings)
    cache = reading.pop("cache", None)
    shown = None if width == "all" else width
    if shown is not None and not shown.isdecimal():
        raise ConfigError(f"--width is {width!r}; it must be a number of words, or all")
    with Terminations(), warnings_as_messages(), inputs_meant([source]), encode(
        open_corpus(source, **reading), min_count=min_count, cache=cache,
        progress=False if quiet else "auto",
    ) as corpus:  # fmt: skip
        found = find(
            corpus,
            *map(as_text, words),
            n=n,
            width=None if shown is None else int(shown),
            window=window or None,
            companions=k,
            min_together=min_together,
            by=_order(by),
        )
    if json:
        print_json(_as_json(found, source))
    else:
        _print(found)


def _order(text: str) -> str:
    orders = {"log-likelihood": "log_likelihood", "npmi": "npmi"}
    if text not in orders:
        raise ConfigError(f"--by is {text!r}; it must be {' or '.join(orders)}")
    return orders[text]


def _as_json(found: Contexts, source: str) -> dict[str, Any]:
    return {
        "input": str(Path(source)),
        **found._asdict(),
        "contexts": [context._asdict() for context in found.contexts],
        "companions": [companion._asdict() for companion in found.companions],
    }


def _print(found: Contexts) -> None:
    for word, count in zip(found.words, found.counts, strict=True):
        print(f"{word}: {count:,} times")
    sentences = f"{found.sentences:,} of {found.of:,} sentences"
    if len(found.words) > 1:
        print(
            f"both in {sentences}, {found.expected:,.1f} expected "
            f"(log-likelihood {found.log_likelihood:,.1f}, NPMI {found.npmi:.3f})"
        )
    else:
        print(f"in {sentences}")
    if found.contexts:
        print()
    for context in found.contexts:
        print(f"{context.sentence + 1:>{len(f'{found.of}')}}  {_line(context)}")
    if found.companions:
        print()
        print_rows(
            [
                ("word", "near", "of", "expected", "log-likelihood", "NPMI"),
                *(
                    (
                        str(one.word),
                        f"{one.together:,}",
                        f"{one.occurrences:,}",
                        f"{one.expected:,.1f}",
                        f"{one.log_likelihood:,.1f}",
                        f"{one.npmi:.3f}",
                    )
                    for one in found.companions
                ),
            ]
        )


def _line(context: Context) -> str:
    """Write a sentence, the words that were asked for in brackets.

    Examples
    --------
    >>> from firth.corpus.evidence import Context
    >>> _line(Context(0, ["the", "cat", "sat"], (1,), False, True))
    'the [cat] sat …'
    """
    words = [
        f"[{word}]" if place in context.places else str(word)
        for place, word in enumerate(context.words)
    ]
    return " ".join([*["…"] * context.cut_before, *words, *["…"] * context.cut_after])
