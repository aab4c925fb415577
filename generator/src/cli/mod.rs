//! The command line and what it prints. The only module that prints.

mod args;
mod init;
mod report;
