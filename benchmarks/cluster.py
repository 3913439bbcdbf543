"""How much faster several nodes are, how good, and how many would be worth it.

::

    pip install 'firth[ray]'
    export FIRTH_TEST_DATA=data        # with eval/
    python benchmarks/cluster.py wiki-20m.txt.xz --output results/ --actors 1,2,3,4 --seeds 2
    python benchmarks/cluster.py wiki-20m.txt.xz --output results/ --spark spark/bin/python

Nodes are processes of one thread on this machine, each a machine of its own to Ray; beside them the
run without Ray, of one thread, and, with ``--spark``, Spark MLlib's Word2Vec in as many threads as
there are cores (that Python has pyspark and NumPy, and finds Java). Each run is a process. Words a
second are raw words by the time of training alone; Spark's by the time of ``fit``, which reads the
text too.

The costs of an exchange are found from two runs of two nodes with rounds of different lengths: a
fixed time, and one for each byte that is taken out, sent, merged and put back. With them the times
of all runs are predicted (to check), and those of 2 to 128 machines of 16 cores in networks of 10,
25 and 100 Gb/s (see :func:`predicted`).
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from corpora import data_folder
from measure import HERE, as_path, count_words, machine, measure, plain_text, write_json
from measures import usual_sets

GIGABITS = (10, 25, 100)
MACHINES = (2, 4, 8, 16, 32, 64, 128)
CORES = 16
#: The fixed time of an exchange is found from rounds, and from others so many times as long.
LONGER = 4
SPARK = """
import collections, json, sys, time
from pyspark.sql import SparkSession
from pyspark.ml.feature import Word2Vec
text, output, threads, epochs, seed, report = sys.argv[1:]
spark = SparkSession.builder.master(f"local[{threads}]").config("spark.driver.memory", "8g")
spark = spark.config("spark.ui.enabled", "false").getOrCreate()
lines = spark.read.text(text).selectExpr("split(value, ' ') as words").repartition(int(threads))
began = time.perf_counter()
model = Word2Vec(vectorSize=100, minCount=5, numPartitions=int(threads), maxIter=int(epochs),
    windowSize=5, seed=int(seed), inputCol="words", outputCol="v").fit(lines)
seconds = time.perf_counter() - began
# Analogies are asked of the words that come first: as elsewhere, the frequent ones.
with open(text, encoding="utf-8") as file:
    counts = collections.Counter(word for line in file for word in line.split())
rows = sorted(model.getVectors().collect(), key=lambda row: -counts[row.word])
with open(output, "w", encoding="utf-8") as file:
    file.write(f"{len(rows)} 100\\n")
    for row in rows:
        file.write(f"{row.word} {' '.join(map(str, row.vector))}\\n")
