"""The databases that the other tests stand on."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from tests.postgres import fresh_database


def test_each_kind_of_database_takes_and_gives_back_chinese(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE note (words VARCHAR(20))"))
        connection.execute(text("INSERT INTO note VALUES ('验收单')"))
        assert connection.execute(text("SELECT words FROM note")).scalar_one() == "验收单"
        connection.execute(text("DROP TABLE note"))
    engine.dispose()


@pytest.mark.postgres
def test_a_fresh_database_is_a_copy_of_its_template_and_empty_the_next_time(postgres_cluster: str) -> None:
    template = create_engine(fresh_database(postgres_cluster, "filled"))
    with template.begin() as connection:
        connection.execute(text("CREATE TABLE home (number TEXT)"))
    template.dispose()
    copy = create_engine(fresh_database(postgres_cluster, "copy", template="filled"))
    with copy.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM home")).scalar_one() == 0
    copy.dispose()
    again = create_engine(fresh_database(postgres_cluster, "copy"))
    with again.connect() as connection:
        assert (
            connection.execute(text("SELECT count(*) FROM pg_tables WHERE tablename = 'home'")).scalar_one()
            == 0
        )
    again.dispose()
