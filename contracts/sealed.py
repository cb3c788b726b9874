"""Words about a person, which leave a service only under that person's key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

SEALED = "sealed:"
ERASED = "[erased]"


@dataclass(frozen=True, slots=True)
class Seal:
    """Marks a text field as personal; `subject` names the field that holds whose key seals it."""

    subject: str = "about"

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        schema: dict[str, Any] = handler(core_schema)
        schema["description"] = "Encrypted under the key of the person it is about; '[erased]' once that key is gone."
        schema["x-sealed"] = True
        return schema


Sealed = Annotated[str, Seal()]


def is_sealed(text: object) -> bool:
    """Whether a value is still under seal: ciphertext, not words."""
    return isinstance(text, str) and text.startswith(SEALED)
