r"""The folder that model2vec and sentence-transformers load: a vector a token, and a tokenizer.

::

    model.safetensors   embeddings (rows, dim) float32, float16 or int8
                        weights (tokens,), optional: each token's row is multiplied by its own
                        mapping (tokens,) int, optional: the row of each token, else its number
    tokenizer.json      how text becomes numbers of tokens (huggingface/tokenizers)
    config.json         of model2vec: normalize, max_length
    modules.json, config_sentence_transformers.json     of sentence-transformers

(model2vec 0.10, ``persistence/persistence.py`` and ``model.py``; sentence-transformers 6.2,
``modules/static_embedding.py``, which names the matrix ``embedding.weight`` in folders of its own.)

A written folder takes words as they are between blanks: ``WordLevel`` behind ``WhitespaceSplit``.
Both libraries need a token for what is not listed. It has a row of zeros, the last. model2vec
leaves it out of the mean, sentence-transformers counts it: the length of the mean differs, its
direction does not, and as ``normalize`` is true in both, they agree. Texts are not cut off.

int8 keeps a weight a word, the largest number of its vector over 127: without, model2vec would
give back numbers up to 127, and sentence-transformers would not load the folder.
With float16 sentence-transformers gives NaN to texts without a known word, as it divides by their
length, 0, in half precision; with the others it gives zeros.

When a folder is read, its words are the tokens in the order of their numbers. The token for what
is not listed is left out if its vector is zeros.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from firth.corpus.wordlist import WordList
from firth.errors import FormatError
from firth.files.folders import atomic_folder
from firth.files.parsing import parse_json
from firth.files.safetensors import Blocks, read_safetensors, write_safetensors
from firth.formats.contents import Contents, ReadOptions, WriteOptions
from firth.formats.precision import infinite_row, narrowed, row_scales, widened
from firth.formats.words import refuse_words
from firth.values import reason, shown
from firth.vectors.matrix import FloatMatrix

TITLE = "the folder of model2vec and sentence-transformers"
TENSORS, TOKENIZER, CONFIG, MODULES, CONFIG_ST = NAMES = (
    "model.safetensors", "tokenizer.json", "config.json", "modules.json",
    "config_sentence_transformers.json",
)  # fmt: skip
#: White space of Unicode, at which the tokenizer splits.
FORBIDDEN = (
    r"[\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]|^$",
    "a blank of Unicode, or is empty",
)
#: Where sentence-transformers may have put the files of the module.
_PLACES = ("", "0_StaticEmbedding")
_MATRICES = ("embeddings", "embedding.weight")
#: The types that its tensors may have.
_DTYPES = ("F32", "F16", "I8", "F64", "I32", "I64")


def write_path(path: Path, contents: Contents, options: WriteOptions) -> None:
    """Write the folder, whole or not at all."""
    refuse_words(contents.words, *FORBIDDEN, TITLE)
    words = contents.words.array
    dtype = options.dtype or "float32"
    with atomic_folder(path, NAMES) as folder:
        write_safetensors(folder / TENSORS, _tensors(contents.matrix, dtype))
        unknown = _free_name(words)
        for name, content in (
            (TOKENIZER, _tokenizer(words, unknown)),
            (CONFIG, {
                "model_type": "model2vec", "architectures": ["StaticModel"], "normalize": True,
                "max_length": None, "hidden_dim": contents.matrix.shape[1],
                "embedding_dtype": dtype,
            }),
            (MODULES, [
                {"idx": 0, "name": "0", "path": ".",
                 "type": "sentence_transformers.models.StaticEmbedding"},
                {"idx": 1, "name": "1", "path": "1_Normalize",
                 "type": "sentence_transformers.models.Normalize"},
            ]),
            (CONFIG_ST, {
                "model_type": "SentenceTransformer", "similarity_fn_name": "cosine",
                "prompts": {}, "default_prompt_name": None,
            }),
        ):  # fmt: skip
            text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
            (folder / name).write_bytes(text.encode())


def _free_name(words: Any) -> str:
    """Name the token for what is not listed: none of the words."""
    name = "[UNK]"
    while pc.any(pc.equal(words, name)).as_py():
        name = f"[{name}]"
    return name


def _tokenizer(words: Any, unknown: str) -> dict[str, Any]:
    numbers = {word: row for row, word in enumerate((*words.to_pylist(), unknown))}
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [],
        "normalizer": None, "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": None,
        "decoder": None, "model": {"type": "WordLevel", "vocab": numbers, "unk_token": unknown},
    }  # fmt: skip


def _tensors(matrix: FloatMatrix, dtype: str) -> dict[str, NDArray[Any] | Blocks]:
    """Return what model.safetensors holds, with a row of zeros behind the others."""
    rows, dim = matrix.shape
    scales = row_scales(matrix) if dtype == "int8" else None
    blocks = chain(narrowed(matrix, dtype, scales), [np.zeros((1, dim), dtype)])
    found: dict[str, NDArray[Any] | Blocks] = {
        "embeddings": Blocks(np.dtype(dtype), (rows + 1, dim), blocks)
    }
    if scales is not None:
        found["weights"] = np.append(scales, np.float32(1))
    return found


def read_path(path: Path, options: ReadOptions) -> Contents:
    """Read a folder of either library, or the first words of it."""
    folder = _place(path)
    tokens, unknown = _read_tokens(folder / TOKENIZER)
    matrix = _read_matrix(folder / TENSORS, len(tokens))
    with np.errstate(invalid="ignore"):  # NaN may signal
        empty = unknown is not None and not matrix[unknown].any()
    if unknown is not None and empty:
        del tokens[unknown]
        last = unknown == len(tokens)
        matrix = matrix[:unknown] if last else np.delete(matrix, unknown, axis=0)
    wanted = len(tokens) if options.top is None else min(options.top, len(tokens))
    matrix = matrix[:wanted]
    _refuse_infinite(folder / TENSORS, matrix, tokens)
    try:
        words = pa.array(tokens[:wanted], pa.string())
    except (pa.ArrowException, UnicodeError) as error:
        raise FormatError(f"{folder / TOKENIZER}: a token is no text ({reason(error)})") from error
    if not isinstance(words, pa.Array):  # more than 2 GiB
        words = pa.array(tokens[:wanted], pa.large_string())
    return Contents(WordList(words), matrix)


def _place(path: Path) -> Path:
    """Find where the matrix and the tokenizer are."""
    modules = path / MODULES
    if modules.is_file():
        listed = _read_json(modules)
        first = listed[0].get("type") if _is_list_of_objects(listed) and listed else None
        if not str(first).endswith("StaticEmbedding"):
            raise FormatError(
                f"{modules}: the first module is {shown(first)}; firth reads folders whose first "
                "module is a StaticEmbedding, as others have no vectors of words"
            )
    for name in _PLACES:
        if all((path / name / file).is_file() for file in (TENSORS, TOKENIZER)):
            return path / name
    raise FormatError(
        f"{path}: expected {TENSORS} and {TOKENIZER} in it, as model2vec and sentence-transformers "
        "write them; copy the whole folder again"
    )


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


def _read_json(file: Path) -> Any:
    try:
        return parse_json(file.read_bytes())
    except OSError as error:
        raise FormatError(f"{file}: cannot be read ({error.strerror or error})") from error
    except ValueError as error:
        raise FormatError(
            f"{file}: not valid JSON ({reason(error)}); it is cut off or damaged, copy the "
            "folder again"
        ) from error


def _read_tokens(file: Path) -> tuple[list[str], int | None]:
    """Return the tokens in the order of their numbers, and the number of the one for others."""
    content = _read_json(file)
    model = content.get("model") if isinstance(content, dict) else None
    if not isinstance(model, dict):
        raise FormatError(f"{file} has no object 'model'; expected a tokenizer of Hugging Face")
    vocabulary, unknown = model.get("vocab"), model.get("unk_token")
    if isinstance(vocabulary, list):  # Unigram: pairs of a token and its score
        pairs = [entry[0] if isinstance(entry, list) and entry else None for entry in vocabulary]
        numbers, place = dict(enumerate(pairs)), model.get("unk_id")
    elif isinstance(vocabulary, dict):
        numbers = {number: word for word, number in vocabulary.items() if type(number) is int}
        place = vocabulary.get(unknown) if isinstance(unknown, str) else None
    else:
        raise FormatError(f"{file}: 'vocab' is {type(vocabulary).__name__}; expected tokens")
    added = content.get("added_tokens") or []
    if not _is_list_of_objects(added):
        raise FormatError(f"{file}: 'added_tokens' is {shown(added)}; expected objects")
    for entry in added:
        number, word = entry.get("id"), entry.get("content")
        if type(number) is not int or numbers.setdefault(number, word) != word:
            raise FormatError(
                f"{file}: the added token {shown(word)} has the number {shown(number)}, "
                "which must be its own"
            )
    tokens = [numbers.get(number) for number in range(len(numbers))]
    if len(numbers) < len(vocabulary) or not all(isinstance(token, str) for token in tokens):
        raise FormatError(
            f"{file}: the {len(vocabulary) + len(added):,} tokens are not numbered from 0, each "
            "with a number of its own; the file is damaged"
        )
    known = type(place) is int and 0 <= place < len(tokens)
    return [str(token) for token in tokens], place if known else None


def _read_matrix(file: Path, tokens: int) -> FloatMatrix:
    """Return a row for each token."""
    tensors = read_safetensors(file, _DTYPES, vectors=True)
    matrix = next((tensors[name] for name in _MATRICES if name in tensors), None)
    if matrix is None or matrix.ndim != 2:
        raise FormatError(
            f"{file}: there is no matrix {' or '.join(map(repr, _MATRICES))} among the tensors "
            f"{_shown(tensors)}; firth reads models that have a vector a token"
        )
    if matrix.dtype.kind == "i" and matrix.dtype != np.int8:
        raise FormatError(f"{file}: the matrix holds {matrix.dtype}; expected floats or int8")
    mapping = _one_a_token(file, tensors, "mapping", tokens, "iu")
    weights = _one_a_token(file, tensors, "weights", tokens, "f")
    if mapping is None and len(matrix) != tokens:
        raise FormatError(
            f"{file}: {len(matrix):,} vectors, but {TOKENIZER} has {tokens:,} tokens; they are not "
            "of one model"
        )
    if mapping is not None:
        if mapping.min() < 0 or mapping.max() >= len(matrix):
            wrong = mapping.max() if mapping.min() >= 0 else mapping.min()
            raise FormatError(
                f"{file}: 'mapping' leads to row {wrong:,}, but there are {len(matrix):,} rows"
            )
        matrix = matrix[mapping]
    return widened(matrix, weights)


def _shown(tensors: Mapping[str, NDArray[Any]]) -> str:
    return (
        ", ".join(f"{shown(name)} {list(tensors[name].shape)}" for name in list(tensors)[:5])
        or "(none)"
    )


def _one_a_token(
    file: Path, tensors: Mapping[str, NDArray[Any]], name: str, tokens: int, kinds: str
) -> NDArray[Any] | None:
    found = tensors.get(name)
    if found is not None and (found.shape != (tokens,) or found.dtype.kind not in kinds):
        kind = "floats" if kinds == "f" else "whole numbers"
        raise FormatError(
            f"{file}: {name!r} is {list(found.shape)} of {found.dtype}; expected {kind}, one for "
            f"each of the {tokens:,} tokens"
        )
    return found


def _refuse_infinite(file: Path, matrix: FloatMatrix, tokens: list[str]) -> None:
    row = infinite_row(matrix)
    if row is not None:
        raise FormatError(
            f"{file}: the vector of {shown(tokens[row])} holds a value that is not a finite "
            "number; the file is damaged, copy or download it again"
        )
