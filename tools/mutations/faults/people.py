"""Faults of what people bring: paths, streams, names of files, other programs' models."""

from __future__ import annotations

from tools.mutations.fault import Fault, fault

_PATHS, _STREAMS = "test_paths.py", "cli/test_streams.py"
_STRANGERS = "formats/test_strangers.py"


def _unexpanded(file: str, name: str, given: str) -> Fault:
    """Make a function take the path as it is, ``~`` for a folder's name."""
    before = f'given_path("{name}", {given})'
    title = f"{file.removesuffix('.py').replace('/', '-').replace('_', '-')}-keeps-the-tilde"
    return fault(title, file, before, f"Path({given})", _PATHS)


FAULTS = (
    _unexpanded("api/entry.py", "output", "output"),
    _unexpanded("corpus/paths.py", "source", "source"),
    _unexpanded("corpus/encoding.py", "cache", "cache"),
    fault(
        "evaluation-lines-keeps-the-tilde",
        "evaluation/lines.py",
        'given_path("path", path).open',
        "Path(path).open",
        _PATHS,
    ),
    _unexpanded("callbacks.py", "path", "path"),
    fault(
        "cache-elsewhere-in-silence",
        "files/places.py",
        'own = given_path("FIRTH_CACHE_DIR", named)',
        "own = Path(named)",
        "files/test_places.py",
    ),
    fault(
        "empty-home-taken-for-the-root",
        "files/given.py",
        ' and os.environ.get("HOME") != "":',
        ":",
        _PATHS,
    ),
    fault(
        "empty-arguments-accepted",
        "cli/advice.py",
        'if "" in (given',
        "if False in (given",
        f"{_PATHS}::test_a_command_refuses_an_empty_value",
    ),
    fault(
        "closed-standard-input-is-empty",
        "cli/streams.py",
        "            if number:\n",
        "            if number + 1:\n",
        f"{_STREAMS}::test_a_closed_standard_input_is_said",
    ),
    fault(
        "closed-stream-left-to-the-next-file",
        "cli/streams.py",
        "if stream is None:",
        "if stream is None and number:",
        f"{_STREAMS}::test_no_file_takes_the_place_of_a_closed_stream",
    ),
    fault(
        "characters-that-a-stream-lacks-end-the-program",
        "cli/streams.py",
        'stream.reconfigure(errors="backslashreplace")',
        'stream.reconfigure(errors="strict")',
        f"{_STREAMS}::test_a_narrow_code_page",
    ),
    fault(
        "json-in-a-code-page",
        "cli/output.py",
        'codecs.lookup(sys.stdout.encoding).name != "utf-8"',
        "sys.stdout.encoding is None",
        f"{_STREAMS}::test_a_narrow_code_page",
    ),
    fault(
        "words-of-an-ascii-locale-unknown",
        "cli/output.py",
        "    text = as_text(word)\n",
        "    text = word\n",
        f"{_STREAMS}::test_a_word_that_cannot_be_shown_is_asked_for_nonetheless",
    ),
    fault(
        "full-disk-ends-in-a-traceback",
        "cli/__init__.py",
        "    except OSError as error:\n        forget_output()  # on a full disk\n",
        "    except MemoryError as error:\n        forget_output()  # on a full disk\n",
        f"{_STREAMS}::test_a_full_disk_is_said_once",
    ),
    fault(
        "vocabulary-not-saved-below-names-that-are-not-utf8",
        "corpus/vocabulary_file.py",
        'temporary.open("wb") as file:',
        'pa.OSFile(str(temporary), "wb") as file:',
        f"{_STREAMS}::test_names_that_are_not_utf8",
    ),
    fault(
        "binary-vectors-taken-for-text",
        "formats/recognise.py",
        "return header is not None and _is_binary(head.data[header.end() :])",
        "return False",
        _STRANGERS,
    ),
    fault(
        "text-with-two-numbers-taken-for-vectors",
        "formats/recognise.py",
        "return bool(lines) and all(",
        "return bool(lines) or all(",
        _STRANGERS,
    ),
    fault(
        "words-with-blanks-are-no-vectors",
        "formats/recognise.py",
        "all(_are_numbers(fields[-dim:]) for fields in lines)",
        "all(_are_numbers(fields[1:]) for fields in lines)",
        _STRANGERS,
    ),
    fault(
        "floret-taken-for-fasttext",
        "formats/recognise.py",
        "fields[0] in (1, 2)",
        "fields[0] in (100,)",
        _STRANGERS,
    ),
    fault(
        "killed-run-is-any-folder",
        "formats/strangers.py",
        'any(place.glob("task-*.safetensors"))',
        "False",
        _STRANGERS,
    ),
)