json.dump({"seconds": seconds}, open(report, "w"))
"""


class Costs(NamedTuple):
    """What this machine's runs take.

    Attributes
    ----------
    word : float
        Seconds of one core for a word.
    exchange : float
        Seconds for a round, whatever is exchanged in it.
    byte : float
        Seconds of one core for a byte that is exchanged.
    matrices : float
        Bytes of both matrices: what all rows weigh.
    """

    word: float
    exchange: float
    byte: float
    matrices: float


def main() -> None:
    """Measure what is asked for, then write cluster.json and cluster.md."""
    options = parse()
    options.output.mkdir(parents=True, exist_ok=True)
    text = plain_text(options.input, options.output)
    words = count_words(text)
    rows = []
    for seed in range(1, options.seeds + 1):
        for nodes in (0, *options.actors):
            rows.append(run(text, words, nodes, seed, options))
        rows.append(run(text, words, 2, seed, options, longer=LONGER))
        if options.spark:
            rows.append(run_spark(text, words, seed, options))
    results = {"machine": machine(), "words": words, "epochs": options.epochs, "runs": rows}
    write_json(options.output / "cluster.json", results)
    report = markdown(rows, words * options.epochs, options.cores)
    (options.output / "cluster.md").write_text(report, encoding="utf-8")
    print(report)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("input", type=as_path)
    parser.add_argument("--output", type=as_path, required=True, help="folder for the results")
    parser.add_argument(
        "--actors", type=lambda text: [int(part) for part in text.split(",")], default=[1, 2]
    )
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--cores", type=int, default=machine()["cores"])
    parser.add_argument("--round-length", type=int, default=1_000_000)
    parser.add_argument("--spark", type=as_path, help="a Python that has pyspark")
    return parser.parse_args()


# Runs ---------------------------------------------------------------------------------------------


def run(
    text: Path, words: int, nodes: int, seed: int, options: argparse.Namespace, longer: int = 1
) -> dict[str, Any]:
    """Train once, in a process of its own."""
    length = options.round_length * longer
    settings = {
        "text": str(text), "nodes": nodes, "seed": seed, "epochs": options.epochs,
        "round_length": length,
    }  # fmt: skip
    report = measure([sys.executable, str(HERE / "cluster.py"), json.dumps(settings)]).report
    who = f"{nodes} node{'s' * (nodes > 1)}" if nodes else "without Ray"
    rounds = options.epochs * -(-words // length)
    row = {**report, "who": who, "nodes": nodes, "seed": seed, "rounds": rounds, "longer": longer}
    print(json.dumps(row), file=sys.stderr, flush=True)
    return row


def run_spark(text: Path, words: int, seed: int, options: argparse.Namespace) -> dict[str, Any]:
    """Train with Spark, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        vectors = Path(folder) / "vectors.txt"
        arguments = [text, vectors, options.cores, options.epochs, seed]
        measured = measure([str(options.spark), "-c", SPARK, *map(str, arguments)])
        row = {**measured.report, **measure(
            [sys.executable, str(HERE / "cluster.py"), json.dumps({"judge": str(vectors)})]
        ).report}  # fmt: skip
    row |= {"who": "Spark MLlib", "nodes": options.cores, "seed": seed, "longer": 1}
    print(json.dumps(row), file=sys.stderr, flush=True)
    return row


def one(settings: dict[str, Any]) -> dict[str, Any]:
    """Train with so many nodes, in this process; return figures."""
    import firth

    nodes, last = settings["nodes"], []
    options: dict[str, Any] = {name: settings[name] for name in ("seed", "epochs")}
    close = []
    if nodes:
        import ray
        from ray.cluster_utils import Cluster

        node = {"num_cpus": 1, "object_store_memory": 1 << 30}
        head = {**node, "include_dashboard": False}
        there = Cluster(initialize_head=True, head_node_args=head)
        for _ in range(nodes - 1):
            there.add_node(**node)
        ray.init(address=there.address, log_to_driver=False, logging_level="error")
        close = [ray.shutdown, there.shutdown]
        options |= {"cluster": there.address, "round_length": settings["round_length"]}
    try:
        model = firth.train(settings["text"], threads=1, on_progress=last.append, **options)
    finally:
        for end in close:
            end()
    figures = {
        "seconds": last[-1].elapsed,
        "exchanged": last[-1].exchanged,
        "matrices": 2 * model.vectors.matrix.nbytes,
    }
    return figures | usual_sets(model.vectors, data_folder() / "eval")


# What it costs ------------------------------------------------------------------------------------


def costs(rows: list[dict[str, Any]], words: int, cores: int) -> Costs:
    """Find the constants: of one node, and of two with rounds of two lengths."""
    short, long = (_mean(rows, 2, longer) for longer in (1, LONGER))
    word = _mean(rows, 1)["seconds"] / words
    share = min(2, cores)
    spent = [run["seconds"] - words * word / share for run in (short, long)]
    # spent = rounds * exchange + exchanged * byte / share, for both.
    a = [[run["rounds"], run["exchanged"] / share] for run in (short, long)]
    determinant = a[0][0] * a[1][1] - a[0][1] * a[1][0]
    exchange = (spent[0] * a[1][1] - spent[1] * a[0][1]) / determinant
    if exchange < 0:  # within the noise: all of it is bytes
        return Costs(word, 0.0, spent[0] / a[0][1], short["matrices"])
    byte = (a[0][0] * spent[1] - a[1][0] * spent[0]) / determinant
    return Costs(word, exchange, max(0.0, byte), short["matrices"])


def here(cost: Costs, row: dict[str, Any], words: int, cores: int) -> float:
    """Predict the seconds of a run on this machine, whose cores all nodes share."""
    nodes = row["nodes"]
    share = min(nodes, cores)
    if nodes == 1:
        return words * cost.word
    return (words * cost.word + row["exchanged"] * cost.byte) / share + row[
        "rounds"
    ] * cost.exchange


