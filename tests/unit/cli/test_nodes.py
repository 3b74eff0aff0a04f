"""`holdfast oracle|attester|api`: settings named when wrong; tokens written, never shown."""

from __future__ import annotations

from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cli.home import Home
from tests.unit.cli.conftest import Run, answer, error, secret_file

API = {
    "PROFILE": "embedded",
    "DATABASE_URL": "sqlite://",
    "RPC_URL": "http://127.0.0.1:1",
    "DEPLOYMENT_FILE": "none.json",
    "CONFIRMATIONS": "0",
    "TOKEN_PUBLIC_KEY_FILE": "none.pem",
    "TOKEN_AUDIENCE": "holdfast-api",
    "TOKEN_ISSUER": "holdfast-embedded",
}


def write_api(place: Home, **changes: str) -> None:
    values = {**API, **changes}
    place.api_env.write_text("".join(f"HOLDFAST_API_{name}={value}\n" for name, value in values.items()))


def write_issuer(place: Home) -> Ed25519PrivateKey:
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    place.tokens.mkdir()
    secret_file(place.token_private_key, pem.strip())
    return key


def test_token__embedded__written_for_the_owner_only_and_not_shown(run: Run, home: Path) -> None:
    place = Home(home)
    write_api(place)
    key = write_issuer(place)
    result = run("api", "token", "--member", 4, "--days", 2, "--json")
    assert result.exit_code == 0, result.stderr
    path = place.token("member-4")
    assert answer(result)["file"] == str(path) and path.stat().st_mode & 0o077 == 0
    token = path.read_text().strip()
    assert token not in result.output
    claims = jwt.decode(token, key.public_key(), algorithms=["EdDSA"], audience="holdfast-api")
    assert (claims["sub"], claims["exp"] - claims["iat"]) == ("4", 2 * 86_400)
    path.chmod(0o644)
    assert run("api", "token", "--member", 4).exit_code == 0
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("profile", ["network", "production"])
def test_token__outside_the_embedded_profile__two(run: Run, home: Path, profile: str) -> None:
    place = Home(home)
    write_api(place, PROFILE=profile)
    write_issuer(place)
    found = error(run("api", "token", "--member", 4, "--json"))
    assert found["exit_status"] == 2 and "embedded" in found["detail"]
    assert not place.token("member-4").exists()


def test_token__no_issuer_or_no_settings__two(run: Run, home: Path) -> None:
    assert "api.env" in error(run("api", "token", "--member", 4, "--json"))["detail"]
    write_api(Home(home))
    assert "issuer" in error(run("api", "token", "--member", 4, "--json"))["detail"]
    assert run("api", "token", "--member", 0).exit_code == 2
    assert run("api", "token", "--member", 4, "--days", 31).exit_code == 2


@pytest.mark.parametrize("words", [("oracle", "run"), ("attester", "run"), ("api", "serve")])
def test_run__setting_missing_or_unknown__named_with_two(
    run: Run, tmp_path: Path, words: tuple[str, ...]
) -> None:
    missing = run(*words)
    prefix = f"HOLDFAST_{words[0].upper()}_"
    assert missing.exit_code == 2 and prefix in missing.stderr
    file = tmp_path / "x.env"
    file.write_text(f"{prefix}NONSENSE=1\n")
    unknown = run(*words, "--settings", file)
    assert unknown.exit_code == 2 and "NONSENSE" in unknown.stderr
    file.write_text("OTHER=1\n")
    assert run(*words, "--settings", file).exit_code == 2
    assert run(*words, "--settings", tmp_path / "none").exit_code == 2


def test_serve__deployment_file_absent__two(run: Run, home: Path) -> None:
    write_api(Home(home))
    result = run("api", "serve", "--settings", Home(home).api_env)
    assert result.exit_code == 2 and "none.json" in result.stderr
