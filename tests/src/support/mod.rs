//! Programs to start, a site to build, a mail server to send to, a client to ask with.

pub(crate) mod http;
pub(crate) mod programs;
pub(crate) mod sink;
