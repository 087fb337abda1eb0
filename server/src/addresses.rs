//! How others reach this machine: its addresses on the LAN.

use std::net::{IpAddr, Ipv4Addr};

/// This machine's IPv4 addresses that classmates can reach, the likeliest first; empty without a
/// network.
#[must_use]
pub fn on_the_lan() -> Vec<IpAddr> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let mut found: Vec<(u8, Ipv4Addr)> = interfaces
        .into_iter()
        .filter_map(|interface| match interface.ip() {
            IpAddr::V4(address) => Some((rank(&interface.name, address)?, address)),
            IpAddr::V6(_) => None,
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|(_, address)| IpAddr::V4(address)).collect()
}

/// How likely classmates reach this machine at an address: lower is likelier, `None` is never.
fn rank(interface: &str, address: Ipv4Addr) -> Option<u8> {
    const VIRTUAL: [&str; 9] =
        ["docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "tun", "tap", "wg"];
    if address.is_loopback() || address.is_link_local() || address.is_unspecified() {
        return None;
    }
    let is_virtual = VIRTUAL.iter().any(|prefix| interface.starts_with(prefix));
    Some(match address.octets() {
        _ if is_virtual => 4,
        [192, 168, ..] => 0,
        [10, ..] => 1,
        [172, 16..=31, ..] => 2,
        _ => 3,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(interface: &str, address: [u8; 4], expected: Option<u8>) {
        assert_eq!(rank(interface, Ipv4Addr::from(address)), expected, "{interface} {address:?}");
    }

    #[test]
    fn addresses_that_classmates_reach_come_first() {
        check("wlan0", [192, 168, 1, 23], Some(0));
        check("eth0", [10, 0, 0, 7], Some(1));
        check("eth0", [172, 20, 0, 7], Some(2));
        check("eth0", [141, 2, 3, 4], Some(3));
        check("docker0", [172, 17, 0, 1], Some(4));
        check("lo", [127, 0, 0, 1], None);
        check("eth0", [169, 254, 3, 4], None);
    }
}
