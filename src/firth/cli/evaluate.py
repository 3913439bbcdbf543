"""``firth evaluate``: a model against what people said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firth.cli.output import AsJson, VectorsPath, as_text, open_vectors, print_json, print_rows
from firth.errors import EvaluationError

if TYPE_CHECKING:
    from firth.evaluation import SimilarityResult


def evaluate(
    path: VectorsPath,
    similarity: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="Pairs of words with scores, as WordSim-353, SimLex-999 and MEN are published; "
            "may be given again.",
            show_default=False,
        ),
    ] = None,
    analogies: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="Questions in the format of questions-words.txt; may be given again.",
            show_default=False,
        ),
    ] = None,
    score_column: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Column with the scores, if the pairs have a header.",
            show_default="found by its name",
        ),
    ] = None,
    restrict_vocab: Annotated[
        int, typer.Option(metavar="N", help="Analogies use the N most frequent words.")
    ] = 30_000,
    json: AsJson = False,
) -> None:
    """Compare a model with similarity scores and analogy questions.

    Similarity is Spearman's rank correlation, analogies the share of right answers; both are
    computed as gensim does.
    """
    if not similarity and not analogies:
        raise EvaluationError("nothing to compare with: give --similarity FILE or --analogies FILE")
    from firth.evaluation import evaluate_analogies, evaluate_similarity

    vectors = open_vectors(path)
    correlations = [
        evaluate_similarity(vectors, file, score_column=score_column and as_text(score_column))
        for file in similarity or ()
    ]
    answered = [
        (Path(file).stem, evaluate_analogies(vectors, file, restrict_vocab=restrict_vocab))
        for file in analogies or ()
    ]
    if json:
        print_json(
            {
                "similarity": [
                    {
                        "name": result.name,
                        "spearman": result.spearman,
                        "pairs": result.pairs,
                        "unknown": [list(pair) for pair in result.unknown],
                    }
                    for result in correlations
                ],
                "analogies": [
                    {
                        "name": name,
                        "sections": [
                            {
                                "name": part.name,
                                "correct": part.correct,
                                "asked": part.asked,
                                "unknown": part.unknown,
                                "accuracy": part.accuracy,
                            }
                            for part in (
                                *result.sections,
                                result.semantic,
                                result.syntactic,
                                result.total,
                            )
                        ],
                    }
                    for name, result in answered
                ],
            }
        )
        return
    print_rows(
        (result.name, f"{result.spearman:.4f}", f"({result.pairs:,} pairs)", _left_out(result))
        for result in correlations
    )
    for name, result in answered:
        if correlations:
            print()
        print(name)
        parts = (*result.sections, result.semantic, result.syntactic, result.total)
        print_rows(
            (
                (part.name, f"{part.accuracy:.1%}", f"{part.correct:,}", f"of {part.asked:,}")
                for part in parts
            ),
            indent="  ",
        )


def _left_out(result: SimilarityResult) -> str:
    return f"{len(result.unknown):,} left out, with unknown words" if result.unknown else ""
