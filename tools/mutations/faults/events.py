"""Faults in grouping and ordering events."""

from __future__ import annotations

from tools.mutations.fault import fault

_BY_HAND = "corpus/test_events.py::test_events_are_grouped_and_sorted_as_by_hand"
_ORDER = "corpus/test_events.py::test_what_can_be_ordered"

FAULTS = (
    fault(
        "events-of-equal-times-change-places",
        "corpus/events.py",
        'order = np.argsort(keys, kind="stable")',
        'order = np.argsort(keys[::-1], kind="stable")[::-1]',
        _BY_HAND,
    ),
    fault(
        "order-of-events-left-out",
        "corpus/events.py",
        "if keys is not None and (keys[1:] < keys[:-1]).any():",
        "if keys is not None and (keys[1:] < keys[:-1]).all():",
        _BY_HAND,
    ),
    fault(
        "groups-sorted-by-16-bits",
        "corpus/events.py",
        "for shift in (0, 16):",
        "for shift in (0,):",
        "corpus/test_events.py::test_more_groups_than_16_bits_tell_apart",
    ),
    fault(
        "events-without-a-group-make-one",
        "corpus/events.py",
        "there = pc.and_(items.is_valid(), groups.is_valid())",
        'groups = groups.fill_null("")\n        there = items.is_valid()',
        "corpus/test_events.py::test_rows_stay_as_they_come_without_an_order",
    ),
    fault(
        "empty-names-are-groups",
        "corpus/events.py",
        'missing = pc.or_(missing, pc.equal(names, ""))',
        "missing = pc.or_(missing, missing)",
        "corpus/test_events.py::test_groups_of_several_columns",
    ),
    fault(
        "names-of-groups-run-together",
        "corpus/events.py",
        'pc.binary_join_element_wise(*lengths, *parts, " ")',
        'pc.binary_join_element_wise(*parts, "")',
        "corpus/test_events.py::test_groups_of_several_columns",
    ),
    fault(
        "group-cut-where-a-block-ends",
        "corpus/events.py",
        "continues=bool(inner == last)",
        "continues=False",
        _BY_HAND,
    ),
    fault(
        "group-read-twice",
        "corpus/events.py",
        "chosen = (groups >= first) & (groups < last)",
        "chosen = (groups >= first) & (groups <= last)",
        _BY_HAND,
    ),
    fault(
        "negative-numbers-upside-down",
        "corpus/order.py",
        "np.where(bits < 0, bits ^ LAST, bits)",
        "bits.copy()",
        _ORDER,
    ),
    fault(
        "integers-before-numbers-stay",
        "corpus/order.py",
        "        integers[there] = _float_keys(integers[there].astype(np.float64))\n",
        "",
        _ORDER,
    ),
    fault(
        "text-without-a-value-first",
        "corpus/order.py",
        "                self._ranks[empty] = LAST\n",
        "                pass\n",
        _ORDER,
    ),
    fault(
        "numbers-of-a-block-stay-its-own",
        "corpus/spill.py",
        "places[self._numbers.read(row, row + n_rows)]",
        "self._numbers.read(row, row + n_rows)",
        _BY_HAND,
    ),
)
