//! The border to private networks: which addresses no public site has, and a resolver of names that does not lead to one. What is
//! sent, and what came of it, is the business of `http.rs`.

use std::net::{IpAddr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// The beginning of what the resolver says of a name that leads to a private address; the name follows.
pub(super) const PRIVATE: &str = "private address: ";

/// The one name that is of no network but our own machine (RFC 6761, section 6.3).
pub(super) const LOCALHOST: &str = "localhost";

/// Resolves names to public addresses only, because a name may point anywhere.
pub(super) struct Guard {
    /// Whether the profile's own host is `localhost`, which is private by its name. Any other name may lead to a private address
    /// against its owner's will.
    pub(super) is_local: bool,
    pub(super) allow_private: bool,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let is_free = self.allow_private || (self.is_local && name.as_str() == LOCALHOST);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let (private, public): (Vec<SocketAddr>, Vec<SocketAddr>) =
                found.partition(|it| !is_free && is_private(it.ip()));
            if public.is_empty() && !private.is_empty() {
                return Err(format!("{PRIVATE}{}", name.as_str()).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one that no public site has (RFC 6890 and the registries that it names).
pub(super) fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_broadcast()
                || ip.is_documentation()
                || ip.is_multicast()
                || a == 0
                || 240 <= a
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (b == 18 || b == 19))
        }
        IpAddr::V6(ip) => {
            let parts = ip.segments();
            if let Some(v4) = ip.to_ipv4_mapped() {
                return is_private(IpAddr::V4(v4));
            }
            // 6to4 and NAT64 carry an IPv4 address inside.
            let inner = match parts {
                [0x2002, a, b, ..] | [0x64, 0xFF9B, 0, 0, 0, 0, a, b] => Some((a, b)),
                _ => None,
            };
            if let Some((a, b)) = inner {
                let [w, x] = a.to_be_bytes();
                let [y, z] = b.to_be_bytes();
                return is_private(IpAddr::from([w, x, y, z]));
            }
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_multicast()
                || parts[0] & 0xFE00 == 0xFC00
                || parts[0] & 0xFFC0 == 0xFE80
                || (parts[0] == 0x2001 && parts[1] == 0x0DB8)
                // A translator of this network (RFC 8215), and what is thrown away (RFC 6666).
                || parts[..3] == [0x64, 0xFF9B, 1]
                || parts[..4] == [0x0100, 0, 0, 0]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_known_in_every_dress() {
        let check =
            |ip: &str, expect| assert_eq!(is_private(ip.parse().expect("an address")), expect, "{ip}");
        for ip in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "::1",
            "::",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::808:808",
            "100::1",
            "2002:7f00:1::",
            "2001:db8::1",
        ] {
            check(ip, true);
        }
        for ip in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1"] {
            check(ip, false);
        }
    }
}
