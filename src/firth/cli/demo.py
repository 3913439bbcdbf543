"""``firth demo``: from the bundled books to answers in seconds."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from firth.cli.flags import NoProgress
from firth.cli.messages import say
from firth.cli.output import AsJson, as_json, print_json, print_rows
from firth.cli.train import run

# Words frequent enough in the two books to have good vectors, and questions whose answers stand
# firm from seed to seed: family, Austen's heroines, metals, numbers, hours; kinship and grammar.
_NEIGHBORS = ("sister", "elizabeth", "gold", "seven", "evening")
_ANALOGIES = (
    ("brother", "sister", "uncle"),
    ("man", "men", "woman"),
    ("see", "saw", "come"),
    ("is", "was", "are"),
)


def demo(
    output: Annotated[
        str, typer.Option(metavar="DIR", help="Where to save the model.")
    ] = "firth-demo",
    threads: Annotated[
        int | None, typer.Option(help="Threads; all cores if not given.", show_default=False)
    ] = None,
    quiet: NoProgress = False,
    json: AsJson = False,
) -> None:
    """Train on Jane Austen's novels and the King James Bible, then ask the vectors.

    Both texts come with firth. The model is saved, so that you can go on asking.
    """
    from firth.corpus import sample_paths

    if not quiet:
        say("Training on Jane Austen's six novels and the King James Bible (bundled).")
    options: dict[str, Any] = {} if threads is None else {"threads": threads}
    model = run(
        [str(path) for path in sample_paths()],
        output,
        style=not quiet,
        quiet=True,
        tokenizer="unicode",
        lowercase=True,
        min_count=5,
        epochs=10,
        resume=True,
        **options,
    )
    near = [(word, model.vectors.most_similar(word, k=5)) for word in _NEIGHBORS]
    solved = [(question, model.vectors.analogy(*question, k=3)) for question in _ANALOGIES]
    if json:
        print_json(
            {
                "output": output,
                "words": len(model.vectors),
                "dim": model.vectors.dim,
                "neighbors": [{"word": w, "neighbors": as_json(found)} for w, found in near],
                "analogies": [
                    {"a": a, "b": b, "c": c, "answers": as_json(found)}
                    for (a, b, c), found in solved
                ],
            }
        )
        return
    print(f"\n{len(model.vectors):,} words, {model.vectors.dim} dimensions\n\nNearest words")
    print_rows(
        ((word, ", ".join(other for other, _ in found)) for word, found in near), indent="  "
    )
    print("\nAnalogies")
    print_rows(
        (
            (f"{a} is to {b} as {c} is to", ", ".join(other for other, _ in found))
            for (a, b, c), found in solved
        ),
        indent="  ",
    )
    print(
        f"\nSaved to {output}. Try next:\n"
        f"  firth neighbors {output} carriage wheat mother\n"
        f"  firth analogy {output} give gave take\n"
        f"  firth explore {output}\n"
        "  firth train YOUR-TEXT --output my-model"
    )
