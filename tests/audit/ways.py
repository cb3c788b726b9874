"""What whoever owns the database can do to a store and its ledger, and what each is to be called."""

from tests.audit.world import EVENTS, LEDGER

ALTERED = f"UPDATE {EVENTS} SET state = state || ' '::bytea WHERE notification_id = 2"
RENAMED = f"UPDATE {EVENTS} SET topic = 'x' WHERE notification_id = 2"
DELETED = f"DELETE FROM {EVENTS} WHERE notification_id = 3"
INSERTED = f"INSERT INTO {EVENTS} SELECT gen_random_uuid(), 1, topic, state, 0 FROM {EVENTS} WHERE notification_id = 2"
REPLACED = f"UPDATE {EVENTS} SET originator_id = gen_random_uuid(), topic = 'x' WHERE notification_id = 3"
SWAPPED = (
    f"UPDATE {EVENTS} SET notification_id = 99 WHERE notification_id = 2",
    f"UPDATE {EVENTS} SET notification_id = 2 WHERE notification_id = 3",
    f"UPDATE {EVENTS} SET notification_id = 3 WHERE notification_id = 99",
)
OF = f"WHERE service = '{LEDGER}' AND"
LEAF_ALTERED = f"UPDATE audit.ledger_entry SET leaf = sha256('x') {OF} place = 2"
LEAF_RENAMED = f"UPDATE audit.ledger_entry SET topic = 'x' {OF} place = 2"
LEAF_DELETED = f"DELETE FROM audit.ledger_entry {OF} place = 2"
LEAF_INSERTED = (
    f"UPDATE audit.ledger_entry SET place = -place {OF} place > 0",
    f"UPDATE audit.ledger_entry SET place = 1 - place {OF} place < 0",
    (
        "INSERT INTO audit.ledger_entry SELECT service, 1, 0, leaf, topic, aggregate, 99, journey, recorded FROM"
        f" audit.ledger_entry {OF} place = 2"
    ),
)
LEAF_REPLACED = f"UPDATE audit.ledger_entry SET leaf = sha256('x'), aggregate = gen_random_uuid() {OF} place = 3"
LEAVES_SWAPPED = (
    f"UPDATE audit.ledger_entry SET place = 99 {OF} place = 2",
    f"UPDATE audit.ledger_entry SET place = 2 {OF} place = 3",
    f"UPDATE audit.ledger_entry SET place = 3 {OF} place = 99",
)
ENTRIES_SWAPPED = tuple(each.replace("SET place", "SET position").replace("AND place", "AND position")
                        for each in LEAVES_SWAPPED)  # fmt: skip
WAYS: list[tuple[tuple[str, ...], list[tuple[str, int, str]]]] = [
    ((ALTERED,), [("altered", 2, "store")]),
    ((RENAMED,), [("altered", 2, "store")]),
    ((DELETED,), [("removed", 3, "store")]),
    ((INSERTED,), [("inserted", 0, "store")]),
    (SWAPPED, [("moved", 2, "store"), ("moved", 3, "store")]),
    ((REPLACED,), [("replaced", 3, "store")]),
    ((ALTERED, DELETED, INSERTED), [("inserted", 0, "store"), ("altered", 2, "store"), ("removed", 3, "store")]),
    ((LEAF_ALTERED,), [("altered", 2, "ledger")]),
    ((LEAF_RENAMED,), [("altered", 2, "ledger")]),
    ((LEAF_DELETED,), [("removed", 2, "ledger")]),
    (LEAF_INSERTED, [("inserted", 0, "ledger")]),
    (LEAVES_SWAPPED, [("moved", 2, "ledger"), ("moved", 3, "ledger")]),
    (ENTRIES_SWAPPED, [("moved", 2, "ledger"), ("moved", 3, "ledger")]),
    ((LEAF_REPLACED,), [("replaced", 3, "ledger")]),
    ((LEAF_DELETED, REPLACED), [("removed", 2, "ledger"), ("replaced", 3, "store")]),
]
