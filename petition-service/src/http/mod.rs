//! The service's addresses: forms, links of mails, counts, captcha, and the webmaster's.

mod answers;
mod captcha;
mod client;
mod cookies;
mod count;
mod extract;
mod fresh;
mod headers;
mod health;
mod join;
mod language;
mod level;
mod links;
mod one_click;
mod origin;
mod partner;
mod posted;
mod public;
mod rights;
mod router;
mod strangers;
#[cfg(test)]
mod tests;
mod waiting;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderMap;
use ipnet::IpNet;
use metrics_exporter_prometheus::PrometheusHandle;
use url::Url;

use crate::config::Config;
use crate::domain::Network;
use crate::store::{Counted, PublicSigner};
use crate::usecases::Service;
use client::Unheard;
use fresh::Fresh;
use level::Levels;
use origin::Origins;

pub use health::Background;
pub use router::{metrics_router, router};

/// What the handlers share. Clones share it.
#[derive(Clone)]
pub struct Web(Arc<Inner>);

struct Inner {
    service: Service,
    /// The service's own address without a trailing slash.
    public_url: Url,
    origins: Origins,
    confirm_days: u32,
    trusted_proxies: Vec<IpNet>,
    metrics: Option<PrometheusHandle>,
    counted: Fresh<Counted>,
    countries: Fresh<BTreeMap<String, i64>>,
    signers: Fresh<Vec<PublicSigner>>,
    background: Background,
    unheard: Unheard,
    levels: Levels,
}

impl Web {
    /// The handlers' state.
    #[must_use]
    pub fn new(service: Service, config: &Config, metrics: Option<PrometheusHandle>) -> Self {
        Self(Arc::new(Inner {
            service,
            public_url: config.public_url.clone(),
            origins: Origins::new(&config.public_url, &config.cors_origins),
            confirm_days: config.confirm_days,
            trusted_proxies: config.trusted_proxies.clone(),
            metrics,
            counted: Fresh::default(),
            countries: Fresh::default(),
            signers: Fresh::default(),
            background: Background::default(),
            unheard: Unheard::default(),
            levels: Levels::default(),
        }))
    }

    /// The work in the background, of which `/readyz` tells.
    #[must_use]
    pub fn background(&self) -> &Background {
        &self.0.background
    }

    /// Stands for the network of whoever asks; tells nothing about it.
    fn network(&self, peer: IpAddr, headers: &HeaderMap) -> Network {
        let ip = client::address(peer, headers, &self.0.trusted_proxies);
        let [near, wide] = client::networks(ip);
        Network::of(&self.0.service.keys, &near, &wide)
    }

    fn service(&self) -> &Service {
        &self.0.service
    }

    /// The path below which the service's addresses stand, without a trailing slash (`/service`).
    fn base_path(&self) -> &str {
        self.0.public_url.path().trim_end_matches('/')
    }

    fn is_secure(&self) -> bool {
        self.0.public_url.scheme() == "https"
    }
}
