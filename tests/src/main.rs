//! Whole-program tests: one binary, so that the tests link once.

#[cfg(test)]
mod tidy;
