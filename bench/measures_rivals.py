"""The same board by other means: SQL as an expert writes it by hand, Polars, pandas, PostgreSQL."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import sqlglot

from pilotkit import Kpi
from pilotkit.facts.columns import CASES
from pilotkit.measures.engines import THREADS
from pilotkit.measures.scan import Group

DIMENSIONS = ("unit", "procedure", "channel", "month")
Answer = dict[tuple[str, str], tuple[int, ...]]
"""Numerators and denominators by dimension and key; the total stands under two empty words."""


def by_hand(files: Sequence[Path], kpis: Sequence[Kpi], as_of: datetime) -> dict[str, str]:
    """Single DuckDB queries for the whole board, from the plainest to the most thoughtful."""
    names, sets = ", ".join(DIMENSIONS), "GROUPING SETS ((), (unit), (procedure), (channel), (month))"
    rows = f"({_rows(_parquet(files), as_of)})"
    shares = [kpi for kpi in kpis if kpi.statistic == "share"]
    quantiles = [kpi for kpi in kpis if kpi.statistic == "quantile"]
    filters = ", ".join(
        f"count(*) FILTER (WHERE ({kpi.denominator}) AND ({kpi.numerator})), count(*) FILTER (WHERE {kpi.denominator})"
        for kpi in shares
    )
    values = ", ".join(
        f"quantile_disc({kpi.value}, {kpi.fraction}) FILTER (WHERE {kpi.denominator}), "
        f"count({kpi.value}) FILTER (WHERE {kpi.denominator})"
        for kpi in quantiles
    )
    bits = f"GROUPING({names}) AS bits"
    plain = f"SELECT {bits}, {names}, {filters}, {values} FROM {rows} GROUP BY {sets}"
    distinct: dict[str, str] = {}
    for kpi in shares:
        for condition in (f"({kpi.denominator}) AND ({kpi.numerator})", kpi.denominator):
            distinct.setdefault(condition, f"c{len(distinct)}")
    shown = ", ".join(
        f"{distinct[f'({kpi.denominator}) AND ({kpi.numerator})']}, {distinct[kpi.denominator]}" for kpi in shares
    )
    queries = {"one pass of filtered counts": plain}
    for how, count in (("count_if", "count_if({0})"), ("filters", "count(*) FILTER (WHERE {0})")):
        fine = ", ".join(f"{count.format(condition)} AS {name}" for condition, name in distinct.items())
        again = ", ".join(f"sum({name})::BIGINT AS {name}" for name in distinct.values())
        queries[f"two steps with {how}"] = (
            f"WITH fine AS (SELECT {names}, {fine} FROM {rows} GROUP BY {names}), "
            f"s AS (SELECT {bits}, {names}, {again} FROM fine GROUP BY {sets}), "
            f"q AS (SELECT {bits}, {names}, {values} FROM {rows} GROUP BY {sets}) "
            f"SELECT s.bits, {', '.join(f's.{name}' for name in DIMENSIONS)}, {shown}, "
            f"q.* EXCLUDE (bits, {names}) FROM s JOIN q ON s.bits = q.bits AND "
            + " AND ".join(f"s.{name} IS NOT DISTINCT FROM q.{name}" for name in DIMENSIONS)
        )
    return queries


def one_a_kpi(files: Sequence[Path], kpis: Sequence[Kpi], as_of: datetime) -> list[str]:
    """Return a query for each KPI, as boards without a compiler ask."""
    names, sets = ", ".join(DIMENSIONS), "GROUPING SETS ((), (unit), (procedure), (channel), (month))"
    rows = f"({_rows(_parquet(files), as_of)})"
    return [f"SELECT GROUPING({names}), {names}, {_measure(kpi)} FROM {rows} GROUP BY {sets}" for kpi in kpis]


def run(query: str) -> list[tuple[Any, ...]]:
    """On a DuckDB as wide as ours, and with as much memory as it likes."""
    with duckdb.connect(":memory:", config={"threads": THREADS}) as connection:
        return connection.execute(query).fetchall()


def _measure(kpi: Kpi) -> str:
    if kpi.statistic == "quantile":
        return f"quantile_disc({kpi.value}, {kpi.fraction}) FILTER (WHERE {kpi.denominator})"
    return (
        f"count(*) FILTER (WHERE ({kpi.denominator}) AND ({kpi.numerator})), count(*) FILTER (WHERE {kpi.denominator})"
    )


def _parquet(files: Sequence[Path]) -> str:
    return f"read_parquet([{', '.join(repr(str(path)) for path in files)}])"


def _rows(source: str, as_of: datetime) -> str:
    """Cases with what follows from the as-of instant, written out as one would by hand."""
    moment = int(as_of.timestamp()) * 1_000_000
    known = ", ".join(f"{each.sql_at(moment)} AS {each.name}" for each in CASES.known)
    derived = ", ".join(f"{each.sql_at(moment)} AS {each.name}" for each in CASES.derived)
    stored = ", ".join(each.name for each in CASES.stored if each.name != "code")
    inner = f"SELECT {stored}, {known} FROM {source} AS f WHERE received_at <= {moment}"
    return f"SELECT *, {derived} FROM ({inner}) AS k"


def flat(groups: Sequence[Group], groupings: Sequence[tuple[str, ...]]) -> list[tuple[Any, ...]]:
    """Our answer as rows of bits, keys and counts."""
    assert len(groupings) == len(DIMENSIONS) + 1
    rows = []
    for group in groups:
        keys = [group.keys[0] if group.grouping == (name,) else None for name in DIMENSIONS]
        rows.append((_bits(group.grouping), *keys, *(number for count in group.counts for number in count)))
    return rows


def _bits(grouping: tuple[str, ...]) -> int:
    return sum(1 << place for place, name in enumerate(reversed(DIMENSIONS)) if name not in grouping)


def comparable(rows: Sequence[tuple[Any, ...]]) -> list[str]:
    """Rows that can be held against others', whatever their order; a quantile of nothing is 0."""
    return sorted(repr(tuple(0 if cell is None and place > len(DIMENSIONS) else cell for place, cell in enumerate(row)))
                  for row in rows)  # fmt: skip


