"""``firth embed``: text in, vectors of its lines out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firth.cli.flags import Column, Errors, Quiet
from firth.cli.messages import say
from firth.cli.output import VectorsPath, as_text, open_model_or_vectors
from firth.errors import ConfigError, CorpusError

if TYPE_CHECKING:
    from firth.documents import DocumentEncoder


def embed(
    path: VectorsPath,
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="Documents: a text with one a line, a table (--column), a folder of them, or - "
            "for standard input.",
            show_default=False,
        ),
    ],
    *,
    output: Annotated[
        str,
        typer.Option(
            metavar="OUT",
            help="Where to: a name that ends in .parquet, .arrow, .feather or .npy.",
            show_default=False,
        ),
    ],
    weighting: Annotated[
        str,
        typer.Option(
            metavar="mean|sif",
            help="How words count: all the same, or frequent ones less (smooth inverse frequency), "
            "with what all documents have in common taken away.",
        ),
    ] = "mean",
    a: Annotated[
        float,
        typer.Option("--a", metavar="A", help="Of sif: a word w counts A / (A + p(w))."),
    ] = 1e-3,
    remove: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="How many directions that documents have in common are taken away.",
            show_default="1 with sif, 0 with mean",
        ),
    ] = None,
    fit: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Find these directions in other documents, so that all are treated alike.",
            show_default="in those of FILE",
        ),
    ] = None,
    unit: Annotated[
        bool, typer.Option("--unit", help="Bring the vectors of words to length 1 before.")
    ] = False,
    keep_text: Annotated[
        bool, typer.Option("--keep-text", help="Write a column with the text too.")
    ] = False,
    column: Column = None,
    tokenizer: Annotated[
        str | None,
        typer.Option(
            metavar="whitespace|unicode|package.module:function",
            help="How text is split into words.",
            show_default="as the model's text was",
        ),
    ] = None,
    lowercase: Annotated[
        bool | None,
        typer.Option(
            "--lowercase/--no-lowercase",
            help="Make letters small.",
            show_default="as the model's text was",
        ),
    ] = None,
    normalize: Annotated[
        str | None,
        typer.Option(
            metavar="NFC|NFKC",
            help="Write text in this normal form of Unicode.",
            show_default="as the model's text was",
        ),
    ] = None,
    errors: Errors = None,
    quiet: Quiet = False,
) -> None:
    """Write the vector of every document of FILE, made of those of its words.

    Rows are in the order of the documents; one without a word that has a vector has zeros.
    """
    from firth.cli.stop import Terminations, warnings_as_messages
    from firth.cli.train import name_or_function
    from firth.documents import DocumentEncoder
    from firth.documents.batch import n_documents
    from firth.documents.tables import write_documents, writer_for
    from firth.files.given import given_path

    place = given_path("OUT", output)
    writer_for(place, keep_text)  # before anything is read
    _refuse_same(source, place)
    with Terminations(), warnings_as_messages():
        encoder = DocumentEncoder(
            open_model_or_vectors(path),
            weighting=weighting,
            a=a,
            remove=remove,
            unit=unit,
            tokenizer=name_or_function(tokenizer),
            lowercase=lowercase,
            normalize=normalize,  # type: ignore[arg-type]  # it is checked
        )
        reading = {"column": column and as_text(column), "errors": errors}
        if fit is not None:
            if not encoder.remove:
                raise ConfigError(
                    "--fit finds what documents have in common, but nothing is taken away: give "
                    "--weighting sif or --remove N too"
                )
            encoder.fit(_corpus(encoder, fit, reading))
        said = write_documents(
            encoder, _corpus(encoder, source, reading), place, keep_texts=keep_text
        )
    if quiet:
        return
    if said.text:
        say(f"firth: {said.text}")
    say(f"{n_documents(said.n)}, {encoder.dim} dimensions -> {output}")


def _corpus(encoder: DocumentEncoder, source: str, reading: dict[str, Any]) -> Any:
    from firth.corpus.mistaken import input_problem

    try:
        return encoder.reader.corpus(source, **reading)
    except CorpusError as error:
        # Here nobody means a text: what Python's function advises for those would not help.
        if problem := input_problem(source):
            raise CorpusError(f"{source}: {problem}") from error
        raise


def _refuse_same(source: str, place: Path) -> None:
    """Refuse to write over what is read."""
    try:
        same = source != "-" and place.samefile(Path(source).expanduser())
    except (OSError, RuntimeError):
        return
    if same:
        raise ConfigError(f"{place} is what is read; name another file for the vectors")