def predicted(cost: Costs, machines: int, gigabits: float, share: float = 0.1) -> dict[str, float]:
    """Predict machines of :data:`CORES` cores, each with a network of so many gigabits a second.

    A node sends what it has trained to the owners of the rows and what it has merged to all, and
    receives as much: nearly all rows, at most both matrices each, (machines - 1) / machines of
    them. Bytes cost the time of one core as measured here, and that of the network. A round lasts
    so long that exchanging takes `share` of the time.
    """
    sent = 2 * cost.matrices * (machines - 1) / machines
    exchange = cost.exchange + 2 * sent * cost.byte + sent / (gigabits / 8 * 1e9)
    compute = exchange * (1 - share) / share
    words = compute / cost.word * CORES * machines
    return {"round_words": words, "words_per_second": words / (compute + exchange)}


# Tables -------------------------------------------------------------------------------------------


def _mean(rows: list[dict[str, Any]], nodes: int, longer: int = 1) -> dict[str, Any]:
    some = [
        row for row in rows
        if row["nodes"] == nodes and row["longer"] == longer and row["who"] != "Spark MLlib"
    ]  # fmt: skip
    return {
        key: statistics.mean(row[key] for row in some)
        for key, value in some[0].items()
        if not isinstance(value, str)
    }


def markdown(rows: list[dict[str, Any]], words: int, cores: int) -> str:
    """Lay out the runs, the costs and the predictions."""
    lines = [
        "| | thousand words/s | × one node | WordSim-353 | SimLex-999 | analogies, % | "
        "GB exchanged |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    whole = {1, 2} <= {row["nodes"] for row in rows}
    single = _mean(rows, 1)["seconds"] if whole else None
    groups: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["who"], row["longer"]), []).append(row)
    for (who, longer), some in groups.items():
        seconds = statistics.mean(row["seconds"] for row in some)
        cells = [
            who + (f", rounds × {longer}" if longer > 1 else ""),
            f"{words / seconds / 1e3:,.0f}",
            f"{single / seconds:.2f}" if single else "",
            *(
                f"{statistics.mean(row[k] for row in some):.3f}"
                for k in ("wordsim353", "simlex999")
            ),
            f"{100 * statistics.mean(row['analogies'] for row in some):.1f}",
            f"{statistics.mean(row.get('exchanged', 0) for row in some) / 1e9:.2f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    if not whole:
        return "\n".join(lines) + "\n"
    cost = costs(rows, words, cores)
    lines += [
        "",
        f"A word takes {cost.word * 1e9:.0f} ns of a core, a round {cost.exchange * 1e3:.0f} ms "
        f"and {cost.byte * 1e9:.2f} ns a byte; both matrices are {cost.matrices / 1e6:.0f} MB.",
        "",
        "| | seconds measured | predicted |",
        "| --- | ---: | ---: |",
    ]
    for (who, longer), some in groups.items():
        if some[0]["nodes"] and who != "Spark MLlib":
            run = _mean(rows, some[0]["nodes"], longer)
            told = here(cost, run, words, cores)
            name = who + (f", rounds × {longer}" if longer > 1 else "")
            lines.append(f"| {name} | {run['seconds']:.1f} | {told:.1f} |")
    lines += ["", f"| machines of {CORES} cores |" + "".join(f" {g} Gb/s |" for g in GIGABITS)]
    lines.append("| --- |" + " ---: |" * len(GIGABITS))
    for machines in MACHINES:
        told = [predicted(cost, machines, gigabits) for gigabits in GIGABITS]
        cells = "".join(
            f" {one['words_per_second'] / 1e6:,.0f} M words/s, rounds of "
            f"{one['round_words'] / 1e6:,.0f} M |"
            for one in told
        )
        lines.append(f"| {machines} |{cells}")
    return "\n".join(lines) + "\n"


def _child(given: str, report: str) -> None:
    settings = json.loads(given)
    if "judge" in settings:
        import firth

        result = usual_sets(firth.read_vectors(settings["judge"]), data_folder() / "eval")
    else:
        result = one(settings)
    Path(report).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1].startswith("{"):
        _child(*sys.argv[1:])
    else:
        main()
