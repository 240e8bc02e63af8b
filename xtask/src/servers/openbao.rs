//! A private OpenBao in its development mode: everything in memory, unsealed, a KV store of version 2 at `secret/`.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::wheel::OPENBAO;
use super::{Background, Server, Variable, folder};
use crate::cargo;
use crate::failure::Failure;

/// How long one answer may take while we wait for the first good one.
const ANSWER: Duration = Duration::from_secs(2);

/// A folder for the token and the log and, once started, the server.
pub(crate) struct OpenBao {
    program: PathBuf,
    folder: PathBuf,
    port: u16,
    process: Option<Background>,
    root_token: String,
}

impl OpenBao {
    /// A server with a root token of its own, not started yet.
    pub(crate) fn fresh(program: PathBuf) -> Result<Self, Failure> {
        let root_token = random()?;
        let folder = folder::create("openbao", None)?;
        write_private(&token_file(&folder), &root_token)?;
        Ok(Self { program, folder, port: 0, process: None, root_token })
    }

    /// A server that an earlier process left; nothing happens to it by this call.
    pub(crate) fn existing(
        program: PathBuf,
        folder: PathBuf,
        port: u16,
        process: Background,
    ) -> Result<Self, Failure> {
        let file = token_file(&folder);
        let root_token =
            fs::read_to_string(&file).map_err(|cause| Failure::because(file.display(), cause))?;
        Ok(Self { program, folder, port, process: Some(process), root_token })
    }

    /// Where clients find it.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The rights of the service, under the name that it has in production.
    fn write_policy(&self) -> Result<(), Failure> {
        let file = cargo::checkout().join("vault/policy.hcl");
        let policy = fs::read_to_string(&file).map_err(|cause| Failure::because(file.display(), cause))?;
        let body = serde_json::json!({ "policy": policy }).to_string();
        match ask(self.port, "PUT", "/v1/sys/policies/acl/ops-daemon", &self.root_token, &body) {
            Some(204) => Ok(()),
            answer => Err(format!("OpenBao does not take {}: {answer:?}", file.display()).into()),
        }
    }

    /// Writes the root token where only its owner can read it.
    pub(crate) fn write_token(&self, file: &Path) -> Result<(), Failure> {
        write_private(file, &self.root_token)
    }
}

impl Server for OpenBao {
    fn name(&self) -> String {
        format!("{} {}", OPENBAO.name, OPENBAO.version)
    }

    fn folder(&self) -> &Path {
        &self.folder
    }

    fn port(&self) -> u16 {
        self.port
    }

    fn process(&self) -> Option<Background> {
        self.process.filter(|process| process.runs())
    }

    fn variables(&self) -> Vec<Variable> {
        vec![("OPS_TEST_VAULT_ADDR", self.url()), ("OPS_TEST_VAULT_TOKEN", self.root_token.clone())]
    }

    fn start_on(&mut self, port: u16) -> Result<(), Failure> {
        self.port = port;
        let mut command = Command::new(&self.program);
        command.args(["server", "-dev", "-dev-no-store-token", "-log-level=warn"]);
        command.arg(format!("-dev-listen-address=127.0.0.1:{port}"));
        // not among the arguments, which everybody on the machine can read
        command.env("BAO_DEV_ROOT_TOKEN_ID", &self.root_token).current_dir("/");
        let process = Background::start(command, &self.log())?;
        self.process = Some(process);
        // this answer needs an unsealed server, our token, and the KV store; health alone comes earlier
        let path = "/v1/secret/config";
        process.wait_until(|| ask(port, "GET", path, &self.root_token, "") == Some(200))?;
        self.write_policy()
    }

    fn stop(&self) -> Result<(), Failure> {
        self.process().map_or(Ok(()), Background::stop)
    }
}

fn token_file(folder: &Path) -> PathBuf {
    folder.join("token")
}

fn write_private(file: &Path, text: &str) -> Result<(), Failure> {
    let write = || {
        let mut options = fs::File::options();
        options.create(true).write(true).truncate(true).mode(0o600).open(file)?.write_all(text.as_bytes())
    };
    write().map_err(|cause| Failure::because(file.display(), cause))
}

fn random() -> Result<String, Failure> {
    let mut octets = [0; 16];
    fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut octets))
        .map_err(|cause| Failure::because("no randomness for a token", cause))?;
    Ok(octets.iter().map(|octet| format!("{octet:02x}")).collect())
}

// HTTP/1.1 200 OK
fn ask(port: u16, method: &str, path: &str, token: &str, body: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(ANSWER)).ok()?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Vault-Token: {token}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::os::unix::fs::PermissionsExt;
    use std::thread;

    #[test]
    fn two_servers_have_different_tokens_that_only_their_owner_can_read() {
        let [one, other] = [(); 2].map(|()| OpenBao::fresh("bao".into()).unwrap());
        assert_ne!(one.root_token, other.root_token);
        let mode =
            |server: &OpenBao| fs::metadata(token_file(&server.folder)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&one), mode(&other)), (0o600, 0o600));
        one.remove().unwrap();
        other.remove().unwrap();
    }

    #[test]
    fn the_status_is_read_from_the_first_line_and_silence_has_none() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            for answer in ["HTTP/1.1 503 Service Unavailable\r\n\r\n{}", ""] {
                let (mut stream, _) = listener.accept().unwrap();
                let mut asked = [0; 1024];
                assert!(stream.read(&mut asked).unwrap() > 0);
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        assert_eq!([(); 2].map(|()| ask(port, "GET", "/", "t", "")), [Some(503), None]);
        server.join().unwrap();
        assert_eq!(ask(port, "GET", "/", "t", ""), None, "nobody listens any more");
    }
}
