"""What encoding says of itself, as the records of progress that all stages have."""

from __future__ import annotations

import time

from firth.corpus.encoded import EncodedCorpus
from firth.corpus.numbering import EncodeProgress
from firth.progress import OnProgress, Progress


class EncodeReport:
    """Turns the encoder's reports into progress records, a few a second."""

    def __init__(self, report: OnProgress) -> None:
        self.report = report
        self.started = self.last = time.perf_counter()
        report(Progress("encode"))

    def __call__(self, progress: EncodeProgress) -> None:
        """Take a report of the encoder."""
        now = time.perf_counter()
        if progress.phase in ("group", "read") and now - self.last >= 0.2:
            self.last = now
            elapsed = now - self.started
            words = progress.n_tokens
            self.report(
                Progress("encode", words=words, words_per_second=words / elapsed, elapsed=elapsed)
            )

    def finish(self, corpus: EncodedCorpus) -> None:
        """Say that all words are read."""
        elapsed = max(time.perf_counter() - self.started, 1e-9)
        words = corpus.n_raw_tokens
        self.report(
            Progress(
                "encode",
                words=words,
                total_words=words,
                words_per_second=words / elapsed,
                elapsed=elapsed,
            )
        )
