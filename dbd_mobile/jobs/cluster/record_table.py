"""Records in; an Arrow table of them, as Parquet holds it, out; and the records again."""

from collections.abc import Iterable, Iterator

import pyarrow as pa

from dbd_mobile.jobs.library.record import FIELDS, Record, record_from

_SIDES = ("left", "top", "right", "bottom")
_BOX = "box"
_TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


def _schema() -> pa.Schema:
    columns = {"schema": pa.string(), "version": pa.string()}
    for name, kind in FIELDS.items():
        if name.startswith("box_"):
            # In the place of the first.
            columns.setdefault(_BOX, pa.struct([(side, pa.int64()) for side in _SIDES]))
        else:
            columns[name] = _TYPES[kind]
    return pa.schema(list(columns.items()))


TABLE_SCHEMA = _schema()
"""The columns: schemas/scan_record.schema.json says what each is; ``box_left`` to ``box_bottom``
are the fields of one column, ``box``. What is not known is null."""


def table_of(records: Iterable[Record]) -> pa.Table:
    """Make a table with a row a record, in :data:`TABLE_SCHEMA`."""
    rows = []
    for record in records:
        row = record.to_dict()
        box = {side: row.pop(f"{_BOX}_{side}") for side in _SIDES}
        rows.append({**row, _BOX: None if box["left"] is None else box})
    return pa.Table.from_pylist(rows, TABLE_SCHEMA)


def records_of(table: pa.Table) -> Iterator[Record]:
    """Give the records of a table's rows.

    Raises:
        ValueError: A column is missing or has a value of another type.
    """
    for row in table.to_pylist():
        box = row.pop(_BOX, None) or dict.fromkeys(_SIDES)
        yield record_from({**row, **{f"{_BOX}_{side}": box[side] for side in _SIDES}})