Ask = Callable[[], Sequence[tuple[Any, ...]]]


@contextlib.contextmanager
def all_of_them(files: Sequence[Path], kpis: Sequence[Kpi], as_of: datetime, room: Path) -> Iterator[dict[str, Ask]]:
    """Open the rivals, each ready to be asked for the whole board."""
    ordered = [*(kpi for kpi in kpis if kpi.statistic == "share"), *(kpi for kpi in kpis if kpi.statistic != "share")]
    assert list(kpis) == ordered, "shares stand before quantiles in the donor's file"
    with _postgresql(files, kpis, as_of, room) as postgresql:
        yield {
            "Polars": lambda: _polars(files, kpis, as_of),
            "pandas": lambda: _pandas(files, kpis, as_of),
            "PostgreSQL": postgresql,
        }


def _polars(files: Sequence[Path], kpis: Sequence[Kpi], as_of: datetime) -> list[tuple[Any, ...]]:
    moment = int(as_of.timestamp()) * 1_000_000
    frame = pl.scan_parquet(files).filter(pl.col("received_at") <= moment)
    sql = pl.SQLContext(f=frame)
    rows = sql.execute(_rows("f", as_of).replace("f AS f", "f")).with_columns(
        pl.col(name).cast(pl.String) for name in DIMENSIONS
    )
    measures = []
    for number, kpi in enumerate(kpis):
        wanted = pl.sql_expr(kpi.denominator) & pl.col("received_at").is_not_null()
        if kpi.statistic == "share":
            measures += [
                (wanted & pl.sql_expr(kpi.numerator)).sum().alias(f"n{number}"),
                wanted.sum().alias(f"d{number}"),
            ]
        else:
            values = pl.sql_expr(str(kpi.value)).filter(wanted)
            measures += [_rank(values, kpi).alias(f"n{number}"), values.count().alias(f"d{number}")]
    prepared = rows.collect()
    found = [(_bits(()), *[None] * 4, *prepared.select(measures).row(0))]
    for name in DIMENSIONS:
        found += [
            (_bits((name,)), *(row[0] if each == name else None for each in DIMENSIONS), *row[1:])
            for row in prepared.lazy().group_by(name).agg(measures).collect().rows()
        ]
    return found


