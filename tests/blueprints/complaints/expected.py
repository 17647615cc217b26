"""Who may do what to a complaint when, written down from the procedure and not from the code.

One line per verb: in which states, and who. States: r received, e brought before somebody, a assigned, p in progress,
w waiting, t result reported, i resident informed, c closed, o reopened. Who: R the responsible person, C the receiver,
D the desk, L a supervisor or the manager.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from pmweb.blueprints.complaints.rules import Case, ComplaintState, LevelId, Validity, Verb
from pmweb.domain.permissions import Role

LETTERS = dict(zip("reapwtico", ComplaintState, strict=True))
_TABLE = """
acknowledge e        L
assign      reo      DL
reassign    ap       L
contact     a        RL
report      pw       RL
wait        p        RL
resume      w        RL
pass-up     ap       RL
send-back   t        CDL
inform      t        CDL
close       i        L
reopen      ic       L
reply       reoapwt  RCDL
plan        eapw     RL
choose      eapw     L
meet        reoapw   RL
minutes     reoapw   RL
level       reoapw   L
agree       reoapw   RCDL
invalid     reoapw   RCDL
validity    reoapwti L
join        reoapwt  RDL
repair      reoapw   RDL
"""
_ROWS = {
    Verb(verb): (states, who) for verb, states, who in (row.split() for row in _TABLE.split("\n") if row)
}
STATES = {verb: {LETTERS[letter] for letter in states} for verb, (states, _who) in _ROWS.items()}
WHO = {verb: who for verb, (_states, who) in _ROWS.items()}

HANDLERS = {role for role in Role if role not in (Role.AUDITOR, Role.ADMIN)}
LEADS = {Role.DEPARTMENT_SUPERVISOR, Role.OFFICE_MANAGER}
DESKS = {Role.RECEPTIONIST, *LEADS}

CASES = [
    Case(
        level=level,
        to_manager=to_manager,
        acknowledged=acknowledged,
        doubted=doubted,
        validity=validity,
        open_plans=flag,
        called=flag,
    )
    for level, to_manager, acknowledged, doubted, validity, flag in product(
        LevelId, (False, True), (False, True), (False, True), (None, *Validity), (False, True)
    )
]
CASES += [replace(case, called=not case.called) for case in CASES]


def can_be_done(verb: Verb, state: ComplaintState, case: Case) -> bool:
    """Whether it can be done to a complaint, whoever does it."""
    minor = case.level is LevelId.MINOR
    guards = {
        Verb.ACKNOWLEDGE: not case.acknowledged,
        Verb.ASSIGN: minor or state is not ComplaintState.RECEIVED,
        Verb.AGREE: minor,
        Verb.VALIDITY: case.doubted,
        Verb.INVALID: case.validity is None and not case.doubted,
        Verb.CHOOSE: case.open_plans,
        Verb.MINUTES: case.called,
        Verb.MEET: not case.called,
    }
    return state in STATES[verb] and guards.get(verb, True)


def may_do(
    verb: Verb, role: Role, state: ComplaintState, case: Case, *, responsible: bool, receiver: bool
) -> bool:
    """Whether this role may, responsible or having received it, or neither."""
    is_one = {
        "R": responsible and role in HANDLERS,
        "C": receiver and role in HANDLERS,
        "D": role in DESKS,
        "L": role in LEADS,
    }
    if not any(is_one[letter] for letter in WHO[verb]):
        return False
    lies_there = state is ComplaintState.ESCALATED and not case.acknowledged
    if lies_there and verb in (Verb.ACKNOWLEDGE, Verb.ASSIGN, Verb.CHOOSE):
        return role is Role.OFFICE_MANAGER or (role in LEADS and not case.to_manager)
    return True
