from pilotkit import Severity
from pilotkit_vietnam.checks import find_foreign_prefix, find_unit_faults


def _found(deployment):
    return [(each.severity, str(each.where), each.message) for each in find_unit_faults(deployment)]


def test_a_province_as_the_register_has_it_is_sound(deploy):
    assert [] == _found(deploy("04"))


def test_another_countrys_deployment_is_not_judged(deploy):
    deployment = deploy("04", scheme="xx", prefix="H26", unit_01273={"name": "Elsewhere"})
    assert [] == _found(deployment)
    assert [] == list(find_foreign_prefix(deployment))


def test_a_province_that_is_not_in_the_register_is_an_error(deploy):
    [(severity, where, message)] = _found(deploy("99"))
    assert Severity.ERROR is severity
    assert "pilot.toml: deployment.province" == where
    assert "no province '99'" in message


def test_a_code_that_is_not_in_the_register_is_an_error(deploy):
    found = _found(deploy("04", unit_01273={"code": "99999"}))
    assert found[0][:2] == (Severity.ERROR, "local/units.csv: 99999.code")
    assert "no unit '99999' ('Phường Thục Phán')" in found[0][2]


def test_communes_that_are_missing_are_counted_and_named(deploy):
    [(severity, where, message)] = _found(deploy("04", without=("01273", "01279")))
    assert (severity, where) == (Severity.WARNING, "local/units.csv")
    assert message.startswith("2 communes of the province are not there: 01273 Phường Thục Phán, 01279 ")


def test_many_missing_communes_are_one_finding(deploy, register):
    codes = [unit.code for unit in register.communes("04")]
    [(_, _, message)] = _found(deploy("04", without=codes))
    assert f"{len(codes)} communes" in message
    assert message.endswith(f"and {len(codes) - 5} more.")


def test_a_name_that_differs_is_an_error(deploy):
    [(severity, where, message)] = _found(deploy("04", unit_01273={"name": "Phường Ba Đình"}))
    assert (severity, where) == (Severity.ERROR, "local/units.csv: 01273.name")
    assert "'Phường Ba Đình' is 'Phường Thục Phán' in the register." == message


def test_a_name_that_the_code_had_before_the_reform_is_said_to_be_that(deploy, register):
    former = register.former_name("00082")
    [(_, _, message)] = _found(deploy("01", unit_00082={"name": former}))
    assert f"Its code named '{former}' before 2025-07-01" in message


def test_a_name_without_its_diacritics_is_a_warning(deploy):
    [(severity, _, message)] = _found(deploy("04", unit_01273={"name": "Phuong Thuc Phan"}))
    assert Severity.WARNING is severity
    assert "is written 'Phường Thục Phán'" in message


def test_capitals_are_no_difference(deploy):
    assert [] == _found(deploy("04", unit_01273={"name": "PHƯỜNG THỤC PHÁN"}))


def test_a_unit_of_another_province_is_an_error(deploy):
    [(severity, where, message), *_] = _found(deploy("04", unit_01273={"code": "00070", "name": "Phường Hoàn Kiếm"}))
    assert (severity, where) == (Severity.ERROR, "local/units.csv: 00070.parent")
    assert "belongs to province 01" in message


def test_a_commune_without_its_parent_is_an_error(deploy):
    [(severity, where, _)] = _found(deploy("04", unit_01273={"parent": ""}))
    assert (severity, where) == (Severity.ERROR, "local/units.csv: 01273.parent")


def test_a_unit_dated_before_the_reform_is_an_error(deploy):
    [(severity, where, message)] = _found(deploy("04", unit_01273={"valid_from": "2020-01-01"}))
    assert (severity, where) == (Severity.ERROR, "local/units.csv: 01273.valid_from")
    assert "begins on 2025-07-01" in message


def test_a_unit_that_ended_before_the_reform_is_not_judged(deploy):
    former = {"valid_from": "2020-01-01", "valid_to": "2025-06-30", "name": "Phường Sông Hiến"}
    assert [] == _found(deploy("04", unit_01273=former))


def test_a_unit_newer_than_the_register_is_a_warning(deploy):
    found = _found(deploy("04", unit_01273={"code": "99998", "valid_from": "2027-01-01"}))
    assert found[0][:2] == (Severity.WARNING, "local/units.csv: 99998.valid_from")


def test_a_first_day_other_than_the_registers_is_a_warning(deploy):
    [(severity, _, message)] = _found(deploy("04", unit_01273={"valid_from": "2025-08-01"}))
    assert Severity.WARNING is severity
    assert "from 2025-08-01 here and from 2025-07-01 in the register" in message


def test_a_name_that_has_changed_since_is_a_notice(deploy):
    [(severity, where, message)] = _found(deploy("75"))
    assert (severity, where) == (Severity.NOTICE, "local/units.csv: 75.name")
    assert "Since 2026-04-30 the register calls 'Tỉnh Đồng Nai' 'Thành phố Đồng Nai'." == message


def test_the_new_name_from_its_own_day_is_sound(deploy):
    city = {"name": "Thành phố Đồng Nai", "kind": "thành phố", "valid_from": "2026-04-30"}
    assert [] == _found(deploy("75", unit_75=city))


def test_a_donors_dossier_code_in_another_province_is_an_error(deploy):
    [finding] = find_foreign_prefix(deploy("04", prefix="000.00.01.H26"))
    assert (finding.severity, str(finding.where)) == (Severity.ERROR, "pilot.toml: identifiers.prefix")
    assert "carries a dossier code that is province 01's" in finding.message


def test_another_dossier_code_than_the_provinces_own_is_an_error(deploy):
    [finding] = find_foreign_prefix(deploy("01", prefix="000.00.01.H99"))
    assert "not this province's" in finding.message
    assert "End it with H26." == finding.remedy


def test_its_own_dossier_code_is_sound(deploy):
    assert [] == list(find_foreign_prefix(deploy("01", prefix="000.00.01.H26")))


def test_a_dossier_code_of_which_no_owner_is_known_is_let_be(deploy):
    assert [] == list(find_foreign_prefix(deploy("04", prefix="000.00.01.H99")))


def test_a_prefix_without_a_dossier_code_is_let_be(deploy):
    assert [] == list(find_foreign_prefix(deploy("01", prefix="G09.20")))
