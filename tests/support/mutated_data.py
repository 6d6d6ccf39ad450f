"""Changes to an agreement as data: each takes the data of a file and a source of chance, and changes the data in place.

`MILD` changes mostly leave a file that can still be read, so that what lies behind the reader is reached. `WILD` ones
mostly do not. A change that finds nothing to change leaves the data as they are.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from support import wild_values as wild
from support.wild_values import kind_of

Data = dict[str, Any]
Change = Callable[[Data, random.Random], None]
Place = tuple[Any, Any]  # a group or list, and a key or index in it


def places(data: Any) -> Iterator[Place]:
    """Every place of the data that holds a value. The data must not hold themselves."""
    waiting = [data]
    while waiting:
        at = waiting.pop()
        rows = at.items() if isinstance(at, dict) else enumerate(at) if isinstance(at, list) else ()
        for key, value in list(rows):
            yield at, key
            waiting.append(value)


def _pick(data: Data, rng: random.Random, *kinds: str) -> Place | None:
    """A place that holds a value of one of these kinds; half of the time each top-level group counts the same."""
    if rng.random() < 0.5 and data:
        top = rng.choice(list(data))
        among = [(data, top), *places(data[top])]
    else:
        among = list(places(data))
    fit = [(at, key) for at, key in among if not kinds or kind_of(key, at[key]) in kinds]
    return rng.choice(fit) if fit else None


def _group(data: Data, name: str) -> Data:
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def _plan(data: Data, rng: random.Random) -> list[Any] | None:
    """The entries of one of the plans."""
    lists = [
        p["entries"]
        for p in _group(data, "plans").values()
        if isinstance(p, dict) and isinstance(p.get("entries"), list)
    ]
    full = [entries for entries in lists if entries]
    return rng.choice(full) if full else None


def _ids(entries: list[Any]) -> list[str]:
    return [e["id"] for e in entries if isinstance(e, dict) and isinstance(e.get("id"), str)]


def _day(data: Data, rng: random.Random) -> Any:
    days = [at[key] for at, key in places(data) if isinstance(at[key], date)]
    start = data.get("start")
    if isinstance(start, date) and rng.random() < 0.5:
        return start + timedelta(days=rng.choice((0, 1, 30, 59, 60, 365, 366, 730, 1461, 1826, 3652)))
    return rng.choice(days) if days else date(2031, 5, 1)


# Changes after which a file can mostly be read.


def scale_a_number(data: Data, rng: random.Random) -> None:
    """Multiply a number, or put a mild one in its place."""
    if place := _pick(data, rng, "number"):
        at, key = place
        if rng.random() < 0.5:
            at[key] = rng.choice(wild.MILD)
        else:
            at[key] *= rng.choice((0, 0.5, 2, 10, -1, 1e-3, 1e3, 1 + 1e-9, 1e6, 1e-9))


def set_a_chance(data: Data, rng: random.Random) -> None:
    """Give a chance another value; where it is one of two types, give the other the rest."""
    if place := _pick(data, rng, "chance"):
        at, key = place
        value = rng.choice((0, 1, 0.5, 1e-9, 1 - 1e-9, 0.25, 1e-300, 5e-324, 0.999, 1.0, 2**-53))
        if isinstance(at[key], float) and isinstance(at, dict) and len(at) == 2 and key != "within":
            at[next(other for other in at if other != key)] = 1 - value
        at[key] = value


def set_the_chances_of_types(data: Data, rng: random.Random) -> None:
    """Deal the chances of a party's types anew."""
    owners = [p for p in _group(data, "parties").values() if isinstance(p, dict) and isinstance(p.get("types"), dict)]
    if owners and (types := [t for t in rng.choice(owners)["types"].values() if isinstance(t, dict)]):
        first = rng.choice((0, 1, 0.5, 1e-12, 1 - 1e-12, 0.9))
        for i, kind in enumerate(types):
            kind["chance"] = first if i == 0 else (1 - first) / (len(types) - 1)


