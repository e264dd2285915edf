//! Listeners, with and without TLS, and the routes of everything that is served.
//! A connection can be closed without an answer, which is how faults look to a client.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::any;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::authentication::Channel;
use super::door::Door;
use super::patience::{LARGEST_BODY, Patience, Progress, Timed};
use super::shell::Shell;
use super::wait::pause;
use super::{answers, buyer, console, control, gateway_api};

const WITHOUT_DESCRIPTORS: Duration = Duration::from_millis(50);

/// Marks a response that is never written: the connection is closed instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CloseConnection;

/// The connection is closed on purpose.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed on purpose")]
struct ClosedOnPurpose;

/// All routes.
fn router(shell: Arc<Shell>, door: Door) -> Router {
    Router::new()
        .route("/ams/{*rest}", any(gateway_api::handle))
        .merge(buyer::routes())
        .merge(console::routes())
        .nest(
            "/_simulator",
            control::routes()
                .layer(from_fn(answers::in_json))
                .layer(from_fn_with_state(Arc::clone(&shell), note_change))
                .layer(from_fn_with_state(door, Door::pass)),
        )
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(shell)
}

/// Whatever else a request of the control API changes, such as keys, belongs to the state that is saved.
async fn note_change(State(shell): State<Arc<Shell>>, request: Request, next: Next) -> Response {
    let changes = request.method() != Method::GET;
    let response = next.run(request).await;
    if changes {
        shell.changed();
    }
    response
}

/// A bound listener that is not served yet, so that its port is known before the first request.
#[derive(Debug)]
pub(crate) struct Server {
    listener: TcpListener,
}

impl Server {
    pub(crate) async fn bind(address: SocketAddr) -> std::io::Result<Self> {
        Ok(Self { listener: TcpListener::bind(address).await? })
    }

    /// The address that others connect to: loopback where every address is listened on.
    pub(crate) fn authority(&self) -> std::io::Result<String> {
        let mut address = self.listener.local_addr()?;
        if address.ip().is_unspecified() {
            address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        Ok(address.to_string())
    }

    /// Serves for as long as the simulator lives, each connection in a task of its own.
    pub(crate) async fn serve(
        self,
        shell: Arc<Shell>,
        door: Door,
        patience: Patience,
        tls: Option<TlsAcceptor>,
    ) {
        let router = router(Arc::clone(&shell), door);
        loop {
            let Ok((stream, peer)) = self.listener.accept().await else {
                // No file descriptor is left; some connection may end soon.
                pause(WITHOUT_DESCRIPTORS).await;
                continue;
            };
            let channel = Channel { is_tls: tls.is_some(), peer: peer.ip() };
            // Small messages would otherwise wait for each other.
            let _best_effort = stream.set_nodelay(true);
            let router = router.clone();
            let tls = tls.clone();
            shell.tasks.spawn(async move {
                match tls {
                    None => converse(stream, router, channel, patience).await,
                    Some(tls) => match tls.accept(stream).await {
                        Ok(stream) => converse(stream, router, channel, patience).await,
                        Err(error) => tracing::debug!(%error, "no TLS connection"),
                    },
                }
            });
        }
    }
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: Router,
    channel: Channel,
    patience: Patience,
) {
    let progress = Progress::default();
    let stream = Timed::new(stream, progress.clone(), patience.header);
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        let mut router = router.clone();
        let progress = progress.clone();
        progress.turn();
        request.extensions_mut().insert(channel);
        async move {
            let (head, body) = request.into_parts();
            let response = match patience.whole(body).await {
                Ok(body) => {
                    let request = Request::from_parts(head, Body::from(body));
                    let answered: Result<_, Infallible> = tower::Service::call(&mut router, request).await;
                    let Ok(response) = answered;
                    response
                }
                Err(problem) => problem.answer(),
            };
            progress.turn();
            if response.extensions().get::<CloseConnection>().is_some() {
                return Err(ClosedOnPurpose);
            }
            Ok(response)
        }
    });
    if let Err(error) = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "connection ended");
    }
}
