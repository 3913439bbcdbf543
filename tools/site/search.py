"""Sphinx: find Chinese and Japanese in the site's search, which takes words to be between blanks.

Runs of these letters become pairs, 负采样 becomes 负采 and 采样, in the index and in what a reader
asks: a page is found if it has all pairs. That needs no dictionary, and misses nothing.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

#: Han and kana, as both regular expressions write them.
_RANGES = r"\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_PARTS = re.compile(rf"[{_RANGES}]+|[^\W{_RANGES}]+")
_UNSPACED = re.compile(rf"[{_RANGES}]")
_SPLITTER = rf"""
var splitQuery = (query) =>
  query
    .split(/[^\p{{Letter}}\p{{Number}}_\p{{Emoji_Presentation}}]+/u)
    .flatMap((part) => part.match(/[{_RANGES}]+|[^{_RANGES}]+/g) || [])
    .flatMap((run) =>
      run.length < 3 || !/[{_RANGES}]/.test(run)
        ? [run]
        : Array.from(run.slice(1), (letter, i) => run[i] + letter),
    );
"""


class Search(SearchEnglish):
    """English, and what is written without blanks."""

    js_splitter_code = _SPLITTER

    def split(self, input: str) -> list[str]:
        """Return the words of a text, and of what has no blanks single letters and pairs.

        Examples
        --------
        >>> Search({}).split("用负采样训练 skip-gram词向量")
        ['用', '负', '采', '样', '训', '练', '用负', '负采', '采样', '样训', '训练', \
'skip', 'gram', '词', '向', '量', '词向', '向量']
        """
        words: list[str] = []
        for run in _PARTS.findall(input):
            if _UNSPACED.match(run):
                words += [*run, *map("".join, pairwise(run))]
            else:
                words.append(run)
        return words


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what splits texts and questions into words."""
    app.add_search_language(Search)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
