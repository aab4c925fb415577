//! TLS from the first byte. Key and certificate beside this file are for nothing else.

use std::sync::Arc;

use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use crate::mail::smtp::stream;

async fn server() -> u16 {
    let certificate = CertificateDer::from(&include_bytes!("test-only.cert.der")[..]);
    let key = PrivatePkcs8KeyDer::from(&include_bytes!("test-only.key.der")[..]);
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())
        .expect("a certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("its address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut stream = BufReader::new(stream);
            let mut line = String::new();
            stream.write_all(b"220 safe\r\n").await.expect("written");
            stream.flush().await.expect("written");
            while stream.read_line(&mut line).await.is_ok_and(|read| read > 0) {
                stream.write_all(b"250 safe\r\n").await.expect("written");
                stream.flush().await.expect("written");
            }
        }
    });
    port
}

#[tokio::test]
async fn the_first_word_is_under_tls() {
    let port = server().await;
    let trusting = TlsParameters::builder("localhost".to_owned())
        .dangerous_accept_invalid_certs(true)
        .build_rustls()
        .expect("parameters");
    let stream = stream::connect(("127.0.0.1", port), Some(trusting)).await;
    let stream = stream.expect("a connection");
    assert_eq!(stream.peer_addr().expect("an address").port(), port);
    let hello = ClientId::Domain("site.example".to_owned());
    let mut connection = AsyncSmtpConnection::connect_with_transport(stream, &hello)
        .await
        .expect("a greeting");
    assert!(connection.test_connected().await);
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_not_taken() {
    let port = server().await;
    let usual = TlsParameters::builder("localhost".to_owned())
        .build_rustls()
        .expect("parameters");
    let refused = stream::connect(("127.0.0.1", port), Some(usual)).await;
    let reason = refused.expect_err("no connection");
    assert!(reason.contains("certificate"), "{reason}");
}
