"""``firth reproduce``: whole published runs, one command each."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firth.files.given import given_path
from firth.json_text import json_text

if TYPE_CHECKING:
    from firth.recipes.cs224n import ClassicResult, Report
    from firth.recipes.spending import Recipe

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Reproduce a published run, or a figure of the lectures.",
)

Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the summary only.")]


@app.command()
def cs224n(
    *,
    data: Annotated[
        str | None,
        typer.Option(
            help="A local datasetSentences.txt of the Stanford Sentiment Treebank; without it the "
            "cached copy is used, or the official archive is downloaded."
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            help="Folder for plots, vectors, report and checkpoint.",
            show_default="cs224n, or cs224n-modern",
        ),
    ] = None,
    modern: Annotated[
        bool, typer.Option("--modern", help="Spend the same windows with Adagrad and longer steps.")
    ] = False,
    seed: Annotated[
        int | None,
        typer.Option(
            help="Another start and other draws; without it the published ones.",
            show_default=False,
        ),
    ] = None,
    starts: Annotated[
        int | None,
        typer.Option(
            help="Train so many times, with the seeds 1, 2, ..., and print how near the words of "
            "the plot are each time, beside words that occur as often.",
            show_default=False,
        ),
    ] = None,
    plots: Annotated[
        bool | None,
        typer.Option(
            "--plots/--no-plots",
            help="Draw word_vectors.png and cost.png; without either, if Matplotlib is installed.",
            show_default=False,
        ),
    ] = None,
    check: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="Judge your own solution instead: word2vec.py, sgd.py or both (give --check "
            "twice). The file is run, in a process of its own.",
            show_default=False,
        ),
    ] = None,
    check_seconds: Annotated[
        float, typer.Option(help="The time limit of that process, in seconds.")
    ] = 60.0,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Train the classic course exercise's word vectors, to the published digits.

    Skip-gram with negative sampling on the Stanford Sentiment Treebank: 40,000 iterations of 50
    windows, 10 dimensions. Prints the cost every 10 iterations (a bar on a terminal) and compares
    it with the published trace. Interrupted, it goes on where it was when run again.
    """
    if check:
        raise typer.Exit(_check(check, check_seconds, as_json=as_json))
    from firth.recipes.cs224n import ITERATIONS, run_classic
    from firth.recipes.plots import wants_plots
    from firth.recipes.report import write_outputs
    from firth.recipes.spending import CLASSIC, MODERN
    from firth.recipes.treebank import load_treebank

    recipe = MODERN if modern else CLASSIC
    if starts is not None:
        _starts(data, starts, recipe, as_json=as_json)
        return
    draws = wants_plots(plots, _say)  # rather now than after the run
    usual = "cs224n-modern" if modern else "cs224n"
    usual += "" if seed is None else f"-seed-{seed}"
    folder = given_path("--output", usual if output is None else output)
    treebank = load_treebank(data)
    with _Progress(ITERATIONS, silent=as_json or quiet) as progress:
        result = run_classic(treebank, folder, recipe=recipe, seed=seed, on_progress=progress)
    written = write_outputs(result, folder, plots=draws)
    engine = None
    if modern and _engine_is_there():
        from firth.recipes.engine import run_engine

        engine = run_engine(treebank)
        with (folder / "report.md").open("a", encoding="utf-8") as file:
            file.write("\n" + engine.table())
    if as_json:
        print(json_text(_as_json(result, written, engine)))
        return
    for line in _summary(result, printed=progress is _print_cost):
        print(line)
    if engine is not None:
        print(f"\n{engine.table()}")
    print(f"written: {', '.join(str(path) for path in written)}")
    print(f"ask: firth neighbors {folder / 'model'} king queen")
    if result.matches is False:
        raise typer.Exit(1)


