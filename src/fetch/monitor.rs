//! A monitor that is told of runs. It is not the site: it has a client of its own, without robots.txt, pace, redirects, proxy
//! rules of the site or its headers, and what it answers does not matter beyond its status.

use std::time::Duration;

use reqwest::{Client, redirect};
use url::Url;

use super::error::FetchError;

/// How long a monitor may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Tells a monitor: asks its address with a last part after it, and sends the body along. Fails where it does not answer with
/// success.
pub async fn tell(
    monitor: &Url,
    last_part: &str,
    user_agent: &str,
    body: String,
) -> Result<(), FetchError> {
    // A second installation fails because there is one already, which is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let network =
        |error: reqwest::Error| FetchError::Network { reason: error.without_url().to_string() };
    let client = Client::builder()
        .timeout(PATIENCE)
        .redirect(redirect::Policy::none())
        .user_agent(user_agent)
        .build()
        .map_err(network)?;
    let mut address = monitor.clone();
    if let Ok(mut parts) = address.path_segments_mut() {
        parts.pop_if_empty().push(last_part);
    }
    let answer = client.post(address).body(body).send().await.map_err(network)?;
    if answer.status().is_success() {
        Ok(())
    } else {
        Err(FetchError::Status { status: answer.status().as_u16() })
    }
}