def _rank(values: pl.Expr, kpi: Kpi) -> pl.Expr:
    """Return the value at the place ⌈fraction × count⌉, in whole numbers."""
    numerator, denominator = kpi.fraction.as_integer_ratio() if kpi.fraction else (1, 1)
    place = (values.count().cast(pl.Int64) * numerator + denominator - 1) // denominator - 1
    return values.drop_nulls().sort().get(place, null_on_oob=True)


def _pandas(files: Sequence[Path], kpis: Sequence[Kpi], as_of: datetime) -> list[tuple[Any, ...]]:
    names = [each.name for each in (*CASES.stored, *CASES.kept) if each.name not in {"code", "attributes"}]
    frame = pd.concat([pq.read_table(path, columns=names).to_pandas(types_mapper=_NULLABLE.get) for path in files])
    frame = frame.reset_index(drop=True)
    _derive(frame, int(as_of.timestamp()) * 1_000_000)
    counts = pd.DataFrame({name: frame[name].astype(str) for name in DIMENSIONS})
    for number, kpi in enumerate(kpis):
        wanted = _evaluated(frame, kpi.denominator)
        if kpi.statistic == "share":
            counts[f"n{number}"] = (wanted & _evaluated(frame, kpi.numerator)).astype("int64")
        counts[f"d{number}"] = wanted.astype("int64")
    found = [_row((), (), counts, frame, kpis)]
    numbers = [name for name in counts if name not in DIMENSIONS]
    for name in DIMENSIONS:
        sums = counts.groupby(name)[numbers].sum()
        ranks = {
            number: _ranks(frame["working_minutes"][counts[f"d{number}"] == 1], counts[name], kpi)
            for number, kpi in enumerate(kpis) if kpi.statistic == "quantile"
        }  # fmt: skip
        for key in sums.index:
            cells = [
                (ranks[number].get(key, 0) if number in ranks else int(sums.loc[key, f"n{number}"]),
                 int(sums.loc[key, f"d{number}"]))
                for number in range(len(kpis))
            ]  # fmt: skip
            keys = (key if each == name else None for each in DIMENSIONS)
            found.append((_bits((name,)), *keys, *(cell for pair in cells for cell in pair)))
    return found


_NULLABLE = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


def _ranks(values: Any, keys: Any, kpi: Kpi) -> dict[str, int]:
    ordered = values.sort_values()
    return {key: _at(list(part), kpi) for key, part in ordered.groupby(keys.loc[ordered.index])}


