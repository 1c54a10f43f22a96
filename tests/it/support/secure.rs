//! A site on 127.0.0.1 that speaks TLS, and HTTP/2 to whom it offers it, under an authority of its own.

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use axum::{
    extract::Request,
    http::{StatusCode, Version, header},
    response::IntoResponse,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

pub(crate) struct SecureSite {
    pub(crate) base: String,
    pub(crate) visits: Arc<Mutex<Vec<(String, Version)>>>,
    pub(crate) connections: Arc<AtomicUsize>,
    folder: tempfile::TempDir,
}

/// What a path answers: a page, or a place to go.
#[derive(Clone)]
pub(crate) enum Answer {
    Page(String),
    GoTo(String),
}

impl SecureSite {
    /// `protocols` is what it offers, such as `h2`; `script` gets the base URL.
    pub(crate) fn start(
        protocols: &[&str],
        script: impl FnOnce(&str) -> HashMap<String, Answer>,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Arc::new(server_config(&folder.path().join("authority.pem"), protocols));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener");
        let base = format!("https://{}", listener.local_addr().expect("an address"));
        let answers = Arc::new(script(&base));
        let visits = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let (seen, opened) = (Arc::clone(&visits), Arc::clone(&connections));
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async move {
                let app = axum::Router::new().fallback(move |request: Request| {
                    let (answers, seen) = (Arc::clone(&answers), Arc::clone(&seen));
                    async move {
                        let path = request.uri().path().to_owned();
                        let answer = answers.get(&path).cloned();
                        seen.lock().expect("visits").push((path, request.version()));
                        match answer {
                            Some(Answer::Page(page)) => {
                                ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page)
                                    .into_response()
                            }
                            Some(Answer::GoTo(to)) => {
                                (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
                            }
                            None => StatusCode::NOT_FOUND.into_response(),
                        }
                    }
                });
                let inner = TcpListener::from_std(listener).expect("a listener");
                let acceptor = TlsAcceptor::from(config);
                axum::serve(Secure { inner, acceptor, opened }, app).await
            })
        });
        Self { base, visits, connections, folder }
    }

    /// The certificate of its authority, for those who shall trust it.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }
}

struct Secure {
    inner: TcpListener,
    acceptor: TlsAcceptor,
    opened: Arc<AtomicUsize>,
}

impl axum::serve::Listener for Secure {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, address)) = self.inner.accept().await else { continue };
            // Who does not trust us goes away in the middle.
            if let Ok(stream) = self.acceptor.accept(stream).await {
                self.opened.fetch_add(1, Ordering::Relaxed);
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.inner.local_addr()
    }
}

fn server_config(authority: &std::path::Path, protocols: &[&str]) -> ServerConfig {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer =
        CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
    std::fs::write(authority, issuer.pem()).expect("write");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(["127.0.0.1".to_owned()]).expect("names");
    let certificate = params.signed_by(&key, &issuer).expect("a certificate");
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("a certificate and its key");
    config.alpn_protocols = protocols.iter().map(|it| it.as_bytes().to_vec()).collect();
    config
}
