//! Petition and newsletter sign-ups with captcha, double opt-in and proof of consent.

pub mod app;
pub mod campaign;
pub mod captcha;
pub mod cli;
pub mod config;
pub mod domain;
pub mod http;
pub mod mail;
pub mod outbox;
pub mod pages;
pub mod store;
pub mod usecases;
