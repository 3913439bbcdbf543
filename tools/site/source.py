"""Pages that show code: each file or folder of the repository that a page links to."""

from __future__ import annotations

import ast
from pathlib import Path

_LANGUAGES = {".py": "python", ".toml": "toml", ".json": "json", ".ts": "typescript"}


def source_page(root: Path, path: str) -> str:
    """Return the page that shows a file of the repository, or what a folder holds.

    Parameters
    ----------
    root : Path
        The repository.
    path : str
        The file or folder, from there.
    """
    what = root / path
    if what.is_dir():
        rows = [_row(entry) for entry in sorted(what.iterdir()) if _is_shown(entry)]
        return "\n".join([f"# `{path}/`", "", "| | |", "| --- | --- |", *rows, ""])
    language = _LANGUAGES.get(what.suffix, "text")
    code = what.read_text(encoding="utf-8").rstrip()
    # Markdown's own fence may stand in a docstring; this one does not.
    fence = "~" * 12
    return f"# `{path}`\n\n{fence}{{code-block}} {language}\n:linenos:\n\n{code}\n{fence}\n"


def _is_shown(entry: Path) -> bool:
    return not entry.name.startswith(("_", ".")) or entry.name == "__init__.py"


def _row(entry: Path) -> str:
    """Return the row of a folder's table: a name, and the first sentence of its docstring."""
    module = entry / "__init__.py" if entry.is_dir() else entry
    said = ""
    if module.suffix == ".py" and module.exists():
        docstring = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
        said = docstring.partition("\n")[0].replace("|", "\\|").replace("``", "`")
    return f"| `{entry.name}{'/' if entry.is_dir() else ''}` | {said} |"
