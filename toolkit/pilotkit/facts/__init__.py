"""Facts: cases and catalog as Parquet files that engines scan."""
