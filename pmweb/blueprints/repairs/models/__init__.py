"""The tables of repairs: work orders and their rounds, follow-ups, prices, places, reports (FM-07 to FM-11)."""

from pmweb.blueprints.repairs.models.follow_up import FollowUp as FollowUp
from pmweb.blueprints.repairs.models.follow_up import FollowUpAttempt as FollowUpAttempt
from pmweb.blueprints.repairs.models.place import PublicPlace as PublicPlace
from pmweb.blueprints.repairs.models.pricing import EstimateConsent as EstimateConsent
from pmweb.blueprints.repairs.models.pricing import RepairLine as RepairLine
from pmweb.blueprints.repairs.models.pricing import ServicePrice as ServicePrice
from pmweb.blueprints.repairs.models.repair import ROUND_FACTS as ROUND_FACTS
from pmweb.blueprints.repairs.models.repair import Repair as Repair
from pmweb.blueprints.repairs.models.repair import RepairRound as RepairRound
from pmweb.blueprints.repairs.models.report import ClosedReport as ClosedReport
from pmweb.blueprints.repairs.models.report import MonthlyReport as MonthlyReport
