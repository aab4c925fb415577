//! Programs to start, a site to build, a mail server to send to, a client to ask with, a look into
//! the database.

pub(crate) mod database;
pub(crate) mod haproxy;
pub(crate) mod http;
pub(crate) mod load;
pub(crate) mod programs;
pub(crate) mod sink;
