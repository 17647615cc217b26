"""The tables of complaints."""

from pmweb.blueprints.complaints.models.clock import ComplaintClock, ComplaintReminder
from pmweb.blueprints.complaints.models.complaint import ROUND_FACTS, Complaint, ComplaintRound
from pmweb.blueprints.complaints.models.handling import (
    ComplaintLink,
    ComplaintWord,
    JointMeeting,
    LevelChange,
    RemedyPlan,
    SupervisorCall,
)

__all__ = [
    "ROUND_FACTS",
    "Complaint",
    "ComplaintClock",
    "ComplaintLink",
    "ComplaintReminder",
    "ComplaintRound",
    "ComplaintWord",
    "JointMeeting",
    "LevelChange",
    "RemedyPlan",
    "SupervisorCall",
]
