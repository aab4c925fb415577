//! A load balancer (haproxy) before several instances, as an operator would set it up.

use std::fs;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running haproxy, gone with this value.
pub(crate) struct Haproxy {
    process: Child,
    socket: PathBuf,
}

impl Haproxy {
    /// Starts it in a folder. An instance is asked whether it lives (`/healthz`), not whether its database
    /// does: without it, it still keeps forms.
    pub(crate) fn start(folder: &Path, listen: SocketAddr, instances: &[SocketAddr]) -> Self {
        let socket = folder.join("haproxy.sock");
        let mut config = format!(
            "global\n    stats socket {} level admin\n\
             defaults\n    mode http\n    timeout connect 2s\n    timeout client 30s\n    timeout server 30s\n\
             \x20   retries 3\n    option redispatch 1\n    option http-server-close\n    option forwardfor\n\
             frontend public\n    bind {listen}\n    default_backend services\n\
             backend services\n    balance roundrobin\n    option httpchk GET /healthz\n",
            socket.display()
        );
        for (number, instance) in instances.iter().enumerate() {
            config += &format!("    server s{number} {instance} check inter 200ms fall 2 rise 1\n");
        }
        let file = folder.join("haproxy.cfg");
        fs::write(&file, config).expect("written");
        let process = Command::new("haproxy")
            .args(["-db", "-f"])
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect(
                "haproxy is needed for this test. Install it first, on Debian or Ubuntu: \
                 sudo apt-get install haproxy",
            );
        Self { process, socket }
    }

    /// Gives an instance no more requests, or again.
    pub(crate) fn give(&self, instance: usize, requests: bool) {
        let state = if requests { "ready" } else { "maint" };
        let mut socket = UnixStream::connect(&self.socket).expect("its socket");
        writeln!(socket, "set server services/s{instance} state {state}").expect("told");
        let mut said = String::new();
        socket.read_to_string(&mut said).expect("an answer");
        assert_eq!(said.trim(), "", "haproxy says");
    }
}

impl Drop for Haproxy {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _ended = self.process.wait();
    }
}
