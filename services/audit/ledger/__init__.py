"""The ledger: a leaf for every stored event of a service, in order, which can be added to and never rewritten."""

from services.audit.ledger.book import DDL, Book, Entry, entry_of
from services.audit.ledger.comparing import Checked, Signed, Told, compare, silent
from services.audit.ledger.findings import REWRITTEN, Comparison, Fault
from services.audit.ledger.merkle import Tree, leaf_of
from services.audit.ledger.note import NotSigned, Signer, body_of, opened
from services.audit.ledger.outside import Outside, outside_at
from services.audit.ledger.proving import extends, includes
from services.audit.ledger.succession import NotTheSuccessor, Trusted, opened_by_any, statement_of, trusted

__all__ = [
    "DDL", "REWRITTEN", "Book", "Checked", "Comparison", "Entry", "Fault", "NotSigned", "NotTheSuccessor", "Outside",
    "Signed", "Signer", "Told", "Tree", "Trusted", "body_of", "compare", "entry_of", "extends", "includes", "leaf_of",
    "opened", "opened_by_any", "outside_at", "silent", "statement_of", "trusted",
]  # fmt: skip
