//! Ids, time, crypto and plain values; knows nothing of messaging.