@app.command()
def cost(
    *,
    output: Annotated[str, typer.Option(help="Folder for the figure cost-per-step.png.")] = ".",
    dim: Annotated[int, typer.Option(help="Dimensions of the vectors.")] = 10,
    largest: Annotated[
        int, typer.Option(help="Largest vocabulary; 1,000,000 needs about 300 MB.")
    ] = 1_000_000,
    plots: Annotated[
        bool | None,
        typer.Option(
            "--plots/--no-plots",
            help="Draw the lines; without either, if Matplotlib is installed.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Time one gradient step of naive softmax and of negative sampling.

    The first grows with the vocabulary, the second does not.
    """
    from firth.errors import ConfigError
    from firth.files.output import check_writable
    from firth.recipes.cost import VOCABULARY_SIZES, cost_table, measure_costs
    from firth.recipes.plots import draw_costs, wants_plots

    draws = wants_plots(plots, _say)
    folder = given_path("--output", output)
    if draws:
        check_writable(folder)
    sizes = [size for size in VOCABULARY_SIZES if size <= largest]
    if not sizes:
        raise ConfigError(f"--largest is {largest}; it must be {VOCABULARY_SIZES[0]:,} or more")
    costs = measure_costs(sizes, dim=dim)
    figure = folder / "cost-per-step.png"
    if draws:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            draw_costs(costs, figure)
        except OSError as error:
            raise ConfigError(
                f"{figure} cannot be written ({error.strerror or error}); name another --output"
            ) from error
    if as_json:
        rows = [
            {"vocabulary": row.vocabulary, "softmax": row.softmax, "negative": row.negative}
            for row in costs
        ]
        print(json_text({"dim": dim, "unit": "seconds", "steps": rows}))
        return
    print(cost_table(costs))
    if draws and not quiet:
        print(f"written: {figure}")


def _check(programs: list[str], seconds: float, *, as_json: bool) -> int:
    """Judge a student's programs; return the exit code."""
    from firth.recipes.checking.judge import check, lines

    verdicts = check(programs, seconds=seconds)
    wrong = [verdict for verdict in verdicts if verdict.right is False]
    if as_json:
        print(json_text({"wrong": len(wrong), "parts": [asdict(v) for v in verdicts]}))
    else:
        print("\n".join(lines(verdicts)))
        judged = [verdict for verdict in verdicts if verdict.right is not None]
        print(f"{len(judged) - len(wrong)} of {len(judged)} are right")
    return 1 if wrong else 0


class _Progress:
    """Prints the cost every 10 iterations; on a terminal, a bar."""

    def __init__(self, total: int, *, silent: bool) -> None:
        self._total = total
        self._print: Report | None = None if silent else _print_cost
        self._bar: Any = None
        if not silent and sys.stdout.isatty():
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
            self._bar = Progress(*columns)
            self._task = self._bar.add_task("starting", total=total)

    def __enter__(self) -> Report:
        if self._bar is not None:
            self._bar.start()
            return self._advance
        return self._print or (lambda iteration, cost: None)

    def __exit__(self, *details: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _advance(self, iteration: int, cost: float) -> None:
        description = f"iter {iteration}: {cost:.6f}"
        self._bar.update(self._task, completed=iteration, description=description)


def _print_cost(iteration: int, cost: float) -> None:
    print(f"iter {iteration}: {cost:.6f}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _starts(data: str | None, starts: int, recipe: Recipe, *, as_json: bool) -> None:
    """Train from several seeds, and print how near the plotted words are in each run."""
    from firth.recipes.cs224n import run_classic
    from firth.recipes.standing import starts_table
    from firth.recipes.treebank import load_treebank
    from firth.values import Whole

    count = Whole(1).check("--starts", starts)
    treebank = load_treebank(data)
    results = []
    for seed in range(1, count + 1):
        results.append(run_classic(treebank, recipe=recipe, seed=seed))
        _say(f"seed {seed} of {count}: {results[-1].cost:.6f}")
    table = starts_table(results)
    print(json_text({"seeds": count, "table": table}) if as_json else table)


def _summary(result: ClassicResult, *, printed: bool) -> list[str]:
    """Return what is said at the end; the last cost only if it was not printed already."""
    from firth.recipes.cs224n import NOTES_COST, NOTES_SECONDS

    resumed = f" (resumed at iteration {result.resumed_at:,})" if result.resumed_at else ""
    last = [] if printed else [f"iter {result.iterations}: {result.cost:.6f}"]
    lines = [
        *last,
        "sanity check: cost at convergence should be around or below 10: "
        + ("yes" if result.sane else f"NO, it is {result.cost:.6f}"),
        f"training took {result.seconds:.1f} seconds{resumed}; "
        f"the notes' program {NOTES_SECONDS:,}",
    ]
    for iteration, expected, got in result.comparison:
        same = f"{got:.6f}" == f"{expected:.6f}"
        lines.append(
            f"published trace, iter {iteration}: {expected:.6f}, here {got:.6f}: "
            + ("the same" if same else "DIFFERENT")
        )
    if result.recipe == "modern":
        lower = "below" if result.cost < NOTES_COST else "NOT below"
        lines.append(f"the notes ended at {NOTES_COST}: this is {lower} it")
    return lines


def _engine_is_there() -> bool:
    import firth

    return hasattr(firth, "train")


def _as_json(result: ClassicResult, written: list[Path], engine: Any) -> dict[str, Any]:
    content: dict[str, Any] = {
        "recipe": result.recipe,
        "iterations": result.iterations,
        "cost": result.cost,
        "seconds": result.seconds,
        "resumed_at": result.resumed_at,
        "sane": result.sane,
        "matches": result.matches,
        "comparison": [
            {"iteration": iteration, "published": expected, "here": got}
            for iteration, expected, got in result.comparison
        ],
        "written": [str(path) for path in written],
    }
    if engine is not None:
        content["engine"] = {"seconds": engine.seconds, "dim": engine.vectors.dim}
    return content
