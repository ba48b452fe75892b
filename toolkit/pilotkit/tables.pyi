from pilotkit.model.surface import TableSet as TableSet
from pilotkit.storage.plugin_tables import PluginTables as PluginTables
