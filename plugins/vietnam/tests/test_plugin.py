import os
import subprocess
import sys

from pilotkit_vietnam import plugin
from pilotkit_vietnam.units import national_units

HEAVY = {"shapely", "geopy", "pandas", "vietnamadminunits", "holidays"}


def _modules_after(program: str) -> set[str]:
    code = f"import sys\n{program}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ})
    return set(done.stdout.split())


def test_loading_the_plugin_brings_no_room_and_no_data():
    modules = _modules_after("import pilotkit_vietnam.plugin")
    assert {"pilotkit_vietnam", "pilotkit_vietnam.plugin"} == {m for m in modules if m.startswith("pilotkit_vietnam")}
    assert not {"sqlite3", *HEAVY} & modules


def test_registering_everything_reads_no_holidays_and_no_units():
    modules = _modules_after(
        "from pilotkit_vietnam import plugin as p\n"
        "p.register_locations(), p.register_calendars(), p.register_codes(), p.register_checks()"
    )
    assert not HEAVY & modules


def test_reading_all_units_does_not_import_the_distribution_they_come_in():
    modules = _modules_after(
        "from pilotkit_vietnam.units import VietnamUnits as V\n"
        "units = V()\n"
        "assert sum(len(units.communes(p.code)) for p in units.provinces()) == 3321"
    )
    assert not HEAVY & modules


def test_the_calendar_brings_no_other_country():
    modules = _modules_after("from pilotkit_vietnam.calendar import VietnamCalendar as C\nassert C().exceptions(2026)")
    assert not {name for name in modules if name.startswith("holidays.countries")}


def test_what_it_offers_has_names_of_its_own():
    codes = plugin.register_codes()
    assert [
        "vn.case_status", "vn.channel", "vn.procedure", "vn.result", "vn.case.2018", "vn.case.2026", "vn.unit",
    ] == [each.id for each in codes]  # fmt: skip
    assert (national_units(),) == plugin.register_locations()
    assert ["vietnam"] == [each.id for each in plugin.register_calendars()]
    assert ["vietnam.units", "vietnam.case_prefix"] == [each.id for each in plugin.register_checks()]
