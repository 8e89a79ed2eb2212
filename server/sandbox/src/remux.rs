//! Voice notes recorded by browsers, turned into what WhatsApp delivers.
//!
//! Some browsers record OPUS only in WebM. Inbound voice notes are always OGG with OPUS (section 5.3), so the packets move
//! to the other container; nothing is encoded again.

const CODEC_PRIVATE: u32 = 0x63a2;
const SIMPLE_BLOCK: u32 = 0xa3;
const BLOCK: u32 = 0xa1;
/// Elements that only contain others: segment, cluster, tracks, track entry, block group.
const CONTAINERS: [u32; 5] = [0x1853_8067, 0x1f43_b675, 0x1654_ae6b, 0xae, 0xa0];

/// Splits the first `count` bytes off.
fn split(bytes: &mut &[u8], count: usize) -> Option<Vec<u8>> {
    let (head, tail) = bytes.split_at_checked(count)?;
    *bytes = tail;
    Some(head.to_vec())
}

/// An element id keeps its length marker.
fn element_id(bytes: &mut &[u8]) -> Option<u32> {
    let length = usize::try_from(bytes.first()?.leading_zeros()).ok()? + 1;
    if length > 4 {
        return None;
    }
    Some(split(bytes, length)?.iter().fold(0, |id, byte| (id << 8) | u32::from(*byte)))
}

/// A size; none inside means "unknown", as recorders write for streams.
fn element_size(bytes: &mut &[u8]) -> Option<Option<usize>> {
    let length = usize::try_from(bytes.first()?.leading_zeros()).ok()? + 1;
    if length > 8 {
        return None;
    }
    let raw = split(bytes, length)?.iter().fold(0_u64, |size, byte| (size << 8) | u64::from(*byte));
    let most = (1_u64 << (7 * length)) - 1;
    let size = raw & most;
    Some(if size == most { None } else { Some(usize::try_from(size).ok()?) })
}

/// Head and packets of the only track.
fn packets(mut bytes: &[u8]) -> Option<(Vec<u8>, Vec<Vec<u8>>)> {
    let (mut head, mut packets) = (None, Vec::new());
    while !bytes.is_empty() {
        let Some(id) = element_id(&mut bytes) else { break };
        let Some(size) = element_size(&mut bytes) else { break };
        // Going into containers flattens the tree, which is enough to find blocks.
        if CONTAINERS.contains(&id) {
            continue;
        }
        let Some(data) = size.and_then(|size| split(&mut bytes, size)) else { break };
        match id {
            CODEC_PRIVATE => head = Some(data),
            // Track number (one byte), two bytes of time, flags.
            SIMPLE_BLOCK | BLOCK => packets.push(data.get(4..)?.to_vec()),
            _ => {}
        }
    }
    Some((head.filter(|head| head.starts_with(b"OpusHead"))?, packets))
}

/// Length of a packet in samples at 48 kHz, from its first byte.
fn samples(packet: &[u8]) -> u64 {
    let Some(first) = packet.first() else { return 0 };
    let config = first >> 3;
    let frame = match config {
        0..12 => [480, 960, 1920, 2880].get(usize::from(config % 4)).copied().unwrap_or(960),
        12..16 => [480, 960].get(usize::from(config % 2)).copied().unwrap_or(960),
        _ => [120, 240, 480, 960].get(usize::from(config % 4)).copied().unwrap_or(960),
    };
    let frames = match first & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => packet.get(1).map_or(1, |second| u64::from(second & 63)),
    };
    frame * frames
}

/// OGG from a WebM recording with one OPUS track; none when it is something else.
pub(crate) fn webm_to_ogg(webm: &[u8]) -> Option<Vec<u8>> {
    let (head, packets) = packets(webm)?;
    let mut file = Vec::new();
    page(&mut file, 2, 0, 0, &head);
    page(&mut file, 0, 0, 1, b"OpusTags\x07\x00\x00\x00sandbox\x00\x00\x00\x00");
    let mut granule = 0;
    for (index, packet) in packets.iter().enumerate() {
        granule += samples(packet);
        let last = if index + 1 == packets.len() { 4 } else { 0 };
        page(&mut file, last, granule, u32::try_from(index).ok()? + 2, packet);
    }
    Some(file)
}

/// A page with one packet.
pub(crate) fn page(file: &mut Vec<u8>, flags: u8, granule: u64, sequence: u32, packet: &[u8]) {
    let whole = packet.len() / 255;
    let rest = u8::try_from(packet.len() % 255).unwrap_or(0);
    let make = |crc: u32| {
        let mut page = b"OggS\x00".to_vec();
        page.push(flags);
        page.extend_from_slice(&granule.to_le_bytes());
        page.extend_from_slice(&0x5a4d_4158_u32.to_le_bytes());
        page.extend_from_slice(&sequence.to_le_bytes());
        page.extend_from_slice(&crc.to_le_bytes());
        page.push(u8::try_from(whole + 1).unwrap_or(u8::MAX));
        page.extend(std::iter::repeat_n(255, whole.min(254)));
        page.push(rest);
        page.extend_from_slice(packet);
        page
    };
    let crc = make(0).iter().fold(0_u32, |crc, byte| {
        (0..8).fold(
            crc ^ (u32::from(*byte) << 24),
            |crc, _| if crc >> 31 == 1 { (crc << 1) ^ 0x04c1_1db7 } else { crc << 1 },
        )
    });
    file.extend_from_slice(&make(crc));
}

#[cfg(test)]
mod tests {
    use super::webm_to_ogg;

    #[test]
    fn packets_move_to_the_other_container() {
        let mut webm = vec![0x1a, 0x45, 0xdf, 0xa3, 0x80];
        // Segment of unknown size, tracks, entry, private data.
        webm.extend_from_slice(&[0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        webm.extend_from_slice(&[0x16, 0x54, 0xae, 0x6b, 0x98, 0xae, 0x96, 0x63, 0xa2, 0x93]);
        webm.extend_from_slice(b"OpusHead\x01\x01\x00\x00\x80\xbb\x00\x00\x00\x00\x00");
        webm.extend_from_slice(&[0x1f, 0x43, 0xb6, 0x75, 0xff, 0xa3, 0x87, 0x81, 0, 0, 0x80, 0xf8, 0xff, 0xfe]);
        let ogg = webm_to_ogg(&webm).unwrap();
        assert!(ogg.starts_with(b"OggS"));
        assert!(ogg.ends_with(&[0xf8, 0xff, 0xfe]));
        assert!(webm_to_ogg(b"RIFF").is_none());
    }
}
