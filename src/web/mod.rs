//! HTTP, pages, vendor webhooks and sockets.
