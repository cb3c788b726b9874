"""Intake, wired: the one file that knows the database, the wire and the rest of this folder."""

from __future__ import annotations

from libs.directory import Directory
from libs.room import House, Room
from services.intake import api, delivery
from services.intake.application import Intake
from services.intake.application.vault import Vault, evidence_folder
from services.intake.pages import pages
from services.intake.policy import dates, react
from services.intake.projection import Drafts, Keeping, Patterns, Quarantine, Register, Tries, Weighings
from services.intake.publication import publish


def room(house: House) -> Room:
    """Intake as a room of a house."""
    intake = Room(
        house,
        Intake,
        publish,
        react,
        dates,
        views=lambda name, pool: [
            Directory(name, pool),
            Register(name, pool),
            Quarantine(name, pool),
            Patterns(name, pool),
            Drafts(name, pool),
            Weighings(name, pool),
            Keeping(name, pool),
            Tries(name, pool),
        ],
    )
    intake.service.vault = Vault(evidence_folder(house.env), house.keys)
    register = intake.view(Register)
    kept_apart = intake.view(Quarantine)
    intake.routes = lambda: [
        api.routes(intake.service, register, kept_apart),
        pages(
            intake.service, register, kept_apart, intake.view(Patterns), intake.view(Weighings), intake.view(Keeping)
        ),
    ]
    intake.ears = [delivery.door(intake.service)]
    intake.calm = [delivery.calm]
    return intake
