import sqlite3
import unicodedata
from collections import Counter
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotkit import PluginError
from pilotkit.data import search_form
from pilotkit.places import LocationDirectory, UnitKey
from pilotkit_vietnam import register as register_module
from pilotkit_vietnam.register import RegisterFile
from pilotkit_vietnam.units import EDITION, VietnamUnits, bare_name, kind_of, national_units

ALL_CODES = [unit.code for unit in national_units().provinces()]


@pytest.fixture(scope="module")
def communes():
    return [unit for code in ALL_CODES for unit in national_units().communes(code)]


def test_the_register_is_a_location_directory(register):
    assert isinstance(register, LocationDirectory)
    assert ("vn", "2025-07-01") == (register.scheme, register.version)


def test_there_are_34_provinces_of_which_6_were_cities_when_the_edition_began(register):
    assert Counter({"tỉnh": 28, "thành phố": 6}) == Counter(unit.kind for unit in register.provinces())
    assert ["01", "31", "46", "48", "79", "92"] == [u.code for u in register.provinces() if u.kind == "thành phố"]


def test_there_are_3321_communes_of_three_kinds(communes):
    assert 3321 == len({unit.key for unit in communes})
    assert Counter({"xã": 2621, "phường": 687, "đặc khu": 13}) == Counter(unit.kind for unit in communes)


def test_the_capital_has_51_wards_and_75_communes(register):
    assert Counter({"xã": 75, "phường": 51}) == Counter(unit.kind for unit in register.communes("01"))


def test_a_unit_is_keyed_on_scheme_code_and_first_day(register):
    unit = register.unit("00070")
    assert UnitKey("vn", "00070", date(2025, 7, 1)) == unit.key
    assert ("Phường Hoàn Kiếm", "phường", "commune", "01") == (unit.name, unit.kind, unit.level, unit.parent)


def test_units_stand_in_order_of_their_codes(register, communes):
    assert sorted(ALL_CODES) == ALL_CODES
    assert all(unit.parent in ALL_CODES for unit in communes)
    listed = [unit.code for unit in register.communes("79")]
    assert sorted(listed) == listed


def test_no_name_stands_twice_in_a_province(communes):
    names = Counter((unit.parent, unit.name) for unit in communes)
    assert 1 == max(names.values())


def test_names_are_composed_unicode_with_single_spaces(communes):
    for unit in communes:
        assert " ".join(unicodedata.normalize("NFC", unit.name).split()) == unit.name


def test_the_kind_comes_from_the_name_where_the_file_contradicts_itself(communes):
    kinds = {unit.name: unit.kind for unit in communes}
    assert "phường" == kinds["Phường Việt Hòa"]
    assert "phường" == kinds["Phường Tân Lộc"]
    assert all(unit.name.casefold().startswith(f"{unit.kind} ") for unit in communes)


def test_an_area_that_is_not_known_is_absent_and_never_zero(communes):
    unknown = {unit.name for unit in communes if unit.area_km2 is None}
    assert {"Phường Kỳ Lừa", "Phường Mỹ Phước Tây", "Xã Đông Trạch", "Xã Thượng Trạch"} == unknown


def test_every_unit_has_a_position_in_the_country_or_its_islands(register, communes):
    for unit in (*register.provinces(), *communes):
        assert 8 < unit.latitude < 24
        assert 102 < unit.longitude < 115


@pytest.mark.parametrize("code", ALL_CODES)
def test_every_province_is_found_by_code_and_by_name_however_it_is_typed(register, code):
    unit = register.unit(code)
    bare = bare_name(unit.name)
    for wanted in (
        code,
        f" {code} ",
        unit.name,
        unit.name.upper(),
        bare,
        search_form(bare),
        search_form(bare).replace(" ", ""),
        search_form(unit.name),
        unicodedata.normalize("NFD", unit.name),
    ):
        assert code == register.find_province(wanted).code


@pytest.mark.parametrize(
    "wanted",
    [
        "TP. Hồ Chí Minh",
        "TP HCM",
        "tphcm",
        "hcm",
        "ho chi minh",
        "Ho Chi Minh City",
        "hochiminh",
        "thanh pho ho chi minh",
    ],
)
def test_the_largest_city_is_found_under_its_common_names(register, wanted):
    assert "79" == register.find_province(wanted).code


@pytest.mark.parametrize("wanted", ["", "  ", "1", "00", "99", "tp", "Tỉnh", "Atlantis", "Bắc Giang", "00070"])
def test_what_is_no_province_is_not_found(register, wanted):
    assert register.find_province(wanted) is None


@settings(max_examples=50)
@given(st.text(max_size=30))
def test_any_text_finds_a_province_or_nothing(wanted):
    found = national_units().find_province(wanted)
    assert found is None or found.code in ALL_CODES


def test_an_unknown_province_has_no_communes(register):
    assert () == register.communes("99")


