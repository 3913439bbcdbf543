"""The page on formats names all of them."""

from pathlib import Path

from firth.formats.registry import FORMATS


def test_every_format_has_a_row_that_says_what_it_holds():
    page = Path(__file__).parents[2] / "docs" / "formats.md"
    rows = {}
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.split("|")[1:-1]]
            rows[cells[0].strip("` ")] = cells
    for name, known in FORMATS.items():
        assert name in rows, name
        module = known.load()
        endings, read, written, counts, unseen = rows[name][1:6]
        assert all(f"`{ending}`" in endings for ending in known.endings if ending != "/")
        assert (read == "yes") == (hasattr(module, "read") or hasattr(module, "read_path"))
        assert (written == "yes") == (hasattr(module, "write") or hasattr(module, "write_path"))
        assert (counts == "yes") == known.counts and (unseen == "yes") == known.ngrams
