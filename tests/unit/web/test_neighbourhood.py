"""A table among its neighbours, as a picture."""

from xml.etree import ElementTree

from schema_index.schema import Column, DatabaseSchema, ForeignKey, Table
from schema_index.web.neighbourhood import MAX_EACH_SIDE, Neighbour, drawn, neighbourhood_of


def table(name: str, *refers: str) -> Table:
    keys = tuple(
        ForeignKey(columns=(f"{one}_id",), target_schema="main", target_table=one, target_columns=("id",))
        for one in refers
    )
    return Table(schema="main", name=name, columns=(Column(name="id", type="int", kind="integer"),), foreign_keys=keys)


SCHEMA = DatabaseSchema.of("sqlite", "main", [table("a"), table("b", "a"), table("c", "b", "a"), table("<d>")])


def test_keys_are_told_in_both_directions() -> None:
    around = neighbourhood_of(SCHEMA.by_name["main", "b"], SCHEMA)
    assert around.referred == (Neighbour(table="main.a", told="a_id → id"),)
    assert around.referring == (Neighbour(table="main.c", told="b_id → id"),)
    assert neighbourhood_of(SCHEMA.by_name["main", "<d>"], SCHEMA).is_alone


def test_each_neighbour_is_a_link_and_nothing_is_a_style() -> None:
    svg = drawn(neighbourhood_of(SCHEMA.by_name["main", "b"], SCHEMA), address=lambda name: f"/t/{name}")
    root = ElementTree.fromstring(svg)
    assert [link.get("href") for link in root.iter("a")] == ["/t/main.c", "/t/main.a"]
    assert "style" not in svg
    assert "<d>" not in drawn(neighbourhood_of(SCHEMA.by_name["main", "<d>"], SCHEMA), address=str)


def test_a_crowd_is_cut() -> None:
    crowd = [table("hub"), *(table(f"t{n:02}", "hub") for n in range(30))]
    schema = DatabaseSchema.of("sqlite", "main", crowd)
    svg = drawn(neighbourhood_of(schema.by_name["main", "hub"], schema), address=str)
    assert svg.count("<a ") == MAX_EACH_SIDE
