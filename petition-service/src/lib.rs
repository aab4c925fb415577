//! Petition and newsletter sign-ups with captcha, double opt-in and proof of consent.

pub mod campaign;
pub mod captcha;
pub mod mail;
pub mod pages;
