"""Figures: how they look, in which letters, and how they become files.

Matplotlib is an extra, which is imported when a figure is made. Nothing of a user's own settings
for it shows, nor the time of day: the same input gives the same bytes, as long as Matplotlib and
the fonts that are installed are the same.
"""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from firth.errors import ConfigError, MissingExtraError, PlotWarning, SaveError
from firth.files.atomic import atomic_path
from firth.files.given import given_path
from firth.view.plots.letters import missing_letters, readable

#: Inches: the text of an article in two columns is so wide, so that letters keep their size there.
WIDTH = 6.5
#: Told apart by the colour-blind, and in grey where they follow one another (Okabe and Ito, 2008).
SERIES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#4d4d4d")
#: One colour for what is shown, one for what it is to be compared with, one for what is behind.
MAIN, OTHER, BEHIND = SERIES[0], SERIES[1], "#b8b8b8"
#: Endings of files that a figure can be written to.
ENDINGS = (".png", ".svg", ".pdf")

_DPI = 150
_LOOKS = {
    "font.family": ["DejaVu Sans"],
    "font.size": 8.0,
    "axes.titlesize": 9.0,
    "axes.labelsize": 8.0,
    "xtick.labelsize": 7.0,
    "ytick.labelsize": 7.0,
    "legend.fontsize": 7.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "grid.linewidth": 0.4,
    "grid.alpha": 0.5,
    "lines.linewidth": 1.3,
    "legend.frameon": False,
    # Words may hold dollars.
    "text.parse_math": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "firth",
    "pdf.fonttype": 42,
    "axes.unicode_minus": True,
    "axes.formatter.use_locale": False,
}


def require_matplotlib() -> None:
    """Raise `MissingExtraError` if figures cannot be drawn."""
    _matplotlib()


@contextmanager
def drawing(words: Iterable[object] = ()) -> Iterator[None]:
    """Have Matplotlib draw as all of firth's figures look, in fonts that have the letters.

    Parameters
    ----------
    words : iterable of words
        What will be written.

    Warns
    -----
    PlotWarning
        No font that is installed has some of the letters.
    """
    matplotlib = _matplotlib()
    texts = [readable(word) for word in words]
    families, missing = missing_letters(texts)
    if missing:
        some = " ".join(sorted(missing)[:8]) + (" …" if len(missing) > 8 else "")
        within = next(text for text in texts if missing & set(text))
        name = unicodedata.name(min(missing), "a letter without a name")
        warnings.warn(
            f"no font that is installed has the letters {some} ({name}; in {within!r} and perhaps "
            "others): they are drawn as boxes. Install a font that has them, such as one of "
            "Google's Noto fonts for that script",
            PlotWarning,
            stacklevel=4,
        )
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+")  # it was said above
        matplotlib.rcParams.update(matplotlib.rcParamsDefault | {"backend": "agg"})
        matplotlib.rcParams.update(_LOOKS | {"font.family": ["DejaVu Sans", *families]})
        yield


def new_figure(height: float, width: float = WIDTH, **subplots: Any) -> tuple[Any, Any]:
    """Make a figure of so many inches, and its axes (one, or an array of them).

    It has a canvas of its own, not pyplot's: no global state, no window.
    """
    _matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(**subplots)


def settle(figure: Any) -> None:
    """Let the layout be found now, and stay: what is measured afterwards keeps its place."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")


def short_number(value: float) -> str:
    """Write a number for an axis.

    >>> short_number(0), short_number(1500), short_number(2.5e7)
    ('0', '1.5k', '25M')
    """
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def log_scale(axes: Any, *names: str) -> None:
    """Let axes ("x", "y") rise in equal steps by equal factors."""
    for name in names:
        axes.set(**{f"{name}scale": "log"})
        axis = getattr(axes, f"{name}axis")
        axis.set_major_formatter(lambda value, _: short_number(value))
        axis.set_minor_formatter(lambda value, _: "")


def checked_ending(path: Path) -> str:
    """Return the kind of picture that the name of a file says: png, svg or pdf.

    Raises
    ------
    ConfigError
        It says another, or none.

    Examples
    --------
    >>> checked_ending(Path("words.PNG"))
    'png'
    """
    kind = path.suffix.lower()
    if kind not in ENDINGS:
        raise ConfigError(
            f"{path}: a picture's name must end in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}"
        )
    return kind[1:]


def save_figure(figure: Any, path: str | Path, format: str | None = None) -> None:
    """Write a figure, whole or not at all; the same figure is always the same bytes.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What any function of this package returned.
    path : str or Path
        A file that ends in .png, .svg or .pdf.
    format : {"png", "svg", "pdf"}, optional
        What it is, whatever it ends in.

    Raises
    ------
    ConfigError
        The path ends in something else, and no format is given.
    SaveError
        The file cannot be written; what was there is as it was.
    """
    place = given_path("path", path)
    kind = checked_ending(place) if format is None else format
    # The time of day, which is no part of a picture.
    dates = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
    try:
        with drawing(), atomic_path(place) as partial:
            figure.savefig(partial, format=kind, dpi=_DPI, metadata=dates.get(kind))
    except OSError as error:
        raise SaveError(
            f"{path} cannot be written ({error.strerror or error}); what was there is as it was"
        ) from error


def _matplotlib() -> Any:
    try:
        import matplotlib
        import matplotlib.figure
    except ImportError as error:
        raise MissingExtraError("matplotlib", "plot") from error
    return matplotlib
