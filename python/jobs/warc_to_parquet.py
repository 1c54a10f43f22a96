"""WARC files to Parquet on Spark, a file a task, partitioned by the month of publication.

    spark-submit warc_to_parquet.py --profile brecorder --out stories.parquet segments/*.warc.gz
    spark-submit warc_to_parquet.py --profile brecorder --out s3a://bucket/stories --list paths.txt

Paths are local, or whatever fsspec opens (`s3://...`): they are read where the task runs, and streamed to the program. A second run writes the
same partitions again (dynamic overwrite). A task that is lost is run again by Spark, whole: rows are written once, when it has ended.
"""

import argparse

import pyarrow
from pyspark.sql import SparkSession, functions

import tearsheet


def rows(profiles):
    """The function for `mapInArrow`: batches of paths in, batches of pages out."""

    def read(batches):
        extractor = tearsheet.Extractor(profiles)
        for batch in batches:
            for path in batch.column("path").to_pylist():
                if "://" not in path:
                    yield from map(plain, extractor.warc(path))
                    continue
                import fsspec

                with fsspec.open(path, "rb") as file:
                    for read in extractor.warc(file):
                        at = read.schema.get_field_index("segment")
                        yield plain(read.set_column(at, "segment", pyarrow.array([path] * read.num_rows)))

    return read


def plain(batch):
    """A batch as Spark takes it: it has no maps of Arrow's kind with metadata, and knows no schema metadata."""
    return batch.replace_schema_metadata(None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", help="WARC files")
    parser.add_argument("--list", help="a file with a path on each line")
    parser.add_argument("--profile", action="append", help="a built-in profile; several times: each page by that of its host")
    parser.add_argument("--out", required=True, help="a folder of Parquet files")
    args = parser.parse_args()
    paths = list(args.paths)
    if args.list:
        with open(args.list, encoding="utf-8") as file:
            paths += [line.strip() for line in file if line.strip()]
    spark = SparkSession.builder.appName("warc_to_parquet").config("spark.sql.sources.partitionOverwriteMode", "dynamic").getOrCreate()
    # The schema is the program's: Spark is told of it before the first row.
    schema = tearsheet.Extractor(args.profile or "brecorder").pages(pyarrow.RecordBatch.from_pylist([{"html": ""}])).schema
    from pyspark.sql.pandas.types import from_arrow_schema

    # A file a task: `repartition` would give some tasks two, and others none.
    frame = spark.createDataFrame(spark.sparkContext.parallelize([(path,) for path in paths], len(paths)), "path string")
    pages = frame.mapInArrow(rows(args.profile or "brecorder"), from_arrow_schema(schema.remove_metadata()))
    pages = pages.withColumn("month", functions.coalesce(functions.date_format("published_on", "yyyy-MM"), functions.lit("unknown")))
    pages.write.mode("overwrite").partitionBy("month").parquet(args.out)
    spark.stop()


if __name__ == "__main__":
    main()