def give_a_range(data: Data, rng: random.Random) -> None:
    """Put a range around a number, wide, narrow or empty; or a number in place of a range."""
    if place := _pick(data, rng, "number", "chance", "range"):
        at, key = place
        value = at[key]
        if isinstance(value, dict):
            at[key] = value.get("likely", value.get("low", 1))
            return
        width = rng.choice((0, 1e-12, 0.1, 0.5, 1, 10, 1e6))
        low, high = value - abs(value) * width, value + abs(value) * width
        if kind_of(key, value) == "chance" or value >= 0:
            low = max(low, 0)
        if kind_of(key, value) == "chance":
            high = min(high, 1)
        likely: Data = {} if rng.random() < 0.2 else {"likely": value}
        at[key] = {**likely, "low": low, "high": high}


def change_a_range(data: Data, rng: random.Random) -> None:
    """Change one end of a range."""
    if place := _pick(data, rng, "range"):
        at, key = place
        if keys := [k for k in ("likely", "low", "high") if k in at[key]]:
            one = rng.choice(keys)
            at[key][one] = rng.choice(
                (at[key].get("low"), at[key].get("high"), at[key].get("likely"), 0, 1, 1e9, -1, None)
            )
            if at[key][one] is None:
                del at[key][one]


def move_a_date(data: Data, rng: random.Random) -> None:
    """Move a date by days or years, or onto another."""
    if place := _pick(data, rng, "date"):
        at, key = place
        if rng.random() < 0.4 or not isinstance(at[key], date):
            at[key] = _day(data, rng)
        else:
            days = rng.choice((0, 1, -1, 7, 30, -30, 365, -365, 1461))
            at[key] = date.fromordinal(min(max(at[key].toordinal() + days, 1), date.max.toordinal()))


def change_a_duration(data: Data, rng: random.Random) -> None:
    if place := _pick(data, rng, "duration"):
        at, key = place
        at[key] = rng.choice(wild.DURATIONS)


def change_words(data: Data, rng: random.Random) -> None:
    """Put odd words in the place of a name or title."""
    if place := _pick(data, rng, "words"):
        at, key = place
        at[key] = rng.choice(wild.TEXTS)


def name_all_parties(data: Data, rng: random.Random) -> None:
    """Give everything that has a name or a title the same odd one, or none."""
    words = rng.choice((None, *wild.TEXTS))
    for at, key in list(places(data)):
        if key in ("name", "title") and at is not data:
            if words is None:
                del at[key]
            else:
                at[key] = words


