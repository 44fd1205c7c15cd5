//! Builds each layer in order, starts the workers, stops them in reverse.
