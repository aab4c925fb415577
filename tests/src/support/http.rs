//! A client of the plainest kind: one connection, one question.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Status and body of an answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// Where it leads; empty: nowhere.
    pub(crate) location: String,
}

/// Asks for a page.
pub(crate) fn get(server: SocketAddr, path: &str) -> io::Result<Answer> {
    ask(
        server,
        &format!("GET {path} HTTP/1.1\r\nhost: site\r\nconnection: close\r\n\r\n"),
    )
}

/// Posts a form.
pub(crate) fn post(server: SocketAddr, path: &str, fields: &[(&str, &str)]) -> io::Result<Answer> {
    let body: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", value.replace('@', "%40").replace('+', "%2B")))
        .collect();
    let body = body.join("&");
    ask(
        server,
        &format!(
            "POST {path} HTTP/1.1\r\nhost: site\r\nconnection: close\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ),
    )
}

fn ask(server: SocketAddr, request: &str) -> io::Result<Answer> {
    let mut stream = TcpStream::connect_timeout(&server, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    stream.write_all(request.as_bytes())?;
    let mut text = Vec::new();
    stream.read_to_end(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    // An answer that was cut off by the server's end is none.
    let (head, body) = text
        .split_once("\r\n\r\n")
        .ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or(io::ErrorKind::InvalidData)?;
    let location = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("location"))
        .map_or("", |(_, to)| to);
    Ok(Answer {
        location: location.to_owned(),
        status,
        body: body.to_owned(),
    })
}
