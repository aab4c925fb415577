//! The development server: site, service and mailbox in one process.

mod mailbox;
