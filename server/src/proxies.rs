//! Proxies in front of Parley, and what they are believed about who asks.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::HeaderMap;
use ipnet::IpNet;

/// What each proxy adds the address of its own other end to, at the end.
const HEADER: &str = "x-forwarded-for";

/// Networks whose `X-Forwarded-For` is believed. Anybody can send that header: from elsewhere it is ignored.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Arc<[IpNet]>);

/// Reads addresses and networks separated by commas.
///
/// # Errors
/// What an entry has to look like.
pub fn parse(text: &str) -> Result<Proxies, String> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    words.map(network).collect::<Result<_, _>>().map(Proxies)
}

fn network(word: &str) -> Result<IpNet, String> {
    let network = word.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical())).or_else(|_| word.parse());
    match network {
        Ok(network) if network.prefix_len() == 0 => Err(format!("{word} would trust everybody")),
        Ok(network) => Ok(network),
        Err(_) => Err(format!("“{word}” is neither an address nor a network such as 10.0.0.0/8")),
    }
}

impl Proxies {
    /// Who asks: the first address, from our end of the chain, that is no proxy of ours. Each entry is the word of
    /// whoever stands behind it, so the walk ends where that cannot be relied on or read.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let lines = headers.get_all(HEADER).iter().rev();
        let mut entries = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        let mut client = peer.to_canonical();
        while self.0.iter().any(|network| network.contains(&client)) {
            let Some(next) = entries.next().and_then(address) else { break };
            client = next;
        }
        client
    }
}

/// An address, which some proxies write with brackets or a port.
fn address(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn client(trusted: &str, peer: &str, lines: &[&[u8]]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(HEADER, HeaderValue::from_bytes(line).unwrap());
        }
        parse(trusted).unwrap().client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        for (trusted, peer, expected) in [
            ("", "203.0.113.9", "203.0.113.9"),
            ("", "127.0.0.1", "127.0.0.1"),
            ("10.0.0.1", "10.0.0.2", "10.0.0.2"),
            ("10.0.0.0/30", "10.0.0.4", "10.0.0.4"),
            ("10.0.0.1", "10.0.0.1", "198.51.100.7"),
            ("192.168.0.0/16, 10.0.0.0/30", "10.0.0.2", "198.51.100.7"),
        ] {
            assert_eq!(client(trusted, peer, &[b"198.51.100.7"]), expected, "{trusted:?} {peer}");
        }
        assert_eq!(client("10.0.0.1", "10.0.0.1", &[]), "10.0.0.1", "a proxy that says nothing");
    }

    #[test]
    fn the_last_address_that_is_no_proxy_of_ours_counts() {
        let ours = "10.0.0.0/8,192.0.2.1";
        // The first entry is what the client made up.
        assert_eq!(client(ours, "10.0.0.1", &[b"1.1.1.1, 198.51.100.7, 192.0.2.1"]), "198.51.100.7");
        assert_eq!(client(ours, "10.0.0.1", &[b"1.1.1.1", b"198.51.100.7,192.0.2.1"]), "198.51.100.7");
        assert_eq!(client(ours, "10.0.0.1", &[b"198.51.100.7", b"192.0.2.1", b"10.9.9.9"]), "198.51.100.7");
        // A proxy asks on its own behalf.
        assert_eq!(client(ours, "10.0.0.1", &[b"192.0.2.1"]), "192.0.2.1");
    }

    #[test]
    fn what_is_no_address_ends_the_walk() {
        for junk in [&b"unknown"[..], b"", b"1.1.1.1,", b"1.1.1.1, ,", b"1.1.1.1 2.2.2.2", b"1.1.1.1, \xff", b"_hidden"]
        {
            assert_eq!(client("10.0.0.0/8", "10.0.0.1", &[junk]), "10.0.0.1", "{junk:?}");
        }
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &[b"1.1.1.1, for=2.2.2.2, 10.0.0.3"]), "10.0.0.3");
    }

    #[test]
    fn addresses_of_both_kinds_are_understood() {
        let ours = "2001:db8::/32, ::1, 10.0.0.1";
        assert_eq!(client(ours, "::1", &[b"2a00::5, 2001:db8:1::2"]), "2a00::5");
        assert_eq!(client(ours, "::1", &[b"[2a00::5]:4711"]), "2a00::5");
        assert_eq!(client(ours, "::1", &[b"[2a00::5]"]), "2a00::5");
        assert_eq!(client(ours, "::1", &[b"198.51.100.7:4711"]), "198.51.100.7");
        // A socket for both kinds shows the older kind inside the newer one.
        assert_eq!(client(ours, "::ffff:10.0.0.1", &[b"::ffff:198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("::ffff:10.0.0.1", "10.0.0.1", &[b"198.51.100.7"]), "198.51.100.7");
        assert_eq!(client(ours, "::2", &[b"2a00::5"]), "::2");
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["proxy.example", "10.0.0.0/33", "10.0.0.1:80", "10.0.0.1 10.0.0.2", "0.0.0.0/0", "10.0.0.1, ::/0"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
