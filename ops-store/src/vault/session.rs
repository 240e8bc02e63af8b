//! That we are logged in: the token at hand, when it is renewed or replaced, and how often a login may be tried.

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwapOption;
use tokio::{
    sync::{Mutex, MutexGuard},
    time::{Instant, timeout},
};

use super::{
    fault::Fault,
    limits,
    login::{Edition, edition, renew},
    pause::{Pause, chance},
    server::Server,
    settings::Login,
    token::Token,
};

/// Our login at a server.
pub(super) struct Session {
    login: Login,
    token: ArcSwapOption<Token>,
    /// Whoever holds it may log in or renew: one at a time.
    desk: Mutex<Desk>,
}

/// What is remembered between logins.
#[derive(Default)]
struct Desk {
    /// After logins that were refused, and after renewals that failed.
    tries: Pause,
    /// Between logins for the sake of a 403: it may be the policy and not the token, and then a login is no help.
    refusals: Pause,
    /// How the last try went wrong.
    fault: Option<Fault>,
    /// Of which content of the login's file the last try was.
    edition: Option<Edition>,
}

impl Session {
    pub(super) fn new(login: Login) -> Self {
        Self { login, token: ArcSwapOption::empty(), desk: Mutex::default() }
    }

    /// How long the token at hand still lives; nothing without one, and when it lives for ever.
    pub(super) fn remaining(&self) -> Option<Duration> {
        self.token.load().as_ref().and_then(|token| token.remaining(Instant::now()))
    }

    /// A token that works as far as we know. One that is due is renewed by whoever comes first; the others take it as it
    /// is.
    pub(super) async fn token(&self, server: &Server) -> Result<Arc<Token>, Fault> {
        if let Some(token) = self.living() {
            if !token.is_due(Instant::now()) {
                return Ok(token);
            }
            let Ok(desk) = self.desk.try_lock() else { return Ok(token) };
            let refreshed = timeout(limits::RENEWAL, self.refresh(server, desk, &token)).await;
            if refreshed.is_err()
                && let Ok(mut desk) = self.desk.try_lock()
            {
                went_wrong(&mut desk, Fault::TimedOut);
            }
            // what went wrong is remembered at the desk; the token at hand still lives
            return Ok(refreshed.unwrap_or(Err(Fault::TimedOut)).unwrap_or(token));
        }
        let desk = self.desk.lock().await;
        match self.living() {
            Some(token) => Ok(token),
            None => self.log_in(server, desk).await,
        }
    }

    /// Another token in place of one that was answered with 403: once, and then not again for a while.
    pub(super) async fn replace(&self, server: &Server, refused: &Arc<Token>) -> Result<Arc<Token>, Fault> {
        let mut desk = self.desk.lock().await;
        if let Some(token) = self.living()
            && token.header() != refused.header()
        {
            return Ok(token);
        }
        if self.has_new_file(&desk).await {
            desk.refusals.end();
        }
        let now = Instant::now();
        if desk.refusals.lasts(now) {
            return Err(Fault::Forbidden);
        }
        desk.refusals.begin(now, chance());
        self.log_in(server, desk).await
    }

    /// Does what is due, and tells in what time something will be due again.
    pub(super) async fn keep(&self, server: &Server) -> Result<Duration, Fault> {
        let desk = self.desk.lock().await;
        let token = match self.living() {
            Some(token) if token.is_due(Instant::now()) => self.refresh(server, desk, &token).await?,
            Some(token) => token,
            None => self.log_in(server, desk).await?,
        };
        let due = token.due_in(Instant::now()).unwrap_or(limits::LOOK_AGAIN_MAX);
        Ok(due.min(limits::LOOK_AGAIN_MAX))
    }

    fn living(&self) -> Option<Arc<Token>> {
        self.token.load_full().filter(|token| !token.is_over(Instant::now()))
    }

    fn take(&self, token: Token) -> Arc<Token> {
        let token = Arc::new(token);
        self.token.store(Some(Arc::clone(&token)));
        token
    }

    /// Renews a token that lives, or gets another one.
    async fn refresh(
        &self,
        server: &Server,
        mut desk: MutexGuard<'_, Desk>,
        token: &Arc<Token>,
    ) -> Result<Arc<Token>, Fault> {
        let now = Instant::now();
        // whoever keeps the token of a file alive may do so without writing the file: an old one is looked up again
        if matches!(self.login, Login::TokenFile { .. })
            && !token.is_old(now)
            && !self.has_new_file(&desk).await
        {
            let again = now + limits::FILE_LOOK;
            return Ok(self.take(Token::clone(token).due_at(again)));
        }
        if !token.is_renewable {
            return self.log_in(server, desk).await;
        }
        self.wait_no_longer(&mut desk).await?;
        match renew(server, token).await {
            Ok(Some(renewed)) => {
                desk.tries.end();
                Ok(self.take(renewed))
            }
            Ok(None) => self.log_in(server, desk).await,
            Err(fault) => Err(went_wrong(&mut desk, fault)),
        }
    }

    async fn log_in(&self, server: &Server, mut desk: MutexGuard<'_, Desk>) -> Result<Arc<Token>, Fault> {
        self.wait_no_longer(&mut desk).await?;
        desk.edition = edition(self.login.file()).await;
        match self.login.token(server).await {
            Ok(token) => {
                desk.tries.end();
                Ok(self.take(token))
            }
            // when the server is away the next call may try again, unless there is a token that still lives
            Err(fault) if fault.is_outage() && self.living().is_none() => Err(fault),
            Err(fault) => Err(went_wrong(&mut desk, fault)),
        }
    }

    /// Refuses as the last try was refused, while its pause lasts; a new content of the file ends the pause.
    async fn wait_no_longer(&self, desk: &mut Desk) -> Result<(), Fault> {
        match desk.fault {
            Some(fault) if desk.tries.lasts(Instant::now()) && !self.has_new_file(desk).await => Err(fault),
            _ => Ok(()),
        }
    }

    async fn has_new_file(&self, desk: &Desk) -> bool {
        let now = edition(self.login.file()).await;
        now.is_some() && now != desk.edition
    }
}

fn went_wrong(desk: &mut Desk, fault: Fault) -> Fault {
    desk.tries.begin(Instant::now(), chance());
    desk.fault = Some(fault);
    fault
}
