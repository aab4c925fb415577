//! Whole-program tests: one binary, so that the tests link once.

#[cfg(test)]
mod cluster;
#[cfg(test)]
mod end;
#[cfg(test)]
mod full;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod quiet;
#[cfg(test)]
mod rehearse;
#[cfg(test)]
mod site;
#[cfg(test)]
mod support;
#[cfg(test)]
mod theme;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod upgrade;
