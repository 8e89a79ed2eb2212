//! Where a request came from, as far as it is kept: the network, not the address.

use std::net::{IpAddr, Ipv6Addr};

/// The first half of an address in words: enough for its person to recognise the place, too little to find anybody by.
pub fn network(address: &str) -> String {
    match parse(address) {
        Some(address) if address.is_loopback() => "this machine".to_owned(),
        Some(address) => half(address),
        None => "unknown".to_owned(),
    }
}

/// The same for an address that says something about a place: the same in every language.
pub fn place(address: &str) -> Option<String> {
    parse(address).filter(|address| !address.is_loopback()).map(half)
}

fn parse(address: &str) -> Option<IpAddr> {
    address.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// 24 bits of IPv4 and 48 of IPv6, which are about one provider's area.
fn half(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("IPv4 {a}.{b}.{c}.…")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("IPv6 {a:x}:{b:x}:{c:x}:…")
        }
    }
}

/// By whom a request is counted: whoever has one address of IPv6 has all that share its first half. Nothing for what is no
/// address.
pub fn holder(address: &str) -> Option<IpAddr> {
    parse(address).map(|address| match address {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address => address,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_an_address_is_kept() {
        assert_eq!(network("203.0.113.77"), "IPv4 203.0.113.…");
        assert_eq!(network("::ffff:203.0.113.77"), "IPv4 203.0.113.…");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "IPv6 2001:db8:1:…");
        assert_eq!(network("127.0.0.1"), "this machine");
        assert_eq!(network("somewhere"), "unknown");
        assert_eq!(place("203.0.113.77"), Some(network("203.0.113.77")));
        assert_eq!(["127.0.0.1", "::1", "somewhere"].map(place), [None, None, None]);
    }
}
