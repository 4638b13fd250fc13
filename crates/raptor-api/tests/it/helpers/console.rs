//! A stand-in for the Console's internal API, as far as Raptor uses it. It demands a good
//! service token of each request, as the Console does.

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard};

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use ghost_contracts::console::{
    WALKTHROUGH_CONSUME_PATH, WALKTHROUGH_VERIFY_PATH, WalkthroughConsumeRequest,
    WalkthroughVerifyRequest,
};
use ghost_contracts::service_token::{self, Expectation, KeyRing, Party, SigningKey};
use serde_json::{Value, json};
use service_kit::clock::Clock;
use uuid::Uuid;

use super::tokens::INTERNAL_SECRET;

/// The NDA that the stand-in knows.
const NDA_VERSION: &str = "2026-06";

/// An invitation.
#[derive(Debug, Clone)]
pub struct Invitation {
    pub email: String,
    pub name: String,
    pub acknowledged: bool,
    pub refused: Option<&'static str>,
    pub consumed_by: Option<Uuid>,
    pub nda_version: String,
}

/// The stand-in.
pub struct Console {
    state: Arc<Mutex<State>>,
    address: std::net::SocketAddr,
    server: ServerHandle,
}

#[derive(Default)]
struct State {
    invitations: BTreeMap<String, Invitation>,
    used_ids: BTreeSet<Uuid>,
    request_ids: Vec<String>,
}

impl Console {
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let data = Data::new(Arc::clone(&state));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .route(WALKTHROUGH_VERIFY_PATH, web::post().to(verify))
                .route(WALKTHROUGH_CONSUME_PATH, web::post().to(consume))
        })
        .workers(1)
        .disable_signals()
        .listen(listener)
        .unwrap()
        .run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { state, address, server: handle }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Invites somebody; gives the token.
    pub fn invite(&self, email: &str) -> String {
        self.invite_as(Invitation {
            email: email.to_owned(),
            name: "Ada <Lovelace>".to_owned(),
            acknowledged: false,
            refused: None,
            consumed_by: None,
            nda_version: NDA_VERSION.to_owned(),
        })
    }

    pub fn invite_as(&self, invitation: Invitation) -> String {
        let token = format!("head.{}.tail", Uuid::new_v4().simple());
        self.state().invitations.insert(token.clone(), invitation);
        token
    }

    /// Changes an invitation.
    pub fn change(&self, token: &str, change: impl FnOnce(&mut Invitation)) {
        change(self.state().invitations.get_mut(token).unwrap());
    }

    /// By which attempt an invitation was consumed.
    pub fn consumed_by(&self, token: &str) -> Option<Uuid> {
        self.state().invitations[token].consumed_by
    }

    /// The request ids that came with the requests.
    pub fn request_ids(&self) -> Vec<String> {
        self.state().request_ids.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

type Shared = Data<Arc<Mutex<State>>>;

/// Panics for a request that the Console would not have accepted: the answer is a 500 then.
fn judge(state: &mut State, request: &HttpRequest, body: &[u8]) {
    let authorization = request.headers().get("authorization").map(|v| v.to_str().unwrap());
    let bearer = service_token::bearer(authorization).unwrap();
    let keys = KeyRing::new(SigningKey::new(INTERNAL_SECRET.to_owned().into()).unwrap(), None);
    let expected = Expectation {
        audience: Party::Console,
        method: "POST",
        path: request.path(),
        body,
        now: Clock::system().now(),
    };
    assert!(state.used_ids.insert(keys.verify(bearer, &expected).unwrap().jti), "replayed");
    let id = request.headers().get("x-request-id").unwrap().to_str().unwrap();
    state.request_ids.push(id.to_owned());
}

async fn verify(state: Shared, request: HttpRequest, body: Bytes) -> HttpResponse {
    let mut state = state.lock().unwrap();
    judge(&mut state, &request, &body);
    let asked: WalkthroughVerifyRequest = serde_json::from_slice(&body).unwrap();
    let refused = |reason: &str| json!({"valid": false, "reason": reason});
    let answer = match state.invitations.get(asked.token.reveal()) {
        None => refused("unknown"),
        Some(Invitation { refused: Some(reason), .. }) => refused(reason),
        Some(Invitation { consumed_by: Some(_), .. }) => refused("consumed"),
        Some(invitation) => json!({
            "valid": true,
            "email": invitation.email,
            "name": invitation.name,
            "nda_version": invitation.nda_version,
            "nda_text": "First of all <b>.\n\nSecond of all.",
            "nda_acknowledged": invitation.acknowledged,
        }),
    };
    HttpResponse::Ok().json(answer)
}

async fn consume(state: Shared, request: HttpRequest, body: Bytes) -> HttpResponse {
    let mut state = state.lock().unwrap();
    judge(&mut state, &request, &body);
    let asked: WalkthroughConsumeRequest = serde_json::from_slice(&body).unwrap();
    let unusable = |reason: &str| refuse(409, "token_not_usable", json!({"reason": reason}));
    let Some(invitation) = state.invitations.get_mut(asked.token.reveal()) else {
        return unusable("unknown");
    };
    if let Some(reason) = invitation.refused {
        return unusable(reason);
    }
    if invitation.consumed_by.is_some() && invitation.consumed_by != asked.attempt_id {
        return unusable("consumed");
    }
    if invitation.consumed_by.is_none() {
        if asked.nda_version != invitation.nda_version {
            let details = json!({"nda_version": invitation.nda_version});
            return refuse(409, "nda_version_outdated", details);
        }
        if !asked.nda_accepted && !invitation.acknowledged {
            return refuse(400, "nda_not_accepted", json!({}));
        }
        invitation.consumed_by = asked.attempt_id;
    }
    HttpResponse::Ok().json(json!({"email": invitation.email, "name": invitation.name}))
}

fn refuse(status: u16, code: &str, mut details: Value) -> HttpResponse {
    details["error"] = code.into();
    details["message"] = "A sentence.".into();
    HttpResponse::build(status.try_into().unwrap()).json(details)
}
