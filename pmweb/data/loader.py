"""All data files of a folder as one frozen object."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pmweb.data import reading
from pmweb.data.acceptance import AcceptanceChecklist, read_acceptance
from pmweb.data.complaints import ComplaintRules, read_complaints
from pmweb.data.emergencies import EmergencyRules, read_emergencies
from pmweb.data.fees import FeeRules, read_fees
from pmweb.data.movein import MoveInRules, read_movein
from pmweb.data.reading import BrokenData, Entry
from pmweb.data.repairs import RepairRules, read_repairs
from pmweb.data.warranty import read_warranty
from pmweb.domain.warranty import WarrantyRules

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True, eq=False)
class Defaults:
    """What the office starts with; an estate's own changes are laid over it by the rooms."""

    acceptance: AcceptanceChecklist
    warranty: WarrantyRules
    repairs: RepairRules
    emergencies: EmergencyRules
    complaints: ComplaintRules
    fees: FeeRules
    movein: MoveInRules


def load(folder: Path) -> Defaults:
    """Read and check every file of ``folder``, the references between the files included.

    Raises ``BrokenData``, whose message names the file, the line and the reason.
    """

    def top(file: str, kind: str) -> Entry:
        try:
            text = (folder / file).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise BrokenData(file, 1, "the file is missing") from None
        except UnicodeDecodeError:
            raise BrokenData(file, 1, "the file is not written in UTF-8") from None
        return reading.read(file, text, kind)

    warranty = read_warranty(top("warranty.yaml", "warranty_rules"))
    acceptance = read_acceptance(
        top("acceptance-checklist.yaml", "acceptance_checklist"), warranty.categories
    )
    repairs_file = top("repair-categories.yaml", "repair_categories")
    repairs = read_repairs(repairs_file, warranty.categories)
    if set(repairs.trades) != set(acceptance.trades):
        repairs_file["trades"].fail("the trades differ from those of acceptance-checklist.yaml")
    return Defaults(
        acceptance=acceptance,
        warranty=warranty,
        repairs=repairs,
        emergencies=read_emergencies(top("emergency-steps.yaml", "emergency_steps"), repairs.categories),
        complaints=read_complaints(top("complaint-rules.yaml", "complaint_rules")),
        fees=read_fees(top("fee-items.yaml", "fee_items")),
        movein=read_movein(top("movein.yaml", "movein"), repairs.trades, acceptance.items),
    )


@cache
def defaults() -> Defaults:
    """The files that pmweb ships, read once per process; called at boot, so that a fault shows at once."""
    return load(FOLDER)
