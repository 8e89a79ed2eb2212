//! Which addresses a provider may have: whoever connects one must not make Parley ask machines that only Parley can reach.

use std::net::{IpAddr, SocketAddr};
use std::sync::OnceLock;

use ipnet::IpNet;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// How far requests may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The public internet, under TLS.
    Public,
    /// Also private networks, and this machine without TLS: the operator's choice, or the sandbox.
    Private,
}

/// Networks that are not the public internet (IANA's registries of special-purpose addresses), and those that lead into
/// them by translation.
const SPECIAL: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/127",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
];

impl Reach {
    /// Refuses an address before anything is sent to it; the words are for whoever typed it.
    pub(crate) fn check(self, url: &Url) -> Result<(), &'static str> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err("The address must not hold a user's name or a password.");
        }
        let literal = url.host_str().map(|host| host.trim_matches(['[', ']'])).and_then(|host| host.parse().ok());
        let here = literal.map_or(url.host_str() == Some("localhost"), |address: IpAddr| address.is_loopback());
        match url.scheme() {
            "https" => {}
            "http" if here && self == Self::Private => {}
            _ => return Err("The address must begin with https://."),
        }
        match literal {
            Some(address) if !self.allows(address) => Err(PRIVATE),
            _ => Ok(()),
        }
    }

    fn allows(self, address: IpAddr) -> bool {
        self == Self::Private || is_public(address)
    }
}

pub(crate) const PRIVATE: &str = "This address is in a private network. Whoever runs this installation can allow those with \
                                  PARLEY_SSO_PRIVATE_ISSUERS.";

fn is_public(address: IpAddr) -> bool {
    static NETWORKS: OnceLock<Vec<IpNet>> = OnceLock::new();
    let networks = NETWORKS.get_or_init(|| SPECIAL.iter().filter_map(|network| network.parse().ok()).collect());
    // An IPv4 address in IPv6's clothes is still the IPv4 address.
    let address = address.to_canonical();
    !networks.iter().any(|network| network.contains(&address))
}

/// Names are resolved here, once, and only addresses within reach are connected to: a name cannot first show a public address
/// and then lead to a private one.
impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = *self;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let (within, beyond): (Vec<SocketAddr>, Vec<SocketAddr>) =
                found.partition(|address| reach.allows(address.ip()));
            if within.is_empty() && !beyond.is_empty() {
                return Err(OutOfReach.into());
            }
            Ok(Box::new(within.into_iter()) as Addrs)
        })
    }
}

/// The name leads to private addresses only.
#[derive(Debug, thiserror::Error)]
#[error("out of reach")]
pub(crate) struct OutOfReach;

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(reach: Reach, url: &str) -> bool {
        reach.check(&url.parse().unwrap()).is_err()
    }

    #[test]
    fn every_network_of_the_list_is_read() {
        assert!(SPECIAL.iter().all(|network| network.parse::<IpNet>().is_ok()));
    }

    #[test]
    fn private_machines_are_out_of_reach() {
        for url in [
            "https://127.0.0.1/",
            "https://10.1.2.3/",
            "https://192.168.0.1:8443/",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[fd00::1]/",
            "https://[fe80::1]/",
            "https://[64:ff9b::a00:1]/",
            "https://0/",
            "https://2130706433/",
            "https://0x7f.1/",
            "http://sign-in.example/",
            "http://localhost:4100/",
            "ftp://sign-in.example/",
            "https://a:b@sign-in.example/",
        ] {
            assert!(refused(Reach::Public, url), "{url}");
        }
        for url in ["https://sign-in.example/", "https://93.184.216.34/", "https://[2606:2800:220:1::1]/"] {
            assert!(!refused(Reach::Public, url), "{url}");
        }
    }

    #[test]
    fn the_operator_can_open_private_networks_and_plain_text_to_this_machine_only() {
        for url in ["https://10.1.2.3/", "http://localhost:4100/", "http://127.0.0.1:4100/", "http://[::1]:4100/"] {
            assert!(!refused(Reach::Private, url), "{url}");
        }
        for url in ["http://10.1.2.3/", "http://sign-in.example/", "http://localhost.evil.example/"] {
            assert!(refused(Reach::Private, url), "{url}");
        }
    }

    #[tokio::test]
    async fn names_of_private_machines_lead_nowhere() {
        let outcome = Reach::Public.resolve("localhost".parse().unwrap()).await;
        assert!(outcome.is_err_and(|error| error.is::<OutOfReach>()));
        assert!(Reach::Private.resolve("localhost".parse().unwrap()).await.is_ok());
    }
}
