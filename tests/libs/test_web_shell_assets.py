"""The styles, scripts and fonts that are served are the ones that were built, and ask nothing of anyone else."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

from libs.web.static_files import FOLDER, address, edition, manifest
from tests.libs.colours import contrast

SCSS = FOLDER.parent / "assets" / "scss"


def test_every_served_file_is_the_one_that_was_built() -> None:
    present = {
        path.relative_to(FOLDER).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in FOLDER.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert present == manifest()


def test_styles_name_no_address_font_or_emblem_that_is_not_ours() -> None:
    css = (FOLDER / "candour.css").read_text()
    assert set(re.findall(r"url\([\"']?([^)\"']+)", css)) <= {name for name in manifest() if name.startswith("fonts/")}
    assert not re.search(r"@import|GDS Transport|crest|crown|frutiger", css, re.IGNORECASE)


def test_nothing_carries_a_source_map_that_a_browser_would_ask_for() -> None:
    assert [path.name for path in FOLDER.rglob("*.js") if "sourceMappingURL" in path.read_text()] == []


def test_a_licence_comes_with_everything_that_is_not_ours() -> None:
    assert {name for name in manifest() if name.startswith("licences/")} == {
        "licences/atkinson-hyperlegible.txt",
        "licences/govuk-frontend.txt",
        "licences/htmx.txt",
    }


def test_the_lock_names_no_place_to_download_from() -> None:
    assert "resolved" not in (FOLDER.parent / "assets" / "package-lock.json").read_text()


def test_an_address_changes_with_the_files_and_a_misspelt_one_is_noticed() -> None:
    assert address("candour.css") == f"/static/{edition()}/candour.css"
    with pytest.raises(KeyError):
        address("candor.css")


def _palette(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^\$([a-z-]+): (#[0-9a-f]{6});", path.read_text(), re.MULTILINE))


def test_our_colours_can_be_read_on_white_and_on_mist() -> None:
    ours = _palette(SCSS / "_settings.scss")
    for name in ("petrol", "petrol-deep", "petrol-link", "ink", "ink-soft"):
        assert contrast(ours[name], "#ffffff") >= 4.5
        assert contrast(ours[name], ours["petrol-mist"]) >= 4.5
