"""Faults of the documentation site: where links lead, what is listed, what a page may load."""

from __future__ import annotations

from tools.mutations.fault import Fault


def _fault(name: str, file: str, before: str, after: str, test: str) -> Fault:
    return Fault(name, f"tools/site/{file}", before, after, (f"tests/docs/test_site.py::{test}",))


FAULTS = (
    _fault(
        "links-lose-their-anchor",
        "layout.py",
        "place(to), folder) + mark + anchor",
        "place(to), folder)",
        "test_links_lead_to_where_things_are_in_the_site",
    ),
    _fault(
        "links-as-from-the-top-of-the-site",
        "layout.py",
        "os.path.relpath(place(to), folder)",
        "place(to)",
        "test_links_lead_to_where_things_are_in_the_site",
    ),
    _fault(
        "links-of-what-is-shown-are-moved",
        "layout.py",
        "_SHOWN.sub(shown, _LINK.sub(link, text)), code",
        "_LINK.sub(link, _SHOWN.sub(shown, text)), code",
        "test_what_a_page_of_html_has_to_try_stands_on_pages_that_show_it",
    ),
    _fault(
        "pages-listed-twice",
        "layout.py",
        " and page not in taken",
        "",
        "test_a_section_takes_pages_that_it_has_no_row_for",
    ),
    _fault(
        "rows-for-no-option",
        "members.py",
        "for option in member.options",
        "for option in member.options[1:]",
        "test_every_member_has_a_row_with_links_to_its_options",
    ),
    _fault(
        "flags-that-turn-off-unnamed",
        "members.py",
        "if isinstance(kind, Flag) and (kind.off or option.default):",
        "if isinstance(kind, Flag) and option.default is None:",
        "test_the_flags_of_the_settings_are_those_of_the_command",
    ),
    _fault(
        "anchors-not-looked-for",
        "check.py",
        "unquote(parts.fragment) not in pages[to].anchors",
        "not pages[to].anchors",
        "test_what_is_wrong_with_a_page_is_said",
    ),
    _fault(
        "second-pictures-not-looked-at",
        "check.py",
        '"img": ("src", "srcset")',
        '"img": ("src",)',
        "test_what_is_wrong_with_a_page_is_said",
    ),
    _fault(
        "hosts-without-a-scheme-not-seen",
        "check.py",
        '        if parts.scheme or parts.netloc:\n            yield f"asks',
        '        if parts.scheme:\n            yield f"asks',
        "test_what_is_wrong_with_a_style_is_said",
    ),
    Fault(
        "letters-left-out-of-the-index",
        "tools/site/search.py",
        "words += [*run, *map",
        "words += [run, *map",
        ("tests/docs/test_search.py::test_what_is_asked_is_split_as_the_index_is",),
    ),
)
