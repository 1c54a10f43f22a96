//! `tearsheet serve`: a read-only page over the archive, on this machine. What is shown is `web`'s.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::Context;
use tokio::net::TcpListener;

use crate::web::{ReaderShelf, ServedPaper, serve};

use super::{
    args::{Common, ServeArgs},
    failure::{Exit, Usage},
    printer::Printer,
    setup::{Setup, block_on},
};

/// The port where none is named.
const PORT: u16 = 8765;

pub(super) fn run(common: &Common, args: &ServeArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let setup = Setup::new(common)?;
    let served = ServedPaper {
        shelf: ReaderShelf::open(setup.archive.clone())?,
        profile: setup.config.profile.clone(),
        allowed_hosts: args.allow_host.clone(),
    };
    block_on(async |stop| {
        let listeners = listeners(args.listen).await?;
        let address = listeners[0].local_addr().context("the address is gone")?;
        printer
            .note(&format!("serve: http://{address} has {}; Ctrl-C ends it", setup.archive.display()));
        if !address.ip().is_loopback() {
            tracing::warn!(
                "{address} can be reached from other machines: anybody who knows its name or address can read the archive"
            );
        }
        serve(served, listeners, &stop).await.context("the server ended")?;
        Ok(())
    })?;
    Ok(Exit::Done)
}

/// Returns what is listened on: the address that was named, or this machine under both of its numbers.
async fn listeners(named: Option<SocketAddr>) -> anyhow::Result<Vec<TcpListener>> {
    let refused = |address: SocketAddr, error: &std::io::Error| {
        let hint = "`--listen 127.0.0.1:9000` names another; another program may listen there, or another `serve`";
        Usage::new(format!("cannot listen on {address}: {error}"), hint)
    };
    if let Some(address) = named {
        let listener = TcpListener::bind(address).await;
        return Ok(vec![listener.map_err(|it| refused(address, &it))?]);
    }
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
    let mut listeners = vec![TcpListener::bind(address).await.map_err(|it| refused(address, &it))?];
    // A machine without IPv6 is reached by the other number.
    listeners.extend(TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, PORT))).await.ok());
    Ok(listeners)
}
