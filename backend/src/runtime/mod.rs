//! Decides and performs: one loop over a closed set of outcomes.
