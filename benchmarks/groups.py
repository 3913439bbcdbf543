"""Words that belong together, which vectors of English text should put side by side.

One list for all texts: members that a text does not have often enough are left out, and groups
that keep fewer than five. Words that mostly mean something else (may, mark, job) are in none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

#: A group with fewer members in a text says little.
FEWEST = 5

GROUPS: dict[str, str] = {
    "numbers": "two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand",
    "ordinals": "third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth",
    "days": "monday tuesday wednesday thursday friday saturday sunday",
    "months": "january february april june july august september october november december",
    "seasons and times": "morning evening night noon yesterday afternoon midnight morrow",
    "spans": "minutes hours days weeks months years minute hour day week month year fortnight",
    "family": "father mother son daughter brother sister wife husband uncle aunt cousin nephew "
    "niece sons daughters brothers sisters wives children",
    "body": "head face eyes ears mouth nose lips hand hands foot feet arm arms finger fingers "
    "neck shoulder knees hair cheek cheeks tongue teeth",
    "colours": "white black red blue green yellow purple scarlet brown",
    "places": "london bath england portsmouth lyme hertfordshire derbyshire devonshire "
    "kent surrey norfolk somersetshire northamptonshire brighton",
    "houses": "hartfield randalls donwell highbury mansfield sotherton longbourn netherfield "
    "rosings pemberley meryton norland barton kellynch uppercross northanger cleveland",
    "surnames": "elton weston knightley woodhouse churchill fairfax bates martin darcy bingley "
    "bennet collins wickham lucas gardiner dashwood ferrars jennings middleton palmer brandon "
    "willoughby crawford bertram norris rushworth yates elliot wentworth musgrove russell clay "
    "harville benwick croft tilney thorpe morland allen",
    "women": "emma elizabeth jane lydia kitty charlotte caroline elinor marianne lucy fanny julia "
    "maria susan anne louisa henrietta catherine isabella eleanor harriet georgiana",
    "men": "edward edmund henry thomas tom william charles frederick frank george robert james "
    "walter",
    "rooms": "parlour drawing dining kitchen library hall breakfast chamber stairs",
    "feelings": "joy grief sorrow pleasure delight pain anger fear happiness misery anxiety "
    "astonishment surprise disappointment vexation distress shame",
    "patriarchs": "abraham isaac jacob esau joseph noah lot ishmael abram laban",
    "tribes": "reuben simeon levi judah issachar zebulun dan naphtali gad asher ephraim manasseh "
    "benjamin",
    "kings": "david solomon saul rehoboam jeroboam asa jehoshaphat hezekiah josiah ahab "
    "zedekiah joash amaziah ahaz jehu omri uzziah jotham manasseh",
    "prophets": "isaiah jeremiah ezekiel daniel elijah elisha samuel nathan jonah amos",
    "disciples": "peter paul john james andrew philip thomas simon barnabas silas timotheus",
    "peoples": "amorites hittites canaanites perizzites hivites jebusites philistines ammonites "
    "moabites syrians egyptians edomites midianites amalekites",
    "metals": "gold silver brass iron tin lead copper",
    "beasts": "sheep goats oxen asses camels horses lambs rams bullocks cattle lions ox ass ram "
    "lamb bullock goat lion horse dog",
    "plants": "wheat barley corn figs grapes vines olives grass thorns cedar cedars",
    "directions": "north south east west eastward westward northward southward",
    "countries": "france germany italy spain portugal austria poland russia sweden norway "
    "denmark finland greece turkey egypt china japan india canada australia brazil mexico "
    "netherlands belgium switzerland hungary ireland scotland",
    "nationalities": "french german italian spanish portuguese austrian polish russian swedish "
    "norwegian danish finnish greek turkish egyptian chinese japanese indian canadian australian "
    "dutch hungarian irish scottish",
    "sciences": "physics chemistry biology mathematics geology astronomy psychology economics "
    "sociology linguistics philosophy medicine",
    "sports": "football baseball basketball hockey tennis cricket rugby golf soccer",
    "film words": "film movie comedy drama thriller documentary romance horror",
    "praise": "funny clever entertaining engaging touching charming witty moving fascinating "
    "delightful enjoyable amusing",
    "blame": "bad dull boring tedious silly stupid predictable bland lame awful pretentious",
    "instruments": "guitar piano drums bass violin keyboards saxophone trumpet flute organ",
    "modals": "can could may might shall should will would must",
}


def known_groups(known: Callable[[str], bool]) -> list[list[str]]:
    """Return what is left of the groups in a text where `known` says which words count.

    Examples
    --------
    >>> known_groups({"monday", "tuesday", "friday", "sunday", "saturday", "july"}.__contains__)
    [['monday', 'tuesday', 'friday', 'saturday', 'sunday']]
    """
    return _large([[word for word in words.split() if known(word)] for words in GROUPS.values()])


def labelled_groups(names: Iterable[str], labels: Iterable[int]) -> list[list[str]]:
    """Return the groups that labels make, in the order of the labels.

    Examples
    --------
    >>> labelled_groups("abcdef", [1, 1, 1, 0, 1, 1])
    [['a', 'b', 'c', 'e', 'f']]
    """
    members: dict[int, list[str]] = {}
    for name, label in zip(names, labels, strict=True):
        members.setdefault(label, []).append(name)
    return _large([members[label] for label in sorted(members)])


def _large(groups: list[list[str]]) -> list[list[str]]:
    return [group for group in groups if len(group) >= FEWEST]