def test_reading_one_province_builds_no_other(monkeypatch):
    asked = []
    read = RegisterFile.communes
    monkeypatch.setattr(RegisterFile, "communes", lambda self, code: asked.append(code) or read(self, code))
    register = VietnamUnits()
    assert register.communes("46") is register.communes("46")
    assert ["46"] == asked


def test_a_province_that_became_a_city_has_both_names_each_in_its_time(register):
    before, after = register.history("75")
    assert ("Tỉnh Đồng Nai", "tỉnh", EDITION, date(2026, 4, 29)) == (
        before.name, before.kind, before.valid_from, before.valid_to,
    )  # fmt: skip
    assert ("Thành phố Đồng Nai", "thành phố", date(2026, 4, 30), None) == (
        after.name, after.kind, after.valid_from, after.valid_to,
    )  # fmt: skip
    assert before == register.unit("75", date(2026, 4, 29))
    assert after == register.unit("75", date(2026, 4, 30))


def test_the_edition_itself_keeps_the_name_of_its_first_day(register):
    assert "Tỉnh Đồng Nai" == register.find_province("dong nai").name


def test_a_code_names_nothing_before_the_edition_and_nothing_where_it_is_unknown(register):
    assert register.unit("00070", date(2025, 6, 30)) is None
    assert register.unit("99999") is None
    assert () == register.history("99999")


def test_3316_of_the_codes_were_given_to_something_before(communes):
    former = _former_names()
    new = [unit.name for unit in communes if unit.code not in former]
    assert 3316 == sum(unit.code in former for unit in communes)
    assert {
        "Đặc khu Bạch Long Vĩ", "Đặc khu Cồn Cỏ", "Đặc khu Hoàng Sa", "Đặc khu Lý Sơn", "Đặc khu Côn Đảo",
    } == set(new)  # fmt: skip


def test_more_than_half_of_the_codes_named_another_place_before(communes):
    """Compared without kind, in any case: 1,797 of the country, 96 of the capital's 126."""
    former = _former_names()
    renamed = [unit for unit in communes if former.get(unit.code, _bare(unit.name)) != _bare(unit.name)]
    assert 1797 == len(renamed)
    assert 96 == sum(unit.parent == "01" for unit in renamed)


def test_a_code_alone_is_therefore_no_key(register):
    assert "Phường Cửa Nam" == register.unit("00082").name
    assert register.former_name("00082") != "Phường Cửa Nam"


def _former_names() -> dict[str, str]:
    """All of the former register at once: one question a code would take a minute."""
    with closing(sqlite3.connect(register_module._installed())) as connection:
        rows = connection.execute("SELECT wardCode, ward FROM admin_units_legacy WHERE wardCode IS NOT NULL").fetchall()
    return {code: _bare(name) for code, name in rows}


def _bare(name: str) -> str:
    name = unicodedata.normalize("NFC", name).casefold()
    kinds = ("xã ", "phường ", "thị trấn ", "đặc khu ")
    return next(name.removeprefix(kind) for kind in kinds if name.startswith(kind))


def test_a_name_without_its_kind_is_refused():
    with pytest.raises(PluginError, match="without its kind"):
        kind_of("Cửa Nam")


def test_a_missing_register_file_is_named(tmp_path: Path):
    with pytest.raises(PluginError, match=r"missing: no file .*gone\.db\. Reinstall"):
        VietnamUnits(RegisterFile(tmp_path / "gone.db")).provinces()


def test_a_missing_distribution_is_named(monkeypatch):
    monkeypatch.setattr(register_module, "find_spec", lambda name: None)
    with pytest.raises(PluginError, match="vietnamadminunits is not installed"):
        VietnamUnits().find_province("01")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path):
    path = tmp_path / "register #1?.db"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(PluginError, match="cannot be read: file is not a database"):
        VietnamUnits(RegisterFile(path)).communes("01")


def test_a_register_with_other_columns_is_refused(tmp_path: Path):
    path = _database(tmp_path, "CREATE TABLE admin_units (code TEXT)")
    with pytest.raises(PluginError, match="cannot be read: no such column"):
        VietnamUnits(RegisterFile(path)).provinces()


def test_another_edition_is_refused_with_its_counts(tmp_path: Path):
    path = _database(
        tmp_path,
        "CREATE TABLE admin_units (provinceCode TEXT, wardCode TEXT)",
        "INSERT INTO admin_units VALUES ('01', '00001')",
    )
    with pytest.raises(PluginError, match="has 1 provinces and 1 communes; the edition of 1 July 2025 has 34 and 3321"):
        VietnamUnits(RegisterFile(path)).provinces()


def test_a_register_with_broken_cells_is_refused(tmp_path: Path):
    path = tmp_path / "broken.db"
    path.write_bytes(register_module._installed().read_bytes())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE admin_units SET ward = NULL WHERE wardCode = '00070'")
    with pytest.raises(PluginError, match="holds what cannot be read"):
        VietnamUnits(RegisterFile(path)).communes("01")


def _database(folder: Path, *statements: str) -> Path:
    path = folder / "other.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    return path
