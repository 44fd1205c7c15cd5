//! The local socket by which a command reaches a running server.
