"""Opens every frame of a case with DuckDB, pandas, polars and pyarrow and compares what they read.

    python open_with.py [CASE]       without a case: one with the bundled evidence

Ends with 1 where a library cannot read a frame or reads other types or values than pyarrow.
"""

import sys
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

import cases

PLAIN = [pa.string(), pa.int64(), pa.bool_(), pa.binary(), pa.timestamp("us", "UTC")]


def with_pandas(file: Path) -> pa.Table:
    # pandas' default types turn integers with nulls into floats; sizes and hashes would lose digits.
    return pa.Table.from_pandas(pd.read_parquet(file, dtype_backend="pyarrow"), preserve_index=False)


def with_polars(file: Path) -> pa.Table:
    return pl.read_parquet(file).to_arrow()


def with_duckdb(file: Path) -> pa.Table:
    with duckdb.connect() as connection:
        # DuckDB gives times in the session's zone.
        connection.execute("set timezone = 'UTC'")
        return connection.sql("select * from read_parquet(?)", params=[str(file)]).to_arrow_table()


def plain(table: pa.Table) -> pa.Table:
    """The same table with texts and bytes as pyarrow reads them, and without notes on the schema."""
    texts = {pa.large_string(): pa.string(), pa.string_view(): pa.string(), pa.large_binary(): pa.binary()}
    fields = [pa.field(f.name, texts.get(f.type, f.type)) for f in table.schema]
    return table.cast(pa.schema(fields)).replace_schema_metadata(None)


def wrong(file: Path) -> list[str]:
    """What is wrong with one file."""
    table = plain(pq.ParquetFile(file).read())
    found = [f"pyarrow: {f.name} is {f.type}" for f in table.schema if f.type not in PLAIN]
    for read in (with_pandas, with_polars, with_duckdb):
        other = plain(read(file))
        if other.schema.names != table.schema.names:
            found.append(f"{read.__name__}: columns {other.schema.names}")
            continue
        differ = [name for name in table.schema.names if not other[name].equals(table[name])]
        found += [f"{read.__name__}: {name} differs ({other[name].type})" for name in differ]
    return found


def main() -> int:
    case = Path(sys.argv[1]) if len(sys.argv) > 1 else cases.bundled()
    files = sorted(case.rglob("*.parquet"))
    if not files:
        sys.exit(f"{case}: no Parquet in this folder")
    failed = False
    for file in files:
        found = wrong(file)
        failed |= bool(found)
        about = pq.ParquetFile(file).metadata
        print(f"{file.relative_to(case)}: {about.num_rows} rows, {about.num_columns} columns,", "; ".join(found) or "alike")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
