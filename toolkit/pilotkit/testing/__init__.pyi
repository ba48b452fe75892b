from pilotkit.testing.clock import Clock as Clock
from pilotkit.testing.contract import PluginContract as PluginContract
from pilotkit.testing.contract import contract_problems as contract_problems
from pilotkit.testing.quality import report_on as report_on
from pilotkit.testing.sample_deployment import enabling as enabling
from pilotkit.testing.sample_deployment import tiny_deployment as tiny_deployment
from pilotkit.testing.sample_deployment import tiny_file as tiny_file
