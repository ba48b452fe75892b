"""Data: nouns of the model and of a country, costs, and how files become nouns."""

from pilotkit.errors import DuplicateError as DuplicateError
from pilotkit.model.articles import Article as Article
from pilotkit.model.articles import Contact as Contact
from pilotkit.model.articles import Domain as Domain
from pilotkit.model.articles import LifeEvent as LifeEvent
from pilotkit.model.calendar import Calendar as Calendar
from pilotkit.model.calendar import DayException as DayException
from pilotkit.model.codes import Code as Code
from pilotkit.model.codes import CodeList as CodeList
from pilotkit.model.codes import IdentifierPattern as IdentifierPattern
from pilotkit.model.cost import CaseCost as CaseCost
from pilotkit.model.cost import ComplianceCost as ComplianceCost
from pilotkit.model.cost import HourlyWage as HourlyWage
from pilotkit.model.cost import saved_share as saved_share
from pilotkit.model.people import Campaign as Campaign
from pilotkit.model.people import Course as Course
from pilotkit.model.people import Head as Head
from pilotkit.model.people import Norm as Norm
from pilotkit.model.people import Role as Role
from pilotkit.model.people import Staffing as Staffing
from pilotkit.model.simulation import SimulationProfile as SimulationProfile
from pilotkit.model.source import Sourced as Sourced
from pilotkit.model.text import Noun as Noun
from pilotkit.model.text import search_form as search_form
from pilotkit.reading.nouns import noun_from as noun_from
from pilotkit.reading.yaml_data import read_yaml as read_yaml
