//! The only owner of the data folder.
