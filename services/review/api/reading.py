"""What a program is told of a review: where it stands, and none of what people wrote in it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from contracts.sealed import is_sealed
from libs.service import NotFound
from services.review.projection import Reviews

Told = dict[str, Any]


def plain(row: Told) -> Told:
    """A row without the words that are under seal."""
    return {name: value for name, value in row.items() if not (isinstance(value, str) and is_sealed(value))}


def add(one: APIRouter, reviews: Reviews) -> None:
    """Reading one review."""

    @one.get("")
    async def review(response: Response, journey: UUID, after: int = 0) -> Told:
        await reviews.reached("review", after)
        found = await reviews.one(journey)
        if found is None:
            raise NotFound("There is no review with this id. It may not have been opened yet.")
        response.headers["ETag"] = f'"{found["version"]}"'
        shared = await reviews.shared_texts(journey)
        return plain(found) | {
            "answers": _rows(await reviews.answers(journey)),
            "own_answers": _rows(await reviews.own_answers(journey)),
            "factors": _rows(await reviews.factors(journey)),
            "recommendations": _rows(await reviews.recommendations(journey)),
            "participants": _rows(await reviews.participants(journey)),
            "sessions": _rows(await reviews.sessions(journey)),
            "evidence": _rows(await reviews.evidence(journey)),
            "findings": _rows(await reviews.findings(journey)),
            "challenges": _rows(await reviews.challenges(journey)),
            "advice": _rows(await reviews.advice(journey)),
            "shared": {section: {"number": row["number"], "words": row["words"]} for section, row in shared.items()},
            "sample": plain(await reviews.sample(journey) or {}),
        }


def _rows(rows: list[Told]) -> list[Told]:
    return [plain(row) for row in rows]
