"""Where published sets are to be had: firth brings none whose licence does not let it."""

from __future__ import annotations

from typing import NamedTuple


class Published(NamedTuple):
    """A published set.

    Attributes
    ----------
    title : str
        What it is called.
    kind : str
        The kind of set.
    paper : str
        Where it is described.
    found_at : str
        Where it is to be had.
    """

    title: str
    kind: str
    paper: str
    found_at: str

    def not_here(self, name: str) -> str:
        """Say where it is to be had.

        >>> PUBLISHED["men"].not_here("men")[:66]
        'men: there is no such file. MEN (Bruni, Tran and Baroni 2014) does'
        """
        return (
            f"{name}: there is no such file. {self.title} ({self.paper}) does not come with firth: "
            f"get it from {self.found_at}, and give its path"
        )


#: Sets by the names that people call them.
PUBLISHED: dict[str, Published] = {
    "wordsim353": Published(
        "WordSim-353", "similarity", "Finkelstein et al. 2002",
        "gabrilovich.com/resources/data/wordsim353",
    ),
    "simlex999": Published(
        "SimLex-999", "similarity", "Hill, Reichart and Korhonen 2015",
        "fh295.github.io/simlex.html",
    ),
    "simverb3500": Published(
        "SimVerb-3500", "similarity", "Gerz et al. 2016", "the page of its paper, D16-1235, in the "
        "ACL Anthology",
    ),
    "men": Published(
        "MEN", "similarity", "Bruni, Tran and Baroni 2014",
        "staff.fnwi.uva.nl/e.bruni/MEN",
    ),
    "rw": Published(
        "Rare Words", "similarity", "Luong, Socher and Manning 2013",
        "nlp.stanford.edu/~lmthang/morphoNLM",
    ),
    "google": Published(
        "questions-words.txt", "analogies", "Mikolov et al. 2013",
        "the sources of word2vec, code.google.com/archive/p/word2vec",
    ),
    "msr": Published(
        "the questions of MSR", "analogies", "Mikolov, Yih and Zweig 2013",
        "the page of its paper, N13-1090, in the ACL Anthology",
    ),
    "bats": Published(
        "BATS 3.0", "analogies", "Gladkova, Drozd and Matsuoka 2016", "vecto.space/projects/BATS",
    ),
    "ap": Published(
        "AP", "categories", "Almuhareb 2006", "its author's thesis (University of Essex)",
    ),
    "bless": Published(
        "BLESS", "categories", "Baroni and Lenci 2011",
        "sites.google.com/site/geometricalmodels/shared-evaluation",
    ),
    "battig": Published(
        "Battig", "categories", "Battig and Montague 1969; Baroni et al. 2010",
        "its authors' pages",
    ),
    "8-8-8": Published(
        "8-8-8", "outliers", "Camacho-Collados and Navigli 2016",
        "lcl.uniroma1.it/outlier-detection",
    ),
    "wikisem500": Published(
        "WikiSem500", "outliers", "Blair, Merhav and Barry 2016",
        "github.com/peblair/wiki-sem-500",
    ),
}  # fmt: skip
