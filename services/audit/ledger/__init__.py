"""The ledger: a leaf for every stored event of a service, in order, which can be added to and never rewritten."""

from services.audit.ledger.book import DDL, Book, Entry
from services.audit.ledger.comparing import Comparison, Fault, compare
from services.audit.ledger.merkle import Tree, leaf_of
from services.audit.ledger.note import NotSigned, Signer, body_of, opened

__all__ = [
    "DDL", "Book", "Comparison", "Entry", "Fault", "NotSigned", "Signer", "Tree", "body_of", "compare", "leaf_of",
    "opened",
]  # fmt: skip
