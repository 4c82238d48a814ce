"""Settings: read from the environment and .env, wrong values named."""

from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.settings import VARIABLES, Settings, read_settings

ROOT = Path(__file__).parent.parent


def test_env_example_lists_exactly_the_variables_that_are_read():
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    listed = [line.split("=")[0] for line in lines if "=" in line and not line.startswith("#")]
    assert sorted(listed) == sorted(VARIABLES.values())


def test_env_example_shows_the_defaults():
    shown = read_settings({"CITEWELL_HOME": "/x"}, ROOT / ".env.example")
    assert shown == Settings(home=Path("/x"))


def test_environment_wins_over_env_file(tmp_path):
    env_file = tmp_path / ".env"
    env_file.write_text("OPENAI_MODEL=from-file\nCITEWELL_PORT=1234\n")
    settings = read_settings({"OPENAI_MODEL": "from-environment"}, env_file)
    assert (settings.openai_model, settings.port) == ("from-environment", 1234)


def test_base_url_without_a_key_is_a_server():
    assert read_settings({"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}, None).has_server
    assert not read_settings({}, None).has_server


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CITEWELL_PORT", "abc"),
        ("CITEWELL_PORT", "70000"),
        ("CITEWELL_SOURCES", "0"),
        ("CITEWELL_TIMEOUT", "-1"),
        ("CITEWELL_SHIPPED_PAPERS", "perhaps"),
        ("CITEWELL_TIMEOUT", "nan"),
    ],
)
def test_a_wrong_value_is_named(variable, value):
    with pytest.raises(SettingsError, match=variable) as caught:
        read_settings({variable: value}, None)
    assert "\n" not in str(caught.value)
