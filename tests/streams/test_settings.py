import pytest

from streams.settings import SettingsError, read_settings


def test_settings_have_defaults_and_secrets_have_none():
    found = read_settings({})
    assert (found.port, found.partitions, found.synchronous) == (8080, 4, "FULL")
    assert found.log_key is None


def test_a_setting_is_read_from_its_name():
    given = {"SUISHEN_DATA": "/srv", "SUISHEN_SYNCHRONOUS": "NORMAL", "SUISHEN_METRICS_PORT": "9"}
    found = read_settings(given | {"HOME": "/root"})
    assert (str(found.data), found.synchronous, found.metrics_port) == ("/srv", "NORMAL", 9)


def test_an_unknown_name_is_an_error_that_names_the_nearest():
    with pytest.raises(SettingsError, match="SUISHEN_PROT; did you mean SUISHEN_PORT"):
        read_settings({"SUISHEN_PROT": "1"})
    with pytest.raises(SettingsError, match="known are SUISHEN_CHANNELS, SUISHEN_COREBANK_URL"):
        read_settings({"SUISHEN_QQQQQQQQQ": "1"})


@pytest.mark.parametrize("name", ["SUISHEN_TEST_REQUIRE", "SUISHEN_HYPOTHESIS_PROFILE"])
def test_names_of_the_test_suite_are_ignored(name):
    assert read_settings({name: "x"}) == read_settings({})


def test_a_value_out_of_range_is_named_and_not_repeated():
    with pytest.raises(SettingsError, match=r"SUISHEN_PORT: .*less than or equal") as caught:
        read_settings({"SUISHEN_PORT": "70123", "SUISHEN_LOG_LEVEL": "loud"})
    assert "70123" not in str(caught.value)
    assert "SUISHEN_LOG_LEVEL" in str(caught.value)


def test_a_secret_is_neither_short_nor_shown():
    with pytest.raises(SettingsError, match="at least 16"):
        read_settings({"SUISHEN_LOG_KEY": "short"})
    found = read_settings({"SUISHEN_LOG_KEY": "a-secret-of-some-length"})
    assert "a-secret" not in repr(found)


def test_settings_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        read_settings({}).port = 1


def test_channels_are_rows_of_a_name_and_its_source():
    found = read_settings({"SUISHEN_CHANNELS": "app=/app, corebank=/corebank/cards"}).channels
    assert [tuple(row) for row in found] == [("app", "/app"), ("corebank", "/corebank/cards")]
    assert read_settings({"SUISHEN_CHANNELS": ""}).channels == ()


@pytest.mark.parametrize(
    "text",
    ["app", "app=app", "App=/app", "app=/a,app=/b", "app=/a,ios=/a/ios", "app=/a,b=/a", "unfed=/u"],
)
def test_a_source_has_one_channel_and_a_row_is_well_formed(text):
    with pytest.raises(SettingsError, match="SUISHEN_CHANNELS: "):
        read_settings({"SUISHEN_CHANNELS": text})
