//! Whole-program tests: one binary, so that the tests link once.

mod tidy;
