"""Who gets in, what is refused, and in which words."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from httpx2 import ASGITransport, AsyncClient, Response
from structlog.testing import capture_logs

from libs.clock import HandClock
from libs.web.api_tokens import ApiTokens
from libs.web.forms import CSRF_FIELD
from libs.web.posts import Post
from libs.web.sessions import IDLE, Pool, csrf_of
from libs.web.sign_in import NotInProduction, relative, sign_in_routes
from libs.web.static_files import address
from tests.libs.web_shell_sample import NOW, PEOPLE, pool_of, sample_app
from tests.servers import Database

pytestmark = pytest.mark.asyncio
HERE = "http://127.0.0.1:8000"
PAGE = {"Accept": "text/html"}


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


@pytest_asyncio.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    async with pool_of(database.conninfo("web")) as opened:
        yield opened


@pytest_asyncio.fixture
async def visitor(pool: Pool, clock: HandClock) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app=sample_app(pool, clock)), base_url=HERE, headers=PAGE) as client:
        yield client


@pytest_asyncio.fixture
async def ann(visitor: AsyncClient) -> AsyncClient:
    await visitor.post("/sign-in", data={"actor_id": "ann"})
    return visitor


@pytest_asyncio.fixture
async def program(pool: Pool, clock: HandClock) -> AsyncIterator[AsyncClient]:
    post = Post("p-7", "sensor_gateway", "site:elm-court")
    token = await ApiTokens(pool, clock).issue_token("sensors", "gateway", [post], timedelta(days=1))
    headers = {"Authorization": f"Bearer {token}"}
    inside = ASGITransport(app=sample_app(pool, clock))
    async with AsyncClient(transport=inside, base_url=HERE, headers=headers) as client:
        yield client


async def send(client: AsyncClient, path: str, headers: dict[str, str] | None = None, **typed: str) -> Response:
    own = {CSRF_FIELD: csrf_of(client.cookies.get("candour_session") or "")}
    return await client.post(path, data=own | typed, headers=headers)


async def test_a_visitor_is_asked_to_sign_in_and_brought_back(visitor: AsyncClient) -> None:
    asked = await visitor.get("/work?filter=late")
    assert (asked.status_code, asked.headers["Location"]) == (303, "/sign-in?next=%2Fwork%3Ffilter%3Dlate")
    picker = await visitor.get(asked.headers["Location"])
    assert all(heading in picker.text for heading in ("I work at a site", "I oversee many sites", "I check the record"))
    entered = await visitor.post("/sign-in", data={"actor_id": "ann", "next": "/work?filter=late"})
    assert (entered.status_code, entered.headers["Location"]) == (303, "/work?filter=late")
    assert "Registered manager, Elm Court" in (await visitor.get("/work")).text


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/a\nb"])
async def test_nobody_is_sent_to_another_site_after_signing_in(elsewhere: str) -> None:
    assert relative(elsewhere) == "/"


async def test_the_picker_is_not_mounted_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANDOUR_ENV", "Production")
    with pytest.raises(NotInProduction):
        sign_in_routes(lambda: PEOPLE)


async def test_the_cookie_is_closed_to_scripts_and_other_sites(visitor: AsyncClient, pool: Pool) -> None:
    plain = (await visitor.post("/sign-in", data={"actor_id": "ann"})).headers["Set-Cookie"]
    assert plain.startswith("candour_session=")
    assert "HttpOnly" in plain
    assert "SameSite=lax" in plain
    async with AsyncClient(transport=ASGITransport(app=sample_app(pool)), base_url="https://care.example") as client:
        secure = (await client.post("/sign-in", data={"actor_id": "ann"})).headers["Set-Cookie"]
    assert secure.startswith("__Host-candour_session=")
    assert "Secure" in secure
    assert "Path=/" in secure


async def test_nobody_signs_in_over_plain_http_from_another_machine(pool: Pool) -> None:
    async with AsyncClient(transport=ASGITransport(app=sample_app(pool)), base_url="http://care.example") as client:
        refused = await client.post("/sign-in", data={"actor_id": "ann"}, headers=PAGE)
    assert refused.status_code == 403
    assert "over https" in refused.text
    assert "Set-Cookie" not in refused.headers


async def test_signing_out_ends_the_session_itself(ann: AsyncClient) -> None:
    cookie = ann.cookies.get("candour_session") or ""
    assert (await send(ann, "/sign-out")).headers["Location"] == "/sign-in"
    ann.cookies.set("candour_session", cookie)
    assert (await ann.get("/work")).status_code == 303


async def test_a_form_of_another_session_is_refused_and_what_was_typed_is_kept(ann: AsyncClient) -> None:
    refused = await ann.post("/report", data={"what": "The lift stopped.", CSRF_FIELD: "0" * 64})
    assert refused.status_code == 403
    assert "too old to send" in refused.text
    assert "The lift stopped." in refused.text
    assert "0" * 64 not in refused.text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
    ],
)
async def test_another_sites_page_cannot_change_anything(ann: AsyncClient, name: str, value: str) -> None:
    assert (await send(ann, "/report", {name: value}, what="x")).status_code == 403
    assert (await send(ann, "/report", {"Origin": HERE}, what="x")).status_code == 303


async def test_a_session_that_ends_does_not_lose_what_was_being_written(ann: AsyncClient, clock: HandClock) -> None:
    clock.move_to(NOW + IDLE * 2)
    late = await send(ann, "/report", what="She was cold to the touch.")
    assert late.status_code == 401
    assert "She was cold to the touch." in late.text


async def test_a_rule_that_says_no_is_quoted(ann: AsyncClient) -> None:
    refused = await send(ann, "/sign-off")
    assert refused.status_code == 409
    assert "This review was signed off on 3 Nov 2026. Nothing was changed." in refused.text


async def test_a_program_is_told_the_rule_by_name(program: AsyncClient) -> None:
    refused = await program.post("/sign-off")
    assert refused.headers["Content-Type"] == "application/problem+json"
    said = refused.json()
    assert said["type"] == "urn:candour:problem:already-signed-off"
    assert (said["status"], said["instance"]) == (409, "/sign-off")


async def test_a_program_needs_a_token(visitor: AsyncClient) -> None:
    refused = await visitor.post("/api/readings", json={"celsius": 21}, headers={"Accept": "application/json"})
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert refused.json()["type"] == "urn:candour:problem:not-signed-in"


async def test_a_program_with_a_token_acts_as_its_client(program: AsyncClient) -> None:
    taken = await program.post("/api/readings", json={"celsius": 21})
    assert taken.json() == {"by": "gateway", "role": "sensor_gateway"}


async def test_what_is_not_valid_is_pointed_at_without_repeating_it(program: AsyncClient) -> None:
    refused = await program.post("/api/readings", json={"celsius": 990, "notes": ["Mrs Okafor", 7]})
    assert refused.status_code == 422
    assert {each["pointer"] for each in refused.json()["errors"]} == {"#/celsius", "#/notes/1"}
    assert "Okafor" not in refused.text


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/api/journeys/j-1", 404, "not-found"),
        ("PUT", "/api/readings", 412, "saved-by-someone-else"),
        ("POST", "/api/repeated", 422, "key-reused"),
        ("DELETE", "/api/readings", 405, "method-not-allowed"),
    ],
)
async def test_each_failure_has_its_own_status(
    program: AsyncClient, method: str, path: str, status: int, kind: str
) -> None:
    told = await program.request(method, path)
    assert (told.status_code, told.json()["type"]) == (status, f"urn:candour:problem:{kind}")


async def test_without_its_database_candour_says_so(pool: Pool) -> None:
    async with AsyncClient(transport=ASGITransport(app=sample_app(pool)), base_url=HERE, headers=PAGE) as client:
        client.cookies.set("candour_session", "anything")
        await pool.close()
        told = await client.get("/work")
    assert (told.status_code, told.headers["Retry-After"]) == (503, "10")
    assert "not available just now" in told.text


async def test_a_mended_form_keeps_its_key_so_that_it_decides_once(ann: AsyncClient) -> None:
    first, mended = await send(ann, "/report", key="k-1"), await ann.get("/report")
    assert 'name="key" value="k-1"' in first.text
    assert 'name="key" value="k-1"' not in mended.text
    assert 'name="version" value="3"' in mended.text


async def test_too_much_at_once_is_refused_in_plain_words(ann: AsyncClient, program: AsyncClient) -> None:
    page = await send(ann, "/report", what="x" * 70_000)
    assert page.status_code == 413
    assert "The most you can send at once is 64 kB" in page.text
    told = await program.post("/api/readings", content=b"x" * 70_000)
    assert told.json()["type"] == "urn:candour:problem:too-large"


async def test_where_files_are_brought_in_more_may_be_sent(pool: Pool) -> None:
    app = sample_app(pool, larger={"/sign-in": 128 * 1024})
    async with AsyncClient(transport=ASGITransport(app=app), base_url=HERE, headers=PAGE) as client:
        read, refused = [await client.post("/sign-in", data={"actor_id": "x" * size}) for size in (70_000, 140_000)]
    assert (read.status_code, refused.status_code) == (422, 413)


async def test_a_fault_shows_a_reference_and_no_detail_and_logs_no_persons_words(program: AsyncClient) -> None:
    with capture_logs() as lines:
        failed = await program.get("/api/fault")
    assert failed.status_code == 500
    assert "Okafor" not in failed.text
    assert "Okafor" not in str(lines)
    assert [each["trace_id"] for each in lines] == [failed.json()["correlation_id"]]


async def test_a_page_that_is_not_there_says_what_to_do(ann: AsyncClient) -> None:
    missing = await ann.get("/nowhere")
    assert missing.status_code == 404
    assert "We could not find that page" in missing.text
    assert "What you can do" in missing.text


async def test_every_answer_has_the_walls_headers(ann: AsyncClient) -> None:
    for path in ("/work", "/nowhere", "/api/fault", "/sign-in"):
        headers = (await ann.get(path)).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "same-origin")
        assert headers["Cache-Control"] == "no-store"


async def test_styles_may_be_kept_for_ever_under_their_own_address(visitor: AsyncClient) -> None:
    kept = await visitor.get(address("candour.css"))
    assert (kept.status_code, kept.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    assert (await visitor.get("/static/000000000000/candour.css")).headers["Cache-Control"] == "no-cache"
    assert (await visitor.get("/static/x/../../shell.py")).status_code == 404
    assert (await visitor.get("/static/x/manifest.json")).status_code == 404


async def test_a_page_escapes_what_people_wrote(ann: AsyncClient) -> None:
    assert "&lt;window&gt;" in (await ann.get("/work")).text
