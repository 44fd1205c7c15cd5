//! The words of the business.
