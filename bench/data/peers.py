# One task of another program, in a process of its own: peers.py <library> <task> <folder>.
import json, resource, sys, time

library, task, folder = sys.argv[1:4]
csv, parquet = f"{folder}/sales.csv", f"{folder}/sales.parquet"


def measured(work, runs=1):
    times = []
    for run in range(runs):
        started = time.perf_counter()
        work(run)
        times.append((time.perf_counter() - started) * 1000)
    return times


if library == "duckdb":
    import duckdb

    connection = duckdb.connect()
    if task == "CSV to first aggregate":
        sql = f"SELECT region, sum(amount), count(*) FROM read_csv('{csv}') GROUP BY region ORDER BY region"
        times = measured(lambda run: connection.execute(sql).fetchall())
    elif task == "group-by in memory":
        connection.execute(f"CREATE TABLE sales AS FROM '{parquet}'")
        sql = "SELECT region, sum(amount), count(*) FROM sales WHERE amount >= ? GROUP BY region ORDER BY region"
        times = measured(lambda run: connection.execute(sql, [run / 1000]).fetchall(), 10)
    elif task == "100 M rows aggregated":
        connection.execute("SET memory_limit = '1GB'")
        sql = f"SELECT place, count(*), sum(amount), avg(price) FROM '{folder}/huge.parquet' GROUP BY place ORDER BY place"
        times = measured(lambda run: connection.execute(sql).fetchall())
elif library == "pandas":
    import pandas

    if task == "CSV to first aggregate":
        times = measured(lambda run: pandas.read_csv(csv).groupby("region")["amount"].agg(["sum", "count"]))
    elif task == "group-by in memory":
        sales = pandas.read_parquet(parquet)
        times = measured(lambda run: sales[sales.amount >= run / 1000].groupby("region")["amount"].agg(["sum", "count"]), 5)
elif library == "polars":
    import polars

    totals = [polars.col("amount").sum().alias("total"), polars.len().alias("n")]
    if task == "CSV to first aggregate":
        times = measured(lambda run: polars.scan_csv(csv).group_by("region").agg(totals).sort("region").collect())
    elif task == "group-by in memory":
        sales = polars.read_parquet(parquet)
        times = measured(lambda run: sales.filter(polars.col("amount") >= run / 1000).group_by("region").agg(totals), 10)

print(json.dumps({"times": times, "peakMB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000}))
