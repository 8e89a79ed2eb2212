//! Where a request came from, as far as it is kept: the network, not the address.

use std::net::IpAddr;

/// The first half of an address in words: enough for its person to recognise the place, too little to find anybody by.
/// 24 bits of IPv4 and 48 of IPv6, which are about one provider's area.
pub fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) if address.is_loopback() => "this machine".to_owned(),
        Ok(IpAddr::V6(address)) if address.is_loopback() => "this machine".to_owned(),
        Ok(IpAddr::V4(address)) => {
            let [a, b, c, _] = address.octets();
            format!("IPv4 {a}.{b}.{c}.…")
        }
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, ..] = address.segments();
            format!("IPv6 {a:x}:{b:x}:{c:x}:…")
        }
        Err(_) => "unknown".to_owned(),
    }
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
    }
}
