//! A mail server that does at each step what a test says.

use std::collections::HashMap;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Where a conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    Greeting,
    Hello,
    MailFrom,
    RcptTo,
    Data,
    /// The server has all of the mail.
    End,
    Quit,
}

/// All of them, in their order.
pub(crate) const STEPS: [Step; 7] = [
    Step::Greeting,
    Step::Hello,
    Step::MailFrom,
    Step::RcptTo,
    Step::Data,
    Step::End,
    Step::Quit,
];

/// What the server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Does {
    /// What a good one does.
    Well,
    Says(&'static str),
    Hangs,
    Drops,
    /// Delivers the mail and says nothing.
    TakesAndHangs,
    /// Delivers the mail and drops the connection.
    TakesAndDrops,
}

/// A step of which the server decides.
pub(crate) struct Asked<'a> {
    pub(crate) step: Step,
    /// The mailbox; empty until it is known.
    pub(crate) to: &'a str,
    /// How often this step came for this mailbox, this time included.
    pub(crate) times: usize,
}

/// A mail that was delivered.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) to: String,
    pub(crate) message: String,
}

impl Taken {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut lines = self.message.lines();
        let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.expect("the header")
    }
}

/// The server. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Scripted {
    pub(crate) address: SocketAddr,
    inner: Arc<Inner>,
}

struct Inner {
    script: Box<dyn Fn(&Asked<'_>) -> Does + Send + Sync>,
    asked: Mutex<HashMap<(Step, String), usize>>,
    taken: Mutex<Vec<Taken>>,
}

impl Scripted {
    pub(crate) async fn start(script: impl Fn(&Asked<'_>) -> Does + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let inner = Arc::new(Inner {
            script: Box::new(script),
            asked: Mutex::default(),
            taken: Mutex::default(),
        });
        let server = Self { address, inner };
        let clone = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(clone.clone().converse(stream));
            }
        });
        server
    }

    /// The mails that were delivered to a mailbox.
    pub(crate) fn taken(&self, to: &str) -> Vec<Taken> {
        let all = lock(&self.inner.taken);
        all.iter().filter(|mail| mail.to == to).cloned().collect()
    }

    /// How often a step came for a mailbox.
    pub(crate) fn times(&self, step: Step, to: &str) -> usize {
        let asked = lock(&self.inner.asked);
        asked.get(&(step, to.to_owned())).copied().unwrap_or(0)
    }

    fn decide(&self, step: Step, to: &str) -> Does {
        let times = {
            let mut asked = lock(&self.inner.asked);
            let times = asked.entry((step, to.to_owned())).or_default();
            *times += 1;
            *times
        };
        (self.inner.script)(&Asked { step, to, times })
    }

    async fn converse(self, stream: TcpStream) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        let (mut step, mut to, mut data) = (Step::Greeting, String::new(), None::<String>);
        loop {
            let does = self.decide(step, &to);
            let takes = matches!(does, Does::Well | Does::TakesAndHangs | Does::TakesAndDrops);
            if let (true, Step::End, Some(message)) = (takes, step, data.take()) {
                let to = to.clone();
                lock(&self.inner.taken).push(Taken { to, message });
            }
            match does {
                Does::Hangs | Does::TakesAndHangs => pending().await,
                Does::Drops | Does::TakesAndDrops => return Ok(()),
                Does::Says(text) => stream.write_all(format!("{text}\r\n").as_bytes()).await?,
                Does::Well => {
                    let answer = match step {
                        Step::Greeting => "220 mail.example\r\n",
                        Step::Data => "354 go\r\n",
                        Step::Quit => "221 bye\r\n",
                        _ => "250 ok\r\n",
                    };
                    stream.write_all(answer.as_bytes()).await?;
                    if step == Step::Data {
                        data = Some(String::new());
                    }
                }
            }
            step = match next(&mut stream, &mut to, data.as_mut()).await? {
                Some(step) => step,
                None => return Ok(()),
            };
        }
    }
}

/// Reads up to the next step.
async fn next(
    stream: &mut BufReader<TcpStream>,
    to: &mut String,
    data: Option<&mut String>,
) -> io::Result<Option<Step>> {
    let mut line = String::new();
    if let Some(data) = data {
        while line != ".\r\n" {
            data.push_str(&line);
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(None);
            }
        }
        return Ok(Some(Step::End));
    }
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let said = line.trim_end().to_ascii_lowercase();
    Ok(Some(if said.starts_with("mail from") {
        to.clear();
        Step::MailFrom
    } else if let Some(mailbox) = said.strip_prefix("rcpt to:") {
        *to = mailbox.trim_matches(['<', '>']).to_owned();
        Step::RcptTo
    } else if said == "data" {
        Step::Data
    } else if said == "quit" {
        Step::Quit
    } else {
        Step::Hello
    }))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("whole")
}