def _at(ordered: list[int], kpi: Kpi) -> int:
    numerator, denominator = kpi.fraction.as_integer_ratio() if kpi.fraction else (1, 1)
    return int(ordered[-(-len(ordered) * numerator // denominator) - 1]) if ordered else 0


def _row(
    grouping: tuple[str, ...], keys: tuple[str, ...], counts: Any, frame: Any, kpis: Sequence[Kpi]
) -> tuple[Any, ...]:
    cells: list[int] = []
    for number, kpi in enumerate(kpis):
        of = counts[f"d{number}"]
        top = int(counts[f"n{number}"].sum()) if kpi.statistic == "share" else _at(
            sorted(frame["working_minutes"][of == 1].to_numpy(dtype="int64")), kpi)  # fmt: skip
        cells += [top, int(of.sum())]
    assert not keys
    return (_bits(grouping), *[None] * len(DIMENSIONS), *cells)


def _derive(frame: Any, moment: int) -> None:
    ended = frame["ended_at"] <= moment
    ended = ended.fillna(value=False).astype(bool)
    frame["finished_at"] = frame["ended_at"].where(ended)
    frame["working_minutes"] = frame["ended_minutes"].where(ended)
    frame["outcome"] = frame["ended_as"].astype(object).where(ended)
    frame["waiting_since"] = frame["stands_since"]
    frame["returned_at"] = frame["handed_at"]
    frame["has_deadline"], frame["is_finished"] = frame["due_at"].notna(), ended
    frame["is_open"] = ~ended
    frame["is_waiting"] = ~ended & frame["waiting_since"].notna()
    reached = frame["finished_at"].fillna(frame["waiting_since"]).fillna(moment)
    frame["is_late"] = (reached > frame["due_at"]).fillna(value=False).astype(bool) | (
        ~ended & (frame["supplements"] > 1)
    )
    for name, due in (("is_on_time", "due_at"), ("is_within_norm", "norm_due_at")):
        frame[name] = (frame["finished_at"] <= frame[due]).fillna(value=False).astype(bool)
    frame["is_extended"] = (frame["promised_at"] > frame["due_at"]).fillna(value=False).astype(bool)
    frame["is_returned"] = frame["returned_at"].notna()


def _evaluated(frame: Any, expression: str) -> Any:
    """Return a KPI's expression in pandas' words."""
    tree = sqlglot.parse_one(expression, read="duckdb")
    found = _pandas_of(tree, frame)
    return pd.Series(found, index=frame.index).astype("boolean").fillna(value=False).astype(bool)


def _pandas_of(node: Any, frame: Any) -> Any:  # noqa: PLR0911  # one line for each kind of node
    one = lambda: _pandas_of(node.this, frame)  # noqa: E731  # said once
    exp = sqlglot.exp
    match node:
        case exp.Paren():
            return one()
        case exp.Column():
            return frame[node.name]
        case exp.Boolean():
            return node.this
        case exp.Null():
            return None
        case exp.Literal():
            return node.name if node.is_string else int(node.name)
        case exp.Not():
            return ~one()
        case exp.Is():
            return one().isna()
    left, right = one(), _pandas_of(node.expression, frame)
    operations: dict[type, Callable[[], Any]] = {
        exp.And: lambda: left & right, exp.Or: lambda: left | right, exp.EQ: lambda: left == right,
        exp.GT: lambda: left > right, exp.LTE: lambda: left <= right, exp.GTE: lambda: left >= right,
    }  # fmt: skip
    return operations[type(node)]()


@contextlib.contextmanager
def _postgresql(files: Sequence[Path], kpis: Sequence[Kpi], as_of: datetime, room: Path) -> Iterator[Ask]:
    """Run a server of our own on a Unix socket, with the cases in one table, analysed."""
    folder = Path(tempfile.mkdtemp(prefix="pgb", dir="/tmp"))
    as_other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_other:
        shutil.chown(folder, "postgres")

    def tool(name: str, *arguments: object) -> None:
        found = [*sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True), shutil.which(name)]
        command = [*as_other, str(found[0]), *map(str, arguments)]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    data = folder / "data"
    tool("initdb", "-D", data, "-U", "bench", "-A", "trust", "--no-sync", "-E", "UTF8")
    options = f"-k {folder} -c listen_addresses='' -c shared_buffers=512MB -c work_mem=128MB"
    tool("pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    try:
        with psycopg.connect(f"host={folder} user=bench dbname=postgres", autocommit=True) as connection:
            _load(connection, files)
            query = _postgresql_query(kpis, as_of)
            yield lambda: connection.execute(query).fetchall()
    finally:
        tool("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
    assert room


def _load(connection: Any, files: Sequence[Path]) -> None:
    columns = [each for each in (*CASES.stored, *CASES.kept) if each.name not in {"code", "attributes"}]
    kinds = {"VARCHAR": "text", "BIGINT": "bigint", "BOOLEAN": "boolean", "DATE": "date"}
    connection.execute(f"CREATE UNLOGGED TABLE f ({', '.join(f'{each.name} {kinds[each.type]}' for each in columns)})")
    names = [each.name for each in columns]
    with connection.cursor().copy(f"COPY f ({', '.join(names)}) FROM STDIN") as copy:
        for path in files:
            with pq.ParquetFile(path) as parquet:
                for batch in parquet.iter_batches(100_000, columns=names):
                    for row in zip(*(batch.column(name).to_pylist() for name in names), strict=True):
                        copy.write_row(row)
    connection.execute("ANALYZE f")


def _postgresql_query(kpis: Sequence[Kpi], as_of: datetime) -> str:
    names, sets = ", ".join(DIMENSIONS), "GROUPING SETS ((), (unit), (procedure), (channel), (month))"
    columns = []
    for kpi in kpis:
        if kpi.statistic == "share":
            columns.append(_measure(kpi))
        else:
            columns.append(
                f"percentile_disc({kpi.fraction}) WITHIN GROUP (ORDER BY {kpi.value}) "
                f"FILTER (WHERE {kpi.denominator}), count({kpi.value}) FILTER (WHERE {kpi.denominator})"
            )
    rows = _rows("f", as_of).replace("FROM f AS f", "FROM f")
    return f"SELECT GROUPING({names}), {names}, {', '.join(columns)} FROM ({rows}) AS k GROUP BY {sets}"
