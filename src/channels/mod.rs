//! Translation between a vendor's bytes and the model, nothing else.
