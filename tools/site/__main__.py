"""Build the documentation site, without a network, and check it.

``python -m tools.site`` writes it to ``build/site``: open ``index.html`` there. Warnings are
errors, as are links that lead nowhere and anything that a page would ask another host for. It needs
the extra ``firth[docs]``.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tools.site.check import check
from tools.site.layout import ROOT, lay_out


def main() -> int:
    """Build and check; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.site", description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "site", help="where to")
    output: Path = parser.parse_args().output
    try:
        from sphinx.cmd.build import build_main
    except ImportError:
        print("the site is built by Sphinx: pip install -e '.[docs]'", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder).resolve() / "pages"
        write_source(source)
        shutil.rmtree(output, ignore_errors=True)
        conf = str(ROOT / "docs")
        options = ["-q", "-W", "--keep-going", "-n", "-j", "auto", "-c", conf]
        options += ["-D", f"html_extra_path={source / '_extra'}"]
        doctrees = str(Path(folder) / "doctrees")
        failed = build_main([*options, "-d", doctrees, str(source), str(output)])
    wrong = check(output)
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    if not failed and not wrong:
        pages = len(list(output.rglob("*.html")))
        print(f"{pages} pages in {output}: all links lead somewhere, nobody else is asked")
    return int(bool(failed or wrong))


def write_source(folder: Path) -> None:
    """Write all pages of the site, and what they show, as Sphinx reads them."""
    for page, text in lay_out().items():
        _write(folder / page, text.encode())
    docs = ROOT / "docs"
    for file in docs.rglob("*"):
        path = file.relative_to(docs)
        if file.is_file() and file.suffix != ".md" and path.parts[0] not in ("conf.py", "_static"):
            # Pages of HTML are taken as they are.
            kept = folder / "_extra" if file.suffix == ".html" else folder
            _write(kept / path, file.read_bytes())
    (folder / "_extra").mkdir(exist_ok=True)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


if __name__ == "__main__":
    sys.exit(main())
