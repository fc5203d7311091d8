"""The driver of a Spark run, in a process of its own, for tests that kill it or a worker of it."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

from fakes import load_slow, made_by

from cpi_sanitise.chain import SigningKey
from cpi_sanitise.errors import SanitiseError
from cpi_sanitise.intake import Accepted
from cpi_sanitise.sealed_record import Recipients
from cpi_sanitise.settings import Settings
from cpi_sanitise.spark import frame_of_rows, sanitise_on_spark
from cpi_sanitise.store import Terms
from cpi_sanitise.submission import Submission


def table(count: int) -> list[tuple[int | None, str]]:
    """Rows of a caller: every 7th is held, every 11th has no words, every 20th no reference, and one reference comes twice."""
    rows: list[tuple[int | None, str]] = []
    for number in range(count):
        text = "" if number % 11 == 10 else f"Two men {number}." + (" HOLD" if number % 7 == 0 else "")
        rows.append((None if number % 20 == 19 else 5 if number == 6 else number, text))
    return rows


def main() -> None:
    asked = json.loads(sys.stdin.read())
    warnings.simplefilter("ignore")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(asked["master"]).appName("cpi_sanitise")
    for name, value in asked["settings"].items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    unit, officers = Recipients("unit", (asked["unit"],)), Recipients("officers", (asked["officers"],))
    if "narratives" in asked:
        from cpi_sanitise.sanitiser import made_by as made_by_model

        terms = Terms(made_by_model(), Settings(), unit, officers, asked["chunk_size"])
        rows = [
            Accepted(1, number, "a.csv", text.encode(), Submission(str(number), text)) for number, text in enumerate(asked["narratives"])
        ]
        frame, more = frame_of_rows(spark, rows), {}
    else:
        terms = Terms(made_by(), Settings(), unit, officers, asked["chunk_size"])
        frame = spark.createDataFrame(table(asked["count"]), "`Ref.` int, Information string").repartition(4)
        frame, more = frame.withColumnRenamed("Ref.", "Reference"), {"load": load_slow}
    key = SigningKey.read(Path(asked["key"]))
    try:
        counts = sanitise_on_spark(
            spark,
            frame,
            asked["folder"],
            terms=terms,
            key=key,
            wave_size=asked["wave_size"],
            watch=lambda counts: print(counts.total, flush=True),  # noqa: T201
            **more,
        )
        print("done", counts.drafted, counts.held, counts.rejected, flush=True)  # noqa: T201
    except SanitiseError as error:
        print(f"error: {error}", flush=True)  # noqa: T201
    finally:
        spark.stop()


if __name__ == "__main__":
    main()
