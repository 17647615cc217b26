"""What passes the rules of the session stands in named places, each with its reason (promises 2, 3, 4 and 8).

Core statements on a bare table and text bypass the estate and the trail; a commit in the middle breaks the unit of
work; bulk work leaves one line instead of many. Whoever needs one of them adds a line here and says why.
"""

from __future__ import annotations

import ast

import pytest

from tests.policies.sources import calls, imported, modules, name_of

BARE_TABLES = {
    "models/base.py": "what tables have in common",
    "models/session_rules.py": "the trail itself is written past the session",
}
TEXT = {
    "blueprints/fees/models.py": "the condition of a partial index",
    "blueprints/repairs/models/pricing.py": "the condition of a partial index",
    "blueprints/movein/models.py": "the condition of a partial index",
    "blueprints/complaints/models/clock.py": "the condition of a partial index",
    "blueprints/complaints/models/complaint.py": "the condition of a partial index",
    "blueprints/repairs/models/repair.py": "the condition of a partial index",
    "models/engine.py": "how SQLite is opened",
}
COMMITS = {
    "web/unit_of_work.py": "one request, one transaction",
    "blueprints/home/commands.py": "what is due in one estate, one transaction",
    "blueprints/estate/commands.py": "one chunk of an import, one transaction",
    "blueprints/staff/commands.py": "one command, one transaction",
}
ROLLBACKS = {
    "web/unit_of_work.py": "one request, one transaction",
    "web/errors.py": "what failed is undone before its page is made",
}
SECOND_TRANSACTIONS = {
    "blueprints/archive/views.py": "the look at an identity scan is logged in a GET (decisions)",
    "web/registers.py": "who takes a register out of the house leaves a line, in a GET (PRI-5)",
    "blueprints/staff/views/sign_in.py": "a password is checked without the lock",
    "blueprints/staff/views/account.py": "a new password is worked out without the lock",
    "blueprints/staff/views/own.py": "a new password is worked out without the lock",
    "blueprints/staff/views/people.py": "a new password is worked out without the lock",
}
SETTLE = {
    "web/pages.py": "page() and go() end the transaction by the status",
    "blueprints/staff/views/own.py": "who has to do something else first is led there with nothing done",
    "web/fields.py": "what a refused operation had written is undone before its reason is shown",
}
HOUSE_KEEPING = {"blueprints/staff/operations.py": "spent attempts, the time of a sign-in, a renewed hash"}
BULK_WORK = {"blueprints/estate/operations/takeover.py": "a piece of the home roll"}
DEMO = "demo/"
"""The demo estate is laid by hand before anybody works in it."""


def _where(*names: str) -> set[str]:
    """The modules that call one of these."""
    return {path for path, tree in modules().items() if any(name_of(call) in names for call in calls(tree))}


def _not_demo(paths: set[str]) -> set[str]:
    return {path for path in paths if not path.startswith(DEMO)}


def test_bare_tables_are_named_nowhere_else() -> None:
    found = {
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("__table__", "local_table")
    }
    assert found <= BARE_TABLES.keys()


def test_text_is_written_nowhere_else() -> None:
    found = {
        path
        for path, tree in modules().items()
        if imported(tree, "sqlalchemy") & {"text", "literal_column", "TextClause"}
    }
    assert found | _where("exec_driver_sql") <= TEXT.keys()


def test_sqlalchemy_is_taken_by_name() -> None:
    """``sqlalchemy.text`` and ``db.text`` would pass by the lists of this page."""
    whole = {
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import) and any(one.name.split(".")[0] == "sqlalchemy" for one in node.names)
    }
    assert not whole
    asked = {
        (path, node.attr)
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "db"
    }
    assert {name for path, name in asked if path.startswith(("blueprints/", "web/"))} <= {"session"}
    assert {path for path, name in asked if name == "engine"} == {"factory.py"}


@pytest.mark.parametrize("statement", ["insert", "update", "delete"])
def test_no_statement_writes_past_the_session(statement: str) -> None:
    """The session refuses them too; ``keep_house`` is the one door."""
    users = {path for path, tree in modules().items() if statement in imported(tree, "sqlalchemy")}
    assert users <= HOUSE_KEEPING.keys() | BARE_TABLES.keys()


def test_house_keeping_is_done_nowhere_else() -> None:
    assert _where("keep_house") <= HOUSE_KEEPING.keys()


def test_old_bulk_methods_and_raw_connections_are_not_used() -> None:
    """They pass every listener of the session."""
    forbidden = ("bulk_insert_mappings", "bulk_save_objects", "bulk_update_mappings", "raw_connection")
    assert _where(*forbidden) == set()
    version = (
        "blueprints/home/views/health.py"  # alembic reads from a connection of which version the tables are
    )
    assert _where("connection") <= {"models/engine.py", "models/session_rules.py", version}
    assert _where("connect") <= {"models/engine.py"}
    assert _where("begin", "get_bind") == set()


def test_nothing_is_deleted_anywhere() -> None:
    """Promise 8; ``unlink`` is for files that were never whole."""
    found = {
        path
        for path, tree in modules().items()
        for call in calls(tree)
        if name_of(call) == "delete" and isinstance(call.func, ast.Attribute)
    }
    assert found == set()


def test_nobody_else_ends_the_transaction() -> None:
    """Promise 4: operations flush."""
    assert _not_demo(_where("commit")) <= COMMITS.keys()
    assert _not_demo(_where("rollback")) <= ROLLBACKS.keys() | COMMITS.keys()
    assert _not_demo(_where("open_for_writing")) <= COMMITS.keys()


def test_a_second_transaction_in_a_request_has_a_reason() -> None:
    allowed = SECOND_TRANSACTIONS.keys() | {"web/unit_of_work.py"}
    assert _where("write_again", "without_lock", "write_in_a_get") <= allowed
    users = {path for path, tree in modules().items() if "settle" in imported(tree, "pmweb")}
    assert users <= SECOND_TRANSACTIONS.keys() | SETTLE.keys()


def test_bulk_work_is_known() -> None:
    assert _not_demo(_where("bulk_work")) <= BULK_WORK.keys() | {"models/session_rules.py"}


def test_every_named_place_is_still_in_use() -> None:
    """A reason without its place is a door that nobody watches."""
    places = [BARE_TABLES, TEXT, COMMITS, ROLLBACKS, SECOND_TRANSACTIONS, SETTLE, HOUSE_KEEPING, BULK_WORK]
    assert not {path for named in places for path in named} - modules().keys()
