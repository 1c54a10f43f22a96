# %% [markdown]
# # An event study over the exports of an archive
#
# How did the companies that stories name move in the session a story was published for, beside the market as a whole? Plain Python with
# DuckDB and matplotlib. The cells are those of a notebook (`jupytext --to ipynb event_study.py`); it runs as a program, too:
#
#     tearsheet --archive demo.db demo; mkdir exports
#     for what in articles mentions quotes sessions; do tearsheet --archive demo.db export $what --out exports/$what.parquet; done
#     python docs/notebooks/event_study.py exports
#
# The archive of the demo has eleven sessions of tickers, so the figures are about the method, not about a market.

# %%
import sys
from pathlib import Path

import duckdb
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

EXPORTS = Path(sys.argv[1] if len(sys.argv) > 1 else "exports")
MARKET = "KSE100"  # the index that stands for the market
SURE = 0.8  # no mention is counted that is less sure
ABOUT = 50  # ... or of a story that is less about the company

archive = duckdb.connect()
for name in ("articles", "mentions", "quotes", "sessions"):
    archive.execute(f"CREATE VIEW {name} AS SELECT * FROM '{EXPORTS / name}.parquet'")

# %% [markdown]
# ## Closes
#
# A session may have many tickers: the last one has its close. `change_pct` is printed by the exchange, against the session before,
# so a session that nobody captured leaves no hole in it.

# %%
archive.execute(
    """
    CREATE TABLE closes AS
    SELECT symbol, day, arg_max(price, captured_at) AS close, arg_max(change_pct, captured_at)::DOUBLE AS move
      FROM quotes WHERE NOT suspect GROUP BY symbol, day
    """
)
archive.execute(
    """
    CREATE TABLE abnormal AS
    SELECT c.symbol, c.day, c.move, c.move - m.move AS abnormal
      FROM closes c JOIN closes m ON m.day = c.day AND m.symbol = ? WHERE c.symbol <> m.symbol
    """,
    [MARKET],
)

# %% [markdown]
# ## Events
#
# A story is an event of the first session whose close is not before it: `articles.session`. Of stories whose moment is not known
# (`phase` is `unknown`) the session is not known either, and copies of a story are no news: the first within a day counts.

# %%
archive.execute(
    """
    CREATE TABLE events AS
    SELECT DISTINCT m.symbol, a.session AS day
      FROM mentions m JOIN articles a ON a.id = m.article_id
     WHERE a.phase <> 'unknown' AND a.session IS NOT NULL AND m.confidence >= ? AND m.relevance >= ? AND m.nth = 1
    """,
    [SURE, ABOUT],
)

# %% [markdown]
# ## Around the event
#
# Sessions are counted as the exchange had them, with `sessions`, not as days of the calendar.

# %%
around = archive.execute(
    """
    WITH numbered AS (SELECT day, row_number() OVER (ORDER BY day) AS number FROM sessions)
    SELECT n.number - e.number AS session, count(*) AS events, avg(b.abnormal) AS mean, coalesce(stddev_samp(b.abnormal), 0) AS spread
      FROM events v JOIN numbered e ON e.day = v.day
      JOIN numbered n ON n.number BETWEEN e.number - 1 AND e.number + 1
      JOIN abnormal b ON b.symbol = v.symbol AND b.day = n.day
     GROUP BY 1 ORDER BY 1
    """
).fetchall()
counted = archive.execute("SELECT count(*), count(DISTINCT symbol), count(DISTINCT day) FROM events").fetchone()
print("{} events of {} companies in {} sessions".format(*counted))
print("session  events  mean abnormal move  standard error")
for session, events, mean, spread in around:
    print(f"{session:>+7}  {events:>6}  {mean:>16.2f} %  {spread / events**0.5:>14.2f}")

# %%
figure, axes = plt.subplots(figsize=(7, 4))
axes.axhline(0, color="0.7", linewidth=1)
axes.errorbar(
    [row[0] for row in around],
    [row[2] for row in around],
    yerr=[row[3] / row[1] ** 0.5 for row in around],
    fmt="o",
    capsize=4,
)
axes.set_xticks([-1, 0, 1])
axes.set_xlabel("sessions after the story")
axes.set_ylabel(f"move beside {MARKET}, percent")
axes.set_title("Companies that stories name")
figure.text(0.01, 0.01, "Source: exports of a tearsheet archive", fontsize=8, color="0.4")
figure.tight_layout(rect=(0, 0.03, 1, 1))
figure.savefig(EXPORTS / "event_study.png", dpi=120)
