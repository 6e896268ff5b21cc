"""Whatever changes between two versions, a line names it."""

from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from qaframework.packs.differences import differences
from qaframework.packs.reading import shipped_packs
from tests.factories.packs import shipped

MARK = "Zebra crossing"


def lines(before, after):
    return [(line.place, line.before, line.after) for line in differences(before, after)]


def rules(**framework):
    return {"framework": framework, "tools": {}}


def test_nothing_differs_from_itself():
    for name in shipped_packs():
        assert differences(shipped(name), deepcopy(shipped(name))) == []


def test_a_changed_number_is_named_by_its_quota():
    quota = {"role": "team_manager", "activity": "dip_sample", "amounts": [1, 1, 1, 1]}
    more = quota | {"amounts": [1, 2, 1, 1], "kind": "exact"}
    assert lines(rules(quotas=[quota]), rules(quotas=[more])) == [
        ("quotas › team manager, dip sample › amounts", "1, 1, 1, 1", "1, 2, 1, 1"),
        ("quotas › team manager, dip sample › kind", "–", "exact"),
    ]


def test_what_is_shared_is_named_by_its_roles():
    shared = {"roles": ["director", "iro"], "activity": "visit", "amount": 1}
    assert lines(rules(shared_quotas=[shared]), rules(shared_quotas=[shared | {"amount": 2}])) == [
        ("shared quotas › director, iro, visit › amount", "1", "2")
    ]


def test_the_first_entry_of_a_list_is_named_too():
    theme = {"key": "missing", "label": "Children who go missing", "activities": ["dip_sample"]}
    assert lines(rules(), rules(themes=[theme])) == [
        ("themes › missing", "–", "label: Children who go missing; activities: dip_sample")
    ]
    assert lines(rules(themes=[theme]), rules(themes=[]))[0][2] == "–"


def test_another_order_of_the_same_grades_is_a_change():
    grades = [
        {"key": "good", "label": "Good"},
        {"key": "poor", "label": "Poor"},
        {"key": "bad", "label": "Bad"},
    ]
    before = rules(grade_schemes=[{"key": "three", "grades": grades}])
    after = rules(grade_schemes=[{"key": "three", "grades": grades[::-1]}])
    assert lines(before, after) == [
        ("grade schemes › three › grades › order", "good, poor, bad", "bad, poor, good")
    ]


def test_an_added_entry_is_no_change_of_order():
    before, after = [{"key": "a"}, {"key": "b"}], [{"key": "c", "label": "C"}, {"key": "a"}, {"key": "b"}]
    assert lines(rules(groups=before), rules(groups=after)) == [("groups › c", "–", "label: C")]


def test_entries_that_nothing_tells_apart_go_by_number():
    before = rules(notes=[{"about": "quotas", "text": "A"}, {"about": "quotas", "text": "B"}])
    after = rules(notes=[{"about": "quotas", "text": "A"}, {"about": "quotas", "text": "C"}])
    assert lines(before, after) == [("notes › quotas 2 › text", "B", "C")]


def test_left_out_null_and_empty_are_the_same():
    before = rules(loop=None, notes=[], labels={}, summary="A")
    assert lines(before, rules(summary="A")) == []


# Any change to any document


def nodes(value, path=()):
    """Every place in a document, as a path of keys and numbers."""
    yield path
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for step, inner in entries:
        yield from nodes(inner, (*path, step))


def at(document, path):
    for step in path:
        document = document[step]
    return document


def can_be_turned(value):
    return isinstance(value, list) and value != value[::-1]


PLACES = {
    name: [path for path in nodes(shipped(name)) if len(path) >= 2 and path != ("tools",)]
    for name in shipped_packs()
}
LISTS = {name: [path for path in PLACES[name] if can_be_turned(at(shipped(name), path))] for name in PLACES}


def somewhere(paths):
    """The name of a pack and a place in it."""
    return st.sampled_from(sorted(paths)).flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from(paths[name]))
    )


def subject(path):
    """What a line about it begins with: the part of the rules, or the tool."""
    parts = path[1:2] if path[0] == "framework" else path[:2]
    return " › ".join(part.replace("_", " ") for part in parts)


@given(somewhere(PLACES))
def test_whatever_is_written_otherwise_is_named(place):
    name, path = place
    before, after = shipped(name), deepcopy(shipped(name))
    at(after, path[:-1])[path[-1]] = MARK
    found = differences(before, after)
    assert any(
        line.place.startswith(subject(path)) and (MARK in line.after or MARK in line.place) for line in found
    )
    assert all(line.before != line.after for line in found)


@given(somewhere(PLACES))
def test_whatever_is_taken_out_is_named(place):
    name, path = place
    before, after = shipped(name), deepcopy(shipped(name))
    gone = at(before, path)
    del at(after, path[:-1])[path[-1]]
    found = differences(before, after)
    assert bool(found) == (gone not in (None, [], {}))
    assert all(line.place.startswith(subject(path)) and line.before != line.after for line in found)
    assert all(line.place.startswith(subject(path)) for line in differences(after, before))
    assert len(differences(after, before)) >= bool(found)


@given(somewhere(LISTS))
def test_whatever_changes_places_is_named(place):
    name, path = place
    before, after = shipped(name), deepcopy(shipped(name))
    at(after, path).reverse()
    found = differences(before, after)
    assert found
    assert all(line.place.startswith(subject(path)) and line.before != line.after for line in found)