def rename_everywhere(data: Data, rng: random.Random, names: tuple[Any, ...] = wild.NAMES) -> None:
    """Give a party, stake, measure, type, plan, site, term or entry another name, wherever it is named."""
    keys = [
        k
        for group in ("parties", "stakes", "measures", "plans", "terms", "bodies", "sources")
        for k in _group(data, group)
    ]
    keys += [
        k
        for p in _group(data, "parties").values()
        if isinstance(p, dict) and isinstance(p.get("types"), dict)
        for k in p["types"]
    ]
    keys += [
        one
        for plan in _group(data, "plans").values()
        if isinstance(plan, dict)
        for one in _ids(plan.get("entries") or [])
    ]
    if not keys:
        return
    old, new = rng.choice(keys), rng.choice(names)

    def renamed(value: Any, key: object = None) -> Any:
        if isinstance(value, dict):
            return {(new if k == old and k not in _FIXED else k): renamed(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [renamed(each, key) for each in value]
        if isinstance(value, str) and key not in wild.WORD_KEYS:
            if value == old:
                return new
            return (
                ".".join(str(new) if part == old else part for part in value.split(".")) if key == "between" else value
            )
        return value

    whole = renamed(data)
    data.clear()
    data.update(whole)


_FIXED = frozenset(
    [
        "discount",
        "precision",
        "costs",
        "types",
        "aims",
        "name",
        "worth",
        "finds",
        "from",
        "until",
        "chance",
        "share",
        "date",
        "entries",
    ]
)


def copy_an_entry(data: Data, rng: random.Random) -> None:
    """An entry again, under a new id and perhaps on another day."""
    if entries := _plan(data, rng):
        again = copy.deepcopy(rng.choice(entries))
        if isinstance(again, dict):
            again["id"] = f"copy-{rng.randrange(1000)}"
            if "date" in again and rng.random() < 0.7:
                again["date"] = _day(data, rng)
            if isinstance(again.get("gives"), dict):
                again["gives"] = dict.fromkeys(again["gives"], 0.01)
        entries.insert(rng.randrange(len(entries) + 1), again)


def leave_out_an_entry(data: Data, rng: random.Random) -> None:
    """Delete an entry, and what needs or pairs it elsewhere."""
    if (entries := _plan(data, rng)) and (ids := _ids(entries)):
        gone = rng.choice(ids)
        entries[:] = [e for e in entries if not (isinstance(e, dict) and e.get("id") == gone)]
        for at, key in list(places(entries)):
            if key in ("needs", "pairs") and isinstance(at[key], list):
                at[key] = [one for one in at[key] if one != gone]


def shuffle_entries(data: Data, rng: random.Random) -> None:
    if entries := _plan(data, rng):
        rng.shuffle(entries)


def add_an_entry(data: Data, rng: random.Random) -> None:
    """A new entry of some kind."""
    entries, names, stakes = _plan(data, rng), list(_group(data, "parties")), _group(data, "stakes")
    if not entries or not names:
        return
    who, ids = rng.choice(names), _ids(entries) or ["x"]
    types = (
        list(_group(data, "parties")[who].get("types") or ["only"])
        if isinstance(_group(data, "parties")[who], dict)
        else ["only"]
    )
    owned = [s for s, v in stakes.items() if isinstance(v, dict) and v.get("holder") == who]
    kinds: tuple[Data, ...] = (
        {"review": rng.sample(names, rng.randint(1, len(names))), "date": _day(data, rng)},
        {"review": [who], "every": rng.choice(("1 month", "1 year", "5 years", "100 years")), "from": _day(data, rng),
        "until": _day(data, rng)},
        {"ratify": who, "passes": rng.choice((0, 1, 0.5, 1e-12)), "date": _day(data, rng)},
        {"turnover": who, "chance": rng.choice((0, 1, 0.3)), "types": {types[0]: 1}, "date": _day(data, rng)},
        {"by": who, "does": rng.choice(wild.TEXTS), "due": {"within": rng.choice(wild.DURATIONS),
        "after": rng.choice(("start", *ids))}},
        {"by": [who], "does": "keep it", "standing": True},
        {"by": who, "gives": {rng.choice(owned or ["x"]): rng.choice((0.01, 1e-9, 1e-300, 0.5))}, "date": _day(data,
        rng)},
        {"by": who, "does": "wait", "due": {rng.choice(("before", "after", "same_day")): rng.choice(ids)},
        "needs": [rng.choice(ids)]},
    )  # fmt: skip
    entries.insert(rng.randrange(len(entries) + 1), {"id": f"new-{rng.randrange(1000)}", **rng.choice(kinds)})


def put_due_for_date(data: Data, rng: random.Random) -> None:
    """A due date in place of a date."""
    dated = [e for e in _plan(data, rng) or [] if isinstance(e, dict) and "date" in e]
    if dated:
        entry = rng.choice(dated)
        ids = ["start", *_ids(_plan(data, rng) or [])]
        del entry["date"]
        entry["due"] = rng.choice(
            (
                {"within": rng.choice(wild.DURATIONS), "after": rng.choice(ids)},
                {"same_day": rng.choice(ids)},
                {"before": rng.choice(ids)},
            )
        )


def link_entries(data: Data, rng: random.Random) -> None:
    """Have an entry need or pair others, itself and circles among them."""
    entries = _plan(data, rng)
    if entries and (ids := _ids(entries)):
        entry = rng.choice([e for e in entries if isinstance(e, dict)])
        entry[rng.choice(("needs", "pairs"))] = rng.sample(ids, rng.randint(1, min(4, len(ids))))


def leave_out_a_group(data: Data, rng: random.Random) -> None:
    gone = [
        k
        for k in ("levers", "inspections", "correlations", "terms", "measures", "incidents", "note", "bodies")
        if k in data
    ]
    if gone:
        del data[rng.choice(gone)]


def leave_out_a_thing(data: Data, rng: random.Random) -> None:
    """A party, stake or measure less, and all that names it: down to agreements of one party, or without stakes."""
    gone = [rng.choice(list(group))] if (group := _group(data, rng.choice(("parties", "stakes", "measures")))) else []
    for key in ("levers", "correlations", "inspections"):
        if rng.random() < 0.7:
            data.pop(key, None)
    names = ("by", "gives", "review", "ratify", "turnover", "covers", "holds", "holder", "measure")
    while gone:
        name = gone.pop()
        for at, key in list(places(data)):
            if key == name and isinstance(at, dict):
                del at[key]
            elif isinstance(at[key] if key in at or isinstance(at, list) else None, list):
                at[key] = [each for each in at[key] if each != name and not (_names(each, names, name))]
            elif isinstance(at.get(key) if isinstance(at, dict) else None, dict) and at[key].get("holder") == name:
                gone.append(key)
    for at, key in list(places(data)):
        if isinstance(at, dict) and key in at and at[key] in ([], {}) and key in names:
            del at[key]


def _names(thing: Any, keys: tuple[str, ...], name: str) -> bool:
    """Whether a group names this under one of these keys, and nothing else there."""
    return isinstance(thing, dict) and any(thing.get(key) in (name, [name], {name: 1}) for key in keys)


def leave_out_an_option(data: Data, rng: random.Random) -> None:
    """Delete a key that may be left out."""
    may = {"name", "title", "note", "source", "costs", "aims", "types", "false_alarms", "breaks", "until", "from",
    "needs",
           "pairs", "verified_by", "uses", "defines", "text", "step", "penalty", "gain", "loss", "effort", "visits",
           "at_most", "sequence", "aim", "concealable", "automatic", "discount", "worth"}  # fmt: skip
    fit = [(at, key) for at, key in places(data) if key in may]
    if fit:
        at, key = rng.choice(fit)
        del at[key]


def exchange_alike(data: Data, rng: random.Random) -> None:
    """Exchange two values of one kind."""
    one = _pick(data, rng)
    if one:
        kind = kind_of(one[1], one[0][one[1]])
        if other := _pick(data, rng, kind):
            (at, key), (there, name) = one, other
            at[key], there[name] = copy.deepcopy(there[name]), copy.deepcopy(at[key])


def one_plan(data: Data, rng: random.Random) -> None:
    """Keep one plan and its levers."""
    if plans := _group(data, "plans"):
        kept = rng.choice(list(plans))
        data["plans"] = {kept: plans[kept]}
        if kept in _group(data, "levers"):
            data["levers"] = {kept: data["levers"][kept]}
        else:
            data.pop("levers", None)


def copy_a_plan(data: Data, rng: random.Random) -> None:
    if plans := _group(data, "plans"):
        plans[rng.choice(wild.NAMES)] = copy.deepcopy(rng.choice(list(plans.values())))


def play_at_the_edge(data: Data, rng: random.Random) -> None:
    """Give a number that enters play any size that a number may have; or several of one group."""
    value = 10 ** rng.choice((rng.uniform(-323, 308), rng.uniform(-20, 20), rng.uniform(-6, 9), 308.25, -323.3))
    group = _group(data, rng.choice(("parties", "stakes", "measures")))
    fit = [
        (at, key) for at, key in places(group) if kind_of(key, at[key]) in ("number", "range") and "chance" not in at
    ]
    for at, key in rng.sample(fit, min(len(fit), rng.choice((1, 1, 1, 2, 5)))):
        old = at[key]
        below = isinstance(old, int | float) and old < 0
        at[key] = -value if below else value


def add_a_type(data: Data, rng: random.Random) -> None:
    """Some more types of a party, with no chance or with all of them alike."""
    owners = [p for p in _group(data, "parties").values() if isinstance(p, dict)]
    if owners:
        party, more = rng.choice(owners), rng.choice((1, 2, 5, 12))
        types = party.setdefault("types", {"first": {"chance": 1}})
        if isinstance(types, dict):
            for i in range(more):
                types[f"t{i}"] = {"chance": 0, "precision": rng.choice((0, 0.1, 1, 5, 50))}


def alike(data: Data, rng: random.Random) -> None:
    """Make all numbers of one name the same, so that parties are alike."""
    value = {key: rng.choice(wild.MILD) for key in ("discount", "precision", "breakdown", "found", "withdrawing")}
    key = rng.choice(list(value))
    for at, name in list(places(data)):
        if name == key:
            at[name] = abs(value[key])


MILD: tuple[Change, ...] = (
    scale_a_number, scale_a_number, scale_a_number, set_a_chance, set_the_chances_of_types, give_a_range,
    change_a_range,
    move_a_date, move_a_date, change_a_duration, change_words, change_words, name_all_parties, rename_everywhere,
    rename_everywhere, copy_an_entry, leave_out_an_entry, shuffle_entries, add_an_entry, add_an_entry, put_due_for_date,
    link_entries, play_at_the_edge, play_at_the_edge, play_at_the_edge, leave_out_a_thing, leave_out_a_thing,
    leave_out_a_group, leave_out_an_option,
    exchange_alike, one_plan, copy_a_plan, add_a_type, alike,
)  # fmt: skip


# Changes after which a file can mostly not be read.


def delete(data: Data, rng: random.Random) -> None:
    if place := _pick(data, rng):
        at, key = place
        del at[key]


def double(data: Data, rng: random.Random) -> None:
    """The same value again: in a list once more, in a group under a key that is nearly the same."""
    if place := _pick(data, rng):
        at, key = place
        if isinstance(at, list):
            at.insert(key, at[key])  # the same object: written as an anchor and an alias
        else:
            at[rng.choice((f"{key}s", f"{key}_", str(key).upper(), f"{key} ", f"x-{key}"))] = at[key]


def rename_a_key(data: Data, rng: random.Random) -> None:
    groups = [(at, key) for at, key in places(data) if isinstance(at, dict)]
    if groups:
        at, key = rng.choice(groups)
        at[rng.choice((*wild.BAD_NAMES, *wild.NAMES, *_FIXED))] = at.pop(key)


def move_a_key(data: Data, rng: random.Random) -> None:
    groups = [at[key] for at, key in places(data) if isinstance(at[key], dict)]
    if groups and (place := _pick(data, rng)):
        at, key = place
        value = at[key]
        del at[key]
        rng.choice(groups)[str(key)] = value


def exchange_any(data: Data, rng: random.Random) -> None:
    one, other = _pick(data, rng), _pick(data, rng)
    if one and other:
        (at, key), (there, name) = one, other
        at[key], there[name] = copy.deepcopy(there[name]), copy.deepcopy(at[key])


def put_extreme(data: Data, rng: random.Random) -> None:
    """An extreme value of the kind that stands there."""
    if place := _pick(data, rng):
        at, key = place
        at[key] = copy.deepcopy(rng.choice(wild.POOLS[kind_of(key, at[key])]))


def put_extreme_number(data: Data, rng: random.Random) -> None:
    if place := _pick(data, rng, "number", "chance"):
        at, key = place
        at[key] = rng.choice(wild.NUMBERS)


def put_anything(data: Data, rng: random.Random) -> None:
    if place := _pick(data, rng):
        at, key = place
        at[key] = copy.deepcopy(rng.choice(wild.POOLS[rng.choice(list(wild.POOLS))]))


def rename_badly(data: Data, rng: random.Random) -> None:
    rename_everywhere(data, rng, wild.BAD_NAMES)


def extreme_duration(data: Data, rng: random.Random) -> None:
    if place := _pick(data, rng, "duration"):
        at, key = place
        at[key] = rng.choice(wild.ABSURD_DURATIONS)


def circle(data: Data, rng: random.Random) -> None:
    """A group that holds itself, or a value that stands in two places."""
    if place := _pick(data, rng, "group", "list"):
        at, key = place
        inner = at[key]
        if isinstance(inner, dict):
            inner[rng.choice(("x", "worth", "types", *map(str, inner)))] = rng.choice((inner, at, data))
        else:
            inner.append(rng.choice((inner, at)))


def nest(data: Data, rng: random.Random) -> None:
    if place := _pick(data, rng):
        at, key = place
        deep: Any = at[key]
        for _ in range(rng.choice((1, 2, 38, 45, 200))):
            deep = [deep] if rng.random() < 0.5 else {"a": deep}
        at[key] = deep


def many(data: Data, rng: random.Random) -> None:
    """Many of one thing: entries, reviews, turnovers, types, parties, stakes, measures, plans, needs in a row."""
    count = rng.choice((3, 10, 17, 40, 61, 200, 1000))
    entries, names = _plan(data, rng), list(_group(data, "parties"))
    if not entries or not names:
        return
    who, day, stakes = rng.choice(names), _day(data, rng), _group(data, "stakes")
    first = next(iter((_group(data, "parties").get(who) or {}).get("types") or {"only": 1}))
    what = rng.randrange(11)
    if what < 6:
        made: Callable[[int], Data] = (
            lambda i: {"turnover": who, "chance": 0.1, "types": {first: 1}, "date": day},
            lambda i: {"ratify": who, "passes": 0.99, "date": day},
            lambda i: {"review": names, "date": day},
            lambda i: {"does": "x", "needs": [f"many-{i - 1}"] if i else []},
            lambda i: {"does": "x", "due": {"within": "1 day", "after": f"many-{i - 1}" if i else "start"}},
            lambda i: {"by": who, "gives": {next(iter(stakes), "x"): 1e-4}, "date": day},
        )[what]
        entries.extend({"id": f"many-{i}", **{k: v for k, v in made(i).items() if v != []}} for i in range(count))
        return
    group, key = (
        (data.get("parties"), who), (_group(data, "parties").get(who, {}).get("types"), first), (stakes,
        next(iter(stakes), None)),
        (data.get("measures"), next(iter(_group(data, "measures")), None)), (data.get("plans"), next(iter(_group(data,
        "plans")))),
    )[what - 6]  # fmt: skip
    if isinstance(group, dict) and key in group:
        for i in range(min(count, 200)):
            group[f"many{i}"] = copy.deepcopy(group[key])
            if what == 7:
                group[f"many{i}"]["chance"] = 0


def rough(data: Data, rng: random.Random) -> None:
    """An extreme number for many numbers at once."""
    value = rng.choice(wild.NUMBERS)
    for at, key in list(places(data)):
        if kind_of(key, at[key]) == "number" and key != "servanda" and rng.random() < 0.3:
            at[key] = value


WILD: tuple[Change, ...] = (
    delete, delete, double, rename_a_key, move_a_key, exchange_any, put_extreme, put_extreme, put_extreme_number,
    put_extreme_number, put_extreme_number, put_extreme_number, put_extreme_number, put_anything, put_anything,
    rename_badly, extreme_duration, circle, nest, many, many, rough, rough,
)  # fmt: skip
