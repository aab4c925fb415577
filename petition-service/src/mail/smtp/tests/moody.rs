//! Mail servers that misbehave, and a mailer with much to do.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// What a server that misbehaves does at the end of the data.
#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Silent,
    Drop,
    Garbage,
    /// Refuses the mail and says nothing more.
    Refuse,
}

async fn moody(mood: Mood) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, mood));
        }
    });
    address
}

async fn converse(stream: TcpStream, mood: Mood) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.example\r\n").await?;
    let (mut line, mut in_data) = (String::new(), false);
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let answer: &[u8] = match line.trim_end() {
            "." if in_data => match mood {
                Mood::Silent => {
                    in_data = false;
                    continue;
                }
                Mood::Drop => return Ok(()),
                Mood::Refuse => b"554 no\r\n",
                Mood::Garbage => b"\xff\xfe what\r\n",
            },
            // Data, or whatever comes after a refusal.
            _ if in_data => continue,
            "DATA" => {
                in_data = true;
                b"354 go\r\n"
            }
            _ => b"250 ok\r\n",
        };
        stream.write_all(answer).await?;
    }
}

#[tokio::test]
async fn an_end_without_an_answer_is_in_doubt() {
    for mood in [Mood::Silent, Mood::Drop, Mood::Garbage] {
        let mailer = mailer(
            moody(mood).await,
            if mood == Mood::Silent { SHORT } else { LONG },
        );
        let error = mailer.send(&mail()).await.unwrap_err();
        assert!(matches!(error, MailError::Unsure(_)), "{error}");
        assert!(!error.to_string().contains('@'), "{error}");
        assert!(mailer.lock().is_empty(), "the connection is not used again");
    }
}

#[tokio::test]
async fn a_refusal_is_told_even_if_the_server_then_hangs() {
    let mailer = mailer(moody(Mood::Refuse).await, LONG);
    let refused = MailError::Transient("the mail server answered 554".to_owned());
    let sent = tokio::time::timeout(LONG / 2, mailer.send(&mail())).await;
    assert_eq!(sent.unwrap(), Err(refused));
}

#[tokio::test]
async fn a_mail_given_up_leaves_no_connection_behind() {
    let mailer = mailer(moody(Mood::Silent).await, LONG);
    let given_up = tokio::time::timeout(SHORT, mailer.send(&mail())).await;
    assert!(given_up.is_err());
    tokio::task::yield_now().await;
    assert!(mailer.lock().is_empty());
}

#[tokio::test]
async fn no_server_and_an_unwilling_one_are_transient() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let error = mailer(address, LONG).send(&mail()).await.unwrap_err();
    assert!(matches!(error, MailError::Transient(_)), "{error}");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _sent = stream.write_all(b"554 no service for you\r\n").await;
        }
    });
    let error = mailer(address, LONG).try_connection().await.unwrap_err();
    assert!(matches!(error, MailError::Transient(_)), "{error}");
}

#[tokio::test]
async fn waiting_for_a_turn_is_not_the_servers_fault() {
    let (address, handler) = server();
    let limit = Duration::from_secs(1);
    let mailer = Arc::new(mailer(address, limit));
    let slots = mailer.slots.acquire_many(4).await.unwrap();
    let waiting = Arc::clone(&mailer);
    let sent = tokio::spawn(async move { waiting.send(&mail()).await });
    tokio::time::sleep(limit + SHORT).await;
    assert!(!sent.is_finished(), "it still waits for its turn");
    drop(slots);
    sent.await.unwrap().unwrap();
    assert_eq!(handler.mails.lock().unwrap().len(), 1);
}
