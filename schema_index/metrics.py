"""What Prometheus counts of syncs and embedding. No label names a tenant, whose data monitoring may not read."""

from prometheus_client import Counter, Gauge, Histogram

SYNCS = Counter("querent_syncs", "Schema syncs ended, by outcome: done, or the error's code.", ["outcome"])
BREAKING_SCHEMAS = Counter(
    "querent_breaking_schemas", "Changed schemas that break verified queries, by fate: taken or refused.", ["fate"]
)
EMBEDDED = Counter("querent_texts_embedded", "Texts whose vectors were stored, by model.", ["model"])
EMBEDDING_SECONDS = Histogram(
    "querent_embedding_wait_seconds",
    "From a text's change until its vector was stored.",
    buckets=(1, 2.5, 5, 10, 30, 60, 300, 900, 3_600),
)
INDEX_READS = Counter(
    "querent_index_reads",
    "Reads of the index where a replica is set, by the server that answered and why it was not the replica.",
    ["server", "reason"],
)
# From the start, so that the first one is an increase.
for _fate in ("taken", "refused"):
    BREAKING_SCHEMAS.labels(_fate)
# Whichever process measured last is right.
WAITING = Gauge(
    "querent_texts_waiting", "Texts without a current vector; once a minute, by beat.", multiprocess_mode="mostrecent"
)
LAG = Gauge(
    "querent_embedding_lag_seconds",
    "Age of the text that has waited longest; once a minute, by beat.",
    multiprocess_mode="mostrecent",
)
MEASURED_AT = Gauge(
    "querent_backlog_timestamp_seconds",
    "When the waiting texts were last counted: beat, and a worker of the queue embed, were alive.",
    multiprocess_mode="mostrecent",
)
