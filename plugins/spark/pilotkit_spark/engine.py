"""Plans on Spark: the same SQL in Spark's words, over the same Parquet files.

Sums are whole numbers, and a quantile is found by counting how often each value is, so the answers are DuckDB's to the
bit. Spark is told to refuse what it would otherwise round, cut off or make null without a word (ANSI mode).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from pilotkit import DataError, Place
from pilotkit.figures import Answer, FactFiles, Plan, TargetError, merge_answers

VIEW = "pilotkit_rows"
_SOURCE = f"SELECT * FROM {VIEW}"  # noqa: S608  # our own name
_PATIENCE = "spark.scheduler.maxRegisteredResourcesWaitingTime"
_OWN: Mapping[str, str] = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "8",
    _PATIENCE: "60s",
}
"""What Spark must be told; ``[measures.settings]`` may add to it."""


class SparkEngine:
    """Runs plans on a Spark cluster, or on threads of this machine.

    Args:
        settings: ``[measures.settings]``: ``master``, such as ``spark://spark.example:7077`` (absent: ``local[2]``),
            and any of Spark's own, such as ``spark.executor.memory``. Workers must see the deployment's ``var/facts``
            under the same path.

    Raises:
        DataError: a setting that is neither ``master`` nor Spark's.
    """

    def __init__(self, settings: Mapping[str, str]) -> None:
        for key in settings:
            if key != "master" and not key.startswith("spark."):
                raise DataError(
                    "is not a setting of Spark.",
                    where=Place("pilot.toml", f"measures.settings.{key}"),
                    remedy="Write master, or a name that begins with 'spark.'.",
                )
        self._settings = dict(settings)
        self._one_at_a_time = Lock()

    def answer(self, plan: Plan, files: FactFiles) -> Answer:
        """In one scan for the sums, and one a value for the quantiles."""
        with self._rows(plan, files) as spark:
            sums = _collected(spark, plan.sums_query(_SOURCE, "spark")) if plan.sums else []
            queries = plan.quantile_queries(_SOURCE, "spark")
            quantiles = [(places, _collected(spark, query)) for places, query in queries]
            return Answer(sums, merge_answers(plan, quantiles))

    @contextmanager
    def _rows(self, plan: Plan, files: FactFiles) -> Iterator[SparkSession]:
        """Open a session in which the live rows of the plan's table are a view."""
        with self._one_at_a_time:
            spark = self._session()
            try:
                _live(spark, plan, files).createOrReplaceTempView(VIEW)
                yield spark
            except PySparkException as problem:
                raise DataError(
                    f"a KPI cannot be computed on Spark: {str(problem).splitlines()[0]}",
                    remedy="Check its numbers in docs/reference/kpi-expressions.md.",
                ) from None

    def _session(self) -> SparkSession:
        builder = SparkSession.builder.appName("pilotkit").master(self._settings.get("master", "local[2]"))
        for key, value in {**_OWN, **self._settings}.items():
            builder = builder if key == "master" else builder.config(key, value)
        try:
            session = builder.getOrCreate()
        except Exception as problem:  # noqa: BLE001  # Java and its bridge raise what they like
            raise TargetError(
                f"Spark cannot be reached: {str(problem).splitlines()[0]}.",
                remedy="Check that Java 17 is installed, and [measures.settings] master in pilot.toml.",
            ) from None
        _wait_for_a_worker(session)
        return session


def _wait_for_a_worker(spark: SparkSession) -> None:
    """Spark itself would wait for ever where no worker has the memory or the cores that are asked of it."""
    context = spark.sparkContext
    told = context.getConf()
    if told.get("spark.master", "").startswith("local") or told.get("spark.dynamicAllocation.enabled") == "true":
        return
    scheduler = context._jsc.sc()  # noqa: SLF001  # what PySpark has no name for; documented in Scala
    until = monotonic() + scheduler.conf().getTimeAsMs(_PATIENCE, "60s") / 1000
    while scheduler.getExecutorMemoryStatus().size() <= 1:  # of which one is this process
        if monotonic() > until:
            spark.stop()
            raise TargetError(
                f"no worker of {context.master} began to work within {told.get(_PATIENCE)}.",
                remedy="Check that workers are up and have what [measures.settings] asks of each: "
                "spark.executor.memory (1g if nothing is said) and spark.executor.cores.",
            )
        sleep(0.1)


def _live(spark: SparkSession, plan: Plan, files: FactFiles) -> DataFrame:
    """Return the rows that hold: those of the base that no delta replaces, and those of the deltas."""
    columns = [each.name for each in (*plan.table.stored, *plan.table.kept)]
    parts = [_read(spark, (*files.base, *files.delta)).select(*columns)] if files.base or files.delta else []
    if files.overlaid:
        replaced = _read(spark, files.replacing).select(plan.table.key)
        parts.append(_read(spark, files.overlaid).select(*columns).join(replaced, plan.table.key, "left_anti"))
    merge_answers = parts[0]
    for part in parts[1:]:
        merge_answers = merge_answers.unionByName(part.select(*columns))
    return merge_answers


def _read(spark: SparkSession, paths: Sequence[Path]) -> DataFrame:
    return spark.read.parquet(*(path.resolve().as_uri() for path in paths))


def _collected(spark: SparkSession, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in spark.sql(query).collect()]
